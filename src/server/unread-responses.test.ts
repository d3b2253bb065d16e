import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import { UnreadResponses } from './unread-responses.ts';

const TIMEOUT_MS = 2_000;

it('holds no response and no timer when all responses are closed, and checks later ones again', () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const responses = new UnreadResponses({ slowReaderTimeoutMs: TIMEOUT_MS, onStalled: () => undefined });
  for (const _ of ['first', 'later']) {
    const response = new ServerResponse(new IncomingMessage(new Socket()));
    responses.watch(response);
    vi.advanceTimersByTime(TIMEOUT_MS);
    expect(vi.getTimerCount()).toBe(1);
    response.emit('close');
    vi.advanceTimersByTime(TIMEOUT_MS);
    expect(vi.getTimerCount()).toBe(0);
  }
});

it('does not disconnect a client whose response waits for an earlier one of its connection', () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  onTestFinished(() => void vi.useRealTimers());
  let stalled = 0;
  const responses = new UnreadResponses({ slowReaderTimeoutMs: TIMEOUT_MS, onStalled: () => (stalled += 1) });
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  responses.watch(response);
  response.write('x'.repeat(100_000));
  expect(response.writableLength).toBeGreaterThan(0);
  vi.advanceTimersByTime(5 * TIMEOUT_MS);
  expect(stalled).toBe(0);
});
