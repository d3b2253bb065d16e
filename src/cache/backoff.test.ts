import { expect, it } from 'vitest';
import { Backoff } from './backoff.ts';

it('doubles from 0.8 s to 30 s', () => {
  const backoff = new Backoff(() => 0);
  expect(waitsOf(backoff, 8)).toEqual([800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000]);
});

it('makes each wait up to half shorter at random', () => {
  const chances = [0, 0.5, 0.999, 0.5];
  const backoff = new Backoff(() => chances.shift() ?? 0);
  expect(waitsOf(backoff, 4).map(Math.round)).toEqual([800, 1_200, 1_602, 4_800]);
});

it('waits at least as long as it is asked to', () => {
  const backoff = new Backoff(() => 0);
  expect([backoff.next(5_000), backoff.next(1_000), backoff.next(0)]).toEqual([5_000, 1_600, 3_200]);
});

it('starts small again after a success', () => {
  const backoff = new Backoff(() => 0);
  waitsOf(backoff, 5);
  backoff.reset();
  expect(waitsOf(backoff, 2)).toEqual([800, 1_600]);
});

function waitsOf(backoff: Backoff, times: number): number[] {
  return Array.from({ length: times }, () => backoff.next());
}
