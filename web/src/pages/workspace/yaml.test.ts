import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { toYaml } from './yaml.ts';

it('prints an object as kubectl does', () => {
  const manifest = {
    apiVersion: 'kubeflow.org/v1beta1',
    metadata: { name: 'nb-1', labels: {}, finalizers: ['a.example.com/b'] },
    spec: { paused: false, ports: [{ id: 'main', port: 8888 }], note: 'one\ntwo\n', none: null, list: [] },
  };
  expect(toYaml(manifest)).toBe(`apiVersion: kubeflow.org/v1beta1
metadata:
  name: nb-1
  labels: {}
  finalizers:
  - a.example.com/b
spec:
  paused: false
  ports:
  - id: main
    port: 8888
  note: |
    one
    two
  none: null
  list: []
`);
});

it.each([
  [
    'words that YAML reads as other types',
    ['true', 'No', 'null', '~', '12', '1e3', '0x1f', '2026-11-28', '-', '.5', ''],
  ],
  [
    'marks of YAML',
    ['a: b', 'a #b', '- a', '? a', '[a]', '{a}', '*a', '&a', '!a', '|', '>', '%a', '@a', '`a`', "'a'", '"a"', 'a:'],
  ],
  [
    'spaces and lines',
    [' a', 'a ', 'a\nb', 'a\nb\n', 'a\n\nb', 'a\n\n', '\na', 'a \nb', '\t', 'a\tb', 'a\r\nb', '\n', 'a\n b'],
  ],
  ['other characters', ['äöü', '日本語', 'a\u0000b', 'a\u0085b', '\u2028', '😀', 'a\u00A0b', '\uFEFFa']],
])('prints %s so that they are read back as they were', (_, values) => {
  const value = {
    values,
    members: Object.fromEntries(values.map((text) => [text, text])),
    nested: [[values], [{ values }]],
  };
  expect(parse(toYaml(value), { version: '1.1', uniqueKeys: false })).toEqual(value);
  expect(parse(toYaml(value))).toEqual(value);
});
