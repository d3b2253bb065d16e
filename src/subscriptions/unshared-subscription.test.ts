import { GraphQLError } from 'graphql';
import { expect, it, onTestFinished, vi } from 'vitest';
import { failure } from '../graphql/errors.ts';
import { SerializedEvent } from './result-template.ts';
import { ActiveUnsharedSubscription, UnsharedSubscription, type UnsharedExecution } from './unshared-subscription.ts';

const RECHECK_MS = 60_000;

/** A source that yields its name, and then waits until its signal aborts, of which it throws the reason. */
class TestExecution implements UnsharedExecution {
  readonly source: UnsharedExecution['source'];
  /** The execution of an event waits for it. */
  executed: Promise<void> = Promise.resolve();
  isOpen = false;
  changeHandlers = 0;
  #permissionsChanged = (): void => undefined;

  constructor(visibility: string, seesNothing = false) {
    const open = (signal: AbortSignal) => this.#events(visibility, signal);
    this.source = new UnsharedSubscription(open, { isLog: false, isIncremental: false, visibility, seesNothing });
  }

  readonly addAccessChangeHandler = (handler: () => void): (() => void) => {
    this.changeHandlers += 1;
    this.#permissionsChanged = handler;
    return () => (this.changeHandlers -= 1);
  };

  readonly execute = async (event: unknown): Promise<SerializedEvent> => {
    await this.executed;
    return new SerializedEvent(String(event));
  };

  changePermissions(): void {
    this.#permissionsChanged();
  }

  async *#events(name: string, signal: AbortSignal): AsyncGenerator<string, undefined> {
    this.isOpen = true;
    yield name;
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    this.isOpen = false;
    throw signal.reason;
  }
}

/** Starts a subscription. Each recheck waits in `rechecks` for its result. */
function start(first: TestExecution) {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const rechecks: PromiseWithResolvers<TestExecution>[] = [];
  const received: string[] = [];
  const subscription = new ActiveUnsharedSubscription({
    sink: {
      ready: true,
      send: ({ text }) => void received.push(text),
      end: (error) => void received.push(String(error?.extensions['code'])),
    },
    first,
    publicError: (error) => (error instanceof GraphQLError ? error : failure('INTERNAL', String(error))),
    recheck: () => {
      const result = Promise.withResolvers<TestExecution>();
      rechecks.push(result);
      return result.promise;
    },
    recheckMs: RECHECK_MS,
    onEvent: () => undefined,
    onClose: () => void received.push('closed'),
  });
  return { subscription, received, rechecks };
}

it('goes on with the source of the newest recheck when an older one ends later', async () => {
  const [first, newest] = [new TestExecution('all'), new TestExecution('less')];
  const { received, rechecks } = start(first);
  await expect.poll(() => received).toEqual(['all']);
  first.changePermissions();
  first.changePermissions();
  rechecks[1]?.resolve(newest);
  await expect.poll(() => received).toEqual(['all', 'less']);
  const overtaken = new TestExecution('more');
  rechecks[0]?.resolve(overtaken);
  await new Promise(setImmediate);
  expect([received, first.isOpen]).toEqual([['all', 'less'], false]);
  expect([overtaken, newest, first].map(({ changeHandlers }) => changeHandlers)).toEqual([0, 1, 0]);
});

it('sends no event that is executed while a recheck finds other visibility', async () => {
  const [first, next] = [new TestExecution('all'), new TestExecution('less')];
  const executed = Promise.withResolvers<void>();
  first.executed = executed.promise;
  const { received, rechecks } = start(first);
  await expect.poll(() => first.isOpen).toBe(true);
  first.changePermissions();
  rechecks[0]?.resolve(next);
  await expect.poll(() => next.changeHandlers).toBe(1);
  executed.resolve();
  await expect.poll(() => received).toEqual(['less']);
});

it('goes on with its source when a recheck finds the same visibility, or fails with another error', async () => {
  const first = new TestExecution('all');
  const { received, rechecks } = start(first);
  await expect.poll(() => received).toEqual(['all']);
  for (let count = 0; count < 2; count += 1) vi.advanceTimersByTime(RECHECK_MS);
  const same = new TestExecution('all');
  rechecks[0]?.resolve(same);
  rechecks[1]?.reject(failure('NOT_FOUND', 'The source reports it.'));
  await expect.poll(() => same.changeHandlers).toBe(1);
  await new Promise(setImmediate);
  expect([received, first.isOpen, same.isOpen]).toEqual([['all'], true, false]);
});

it('ends with FORBIDDEN when the viewer sees nothing after a recheck', async () => {
  const { received, rechecks } = start(new TestExecution('all'));
  await expect.poll(() => received).toEqual(['all']);
  vi.advanceTimersByTime(RECHECK_MS);
  rechecks[0]?.resolve(new TestExecution('nothing', true));
  await expect.poll(() => received).toEqual(['all', 'closed', 'FORBIDDEN']);
});

it('goes on when the viewer has seen nothing before a recheck either', async () => {
  const { received, rechecks } = start(new TestExecution('nothing in a', true));
  await expect.poll(() => received).toEqual(['nothing in a']);
  vi.advanceTimersByTime(RECHECK_MS);
  rechecks[0]?.resolve(new TestExecution('nothing in a and b', true));
  await expect.poll(() => received).toEqual(['nothing in a', 'nothing in a and b']);
});

it.each(['FORBIDDEN', 'UNAUTHENTICATED', 'UNAVAILABLE'] as const)('ends when a recheck fails with %s', async (code) => {
  const { received, rechecks } = start(new TestExecution('all'));
  vi.advanceTimersByTime(RECHECK_MS);
  rechecks[0]?.reject(failure(code, 'refused'));
  await expect.poll(() => received.at(-1)).toBe(code);
});

it('releases its source, its timer and its handler when it is stopped, and ignores a recheck in progress', async () => {
  const first = new TestExecution('all');
  const { subscription, received, rechecks } = start(first);
  await expect.poll(() => received).toEqual(['all']);
  first.changePermissions();
  subscription.stop();
  const late = new TestExecution('less');
  rechecks[0]?.resolve(late);
  await expect.poll(() => first.isOpen).toBe(false);
  await new Promise(setImmediate);
  vi.advanceTimersByTime(RECHECK_MS);
  expect([received, rechecks.length, first.changeHandlers, late.changeHandlers]).toEqual([['all', 'closed'], 1, 0, 0]);
});
