import { describe, expect, it } from 'vitest';
import {
  anyObject,
  boolean,
  int,
  listOf,
  quantity,
  record,
  timestamp,
  number,
  memoizedDecode,
  object,
  string,
  custom,
} from './decoder.ts';

const option = object({ id: string, hidden: boolean, labels: record(string), ports: listOf(object({ port: int })) });

describe('decoder', () => {
  it('returns the same value with unnamed fields when all of it is valid', () => {
    const value = { id: 'a', labels: { b: 'c' }, ports: [{ port: 1 }], more: [{}] };
    expect(option.decode(value)).toBe(value);
  });

  it.each([
    { value: {}, decoded: {} },
    { value: { id: 7, hidden: true }, decoded: { hidden: true } },
    { value: { id: null }, decoded: {} },
    { value: { labels: { a: 'b', c: 1, d: null } }, decoded: { labels: { a: 'b' } } },
    { value: { labels: ['a'] }, decoded: {} },
    { value: { ports: [{ port: 1 }, null, 'x', { port: 'http' }] }, decoded: { ports: [{ port: 1 }, {}] } },
    { value: { ports: { 0: { port: 1 } } }, decoded: {} },
    { value: { id: 7, more: 1, ports: [{ port: 'http', host: 'a' }] }, decoded: { more: 1, ports: [{ host: 'a' }] } },
  ])('decodes $value as $decoded', ({ value, decoded }) => {
    expect(option.decode(value)).toEqual(decoded);
  });

  it.each([null, undefined, 7, 'a', true, []])(
    'returns undefined when an object is expected and the value is %j',
    (value) => {
      expect(option.decode(value)).toBeUndefined();
    },
  );

  it('drops a whole item when a custom decoder refuses a part of it', () => {
    const list = listOf(custom(option.is));
    expect(list.decode([{ id: 'a' }, { id: 7 }, { hidden: 'yes', id: 'b' }])).toEqual([{ id: 'a' }]);
  });

  it('removes unnamed fields when it prunes', () => {
    const decoder = object({ ids: listOf(option), labels: record(string) });
    const value = { ids: [{ id: 'a', secret: 'x' }, 7], labels: { a: 'b', c: 7 }, more: 1 };
    expect(decoder.prune(value)).toEqual({ ids: [{ id: 'a' }], labels: { a: 'b' } });
    expect(decoder.prune('text')).toBeUndefined();
  });

  it.each([
    { decoder: string, fits: ['', 'a'], misfits: [0, null, {}] },
    { decoder: boolean, fits: [true, false], misfits: ['true', 0] },
    { decoder: number, fits: [0, -1.5, 1e300], misfits: ['1', null] },
    { decoder: int, fits: [0, -(2 ** 31), 2 ** 31 - 1], misfits: [1.5, 2 ** 31, -(2 ** 31) - 1, '1', Number.NaN] },
    {
      decoder: timestamp,
      fits: ['2026-11-21T09:30:00Z', '2026-11-21T09:30:00.123456+01:00'],
      misfits: ['garbage', '', '2026-11-21', '2026-13-21T09:30:00Z', 0, null],
    },
    { decoder: anyObject, fits: [{}, { a: 1 }], misfits: [[], null, 'a'] },
  ])('accepts $fits and refuses $misfits', ({ decoder, fits, misfits }) => {
    expect(fits.map(decoder.is)).toEqual(fits.map(() => true));
    expect(misfits.map(decoder.is)).toEqual(misfits.map(() => false));
  });
});

describe('memoized decoding', () => {
  it('returns the same result when a value is decoded again', () => {
    const decode = memoizedDecode(option, {});
    const value = { id: 7, hidden: true };
    expect(decode(value)).toBe(decode(value));
  });

  it.each([null, undefined, 7, 'a', []])('returns the fallback when the value is %j', (value) => {
    const fallback = {};
    expect(memoizedDecode(option, fallback)(value)).toBe(fallback);
  });
});

it.each([
  [
    { cpu: 0.5, 'nvidia.com/gpu': 1 },
    { cpu: '0.5', 'nvidia.com/gpu': '1' },
  ],
  [
    { cpu: '500m', memory: '2Gi' },
    { cpu: '500m', memory: '2Gi' },
  ],
  [{ cpu: true, memory: null, gpu: 0 }, { gpu: '0' }],
])('decodes quantities that are numbers or text: %j', (value, expected) => {
  expect(record(quantity).decode(value)).toEqual(expected);
});
