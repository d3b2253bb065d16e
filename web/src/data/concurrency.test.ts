import { expect, it } from 'vitest';
import { forEachConcurrently } from './concurrency.ts';

it('performs the work on each item once, and on no more items at a time than the limit', async () => {
  const done: number[] = [];
  let running = 0;
  let most = 0;
  await forEachConcurrently([1, 2, 3, 4, 5], 2, async (item) => {
    running += 1;
    most = Math.max(most, running);
    await Promise.resolve();
    running -= 1;
    done.push(item);
  });
  expect(done).toEqual([1, 2, 3, 4, 5]);
  expect(most).toBe(2);
});

it('rejects with the error of an item', async () => {
  const result = forEachConcurrently([1, 2, 3], 2, (item) =>
    item === 2 ? Promise.reject(new Error('refused')) : Promise.resolve(),
  );
  await expect(result).rejects.toThrow('refused');
});
