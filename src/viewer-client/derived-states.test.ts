import { expect, it, onTestFinished, vi } from 'vitest';
import { startLazyCache } from '../../test/support/lazy-cache.ts';
import { DerivedStates, type DerivedState } from './derived-states.ts';

class State implements DerivedState {
  isInUse = false;
  isDisposed = false;

  [Symbol.dispose](): void {
    this.isDisposed = true;
  }
}

it('disposes a state ten minutes after its last use unless it is in use, and all states with itself', async () => {
  await using cached = await startLazyCache();
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const states = new DerivedStates();
  const get = (key: string) => states.get({ key, resources: [], create: () => new State() }, cached.cache);
  const all = ['unused', 'read', 'in use'].map(get);
  const [, read, inUse] = all;
  if (inUse) inUse.isInUse = true;
  const disposed = () => all.map(({ isDisposed }) => isDisposed);
  vi.advanceTimersByTime(400_000);
  expect(get('read')).toBe(read);
  vi.advanceTimersByTime(500_000);
  expect(disposed()).toEqual([true, false, false]);
  vi.advanceTimersByTime(300_000);
  expect(disposed()).toEqual([true, true, false]);
  states[Symbol.dispose]();
  expect(disposed()).toEqual([true, true, true]);
  expect(vi.getTimerCount()).toBe(0);
});
