import { GraphQLError } from 'graphql';
import { expect, it } from 'vitest';
import { leastCpuMs } from '../../test/support/cpu-time.ts';
import { publicError } from '../graphql/errors.ts';
import { StatusError } from '../kubernetes/status-error.ts';
import { WorkspaceKind } from '../kinds/workspace-kind/resource.ts';
import { manifestOf } from './manifest.ts';
import { patchOf } from './patch.ts';

/** Turns that never end. */
const noPauses = { needsPause: false, pause: () => Promise.resolve() };

const parsed = (value: unknown) => manifestOf({ value, pauses: noPauses }, WorkspaceKind, {});

const codeOf = async (manifest: unknown) => {
  try {
    await parsed(manifest);
    return undefined;
  } catch (error) {
    return error instanceof GraphQLError || error instanceof StatusError
      ? publicError(error, () => undefined).extensions
      : error;
  }
};

/** Returns a JSON manifest with the given number of values, by default of 20 bytes each. */
function jsonOf(values: number, item: unknown = 'x'.repeat(17)): string {
  return JSON.stringify({ spec: Array.from({ length: values - 2 }, () => item) });
}

/** Returns the CPU milliseconds of a manifest. */
function cpuOf(manifest: string): Promise<number> {
  return leastCpuMs(() => codeOf(manifest));
}

/** CPU time below which a measurement is noise. */
const FLOOR_MS = 5;

