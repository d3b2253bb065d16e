import { expect, it } from 'vitest';
import { kindUnavailable, StatusError, type StatusDetails } from '../kubernetes/status-error.ts';
import { Widget } from '../../test/support/widget.ts';
import { retryPolicyFor, type RetryPolicy } from './retry-policy.ts';

const normal: Omit<RetryPolicy, 'cause'> = {
  next: 'rewatch',
  checkForRollback: false,
  refreshCredentials: false,
  immediate: false,
  retryAfterMs: undefined,
};

it.each<[Partial<StatusDetails>, Partial<RetryPolicy>]>([
  [
    { code: 503, reason: 'Broken' },
    { cause: 'broken', checkForRollback: true, immediate: true },
  ],
  [
    { code: 503, reason: 'Unreachable' },
    { cause: 'unreachable', checkForRollback: true },
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
    { cause: 'overloaded', checkForRollback: true, retryAfterMs: 3_000 },
  ],
  [{ code: 401 }, { cause: 'unauthorized', refreshCredentials: true, immediate: true }],
  [{ code: 403 }, { cause: 'forbidden' }],
  [{ code: 500 }, { cause: 'server-error', checkForRollback: true }],
  [
    { code: 504, reason: 'Timeout' },
    { cause: 'server-error', checkForRollback: true },
  ],
  [{ code: 400 }, { cause: 'server-error' }],
  [{ code: 405 }, { cause: 'unwatchable', next: 'poll', immediate: true }],
])('knows what to do about %j', (details, expected) => {
  expect(retryPolicyFor(failure(details), 1)).toEqual({ ...normal, ...expected });
});

it('waits for a kind that is not served', () => {
  expect(retryPolicyFor(kindUnavailable(Widget), 1)).toEqual({
    ...normal,
    cause: 'kind-unavailable',
    next: 'wait-for-kind',
  });
});

it('insists on a version that is too large for the server, but not for ever', () => {
  const error = failure({ code: 504, message: 'Timeout: Too large resource version: 9, current: 1' });
  const steps = [1, 2, 3, 4].map((attempts) => retryPolicyFor(error, attempts));
  expect(steps.map(({ next }) => next)).toEqual(['rewatch', 'rewatch', 'list', 'list']);
  expect(steps[0]).toEqual({ ...normal, cause: 'too-large-version', checkForRollback: true });
});

it.each([new TypeError('a bug of ours'), 'thrown text', undefined])('takes %j for a bug, and begins again', (error) => {
  expect(retryPolicyFor(error, 1)).toEqual({ ...normal, cause: 'bug', next: 'list' });
});

function failure(details: Partial<StatusDetails>): StatusError {
  return new StatusError({ code: 0, reason: '', message: '', ...details });
}
