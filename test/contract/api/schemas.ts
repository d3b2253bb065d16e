import { expect, it } from 'vitest';
import { widget } from '../../../dev/simulator/test-simulator.ts';
import { causesIn, DEFINITIONS, type ApiClient, type ApiResponse } from '../api-client.ts';
import type { Cluster } from '../clusters.ts';
import { TestNamespace } from '../test-namespace.ts';
import { waitFor } from '../../support/wait-for.ts';
import { gadget } from './gadget.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Cause that is added when schema errors prevent the evaluation of CEL rules. */
const SKIPPED =
  'FieldValueInvalid <nil>: Invalid value: null: some validation rules were not checked because the object was invalid; ' +
  'correct the existing errors to complete validation';

const refusedWidgets: readonly (readonly [string, Fields, readonly string[]])[] = [
  ['a missing value', { color: undefined }, ['FieldValueRequired spec.color: Required value', SKIPPED]],
  [
    'a value outside its enumeration',
    { color: 'green' },
    ['FieldValueNotSupported spec.color: Unsupported value: "green": supported values: "red", "blue"', SKIPPED],
  ],
  [
    'a value of another type than its enumeration',
    { color: 7 },
    [
      'FieldValueNotSupported spec.color: Unsupported value: 7: supported values: "red", "blue"',
      typeOf('spec.color', 'integer', 'string'),
      SKIPPED,
    ],
  ],
  ['a number below its minimum', { size: 0 }, [invalid('spec.size', '0', 'should be greater than or equal to 1')]],
  ['a number above its maximum', { size: 10 }, [invalid('spec.size', '10', 'should be less than or equal to 9')]],
  [
    'a fraction for an integer',
    { size: 1.5 },
    [
      'FieldValueInvalid <nil>: Invalid value: "": Checked value must be of type integer (default format) in spec.size',
      typeOf('spec.size', 'number', 'integer'),
      SKIPPED,
    ],
  ],
  ['a string against its pattern', { code: 'AAA' }, [invalid('spec.code', '"AAA"', "should match '^[a-z]+$'")]],
  ['a string that is too short', { code: 'A' }, [invalid('spec.code', '"A"', 'should be at least 2 chars long')]],
  [
    'a string that is too long',
    { code: 'aaaaaa' },
    ['FieldValueTooLong spec.code: Too long: may not be more than 5 bytes', SKIPPED],
  ],
  ['a string of another format', { when: 'yesterday' }, [typeOf('spec.when', 'yesterday', 'date-time'), SKIPPED]],
  ['neither an integer nor a string', { port: true }, [typeOf('spec.port', 'boolean', 'integer,string'), SKIPPED]],
  ['a wrong type in a map', { tags: { a: 1 } }, [typeOf('spec.tags.a', 'integer', 'string'), SKIPPED]],
  ['a list in place of a map', { tags: [] }, [typeOf('spec.tags', 'array', 'object'), SKIPPED]],
  [
    'too many items',
    { mounts: ['a', 'b', 'c', 'd'].map((path) => ({ path })) },
    ['FieldValueTooMany spec.mounts: Too many: 4: must have at most 3 items', SKIPPED],
  ],
  [
    'the second of several equal items',
    { mounts: [{ path: 'a' }, { path: 'a' }, { path: 'a' }] },
    ['FieldValueDuplicate spec.mounts[1]: Duplicate value: {"path":"a"}'],
  ],
  ['an item without its key', { mounts: [{}] }, ['FieldValueRequired spec.mounts[0].path: Required value', SKIPPED]],
  [
    'an item that is no object',
    { mounts: ['x'] },
    [
      'FieldValueInvalid spec.mounts[0]: Invalid value: "x": must be an object for an array of list-type map',
      typeOf('spec.mounts[0]', 'string', 'object'),
      SKIPPED,
    ],
  ],
];

