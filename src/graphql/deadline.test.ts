import { setImmediate as nextIteration } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Deadline } from './deadline.ts';

const LONG_MS = 600_000;

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'extensions' in error ? error.extensions : error;
}

const TIMEOUT = expect.objectContaining({ code: 'TIMEOUT' });

/** Ends of a request. */
const ends: readonly [string, (deadline: Deadline) => void][] = [
  ['it is answered', (deadline) => deadline.end()],
  ['its client leaves', (deadline) => deadline.cancel()],
  ['it is disposed of', (deadline) => deadline[Symbol.dispose]()],
];

it.each(ends)('aborts a signal that was used before when %s', (_, end) => {
  const deadline = new Deadline(LONG_MS);
  const { signal } = deadline;
  expect([signal.aborted, deadline.isOver]).toEqual([false, false]);
  end(deadline);
  expect([signal.aborted, deadline.isOver]).toEqual([true, true]);
  expect(deadline.signal).toBe(signal);
});

it.each(ends)('returns an aborted signal with the same reason when it is first used after %s', (_, end) => {
  const [used, unused] = [new Deadline(LONG_MS), new Deadline(LONG_MS)];
  const { signal } = used;
  end(used);
  end(unused);
  expect([unused.signal.aborted, unused.signal.reason]).toEqual([true, signal.reason]);
});

it.each(ends)('calls handlers once, those that are added later at once, when %s', (_, end) => {
  const deadline = new Deadline(LONG_MS);
  const calls: string[] = [];
  deadline.onOver(() => calls.push('earlier'));
  expect(calls).toEqual([]);
  end(deadline);
  end(deadline);
  expect(calls).toEqual(['earlier']);
  deadline.onOver(() => calls.push('later'));
  expect(calls).toEqual(['earlier', 'later']);
});

it('calls handlers when its time has passed', async () => {
  const deadline = new Deadline(1);
  await new Promise<void>((resolve) => deadline.onOver(resolve));
  expect(deadline.isOver).toBe(true);
});

it('keeps its first reason when it ends twice', () => {
  const deadline = new Deadline(LONG_MS);
  deadline.end();
  const { reason } = deadline.signal;
  deadline.cancel();
  expect(deadline.signal.reason).toBe(reason);
});

it('rejects races and aborts its signal when its time has passed', async () => {
  const deadline = new Deadline(1);
  const never = Promise.withResolvers<never>();
  const races = [deadline.race(never.promise), deadline.race(never.promise)];
  for (const race of races) expect(codeOf(await race.catch((error: unknown) => error))).toEqual(TIMEOUT);
  expect(codeOf(deadline.signal.reason)).toEqual(TIMEOUT);
});

it.each([
  ['its signal', (deadline: Deadline) => Promise.resolve(deadline.signal.reason)],
  ['a race', (deadline: Deadline) => deadline.race(Promise.resolve(1)).catch((error: unknown) => error)],
])('times out, without a timer, when %s is first used after the time of the deadline', async (_, reasonOf) => {
  const deadline = new Deadline(1);
  while (!deadline.isOver) await nextIteration();
  expect(codeOf(await reasonOf(deadline))).toEqual(TIMEOUT);
  expect(deadline.signal.aborted).toBe(true);
});

it('counts a time from its restart, and none after it is removed', async () => {
  const [restarted, removed] = [new Deadline(1), new Deadline(1)];
  restarted.restart(LONG_MS);
  removed.remove();
  const other = new Deadline(1);
  while (!other.isOver) await nextIteration();
  expect([restarted.isOver, removed.isOver, removed.signal.aborted]).toEqual([false, false, false]);
  expect(await removed.race(Promise.resolve(1))).toBe(1);
});

it('rejects a race with TIMEOUT when its client has left before, or the result fails because of that', async () => {
  const left = new Deadline(LONG_MS);
  left.cancel();
  const failing = new Deadline(LONG_MS);
  const failed = failing.race(
    new Promise((_, reject) => failing.signal.addEventListener('abort', () => reject(new Error('cancelled')))),
  );
  failing.cancel();
  for (const race of [left.race(Promise.resolve(1)), left.race(Promise.reject(new Error('x'))), failed])
    expect(codeOf(await race.catch((error: unknown) => error))).toEqual(TIMEOUT);
});

it('returns the result or the error of a race when it is not over', async () => {
  using deadline = new Deadline(LONG_MS);
  const error = new Error('failed');
  expect(await deadline.race(Promise.resolve(1))).toBe(1);
  await expect(deadline.race(Promise.reject(error))).rejects.toBe(error);
});

it('rejects the result of a race that comes after the answer, and does not reject it before', async () => {
  const deadline = new Deadline(LONG_MS);
  const late = Promise.withResolvers<number>();
  const race = deadline.race(late.promise);
  deadline.end();
  expect(await Promise.race([race.catch(() => 'rejected'), Promise.resolve('pending')])).toBe('pending');
  late.resolve(1);
  await expect(race).rejects.toBe(deadline.signal.reason);
});
