import { setImmediate as nextIteration } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Turns } from './turns.ts';

const LONG_MS = 8;

/** Blocks the event loop. */
function block(milliseconds: number): void {
  const start = process.threadCpuUsage();
  for (let usedMicroseconds = 0; usedMicroseconds < milliseconds * 1_000;) {
    const { user, system } = process.threadCpuUsage(start);
    usedMicroseconds = user + system;
  }
}

/** Begins work of these viewers, each of which blocks the event loop, and returns them in the order of their turns. */
async function orderOf(viewers: readonly string[], turns = new Turns()): Promise<readonly string[]> {
  const order: string[] = [];
  await Promise.all(
    viewers.map(async (viewer) => {
      await turns.begin(viewer);
      order.push(viewer);
      block(LONG_MS);
    }),
  );
  return order;
}

it('gives the next turn to the viewer who has used the least time', async () => {
  expect(await orderOf(['a', 'a', 'a', 'a', 'b', 'c'])).toEqual(['a', 'b', 'c', 'a', 'a', 'a']);
});

it('prefers a viewer who comes later over one who has used much', async () => {
  const turns = new Turns();
  await orderOf(['a', 'a', 'a'], turns);
  await nextIteration(); // the last turn has ended
  expect(await orderOf(['a', 'b'], turns)).toEqual(['b', 'a']);
});

it('gives one turn per iteration of the event loop', async () => {
  const turns = new Turns();
  let taken = 0;
  const all = ['a', 'b', 'c'].map(async (viewer) => {
    await turns.begin(viewer);
    taken += 1;
  });
  for (let iteration = 1; iteration <= 3; iteration += 1) {
    await nextIteration();
    expect(taken).toBeLessThanOrEqual(iteration);
  }
  await Promise.all(all);
  expect(taken).toBe(3);
});

it('lets work of one viewer begin twice in one turn when the turn is not over', async () => {
  const turns = new Turns();
  const order: string[] = [];
  const begin = async (viewer: string) => {
    await turns.begin(viewer);
    await turns.begin(viewer);
    order.push(viewer);
  };
  await Promise.all([begin('a'), begin('b')]);
  expect(order).toEqual(['a', 'b']);
});

it('is over after some milliseconds, for the work of all viewers together, until the next iteration', async () => {
  const turns = new Turns();
  expect(turns.isOver).toBe(false);
  block(LONG_MS);
  expect(turns.isOver).toBe(true);
  await turns.begin('a');
  expect(turns.isOver).toBe(false);
  block(LONG_MS);
  expect(turns.isOver).toBe(true);
});

it('begins new work before it continues, and continues in one turn of four', async () => {
  const turns = new Turns();
  const order: string[] = [];
  await turns.begin('b'); // the first turn of four
  const continuing = turns.continue('b').then(() => order.push('continues'));
  const beginning = Array.from({ length: 5 }, async () => {
    await turns.begin('a');
    order.push('begins');
    block(LONG_MS);
  });
  await Promise.all([continuing, ...beginning]);
  expect(order).toEqual(['begins', 'begins', 'continues', 'begins', 'begins', 'begins']);
});
