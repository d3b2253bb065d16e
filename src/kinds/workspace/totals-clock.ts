import { LRUCache } from 'lru-cache';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import type { Derivation, DerivedState } from '../../viewer-client/derived-states.ts';
import type { ScopedLister } from '../../viewer-client/scoped-lister.ts';
import { Pod } from '../pod/resource.ts';
import { WorkspaceKind } from '../workspace-kind/resource.ts';
import { Workspace } from './resource.ts';
import type { Totals } from './totals.ts';

/** Shortest time between two results of a subscription to totals. */
export const MIN_INTERVAL_MS = 1_000;
/** Longest time, since idle times grow without a change. */
const MAX_INTERVAL_MS = 60_000;

/** Bound of the results that are kept until the next tick. Beyond it, the least recently used is computed again. */
const MAX_BYTES = 64 * 1024 * 1024;
/** Memory of the totals of a group, and of each workspace in them. */
const [GROUP_BYTES, WORKSPACE_BYTES] = [1_200, 60];

/** @param readsPods whether the totals read pods */
export function totalsClock(readsPods: boolean): Derivation<TotalsClock> {
  const resources = readsPods ? [Workspace, Pod, WorkspaceKind] : [Workspace, WorkspaceKind];
  return {
    key: `totals clock ${readsPods}`,
    resources,
    create: (reader) => new TotalsClock(resources.map((resource) => reader.prefetched(resource))),
  };
}

/**
 * Wakes all subscriptions to totals at the same time: a second after the last time at the earliest, if anything that totals
 * read has changed, and after a minute. Between two ticks it keeps results, so that viewers who see the same share them, up to 64 MiB
 * by estimate. Without a subscription there are no ticks, and no result is kept.
 */
export class TotalsClock implements DerivedState {
  readonly #results = new LRUCache<string, readonly Totals[]>({ maxSize: MAX_BYTES, sizeCalculation: bytesOf });
  readonly #removeHandlers: readonly (() => void)[];
  readonly #waiting = new Set<() => void>();
  #tickedAt = Number.NEGATIVE_INFINITY;
  #tickNumber = 0;
  #isChanged = false;
  #timer: NodeJS.Timeout | undefined;

  /** @param listers of all objects that totals read */
  constructor(listers: readonly ScopedLister<KubernetesObject>[]) {
    const changed = () => this.#changed();
    this.#removeHandlers = listers.map((lister) =>
      lister.addEventHandler({ changed, reset: changed, failed: changed }),
    );
  }

  get isInUse(): boolean {
    return this.#waiting.size > 0;
  }

  /**
   * Returns the result for a key, which is computed once in a tick, and again after a change. Until then, every call for the key
   * returns the same object, unless it had to make room.
   */
  shared(key: string, compute: () => readonly Totals[]): readonly Totals[] {
    const known = this.#results.get(key);
    if (known !== undefined) return known;
    const result = compute();
    this.#results.set(key, result);
    return result;
  }

  /** Number of the last tick. */
  get tick(): number {
    return this.#tickNumber;
  }

  /** Resolves when there has been a tick after the one with a number, the clock is disposed, or the signal aborts. */
  async after(tick: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted || tick < this.#tickNumber) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const wake = () => resolve();
    this.#waiting.add(wake);
    signal.addEventListener('abort', wake, { once: true });
    this.#schedule();
    await promise;
    signal.removeEventListener('abort', wake); // a subscription waits many times with one signal
    this.#waiting.delete(wake);
    if (this.isInUse) return;
    this.#cancel();
    this.#results.clear();
  }

  [Symbol.dispose](): void {
    this.#cancel();
    this.#tickNumber += 1; // a subscription that waits from now on continues with another clock
    for (const removeHandler of this.#removeHandlers) removeHandler();
    for (const resolve of this.#waiting) resolve();
  }

  #changed(): void {
    this.#results.clear();
    if (this.#isChanged) return;
    this.#isChanged = true;
    this.#cancel();
    this.#schedule();
  }

  #schedule(): void {
    if (!this.isInUse || this.#timer) return;
    const interval = this.#isChanged ? MIN_INTERVAL_MS : MAX_INTERVAL_MS;
    this.#timer = setTimeout(() => this.#tick(), Math.max(0, this.#tickedAt + interval - performance.now()));
  }

  #cancel(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #tick(): void {
    this.#timer = undefined;
    this.#tickedAt = performance.now();
    this.#tickNumber += 1;
    this.#isChanged = false;
    this.#results.clear();
    for (const resolve of this.#waiting) resolve();
  }
}

function bytesOf(result: readonly Totals[], key: string): number {
  return result.reduce((bytes, { count }) => bytes + GROUP_BYTES + WORKSPACE_BYTES * count, GROUP_BYTES + key.length);
}
