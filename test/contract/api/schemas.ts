import { expect, it } from 'vitest';
import { widget } from '../../../dev/simulator/fixture.ts';
import { causesIn } from '../api.ts';
import type { Cluster } from '../clusters.ts';
import { TestNamespace } from '../test-namespace.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Where new servers say more precisely what old ones called invalid. */
const tooLong = expect.stringMatching(/^FieldValue(?:TooLong|Invalid) /u);
const tooMany = expect.stringMatching(/^FieldValue(?:TooMany|Invalid) /u);

const refusedWidgets: readonly (readonly [string, Fields, readonly unknown[]])[] = [
  ['a value missing', { color: undefined }, ['FieldValueRequired spec.color']],
  ['a value out of its enumeration', { color: 'green' }, ['FieldValueNotSupported spec.color']],
  ['a number too small', { size: 0 }, ['FieldValueInvalid spec.size']],
  ['a number too large', { size: 10 }, ['FieldValueInvalid spec.size']],
  ['a fraction of an integer', { size: 1.5 }, ['FieldValueInvalid spec.size']],
  ['a text against its pattern', { code: 'AAA' }, ['FieldValueInvalid spec.code']],
  ['a text too short', { code: 'a' }, ['FieldValueInvalid spec.code']],
  ['a text too long', { code: 'aaaaaa' }, [tooLong]],
  ['a text of the wrong format', { when: 'yesterday' }, ['FieldValueInvalid spec.when']],
  ['neither an integer nor a text', { port: true }, ['FieldValueInvalid spec.port']],
  ['a wrong type in a map', { tags: { a: 1 } }, ['FieldValueInvalid spec.tags.a']],
  ['too many items', { mounts: ['a', 'b', 'c', 'd'].map((path) => ({ path })) }, [tooMany]],
  ['an item twice', { mounts: [{ path: 'a' }, { path: 'a' }] }, ['FieldValueDuplicate spec.mounts[1]']],
  ['an item without its key', { mounts: [{}] }, ['FieldValueRequired spec.mounts.path']],
  ['a list in place of a map', { tags: [] }, ['FieldValueInvalid spec.tags']],
];

const refusedWorkspaces: readonly (readonly [string, Fields, readonly string[]])[] = [
  ['a wrong type', { paused: 'yes' }, ['FieldValueInvalid spec.paused']],
  ['an empty text', { displayName: '' }, ['FieldValueInvalid spec.displayName']],
  [
    'several mistakes at once',
    { kind: 'A B', displayName: '', podTemplate: {} },
    [
      'FieldValueInvalid spec.displayName',
      'FieldValueInvalid spec.kind',
      'FieldValueRequired spec.podTemplate.options',
      'FieldValueRequired spec.podTemplate.volumes',
    ],
  ],
];

export function schemas(cluster: () => Cluster): void {
  async function create(spec: Fields) {
    const { api, name } = await TestNamespace.in(cluster());
    const { metadata: _, ...rest } = widget('w', spec);
    return api.post(`/apis/example.org/v1/namespaces/${name}/widgets`, { ...rest, metadata: { name: 'w' } });
  }

  it.each(refusedWidgets)('refuses %s', async (_, spec, causes) => {
    const answer = await create(spec);
    expect(answer.body).toMatchObject({
      code: 422,
      reason: 'Invalid',
      details: { name: 'w', group: 'example.org', kind: 'Widget' },
    });
    expect(causesIn(answer).map(comparable)).toEqual(causes);
  });

  it.each(refusedWorkspaces)('refuses a workspace with %s', async (_, spec, causes) => {
    const team = await TestNamespace.in(cluster());
    const answer = await team.api.post(team.workspaces, team.manifest('nb', { spec }));
    expect(answer.code).toBe(422);
    expect(causesIn(answer).map(comparable)).toEqual(causes);
  });

  it('says in words what is wrong with which field', async () => {
    const { body } = await create({ size: 0, color: 'green' });
    expect(body.message).toMatch(/^Widget\.example\.org "w" is invalid: \[/u);
    expect(body.message).toContain(
      'spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1',
    );
    expect(body.message).toContain('spec.color: Unsupported value: "green": supported values: "red", "blue"');
  });

  it('says only one thing without brackets', async () => {
    const { body } = await create({ color: undefined });
    expect(body.message).toBe('Widget.example.org "w" is invalid: spec.color: Required value');
  });

  it('refuses a patch whose outcome breaks the schema, and names the cause', async () => {
    const team = await TestNamespace.in(cluster());
    await team.create('nb');
    const answer = await team.api.patch(team.pathOf('nb'), 'JSON', [
      { op: 'replace', path: '/spec/kind', value: 'A B' },
    ]);
    expect(answer.code).toBe(422);
    expect(causesIn(answer)).toContain('FieldValueInvalid spec.kind');
  });

  it('refuses a status that breaks its schema', async () => {
    const team = await TestNamespace.in(cluster());
    await team.create('nb', { state: 'Running' });
    const odd = await team.api.patch(`${team.pathOf('nb')}/status`, 'MERGE', { status: { state: 'Odd' } });
    expect([odd.code, causesIn(odd)]).toEqual([422, ['FieldValueNotSupported status.state']]);
  });

  it('fills in defaults, in lists too', async () => {
    expect((await create({ mounts: [{ path: 'a' }] })).body.spec).toEqual({
      color: 'red',
      size: 3,
      mounts: [{ path: 'a', readOnly: false }],
    });
  });

  it('takes null for absent where it may not be, and fills in the default', async () => {
    const team = await TestNamespace.in(cluster());
    const { spec } = await team.create('nb', { spec: { paused: null } });
    expect(spec).toMatchObject({ paused: false });
  });

  it('keeps null where it may be, and either kind of a port', async () => {
    expect((await create({ note: null, port: 'http' })).body.spec).toMatchObject({ note: null, port: 'http' });
    expect((await create({ port: 80 })).body.spec).toMatchObject({ port: 80 });
  });

  it('drops what it does not know, except where everything is welcome', async () => {
    const { body } = await create({ surplus: 1, free: { x: { y: 1 } } });
    expect(body.spec).toEqual({ color: 'red', size: 3, free: { x: { y: 1 } } });
  });

  it('drops what metadata does not have', async () => {
    const team = await TestNamespace.in(cluster());
    const manifest = { ...team.manifest('nb'), metadata: { name: 'nb', surplus: 1 } };
    const { body } = await team.api.post(team.workspaces, manifest);
    expect(body.metadata).toMatchObject({ name: 'nb' });
    expect(body.metadata).not.toHaveProperty('surplus');
  });
}

/** Old servers leave the index out of a field's path, and know no reason of its own for a wrong type. */
function comparable(cause: string): string {
  if (cause.startsWith('FieldValueDuplicate')) return cause;
  return cause.replaceAll(/\[\d+\]/gu, '').replace('FieldValueTypeInvalid', 'FieldValueInvalid');
}
