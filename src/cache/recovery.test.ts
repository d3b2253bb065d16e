import { expect, it } from 'vitest';
import { kindUnavailable, StatusError, type StatusDetails } from '../kubernetes/status-error.ts';
import { Widget } from '../../test/support/widget.ts';
import { recoveryFrom, type Recovery } from './recovery.ts';

const normal: Omit<Recovery, 'cause'> = {
  next: 'again',
  suspicious: false,
  refreshCredentials: false,
  atOnce: false,
  retryAfterMs: undefined,
};

it.each<[Partial<StatusDetails>, Partial<Recovery>]>([
  [
    { code: 503, reason: 'Broken' },
    { cause: 'broken', suspicious: true, atOnce: true },
  ],
  [
    { code: 503, reason: 'Unreachable' },
    { cause: 'unreachable', suspicious: true },
  ],
  [
    { code: 410, reason: 'Expired' },
    { cause: 'expired', next: 'list', atOnce: true },
  ],
  [
    { code: 429, retryAfterSeconds: 3 },
    { cause: 'overloaded', retryAfterMs: 3_000 },
  ],
  [
    { code: 503, retryAfterSeconds: 3 },
    { cause: 'overloaded', suspicious: true, retryAfterMs: 3_000 },
  ],
  [{ code: 401 }, { cause: 'unauthorized', refreshCredentials: true, atOnce: true }],
  [{ code: 403 }, { cause: 'forbidden' }],
  [{ code: 500 }, { cause: 'server-error', suspicious: true }],
  [
    { code: 504, reason: 'Timeout' },
    { cause: 'server-error', suspicious: true },
  ],
  [{ code: 400 }, { cause: 'server-error' }],
  [{ code: 405 }, { cause: 'unwatchable', next: 'poll', atOnce: true }],
])('knows what to do about %j', (details, expected) => {
  expect(recoveryFrom(failure(details), 1)).toEqual({ ...normal, ...expected });
});

it('waits for a kind that is not served', () => {
  expect(recoveryFrom(kindUnavailable(Widget), 1)).toEqual({
    ...normal,
    cause: 'kind-unavailable',
    next: 'wait-for-kind',
  });
});

it('insists on a version that is too large for the server, but not for ever', () => {
  const error = failure({ code: 504, message: 'Timeout: Too large resource version: 9, current: 1' });
  const steps = [1, 2, 3, 4].map((attempts) => recoveryFrom(error, attempts));
  expect(steps.map(({ next }) => next)).toEqual(['again', 'again', 'list', 'list']);
  expect(steps[0]).toEqual({ ...normal, cause: 'too-large-version', suspicious: true });
});

it.each([new TypeError('a bug of ours'), 'thrown text', undefined])('takes %j for a bug, and begins again', (error) => {
  expect(recoveryFrom(error, 1)).toEqual({ ...normal, cause: 'bug', next: 'list' });
});

function failure(details: Partial<StatusDetails>): StatusError {
  return new StatusError({ code: 0, reason: '', message: '', ...details });
}
