import { describe, expect, it } from 'vitest';
import {
  formatQuantity,
  parseExact,
  parseQuantity,
  sortKeyOf,
  sumOf,
  timesOf,
  ZERO,
  type Quantity,
} from './quantity.ts';

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
  ['0.1', 0.1],
  ['1e-999', 1e-9],
])('reads %s as %d', (quantity, amount) => {
  expect(parseQuantity(quantity)).toBe(amount);
});

it.each([
  '',
  '1e999',
  '10e308',
  '1'.repeat(400),
  '1e3Mi',
  '1ee3',
  '--1',
  '1..1',
  '.',
  'Gi',
  '1 Gi',
  '1gi',
  '1K',
  'ten',
  '1e',
  '0x10',
  '1Gi\n',
  '1'.repeat(1_001),
])('returns undefined when the text is %j', (text) => {
  expect(parseQuantity(text)).toBeUndefined();
});

/** Fails on a text that is no quantity. */
function exact(text: string): Quantity {
  const quantity = parseExact(text);
  if (!quantity) throw new Error(`Expected a quantity, got ${text}.`);
  return quantity;
}

describe('formatQuantity', () => {
  it.each([
    ['0Gi', '0'],
    ['1.0', '1'],
    ['1.5', '1500m'],
    ['2000', '2k'],
    ['1.5G', '1500M'],
    ['1.5Gi', '1536Mi'],
    ['2048Mi', '2Gi'],
    ['0.1Ki', '102400m'],
    ['1000001', '1000001'],
    ['0.0000015', '1500n'],
    ['0.0000000001', '1n'],
    ['-0.0000000001', '-1n'],
    ['-1.5', '-1500m'],
    ['9223372036854775807', '9223372036854775807'],
  ])('writes %s as %s', (text, expected) => {
    expect(formatQuantity(exact(text))).toBe(expected);
  });

  it('writes sums exactly, of any number and size', () => {
    const tenth = exact('100m');
    expect(formatQuantity(Array.from({ length: 10 }, () => tenth).reduce(sumOf, ZERO))).toBe('1');
    expect(formatQuantity(timesOf(exact('9007199254740993n'), 3))).toBe('27021597764222979n');
    expect(formatQuantity(sumOf(exact('9007199254740993'), exact('1n')))).toBe('9007199254740993000000001n');
    expect(sumOf(exact('0.1'), exact('0.2')).nanos).toBe(exact('300m').nanos);
    expect(formatQuantity(sumOf(exact('0.1'), exact('-0.3')))).toBe('-200m');
    expect(formatQuantity(sumOf(exact('1e300'), exact('-1e300')))).toBe('0');
    expect(formatQuantity(sumOf(exact('1Gi'), exact('1G')))).toBe('2073741824');
    expect(formatQuantity(sumOf(ZERO, exact('1Gi')))).toBe('1Gi');
  });
});

it('sorts the sort keys as the amounts, beyond the precision of a double', () => {
  const ascending = [
    '-1e300',
    '-2',
    '-1n',
    '0',
    '1n',
    '100m',
    '0.2',
    '2',
    '9007199254740992',
    '9007199254740993',
    '9E',
  ];
  const keys = ascending.map((text) => sortKeyOf(exact(text)));
  expect(keys.toSorted()).toEqual(keys);
  expect(new Set(keys)).toHaveLength(ascending.length);
  expect(new Set(keys.map(({ length }) => length))).toHaveLength(1);
});
