import { expect, it } from 'vitest';
import { DependencySets, RowReads, type CacheRead } from './dependency-sets.ts';

it('compares each read of a row with few others when there are many', () => {
  const reads = new RowReads();
  const count = 2_000;
  let compared = 0;
  const readOf = (index: number): CacheRead => ({
    get key() {
      compared += 1;
      return `pods workspace=team-a/ws-${index}`;
    },
    storeKey: index % 2 === 0 ? 'pods' : 'pods@team-a',
  });
  for (const _ of [1, 2]) for (let index = 0; index < count; index += 1) reads.add(readOf(index));
  expect(reads.all).toHaveLength(count);
  expect(compared).toBeLessThan(20 * count);
});

it.each([2, 20])('keeps reads with the same key of different stores when each has %i', (length) => {
  const reads = new RowReads();
  const all = ['pods', 'pods@team-a'].flatMap((storeKey) =>
    Array.from({ length }, (_, index) => ({ key: `pods ${index}`, storeKey })),
  );
  for (const read of [...all, ...all]) reads.add(read);
  expect(reads.all).toEqual(all);
});

const readOf = (key: string, storeKey = 'pods'): CacheRead => ({ key, storeKey });

it('shares a set between rows with the same reads of the same stores only', () => {
  const sets = new DependencySets();
  const set = sets.acquire([readOf('pods a')]);
  expect(sets.acquire([readOf('pods a')])).toBe(set);
  expect(sets.acquire([readOf('pods a', 'pods@team-a')])).not.toBe(set);
  expect(sets.acquire([readOf('pods a'), readOf('pods b')])).not.toBe(set);
  expect(sets.acquire([readOf('pods a')])).toBe(set);
});

it('stamps the set of a row when one of its reads changes, also when other rows with these reads are gone', () => {
  const sets = new DependencySets();
  const reads = [readOf('pods a'), readOf('pods b')];
  sets.release(sets.acquire(reads)); // the last one
  const set = sets.acquire(reads);
  sets.release(sets.acquire(reads)); // one of two
  const changedAtAfter = (stamp: () => void) => {
    stamp();
    return set.changedAt;
  };
  expect(changedAtAfter(() => sets.stamp('pods', () => ['pods c']))).toBe(0);
  expect(changedAtAfter(() => sets.stamp('pods', () => ['pods b']))).toBe(2);
  expect(changedAtAfter(() => sets.stampResource('pod'))).toBe(2);
  expect(changedAtAfter(() => sets.stampResource('pods'))).toBe(4);
});

it('forgets the reads of rows that are gone', () => {
  const sets = new DependencySets();
  const [remaining, gone] = [sets.acquire([readOf('pods a')]), sets.acquire([readOf('pods b')])];
  let derived = 0;
  const change = () => {
    derived += 1;
    return ['pods a', 'pods b'];
  };
  sets.release(gone);
  sets.stamp('pods', change);
  expect([remaining.changedAt, gone.changedAt, derived]).toEqual([1, 0, 1]);
  sets.release(remaining);
  sets.stamp('pods', change);
  expect(derived).toBe(1);
});
