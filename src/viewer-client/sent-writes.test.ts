import { expect, it } from 'vitest';
import { SentWrites } from './sent-writes.ts';

const write = { verb: 'patch', resource: 'workspaces', viewer: 'erin' };

it('does not send a write when its request is over', async () => {
  const writes = new SentWrites(() => undefined);
  let sent = 0;
  const result = writes.send(write, AbortSignal.abort(new Error('cancelled')), async () => (sent += 1));
  await expect(result).rejects.toThrow('cancelled');
  expect(sent).toBe(0);
});

it('reports only outcomes that come after the request when writes succeed or fail', async () => {
  const outcomes: unknown[] = [];
  const writes = new SentWrites((_, error) => outcomes.push(error));
  const request = new AbortController();
  const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  await writes.send(write, request.signal, async () => 'in time');
  const late = [first, second].map(({ promise }) => writes.send(write, request.signal, () => promise));
  request.abort();
  first.resolve();
  second.reject(new Error('refused'));
  await Promise.allSettled(late);
  expect(outcomes).toEqual([undefined, new Error('refused')]);
});

it('waits for pending writes when it is drained, for at most the given time', async () => {
  const writes = new SentWrites(() => undefined);
  const { promise, resolve } = Promise.withResolvers<void>();
  const order: string[] = [];
  const written = writes.send(write, new AbortController().signal, () => promise).then(() => order.push('written'));
  await writes.drain(1);
  order.push('time passed');
  const drained = writes.drain(600_000).then(() => order.push('drained'));
  resolve();
  await Promise.all([written, drained]);
  expect(order).toEqual(['time passed', 'written', 'drained']);
});
