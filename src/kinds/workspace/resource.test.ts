import { expect, it } from 'vitest';
import { millisecondsOf, timestampOf } from './resource.ts';

it.each([
  { time: 1_790_000_000, moment: '2026-09-21T14:13:20.000Z' },
  { time: 1_790_000_000_000, moment: '2026-09-21T14:13:20.000Z' },
  { time: 1, moment: '1970-01-01T00:00:01.000Z' },
  { time: 99_999_999_999, moment: '5138-11-16T09:46:39.000Z' },
  { time: 100_000_000_000, moment: '1973-03-03T09:46:40.000Z' },
  { time: 253_402_300_799_999, moment: '9999-12-31T23:59:59.999Z' },
])('converts $time to $moment', ({ time, moment }) => {
  expect(timestampOf(time)).toBe(moment);
});

it.each([0, -1, -1e20, 253_402_300_800_000, 8.64e15 + 1, 1e300, Number.NaN, Number.POSITIVE_INFINITY, undefined])(
  '%s is no moment',
  (time) => {
    expect(timestampOf(time)).toBeNull();
    expect(millisecondsOf(time)).toBeUndefined();
  },
);