const refusedGadgets: readonly (readonly [string, Fields, readonly string[]])[] = [
  [
    'an integer above a fractional maximum',
    { ratio: 3 },
    [invalid('spec.ratio', '3', 'should be less than or equal to 2')],
  ],
  [
    'a number above a fractional maximum',
    { ratio: 3.5 },
    [invalid('spec.ratio', '3.5', 'should be less than or equal to 2.5')],
  ],
  [
    'an integer of more than 32 bits',
    { small: 3_000_000_000 },
    [
      'FieldValueInvalid <nil>: Invalid value: "": Checked value must be of type integer with format int32 in spec.small',
    ],
  ],
  ['an odd number', { even: 3 }, [invalid('spec.even', '3', 'should be a multiple of 2')]],
  ['equal items of a set', { set: ['a', 'a', 'a'] }, ['FieldValueDuplicate spec.set[1]: Duplicate value: "a"']],
  ['too few members', { map: {} }, [invalid('spec.map', '0', 'should have at least 1 properties')]],
  [
    'too many members',
    { map: { a: 'a', b: 'b' } },
    ['FieldValueTooMany spec.map: Too many: 2: must have at most 1 item', SKIPPED],
  ],
  ['too few items', { pair: [] }, [invalid('spec.pair', '0', 'should have at least 2 items')]],
  [
    'a number outside its enumeration',
    { level: 3 },
    ['FieldValueNotSupported spec.level: Unsupported value: 3: supported values: "1", "2"', SKIPPED],
  ],
  [
    'no alternative of anyOf',
    { any: {} },
    [
      'FieldValueInvalid <nil>: Invalid value: "": "spec.any" must validate at least one schema (anyOf)',
      'FieldValueRequired spec.any.x: Required value',
      SKIPPED,
    ],
  ],
  [
    'no alternative of oneOf',
    { one: 'x' },
    [
      'FieldValueInvalid <nil>: Invalid value: "": "spec.one" must validate one and only one schema (oneOf). Found none valid',
      invalid('spec.one', '"x"', "should match 'a'"),
    ],
  ],
  [
    'two alternatives of oneOf',
    { one: 'ab' },
    [
      'FieldValueInvalid <nil>: Invalid value: "": "spec.one" must validate one and only one schema (oneOf). Found 2 valid alternatives',
    ],
  ],
  [
    'what not excludes',
    { not: 'a' },
    ['FieldValueInvalid <nil>: Invalid value: "": "spec.not" must not validate the schema (not)'],
  ],
  [
    'an embedded resource without its type',
    { embedded: {} },
    [
      'FieldValueRequired spec.embedded.apiVersion: Required value',
      'FieldValueRequired spec.embedded.kind: Required value',
      SKIPPED,
    ],
  ],
];

const refusedWorkspaces: readonly (readonly [string, Fields, readonly string[]])[] = [
  ['a wrong type', { paused: 'yes' }, [typeOf('spec.paused', 'string', 'boolean'), SKIPPED]],
  ['an empty string', { displayName: '' }, [invalid('spec.displayName', '""', 'should be at least 1 chars long')]],
  [
    'several mistakes at once',
    { kind: 'A B', displayName: '', podTemplate: {} },
    [
      invalid('spec.displayName', '""', 'should be at least 1 chars long'),
      expect.stringContaining('FieldValueInvalid spec.kind: Invalid value: "A B": spec.kind in body should match'),
      'FieldValueRequired spec.podTemplate.options: Required value',
      'FieldValueRequired spec.podTemplate.volumes: Required value',
      SKIPPED,
    ],
  ],
];

function invalid(field: string, value: string, rule: string): string {
  return `FieldValueInvalid ${field}: Invalid value: ${value}: ${field} in body ${rule}`;
}

function typeOf(field: string, actual: string, expected: string): string {
  return `FieldValueTypeInvalid ${field}: Invalid value: "${actual}": ${field} in body must be of type ${expected}: "${actual}"`;
}

export function schemas(cluster: () => Cluster): void {
  schemaErrors(cluster);
  causeFormats(cluster);
  rejectedUpdates(cluster);
  defaulting(cluster);
  pruning(cluster);
}

async function create(cluster: () => Cluster, spec: Fields) {
  const { api, name } = await TestNamespace.in(cluster());
  const { metadata: _, ...rest } = widget('w', spec);
  return api.post(`/apis/example.org/v1/namespaces/${name}/widgets`, { ...rest, metadata: { name: 'w' } });
}

/** 1.34 accepts integers beyond their format, and reports a fraction only as a wrong type. */
const isExpected = (cluster: () => Cluster, cause: string) =>
  cluster().minorVersion >= 37 || !cause.includes('Checked value');

async function createGadget(cluster: () => Cluster, spec: Fields) {
  const { api, name } = await TestNamespace.in(cluster());
  return api.post(`/apis/example.org/v1/namespaces/${name}/gadgets`, gadget('g', spec));
}

function schemaErrors(cluster: () => Cluster): void {
  it.each(refusedWidgets)('rejects %s', async (_, spec, causes) => {
    const answer = await create(cluster, spec);
    expect(answer.body).toMatchObject({
      code: 422,
      reason: 'Invalid',
      details: { name: 'w', group: 'example.org', kind: 'Widget' },
    });
    expect(explainedCausesIn(answer).toSorted()).toEqual(
      causes.filter((cause) => isExpected(cluster, cause)).toSorted(),
    );
  });

  it.each(refusedGadgets)('rejects %s', async (_, spec, causes) => {
    const answer = await createGadget(cluster, spec);
    expect(explainedCausesIn(answer).toSorted()).toEqual(
      causes.filter((cause) => isExpected(cluster, cause)).toSorted(),
    );
  });

  it.each(refusedWorkspaces)('rejects a workspace with %s', async (_, spec, causes) => {
    const team = await TestNamespace.in(cluster());
    const answer = await team.api.post(team.workspaces, team.manifest('nb', { spec }));
    expect(answer.code).toBe(422);
    expect(new Set(explainedCausesIn(answer))).toEqual(new Set(causes));
  });
}

