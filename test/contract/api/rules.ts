import { expect, it } from 'vitest';
import { widget } from '../../../dev/simulator/test-simulator.ts';
import { DEFINITIONS, type ApiClient, type ApiResponse } from '../api-client.ts';
import type { Cluster } from '../clusters.ts';
import { waitFor } from '../../support/wait-for.ts';
import { TestNamespace } from '../test-namespace.ts';
import { gadget } from './gadget.ts';

type Fields = Readonly<Record<string, unknown>>;

const broken: readonly (readonly [string, Fields, string])[] = [
  ['about an object', { range: { from: 2, to: 1 } }, 'spec.range: Invalid value: from must not exceed to'],
  ['about a list', { list: [1, 2] }, 'spec.list: Invalid value: not two'],
  ['about a number', { number: 7 }, 'spec.number: Invalid value: 7: not seven'],
  ['about a member of a map', { names: { k: 'x' } }, 'spec.names[k]: Invalid value: "x": not x'],
  ['without a message', { word: 'odd' }, 'spec.word: Invalid value: "odd": failed rule: self != "odd"'],
  ['with the reason Required', { word: 'missing' }, 'spec.word: Required value: say something else'],
  ['with the reason Forbidden', { word: 'forbidden' }, 'spec.word: Forbidden: say something else'],
  ['with the reason Duplicate', { word: 'again' }, 'spec.word: Duplicate value: "again"'],
  ['with the path of a field', { flags: { a: false } }, 'spec.flags.a: Invalid value: must be true'],
  [
    'that reads an absent field',
    { range: { from: 1 } },
    'spec.range: Invalid value: "object": no such key: to evaluating rule: from must not exceed to',
  ],
];

/** Messages of 1.34, which names types where later servers name values. */
const earlier: Readonly<Record<string, string>> = {
  'spec.range: Invalid value: from must not exceed to': 'spec.range: Invalid value: "object": from must not exceed to',
  'spec.list: Invalid value: not two': 'spec.list: Invalid value: "array": not two',
  'spec.number: Invalid value: 7: not seven': 'spec.number: Invalid value: "integer": not seven',
  'spec.names[k]: Invalid value: "x": not x': 'spec.names[k]: Invalid value: "string": not x',
  'spec.word: Invalid value: "odd": failed rule: self != "odd"':
    'spec.word: Invalid value: "string": failed rule: self != "odd"',
  'spec.word: Duplicate value: "again"': 'spec.word: Duplicate value: "string"',
  'spec.flags.a: Invalid value: must be true': 'spec.flags.a: Invalid value: "object": must be true',
};

/** Rules in CEL, `x-kubernetes-validations`. */
export function rules(cluster: () => Cluster): void {
  const shown = (value: string, type: string) => (cluster().minorVersion < 37 ? type : value);

  async function gadgets() {
    const { api, name } = await TestNamespace.in(cluster());
    return { api, path: `/apis/example.org/v1/namespaces/${name}/gadgets` };
  }

  it.each(broken)('rejects an object when it violates a rule %s', async (_, spec, message) => {
    const { api, path } = await gadgets();
    const { body } = await api.post(path, gadget('g', spec));
    const expected = cluster().minorVersion < 37 ? earlier[message] : message;
    expect(body).toMatchObject({ code: 422, message: `Gadget.example.org "g" is invalid: ${expected ?? message}` });
  });

  it('rejects a change of an immutable field, and accepts its removal', async () => {
    const { api, name } = await TestNamespace.in(cluster());
    const path = `/apis/example.org/v1/namespaces/${name}/widgets`;
    const { metadata: _, ...rest } = widget('w', { shape: 'round' });
    await api.create(path, { ...rest, metadata: { name: 'w' } });
    const change = (spec: Fields) => api.patch(`${path}/w`, 'MERGE', { spec });
    expect(await change({ shape: 'square' })).toMatchObject({
      code: 422,
      body: {
        message: `Widget.example.org "w" is invalid: spec.shape: Invalid value: "${shown('square', 'string')}": Widget 'shape' is immutable`,
      },
    });
    expect((await change({ size: 5 })).code).toBe(200);
    expect((await change({ shape: null })).code).toBe(200);
  });

  it('returns a warning when an update violates a rule only in unchanged fields', async () => {
    const { api, path } = await gadgets();
    await api.create(path, gadget('g', { number: 8 }));
    await using _ = await noEights(api, path);
    const kept = await api.patch(`${path}/g`, 'MERGE', { spec: { even: 2 } });
    expect([kept.code, warningsOf(kept)]).toEqual([
      200,
      `299 - "spec.number: Invalid value: ${shown('8', String.raw`\"integer\"`)}: not eight"`,
    ]);
    expect((await api.patch(`${path}/g`, 'MERGE', { spec: { number: 7 } })).code).toBe(200);
    expect((await api.patch(`${path}/g`, 'MERGE', { spec: { number: 8 } })).code).toBe(422);
  });
}

const RULE = '/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/number/x-kubernetes-validations/0';

/** Changes the definition to forbid 8 instead of 7 until disposal. */
async function noEights(api: ApiClient, gadgets: string): Promise<AsyncDisposable> {
  const forbid = async (number: number, word: string) => {
    const value = { rule: `self != ${number}`, message: `not ${word}` };
    await api.patch(`${DEFINITIONS}/gadgets.example.org`, 'JSON', [{ op: 'replace', path: RULE, value }]);
    const refuses = async () => (await api.post(`${gadgets}?dryRun=All`, gadget('try', { number }))).code === 422;
    await waitFor(refuses, `${number} is refused`);
  };
  await forbid(8, 'eight');
  return { [Symbol.asyncDispose]: () => forbid(7, 'seven') };
}

function warningsOf({ headers }: ApiResponse): unknown {
  return headers['warning'];
}
