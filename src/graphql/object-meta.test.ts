import { expect, it } from 'vitest';
import { countedReads } from '../../test/support/counted-reads.ts';
import { entriesOf } from './object-meta.ts';

it('returns the entries of the given keys, sorted', () => {
  expect(entriesOf({ b: '1', a: '2', c: '3' }, ['b', 'a', 'missing'])).toEqual([
    { key: 'a', value: '2' },
    { key: 'b', value: '1' },
  ]);
  expect(entriesOf({ a: '1' }, [])).toEqual([]);
  expect(entriesOf({ a: '1' }, null)).toEqual([{ key: 'a', value: '1' }]);
});

it('reads a list of thousands of keys once when it is applied to many objects', () => {
  const labels = Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`label-${index}`, '']));
  const [keys, reads] = countedReads(Array.from({ length: 2_000 }, (_, index) => `key-${index}`));
  for (let objects = 0; objects < 50; objects += 1) expect(entriesOf(labels, keys)).toEqual([]);
  expect(reads()).toBeLessThan(5_000);
});
