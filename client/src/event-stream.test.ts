import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  EventStream,
  retryDelayMs,
  type EventStreamHandler,
  type EventStreamOptions,
  type ListEvent,
} from './event-stream.ts';
import type { SubscriptionClient, SubscriptionRequest, SubscriptionSink } from './subscription-client.ts';

interface Attempt {
  readonly request: SubscriptionRequest;
  readonly sink: SubscriptionSink;
  readonly isOver: () => boolean;
}

/** A client whose attempts the test answers. */
class ScriptedClient implements SubscriptionClient {
  readonly attempts: Attempt[] = [];
  #next = Promise.withResolvers<Attempt>();

  subscribe(request: SubscriptionRequest, sink: SubscriptionSink): () => void {
    let isOver = false;
    const attempt = { request, sink, isOver: () => isOver };
    this.attempts.push(attempt);
    this.#next.resolve(attempt);
    this.#next = Promise.withResolvers();
    return () => void (isOver = true);
  }

  /** Resolves with the next attempt after this call. */
  next(): Promise<Attempt> {
    return this.#next.promise;
  }
}

interface Log {
  readonly batches: string[];
  readonly interruptions: string[];
  readonly failures: string[];
}

function open({ handler, ...options }: EventStreamOptions & { readonly handler?: Partial<EventStreamHandler> } = {}) {
  const client = new ScriptedClient();
  const log: Log = { batches: [], interruptions: [], failures: [] };
  const stream = new EventStream(
    client,
    { query: 'subscription { list }', variables: {} },
    {
      minRetryMs: 1,
      ...options,
      handler: {
        onBatch: (results) => log.batches.push(results.map(({ event }) => event.type).join(' ')),
        onInterruption: ({ message }) => log.interruptions.push(message),
        onFailure: ({ message }) => log.failures.push(message),
        ...handler,
      },
    },
  );
  const first = client.next();
  stream.start();
  return { client, stream, first, log };
}

function send({ sink }: Attempt, ...types: ListEvent['type'][]): void {
  for (const type of types) sink.next({ data: { list: { type, cursor: `after ${type}`, object: null } } });
}

function cursorOf({ request }: Attempt): unknown {
  return (JSON.parse(JSON.stringify(request)) as SubscriptionRequest).extensions?.['after'];
}

afterEach(() => {
  vi.useRealTimers();
});

