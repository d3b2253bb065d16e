import { expect, it } from 'vitest';
import type { ObjectName } from '../../../src/kubernetes/object.ts';
import { MAX_CONCURRENT_RECONCILES, startWorkQueue } from './work-queue.ts';

/** Reconciliations that the test ends. */
class Reconciliations {
  readonly started: string[] = [];
  readonly #running = new Map<string, () => void>();

  readonly reconcile = ({ name }: ObjectName): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.started.push(name);
    this.#running.set(name, resolve);
    return promise;
  };

  end(...names: readonly string[]): void {
    for (const name of names) this.#running.get(name)?.();
  }
}

/** Resolves when the timers have fired that were set before without a delay: those of one delay fire in the order of their start. */
function dueTimersFired(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 0);
  });
}

function objects(from: number, to: number): readonly string[] {
  return Array.from({ length: to - from }, (_, index) => `object-${from + index}`);
}

it('reconciles a bounded number of objects at once and the others in the order in which they are due', async () => {
  const reconciliations = new Reconciliations();
  const queue = startWorkQueue(reconciliations.reconcile);
  for (const name of objects(0, MAX_CONCURRENT_RECONCILES + 3)) queue.add({ name });
  await dueTimersFired();
  expect(reconciliations.started).toEqual(objects(0, MAX_CONCURRENT_RECONCILES));
  queue.add({ name: `object-${MAX_CONCURRENT_RECONCILES}` }); // waits already
  reconciliations.end(...objects(0, MAX_CONCURRENT_RECONCILES));
  await dueTimersFired();
  expect(reconciliations.started).toEqual(objects(0, MAX_CONCURRENT_RECONCILES + 3));
  reconciliations.end(...objects(MAX_CONCURRENT_RECONCILES, MAX_CONCURRENT_RECONCILES + 3));
  await queue.stop();
});

it('reconciles an object again when it is added during its reconciliation', async () => {
  const reconciliations = new Reconciliations();
  const queue = startWorkQueue(reconciliations.reconcile);
  queue.add({ name: 'a' });
  await dueTimersFired();
  queue.add({ name: 'a' });
  await dueTimersFired();
  expect(reconciliations.started).toEqual(['a']);
  reconciliations.end('a');
  await dueTimersFired();
  await dueTimersFired();
  expect(reconciliations.started).toEqual(['a', 'a']);
  reconciliations.end('a');
  await queue.stop();
});

it('drops the objects that wait when it stops', async () => {
  const reconciliations = new Reconciliations();
  const queue = startWorkQueue(reconciliations.reconcile);
  for (const name of objects(0, MAX_CONCURRENT_RECONCILES + 1)) queue.add({ name });
  await dueTimersFired();
  const stopped = queue.stop();
  reconciliations.end(...objects(0, MAX_CONCURRENT_RECONCILES));
  await stopped;
  expect(reconciliations.started).toEqual(objects(0, MAX_CONCURRENT_RECONCILES));
});
