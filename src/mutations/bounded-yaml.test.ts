import { expect, it } from 'vitest';
import { WorkspaceKind } from '../kinds/workspace-kind/resource.ts';
import { manifestOf } from './manifest.ts';
import { patchOf } from './patch.ts';

const codeOf = (manifest: unknown) => {
  try {
    manifestOf(manifest, WorkspaceKind, {});
    return undefined;
  } catch (error) {
    return error instanceof Error && 'extensions' in error ? error.extensions : error;
  }
};

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
  ['flow lists deeper than 100', `spec: ${'['.repeat(5000)}${']'.repeat(5000)}`, 'BAD_REQUEST'],
  ['block lists deeper than 100', `spec:\n  ${'- '.repeat(5000)}1`, 'BAD_REQUEST'],
  ['keys that are maps', '? '.repeat(4), 'BAD_REQUEST'],
  ['several documents', 'a: 1\n---\nb: 1', 'BAD_REQUEST'],
  ['a syntax error', 'a: ]', 'BAD_REQUEST'],
  ['more than 1 MiB', `a: ${'x'.repeat(1024 * 1024)}`, 'TOO_LARGE'],
  ['a lone surrogate in a value', 'spec: "\\ud800"', 'INVALID'],
  ['a lone surrogate in a key', { spec: { ['\ud800']: 1 } }, 'INVALID'],
  ['a lone surrogate in a name', { metadata: { name: '\ud800' } }, 'INVALID'],
])('refuses a manifest with %s', (_, manifest, code) => {
  expect(codeOf(manifest)).toMatchObject({ code });
});

it('refuses an object deeper than 100', () => {
  const deep: unknown = JSON.parse(`${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`);
  expect(codeOf(deep)).toMatchObject({ code: 'BAD_REQUEST' });
});

it('refuses a JSON Patch with a lone surrogate', () => {
  const patch = [{ op: 'add', path: '/spec/a', value: '\ud800' }];
  expect(() => patchOf({ type: 'JSON', patch }, WorkspaceKind, { name: 'a' })).toThrow('lone surrogate');
});

it('accepts JSON, block text, anchors and merge-like keys', () => {
  const text = '{"spec": {"a": [1, "x"], "b": &b {"c": null}, "d": *b, "<<": 1}}';
  expect(manifestOf(text, WorkspaceKind, {})['spec']).toEqual({ a: [1, 'x'], b: { c: null }, d: { c: null }, '<<': 1 });
  expect(manifestOf('spec:\n  a: |\n    x\n    y\n', WorkspaceKind, {})['spec']).toEqual({ a: 'x\ny\n' });
});

it.each([
  ['keys', (size: number) => Array.from({ length: size / 10 }, (_, index) => `k${index}: 1\n`).join('')],
  ['errors', (size: number) => 'a: ]\n'.repeat(size / 5)],
])('takes time that grows about linearly with the number of %s', (_, textOf) => {
  const cpuOf = (size: number) => {
    const text = textOf(size);
    const before = process.cpuUsage();
    codeOf(text);
    const { user, system } = process.cpuUsage(before);
    return user + system;
  };
  cpuOf(50_000); // compiles the parser
  expect(cpuOf(200_000)).toBeLessThan(40 * Math.max(cpuOf(20_000), 5_000));
});
