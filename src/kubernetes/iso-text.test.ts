import { expect, it } from 'vitest';
import { isoText, utcText } from './iso-text.ts';

const DAY_MS = 86_400_000;

it('equals toISOString for each day of 800 years', () => {
  const begin = Date.UTC(1599, 11, 25);
  const times = Array.from({ length: 800 * 366 }, (_, day) => begin + day * DAY_MS + ((day * 7_654_321) % DAY_MS));
  expect(times.filter((time) => isoText(time) !== new Date(time).toISOString())).toEqual([]);
});

it('equals toISOString when more times than are kept are converted again and again', () => {
  const times = Array.from({ length: 60_000 }, (_, index) => Date.UTC(2026, 0) + ((index * 7_919) % 20_000) * 1_000);
  expect(times.filter((time) => isoText(time) !== new Date(time).toISOString())).toEqual([]);
});

it.each([
  0,
  -1,
  0.5,
  1e11,
  Date.UTC(999, 11, 31),
  Date.UTC(1000, 0),
  Date.UTC(10_000, 0) - 1,
  Date.UTC(10_000, 0),
  8.64e15,
])('equals toISOString when the time is %d ms', (time) => {
  expect(isoText(time)).toBe(new Date(time).toISOString());
});

it.each([Number.NaN, 8.64e15 + 1])('throws a RangeError when the time is %d ms', (time) => {
  expect(() => isoText(time)).toThrow(RangeError);
});

it.each([
  ['2026-01-02T03:04:05.123456789Z', '2026-01-02T03:04:05.123456789Z'],
  ['2026-01-02T01:04:05.123456789+02:00', '2026-01-01T23:04:05.123456789Z'],
  ['2026-01-02T03:04:05.9-05:30', '2026-01-02T08:34:05.9Z'],
  ['2026-01-02T03:04:05+00:00', '2026-01-02T03:04:05Z'],
])('keeps the precision when %s is converted to UTC', (text, utc) => {
  expect(utcText(text)).toBe(utc);
});
