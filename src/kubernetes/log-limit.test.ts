import { expect, it } from 'vitest';
import { atMostEvery, originOf } from './log-limit.ts';

it('acts once per interval and kind, with the number of values that it has left out', () => {
  let time = 0;
  const acts: unknown[] = [];
  const limited = atMostEvery({ intervalMs: 10, now: () => time, kindOf: String }, (...act) => acts.push(act));
  for (const value of ['a', 'a', 'b', 'a']) limited(value);
  time = 9;
  limited('a');
  time = 10;
  for (const value of ['a', 'b', 'a']) limited(value);
  time = 20;
  limited('a');
  expect(acts).toEqual([
    ['a', 0],
    ['b', 0],
    ['a', 3],
    ['b', 0],
    ['a', 1],
  ]);
});

function failed(message: string): Error {
  return new TypeError(message);
}

it('returns the same origin for errors of one place, whatever their messages', () => {
  expect(originOf(failed('one'))).toBe(originOf(failed('two\n    at a place that a client names')));
  expect(originOf(failed('one'))).not.toBe(originOf(new TypeError('one')));
});