function causeFormats(cluster: () => Cluster): void {
  it('lists causes in brackets when there are several', async () => {
    const { body } = await create(cluster, { size: 0, code: 'AAA' });
    expect(body.message).toMatch(/^Widget\.example\.org "w" is invalid: \[spec\.\w+: .*, spec\.\w+: .*\]$/u);
    expect(body.message).toContain(
      'spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1',
    );
  });

  it('lists the cause without brackets when there is one', async () => {
    const { body } = await create(cluster, { size: 0 });
    expect(body.message).toBe(
      'Widget.example.org "w" is invalid: spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1',
    );
  });
}

function rejectedUpdates(cluster: () => Cluster): void {
  it('rejects a patch with causes when its result violates the schema', async () => {
    const team = await TestNamespace.in(cluster());
    await team.create('nb');
    const answer = await team.api.patch(team.pathOf('nb'), 'JSON', [
      { op: 'replace', path: '/spec/kind', value: 'A B' },
    ]);
    expect(answer.code).toBe(422);
    expect(causesIn(answer)).toContain('FieldValueInvalid spec.kind');
  });

  it('rejects a status when it violates the schema', async () => {
    const team = await TestNamespace.in(cluster());
    await team.create('nb', { state: 'Running' });
    const odd = await team.api.patch(`${team.pathOf('nb')}/status`, 'MERGE', { status: { state: 'Odd' } });
    expect([odd.code, causesIn(odd)]).toEqual([
      422,
      ['FieldValueInvalid <nil>', 'FieldValueNotSupported status.state'],
    ]);
    const typed = await team.api.patch(`${team.pathOf('nb')}/status`, 'MERGE', { status: { state: 7 } });
    expect(explainedCausesIn(typed)).toContain(
      'FieldValueTypeInvalid status.state: Invalid value: "integer": state in body must be of type string: "integer"',
    );
  });

  it('accepts an update when an unchanged value violates a new schema', async () => {
    const { api, name } = await TestNamespace.in(cluster());
    const gadgets = `/apis/example.org/v1/namespaces/${name}/gadgets`;
    await api.create(gadgets, gadget('g', { note: 'abc' }));
    await using _ = await longerNotes(api, gadgets);
    const change = (spec: Fields) => api.patch(`${gadgets}/g`, 'MERGE', { spec });
    expect((await change({ even: 2 })).body).toMatchObject({ spec: { note: 'abc', even: 2 } });
    expect(causesIn(await change({ note: 'abcd' }))).toEqual(['FieldValueInvalid spec.note']);
  });
}

function defaulting(cluster: () => Cluster): void {
  it('sets defaults in objects and lists', async () => {
    expect((await create(cluster, { mounts: [{ path: 'a' }] })).body.spec).toEqual({
      color: 'red',
      size: 3,
      mounts: [{ path: 'a', readOnly: false }],
    });
  });

  it('treats null as absent and sets the default when the field is not nullable', async () => {
    const team = await TestNamespace.in(cluster());
    const { spec } = await team.create('nb', { spec: { paused: null } });
    expect(spec).toMatchObject({ paused: false });
  });

  it('keeps null when the field is nullable, and both types of an int-or-string', async () => {
    expect((await create(cluster, { note: null, port: 'http' })).body.spec).toMatchObject({ note: null, port: 'http' });
    expect((await create(cluster, { port: 80 })).body.spec).toMatchObject({ port: 80 });
  });
}

function pruning(cluster: () => Cluster): void {
  it('drops unknown fields unless the schema preserves them', async () => {
    const { body } = await create(cluster, { surplus: 1, free: { x: { y: 1 } } });
    expect(body.spec).toEqual({ color: 'red', size: 3, free: { x: { y: 1 } } });
  });

  it('drops unknown fields of metadata', async () => {
    const team = await TestNamespace.in(cluster());
    const manifest = { ...team.manifest('nb'), metadata: { name: 'nb', surplus: 1 } };
    const { body } = await team.api.post(team.workspaces, manifest);
    expect(body.metadata).toMatchObject({ name: 'nb' });
    expect(body.metadata).not.toHaveProperty('surplus');
  });
}

const NOTE = '/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/note/minLength';

/** Changes the definition to require longer notes until disposal. */
async function longerNotes(api: ApiClient, gadgets: string): Promise<AsyncDisposable> {
  const demand = async (value: number) => {
    await api.patch(`${DEFINITIONS}/gadgets.example.org`, 'JSON', [{ op: 'replace', path: NOTE, value }]);
    const isAccepted = async () =>
      (await api.post(`${gadgets}?dryRun=All`, gadget('try', { note: 'abc' }))).code === 201;
    await waitFor(async () => (await isAccepted()) === value < 4, `notes have at least ${value} characters`);
  };
  await demand(5);
  return { [Symbol.asyncDispose]: () => demand(1) };
}

/** Returns the causes of a rejection as `reason field: message`. */
function explainedCausesIn({ body }: ApiResponse): readonly string[] {
  return (body.details?.causes ?? []).map(({ reason, field, message }) => `${reason} ${field}: ${message}`);
}
