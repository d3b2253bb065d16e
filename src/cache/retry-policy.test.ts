import { describe, expect, it } from 'vitest';
import { kindUnavailable, StatusError, type StatusDetails } from '../kubernetes/status-error.ts';
import { Widget } from '../../test/support/widget.ts';
import { Backoff, retryPolicyFor, type RetryPolicy } from './retry-policy.ts';

const normal: Omit<RetryPolicy, 'cause'> = {
  next: 'rewatch',
  refreshCredentials: false,
  immediate: false,
  retryAfterMs: undefined,
  maxWaitMs: undefined,
};

it.each<[Partial<StatusDetails>, Partial<RetryPolicy>]>([
  [
    { code: 503, reason: 'Broken' },
    { cause: 'broken', immediate: true, maxWaitMs: 2_000 },
  ],
  [
    { code: 503, reason: 'Unreachable' },
    { cause: 'unreachable', maxWaitMs: 2_000 },
  ],
  [
    { code: 503, reason: 'CredentialsChanged' },
    { cause: 'credentials-changed', immediate: true },
  ],
  [
    { code: 503, reason: 'ServerChanged' },
    { cause: 'server-changed', next: 'list', immediate: true },
  ],
  [
    { code: 410, reason: 'Expired' },
    { cause: 'expired', next: 'list', immediate: true },
  ],
  [
    { code: 429, retryAfterSeconds: 3 },
    { cause: 'overloaded', retryAfterMs: 3_000 },
  ],
  [
    { code: 503, retryAfterSeconds: 3 },
    { cause: 'overloaded', retryAfterMs: 3_000 },
  ],
  [
    { code: 502, reason: 'EventTooLarge' },
    { cause: 'event-too-large', next: 'list', retryAfterMs: 10_000 },
  ],
  [{ code: 401 }, { cause: 'unauthorized', refreshCredentials: true, immediate: true }],
  [{ code: 403 }, { cause: 'forbidden' }],
  [{ code: 500 }, { cause: 'server-error' }],
  [{ code: 504, reason: 'Timeout' }, { cause: 'server-error' }],
  [{ code: 400 }, { cause: 'server-error' }],
  [{ code: 405 }, { cause: 'unwatchable', next: 'poll', immediate: true }],
])('returns the policy for %j', (details, expected) => {
  expect(retryPolicyFor(failure(details), 1)).toEqual({ ...normal, ...expected });
});

it.each<[string, Partial<StatusDetails>, number, RetryPolicy['next']]>([
  ['the first ERROR event', { code: 500, isWatchEvent: true }, 1, 'rewatch'],
  ['the second ERROR event', { code: 500, isWatchEvent: true }, 2, 'list'],
  ['the second ERROR event of an overloaded server', { code: 503, isWatchEvent: true }, 2, 'list'],
  ['the third refusal', { code: 500 }, 3, 'rewatch'],
  ['the fourth refusal', { code: 500 }, 4, 'list'],
  ['the fourth refusal of an invalid request', { code: 400 }, 4, 'list'],
  ['many refusals of an overloaded server', { code: 429 }, 40, 'rewatch'],
  ['many refusals without permission', { code: 403 }, 40, 'rewatch'],
])('continues after %s at one version: %j, %i times: %s', (_, details, errorsAtVersion, next) => {
  expect(retryPolicyFor(failure(details), 1, errorsAtVersion).next).toBe(next);
});

it('waits for the kind when it is not served', () => {
  expect(retryPolicyFor(kindUnavailable(Widget), 1)).toEqual({
    ...normal,
    cause: 'kind-unavailable',
    next: 'wait-for-kind',
  });
});

it('lists after three refusals of a version that is too large', () => {
  const error = failure({ code: 504, message: 'Timeout: Too large resource version: 9, current: 1' });
  const steps = [1, 2, 3, 4].map((attempts) => retryPolicyFor(error, attempts));
  expect(steps.map(({ next }) => next)).toEqual(['rewatch', 'rewatch', 'list', 'list']);
  expect(steps[0]).toEqual({ ...normal, cause: 'too-large-version' });
});

it.each([new TypeError('a bug of ours'), 'thrown text', undefined])(
  'lists again when %j was thrown, which is a bug',
  (error) => {
    expect(retryPolicyFor(error, 1)).toEqual({ ...normal, cause: 'bug', next: 'list' });
  },
);

describe('Backoff', () => {
  it('doubles from 0.8 s to 30 s', () => {
    const backoff = new Backoff(() => 0);
    expect(waitsOf(backoff, 8)).toEqual([800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000]);
  });

  it('shortens each wait by up to half at random', () => {
    const random = [0, 0.5, 0.999, 0.5];
    const backoff = new Backoff(() => random.shift() ?? 0);
    expect(waitsOf(backoff, 4).map(Math.round)).toEqual([800, 1_200, 1_602, 4_800]);
  });

  it('waits at least for Retry-After', () => {
    const backoff = new Backoff(() => 0);
    expect([backoff.next(5_000), backoff.next(1_000), backoff.next(0)]).toEqual([5_000, 1_600, 3_200]);
  });

  it('waits at most for the given bound, before it is shortened at random', () => {
    const backoff = new Backoff(() => 0);
    const waits = Array.from({ length: 4 }, () => backoff.next(0, 2_000));
    expect([...waits, backoff.next(), backoff.next()]).toEqual([800, 1_600, 2_000, 2_000, 2_000, 4_000]);
  });

  it('returns the shortest wait again after a reset', () => {
    const backoff = new Backoff(() => 0);
    waitsOf(backoff, 5);
    backoff.reset();
    expect(waitsOf(backoff, 2)).toEqual([800, 1_600]);
  });
});

function waitsOf(backoff: Backoff, times: number): number[] {
  return Array.from({ length: times }, () => backoff.next());
}

function failure(details: Partial<StatusDetails>): StatusError {
  return new StatusError({ code: 0, reason: '', message: '', ...details });
}
