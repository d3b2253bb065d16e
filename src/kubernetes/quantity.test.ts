import { describe, expect, it } from 'vitest';
import { formatQuantity, parseQuantity } from './quantity.ts';

it.each([
  ['0', 0],
  ['2', 2],
  ['1.5', 1.5],
  ['.5', 0.5],
  ['5.', 5],
  ['-1', -1],
  ['500m', 0.5],
  ['137500000n', 0.1375],
  ['10u', 1e-5],
  ['3k', 3_000],
  ['2M', 2e6],
  ['1E', 1e18],
  ['1e3', 1_000],
  ['12E-1', 1.2],
  ['10Ki', 10_240],
  ['2Gi', 2 ** 31],
  ['1.5Ti', 1.5 * 2 ** 40],
])('reads %s as %d', (quantity, amount) => {
  expect(parseQuantity(quantity)).toBeCloseTo(amount, 12);
});

it.each(['', '1e999', '1..1', '.', 'Gi', '1 Gi', '1gi', '1K', 'ten', '1e', '0x10', '1Gi\n'])(
  'returns undefined when the text is %j',
  (text) => {
    expect(parseQuantity(text)).toBeUndefined();
  },
);

describe('formatQuantity', () => {
  it.each([
    [0, '1', '0'],
    [1, '1', '1'],
    [1.5, '1', '1500m'],
    [0.1 + 0.2, '100m', '300m'],
    [2_000, '1k', '2k'],
    [1.5e9, '1G', '1500M'],
    [1.5 * 2 ** 30, '1Gi', '1536Mi'],
    [2 ** 31, '1Gi', '2Gi'],
    [1_000_001, '1Gi', '1000001'],
    [0.0000015, '1u', '1500n'],
    [-1.5, '1', '-1500m'],
  ])('returns %s, computed from %s, as %s', (amount, like, expected) => {
    expect(formatQuantity(amount, [like])).toBe(expected);
  });
});
