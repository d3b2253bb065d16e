import { expect, it } from 'vitest';
import { RowReads, type CacheRead } from './dependency-sets.ts';

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

it('keeps reads with the same key of different stores', () => {
  const reads = new RowReads();
  const all = ['pods', 'pods@team-a'].flatMap((storeKey) =>
    Array.from({ length: 20 }, (_, index) => ({ key: `pods ${index}`, storeKey })),
  );
  for (const read of [...all, ...all]) reads.add(read);
  expect(reads.all).toEqual(all);
});