describe('a stream of events', () => {
  it('delivers a snapshot or a catch-up as one batch, and each later change as one', async () => {
    const { first, log } = open();
    const attempt = await first;
    send(attempt, 'RESET', 'ADDED', 'ADDED');
    expect(log.batches).toEqual([]);
    send(attempt, 'SYNCED', 'MODIFIED', 'DELETED', 'RESET', 'ADDED');
    expect(log.batches).toEqual(['RESET ADDED ADDED SYNCED', 'MODIFIED', 'DELETED']);
    send(attempt, 'SYNCED');
    expect(log.batches.at(-1)).toBe('RESET ADDED SYNCED');
  });

  it('resumes after the last received event, also one of an incomplete catch-up', async () => {
    const { client, first, log } = open({ after: 'the list' });
    const attempt = await first;
    expect(cursorOf(attempt)).toBe('the list');
    send(attempt, 'MODIFIED');
    const second = client.next();
    attempt.sink.complete();
    expect(cursorOf(await second)).toBe('after MODIFIED');
    send(await second, 'DELETED', 'SYNCED');
    expect(log.batches).toEqual(['MODIFIED DELETED SYNCED']);
    expect(attempt.isOver()).toBe(true);
  });

  it('sends the newest cursor when the client repeats the request by itself', async () => {
    const { first } = open();
    const attempt = await first;
    expect(cursorOf(attempt)).toBeUndefined();
    send(attempt, 'RESET', 'SYNCED', 'ADDED');
    expect(cursorOf(attempt)).toBe('after ADDED');
  });

  it('ignores an attempt that is over', async () => {
    const { client, first, log, stream } = open();
    const attempt = await first;
    const second = client.next();
    attempt.sink.error(new Error('lost'));
    send(attempt, 'RESET', 'SYNCED');
    attempt.sink.complete();
    await second;
    stream.stop();
    (await second).sink.error(new Error('late'));
    expect(log).toEqual({ batches: [], interruptions: ['lost'], failures: [] });
    expect(client.attempts).toHaveLength(2);
  });

  it('subscribes once without a cursor when the cursor is refused, and fails when that is refused too', async () => {
    const { client, first, log } = open({ after: 'of another selection' });
    const refusal = [{ message: 'Malformed', extensions: { code: 'BAD_REQUEST' } }];
    const attempt = await first;
    const second = client.next();
    attempt.sink.next({ errors: refusal });
    expect(cursorOf(await second)).toBeUndefined();
    expect(log.failures).toEqual([]);
    (await second).sink.error(refusal);
    expect(log.failures).toEqual(['Malformed']);
  });

  it.each([new Error('lost'), [{ message: 'Expired', extensions: { code: 'UNAUTHENTICATED' } }]])(
    'connects no more when its handler stops it at the interruption %j',
    async (reason) => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      const onInterruption = () => stream.stop();
      const { client, first, stream } = open({ handler: { onInterruption }, renewCredentials: () => undefined });
      (await first).sink.error(reason);
      await vi.runAllTimersAsync();
      expect(client.attempts).toHaveLength(1);
    },
  );

  it('delivers nothing more when its handler stops it at the error of a field', async () => {
    const onFieldErrors = () => stream.stop();
    const { client, first, log, stream } = open({ handler: { onFieldErrors } });
    const { sink } = await first;
    send(await first, 'RESET', 'SYNCED');
    const list = { type: 'ADDED', cursor: 'with an error', object: {} };
    sink.next({ data: { list }, errors: [{ message: 'Not synced' }] });
    const second = client.next();
    stream.start();
    expect(cursorOf(await second)).toBe('after SYNCED');
    expect(log.batches).toEqual(['RESET SYNCED']);
  });

  it('connects again when it is started after a failure', async () => {
    const { client, first, stream } = open();
    (await first).sink.error([{ message: 'Not allowed', extensions: { code: 'FORBIDDEN' } }]);
    const second = client.next();
    stream.start();
    send(await second, 'RESET', 'SYNCED');
    expect(client.attempts).toHaveLength(2);
  });

  it('renews the credentials at most twice until it is live again', async () => {
    let renewals = 0;
    const { client, first, log } = open({ renewCredentials: () => (renewals += 1) });
    const expired = [{ message: 'Expired', extensions: { code: 'UNAUTHENTICATED' } }];
    let attempt = await first;
    for (const times of [1, 2]) {
      const next = client.next();
      attempt.sink.error(expired);
      attempt = await next;
      expect(renewals).toBe(times);
    }
    send(attempt, 'RESET', 'SYNCED');
    const next = client.next();
    attempt.sink.error(expired);
    attempt = await next;
    expect([renewals, log.failures]).toEqual([3, []]);
  });
});

describe('the time between attempts', () => {
  it('doubles up to its limit', () => {
    expect([0, 1, 2, 10].map((attempts) => retryDelayMs(attempts))).toEqual([1_000, 2_000, 4_000, 30_000]);
    expect(retryDelayMs(5, undefined, { minRetryMs: 10, maxRetryMs: 50 })).toBe(50);
  });

  it('waits at least the time of the server between attempts, and doubles it', () => {
    expect([0, 1, 2, 3].map((attempts) => retryDelayMs(attempts, 7_000))).toEqual([7_000, 14_000, 28_000, 30_000]);
    expect(retryDelayMs(1, 120_000)).toBe(120_000);
  });

  it('waits a time that a timer can wait for when that of the server is longer', () => {
    expect(1.5 * retryDelayMs(0, 2 ** 40)).toBeLessThan(2 ** 31);
  });
});
