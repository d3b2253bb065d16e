import { expect, it } from 'vitest';
import { textsOf } from './long-result.ts';

const LONG = 'é"\\'.repeat(60_000);
const rows = Array.from({ length: 3_000 }, (_, index) => ({
  name: `nb-${index}`,
  labels: index % 2 === 0 ? null : [{ key: 'a', value: `${index}\n` }],
  manifest: { spec: { list: [index, true, null, {}, []] } },
}));

it.each([
  ['a short value', { data: { name: 'nb' } }],
  ['a long list of short rows', { data: { workspaces: { nodes: rows } } }],
  ['long strings', { data: { a: LONG, b: [LONG, { c: LONG }], 'key "': LONG } }],
  [
    'a long object in a row',
    {
      data: {
        nodes: [{ manifest: { annotations: Object.fromEntries(rows.map(({ name }) => [name, LONG.slice(0, 100)])) } }],
      },
    },
  ],
  ['members without a value', { data: { a: undefined, b: [undefined, LONG], c: LONG }, extensions: undefined }],
])('yields the text of JSON.stringify for %s', (_, value) => {
  expect([...textsOf(value)].join('') === JSON.stringify(value)).toBe(true);
});

it('yields a long list in short texts', () => {
  const lengths = [...textsOf({ data: { workspaces: { nodes: rows } } })].map(({ length }) => length);
  expect(Math.max(...lengths)).toBeLessThan(200);
});