it.each([
  ['duplicate keys', 'a: 1\na: 2', 'BAD_REQUEST'],
  ['duplicate keys in a list', 'a: [{ b: 1, b: 2 }]', 'BAD_REQUEST'],
  ['a circular anchor', 'spec: &a [*a]', 'BAD_REQUEST'],
  ['a circular anchor of two aliases', 'spec: &a [*a, *a]', 'BAD_REQUEST'],
  ['more than 100 anchors', `spec: [${'&a 1, '.repeat(101)}]`, 'BAD_REQUEST'],
  ['more than 100 aliases', `a: &a 1\nspec: [${'*a, '.repeat(101)}]`, 'BAD_REQUEST'],
  [
    'aliases that expand exponentially',
    'a: &a [1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c]',
    'BAD_REQUEST',
  ],
  [
    'merge keys that expand exponentially',
    `a0: &a0 { k: 1 }\n${Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} { <<: [*a${i}, *a${i}] }\n`).join('')}`,
    'BAD_REQUEST',
  ],
  ['a merge key whose value is no map', 'spec: { <<: 1 }', 'BAD_REQUEST'],
  ['bytes', 'spec: !!binary aGk=', 'BAD_REQUEST'],
  ['bytes in YAML 1.1', '%YAML 1.1\n---\nspec: !!binary aGk=', 'BAD_REQUEST'],
  ['a set', 'spec: !!set { a, b }', 'BAD_REQUEST'],
  ['a tag that is not known', 'spec: !a 1', 'BAD_REQUEST'],
  ['flow lists deeper than 100', `spec: ${'['.repeat(2000)}${']'.repeat(2000)}`, 'BAD_REQUEST'],
  ['block lists deeper than 100', `spec:\n  ${'- '.repeat(2000)}1`, 'BAD_REQUEST'],
  ['keys that are maps', '? '.repeat(4), 'BAD_REQUEST'],
  ['several documents', 'a: 1\n---\nb: 1', 'BAD_REQUEST'],
  ['a syntax error', 'a: ]', 'BAD_REQUEST'],
  ['duplicate keys in JSON', '{"a": [{"b": 1, "c": {"b": 2}, "\\u0062": 3}]}', 'BAD_REQUEST'],
  ['JSON deeper than 100', `${'['.repeat(5000)}${']'.repeat(5000)}`, 'BAD_REQUEST'],
  ['more YAML than 10,000 tokens', '- 1\n'.repeat(3_000), 'TOO_LARGE'],
  ['JSON of more than 50,000 values', jsonOf(50_001), 'TOO_LARGE'],
  ['JSON of more than 50,000 values without an end', jsonOf(100_000, 1).slice(0, -2), 'TOO_LARGE'],
  ['aliases that expand to more than 1 MiB', `a: &a ${'x'.repeat(100_000)}\nspec: [${'*a, '.repeat(20)}]`, 'TOO_LARGE'],
  ['an object of more than 1 MiB', { spec: 'x'.repeat(1024 * 1024) }, 'TOO_LARGE'],
  ['more than 1 MiB', `a: ${'x'.repeat(1024 * 1024)}`, 'TOO_LARGE'],
  ['a lone surrogate in a value', 'spec: "\\ud800"', 'INVALID'],
  ['a lone surrogate in a key', { spec: { ['\ud800']: 1 } }, 'INVALID'],
  ['an infinite number', 'spec: .inf', 'INVALID'],
  ['a number that is not one', 'spec: .nan', 'INVALID'],
  ['a number beyond a double', '{"spec": 1e400}', 'INVALID'],
  ['a lone surrogate in a name', { metadata: { name: '\ud800' } }, 'INVALID'],
])('refuses a manifest with %s', async (_, manifest, code) => {
  expect(await codeOf(manifest)).toMatchObject({ code });
});

it.each([
  ['metadata:\n  name: "\\ud800"', 'input.manifest.metadata.name'],
  ['{"metadata": {"name": "\\ud800"}}', 'input.manifest.metadata.name'],
  ['spec: { list: [a, "\\ud800"] }', 'input.manifest.spec.list[1]'],
  ['spec: { "\\ud800": a }', 'input.manifest.spec'],
])('returns the path of a lone surrogate as a cause when the manifest is %s', async (manifest, field) => {
  expect(await codeOf(manifest)).toMatchObject({ code: 'INVALID', causes: [{ reason: 'FieldValueInvalid', field }] });
});

it('refuses an object deeper than 100', async () => {
  const deep: unknown = JSON.parse(`${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`);
  expect(await codeOf(deep)).toMatchObject({ code: 'BAD_REQUEST' });
});

it('refuses an infinite number in a merge patch instead of clearing the field', async () => {
  const patch = { spec: { paused: Number.POSITIVE_INFINITY } };
  const given = patchOf({ type: 'MERGE', patch, pauses: noPauses }, WorkspaceKind, { name: 'a' });
  await expect(given).rejects.toMatchObject({ details: { causes: [{ field: 'input.patch.spec.paused' }] } });
});

it('refuses a JSON Patch with a lone surrogate', async () => {
  const patch = [{ op: 'add', path: '/spec/a', value: '\ud800' }];
  const given = patchOf({ type: 'JSON', patch, pauses: noPauses }, WorkspaceKind, { name: 'a' });
  await expect(given).rejects.toThrow('lone surrogate');
});

it.each([
  ['a: &a { b: 1, c: 2 }\nspec: { <<: *a, c: 3 }', { b: 1, c: 3 }],
  ['a: &a { b: 1 }\nspec: { b: 2, <<: *a }', { b: 2 }],
  ['a: &a { b: 1 }\nc: &c { <<: *a, d: 2 }\nspec: { <<: [*c, { b: 3, e: 4 }] }', { b: 1, d: 2, e: 4 }],
  ['spec: { "<<": { b: 1 } }', { '<<': { b: 1 } }],
])('lets the keys of a map precede those of its merge key when the YAML is %j', async (text, spec) => {
  expect((await parsed(text))['spec']).toEqual(spec);
});

it('accepts JSON, block text, anchors and merge-like keys', async () => {
  const text = '{"spec": {"a": [1, "x"], "b": &b {"c": null}, "d": *b, "<<": 1}}';
  expect((await parsed(text))['spec']).toEqual({ a: [1, 'x'], b: { c: null }, d: { c: null }, '<<': 1 });
  expect((await parsed('spec:\n  a: |\n    x\n    y\n'))['spec']).toEqual({ a: 'x\ny\n' });
});

it.each([
  ['0400', 256],
  ['0644', 420],
  ['-010', -8],
  ['0o644', 420],
  ['08', 8],
  ['10', 10],
  ['0', 0],
  ['0.5', 0.5],
  ['"0644"', '0644'],
])('reads the number %s in YAML as kubectl does', async (text, value) => {
  expect((await parsed(`spec: ${text}`))['spec']).toBe(value);
});

it('accepts JSON of 1 MB with 50,000 values', async () => {
  const text = jsonOf(50_000);
  expect(text.length).toBeGreaterThan(900_000);
  expect((await parsed(text))['spec']).toHaveLength(49_998);
});

it('accepts JSON whose strings look like keys, and equal keys of different objects', async () => {
  const spec = { a: '": {', b: ['a', 'a', { a: 1, b: { a: 2 } }], 'c\\': { a: ' : ' }, '': {} };
  expect((await parsed(JSON.stringify({ spec }, undefined, 2)))['spec']).toEqual(spec);
});

it.each([
  ['10,000 YAML tokens', `spec:\n${'- 1\n'.repeat(1_900)}`, 30],
  ['a megabyte of JSON', jsonOf(50_000), 60],
  ['an object of 20,000 values', { spec: Array.from({ length: 20_000 }, () => 1) }, 20],
])('gives way to other work at least every few milliseconds when the manifest has %s', async (_, value, times) => {
  let pauses = 0;
  const counting = { needsPause: true, pause: () => Promise.resolve(void (pauses += 1)) };
  await manifestOf({ value, pauses: counting }, WorkspaceKind, {});
  expect(pauses).toBeGreaterThanOrEqual(times);
});

it.each([
  ['a valid JSON text', jsonOf(50_000)],
  ['a JSON text of many objects', JSON.stringify({ spec: Array.from({ length: 80_000 }, (_, a) => ({ a })) })],
  ['a valid YAML text', `spec:\n${'- 1\n'.repeat(255_000)}`],
  ['a YAML text of empty lists', `spec: [${'[],'.repeat(340_000)}]`],
])('takes at most ten times the time of the longest accepted YAML when %s of 1 MiB is sent', async (_, text) => {
  const small = `spec:\n${'- a: 1\n'.repeat(1_400)}`;
  expect(text.length).toBeGreaterThan(900_000);
  expect(await cpuOf(text)).toBeLessThan(10 * Math.max(await cpuOf(small), FLOOR_MS));
});

it.each([
  ['keys', (size: number) => Array.from({ length: size / 10 }, (_, index) => `k${index}: 1\n`).join('')],
  ['errors', (size: number) => 'a: ]\n'.repeat(size / 5)],
])('takes time that grows about linearly with the number of %s', async (_, textOf) => {
  expect(await cpuOf(textOf(30_000))).toBeLessThan(40 * Math.max(await cpuOf(textOf(3_000)), FLOOR_MS));
});
