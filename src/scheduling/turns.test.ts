import { setImmediate as nextIteration } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Turns } from './turns.ts';

const TURN_MS = 5;
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

it('gives turns to viewers alternately, however much work of one of them waits', async () => {
  expect(await orderOf(['a', 'a', 'a', 'a', 'b', 'c'])).toEqual(['a', 'b', 'c', 'a', 'a', 'a']);
});

it('gives the next turn to a viewer who comes when other work has waited longer', async () => {
  const turns = new Turns();
  const order: string[] = [];
  const work = async (viewer: string) => {
    await turns.begin(viewer);
    order.push(viewer);
    block(LONG_MS);
  };
  const earlier = Array.from({ length: 10 }, () => work('a'));
  await earlier[0];
  await Promise.all([work('b'), ...earlier]);
  expect(order.indexOf('b')).toBeLessThanOrEqual(2);
});

it('gives short work of one viewer turns before long work of another', async () => {
  const turns = new Turns();
  await orderOf(['long', 'short'], turns); // it learns how long turns are
  const order: string[] = [];
  const work = async (viewer: string, milliseconds: number) => {
    await turns.begin(viewer);
    order.push(viewer);
    block(milliseconds);
  };
  for (let index = 0; index < 5; index += 1) await work('short', 0);
  for (let index = 0; index < 5; index += 1) await work('long', 20);
  for (let index = 0; index < 50; index += 1) await work('other', 2);
  order.length = 0;
  await Promise.all([work('long', 20), work('short', 0), work('short', 0), work('short', 0)]);
  expect(order).toEqual(['short', 'short', 'short', 'long']);
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

it('ends a turn after some milliseconds, for the work of all viewers together, until the next iteration', async () => {
  const turns = new Turns();
  expect(turns.isOver).toBe(false);
  block(LONG_MS);
  expect(turns.isOver).toBe(true);
  await turns.begin('a');
  expect(turns.isOver).toBe(false);
  block(LONG_MS);
  expect(turns.isOver).toBe(true);
});

it('begins new work of a viewer before it continues, and continues in one turn of four', async () => {
  const turns = new Turns();
  const order: string[] = [];
  const work = async (name: string, turn: Promise<void> | undefined) => {
    await turn;
    order.push(name);
    block(LONG_MS);
  };
  const continuing = Array.from({ length: 2 }, () => work('continues', turns.continue('a')));
  await Promise.all([...continuing, ...Array.from({ length: 5 }, () => work('begins', turns.begin('a')))]);
  expect(order).toEqual(['begins', 'begins', 'begins', 'continues', 'begins', 'begins', 'continues']);
});

it('runs work at once when nothing else has had a turn in the iteration, and other work in later turns', async () => {
  const turns = new Turns();
  const order: string[] = [];
  const run = (name: string, viewer: string) => turns.run(viewer, () => void order.push(name));
  await nextIteration();
  const first = turns.run('a', () => {
    block(LONG_MS);
    return run('first of a again', 'a');
  });
  const others = [run('second of a', 'a'), run('b', 'b'), run('c', 'c')];
  expect(order).toEqual([]);
  await Promise.all([first, ...others]);
  expect(order).toEqual(['b', 'c', 'first of a again', 'second of a']);
  await nextIteration();
  expect(turns.run('a', () => 'at once')).toBe('at once');
});

it('lets work begin in the turn in which it runs, unless the turn is over', async () => {
  const turns = new Turns();
  await nextIteration();
  await turns.run('a', () => {
    expect(turns.begin('a')).toBeUndefined();
    block(LONG_MS);
    return turns.begin('a');
  });
  expect(turns.begin('a')).toBeUndefined(); // the turn for which it has waited
});

it('gives the next turn to other work when work that runs at once has thrown an error', async () => {
  const turns = new Turns();
  await nextIteration();
  const run = () =>
    turns.run('a', () => {
      throw new Error('failed');
    });
  expect(run).toThrow('failed');
  await expect(turns.run('b', () => 'done')).resolves.toBe('done');
});

it('lets work wait that arrives when other work of the iteration has asked whether its time is over', async () => {
  const turns = new Turns();
  await nextIteration();
  expect(turns.isOver).toBe(false);
  await expect(turns.run('a', () => 'later')).resolves.toBe('later');
});

it('reads the CPU time of a turn that does not use any once in the time that a turn has', () => {
  let reads = 0;
  const turns = new Turns(() => {
    reads += 1;
    return 0;
  });
  const begunAt = performance.now();
  while (performance.now() - begunAt < 5 * TURN_MS) expect(turns.isOver).toBe(false);
  const most = (performance.now() - begunAt) / TURN_MS;
  expect(reads).toBeLessThanOrEqual(2 + most); // one when it is created, one when the turn is not short any more
});

it('reads no CPU time for short turns', async () => {
  let reads = 0;
  const turns = new Turns(() => {
    reads += 1;
    return 0;
  });
  for (let turn = 0; turn < 100; turn += 1) {
    await nextIteration();
    expect(turns.run('a', () => turns.isOver)).toBe(false);
  }
  expect(reads).toBeLessThan(50); // those of turns that had to wait for the processor
});

it('counts no more than the CPU time since the last reading when a turn has waited for the processor', () => {
  let cpuMs = 0;
  const turns = new Turns(() => cpuMs);
  expect(turns.isOver).toBe(false);
  const begunAt = performance.now();
  while (performance.now() - begunAt < 2 * TURN_MS);
  cpuMs = 0.5;
  expect(turns.isOver).toBe(false);
  expect(turns.usedMs).toBe(0.5);
});
