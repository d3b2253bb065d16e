import { describe, expect, it } from 'vitest';
import {
  anyObject,
  boolean,
  int,
  listOf,
  record,
  timestamp,
  number,
  memoizedDecode,
  object,
  string,
  custom,
} from './decoder.ts';

const option = object({ id: string, hidden: boolean, labels: record(string), ports: listOf(object({ port: int })) });

describe('a form', () => {
  it('reads what is of it as the very same value, with what it does not name', () => {
    const value = { id: 'a', labels: { b: 'c' }, ports: [{ port: 1 }], more: [{}] };
    expect(option.decode(value)).toBe(value);
  });

  it.each([
    { value: {}, read: {} },
    { value: { id: 7, hidden: true }, read: { hidden: true } },
    { value: { id: null }, read: {} },
    { value: { labels: { a: 'b', c: 1, d: null } }, read: { labels: { a: 'b' } } },
    { value: { labels: ['a'] }, read: {} },
    { value: { ports: [{ port: 1 }, null, 'x', { port: 'http' }] }, read: { ports: [{ port: 1 }, {}] } },
    { value: { ports: { 0: { port: 1 } } }, read: {} },
  ])('reads $value as $read', ({ value, read }) => {
    expect(option.decode(value)).toEqual(read);
  });

  it.each([null, undefined, 7, 'a', true, []])('finds nothing of an object in %j', (value) => {
    expect(option.decode(value)).toBeUndefined();
  });

  it('can be all or nothing', () => {
    const list = listOf(custom(option.is));
    expect(list.decode([{ id: 'a' }, { id: 7 }, { hidden: 'yes', id: 'b' }])).toEqual([{ id: 'a' }]);
  });

  it('leaves out what it does not name, where only it is wanted', () => {
    const form = object({ ids: listOf(option), labels: record(string) });
    const value = { ids: [{ id: 'a', secret: 'x' }, 7], labels: { a: 'b', c: 7 }, more: 1 };
    expect(form.prune(value)).toEqual({ ids: [{ id: 'a' }], labels: { a: 'b' } });
    expect(form.prune('text')).toBeUndefined();
  });

  it.each([
    { form: string, fits: ['', 'a'], misfits: [0, null, {}] },
    { form: boolean, fits: [true, false], misfits: ['true', 0] },
    { form: number, fits: [0, -1.5, 1e300], misfits: ['1', null] },
    { form: int, fits: [0, -(2 ** 31), 2 ** 31 - 1], misfits: [1.5, 2 ** 31, -(2 ** 31) - 1, '1', Number.NaN] },
    {
      form: timestamp,
      fits: ['2026-11-21T09:30:00Z', '2026-11-21T09:30:00.123456+01:00'],
      misfits: ['garbage', '', '2026-11-21', '2026-13-21T09:30:00Z', 0, null],
    },
    { form: anyObject, fits: [{}, { a: 1 }], misfits: [[], null, 'a'] },
  ])('tells $fits from $misfits', ({ form, fits, misfits }) => {
    expect(fits.map(form.is)).toEqual(fits.map(() => true));
    expect(misfits.map(form.is)).toEqual(misfits.map(() => false));
  });
});

describe('a reader', () => {
  it('reads each value once', () => {
    const read = memoizedDecode(option, {});
    const value = { id: 7, hidden: true };
    expect(read(value)).toBe(read(value));
  });

  it.each([null, undefined, 7, 'a', []])('finds in %j what it was given for nothing', (value) => {
    const nothing = {};
    expect(memoizedDecode(option, nothing)(value)).toBe(nothing);
  });
});
