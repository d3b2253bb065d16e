import { expect, it } from 'vitest';
import { parseQuantity } from './quantity.ts';

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
