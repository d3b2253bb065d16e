import { expect, it } from 'vitest';
import {
  isBroken,
  isConflict,
  isExpired,
  isForbidden,
  isInvalid,
  isKindUnavailable,
  isNotFound,
  isTooLargeVersion,
  isUnauthorized,
  isUnreachable,
  kindUnavailable,
  retryAfterMsOf,
  StatusError,
  type StatusDetails,
} from './status-error.ts';
import { Widget } from '../../test/support/widget.ts';

const predicates = {
  isBroken,
  isConflict,
  isExpired,
  isForbidden,
  isInvalid,
  isKindUnavailable,
  isNotFound,
  isTooLargeVersion,
  isUnauthorized,
  isUnreachable,
};

it.each<[Partial<StatusDetails>, readonly string[]]>([
  [{ code: 401 }, ['isUnauthorized']],
  [{ code: 403 }, ['isForbidden']],
  [{ code: 404, reason: 'NotFound' }, ['isNotFound']],
  [{ code: 404, reason: 'KindUnavailable' }, ['isKindUnavailable']],
  [{ code: 409 }, ['isConflict']],
  [{ code: 410 }, ['isExpired']],
  [{ code: 422 }, ['isInvalid']],
  [{ code: 429 }, []],
  [{ code: 503 }, []],
  [{ code: 503, reason: 'Unreachable' }, ['isUnreachable']],
  [{ code: 503, reason: 'Broken' }, ['isBroken', 'isUnreachable']],
  [{ code: 504 }, []],
  [{ code: 504, message: 'Timeout: Too large resource version: 9, current: 1' }, ['isTooLargeVersion']],
  [{ code: 504, causes: [{ reason: 'ResourceVersionTooLarge', field: '', message: '' }] }, ['isTooLargeVersion']],
  [{ code: 500, message: 'Too large resource version' }, []],
])('knows what %j is', (details, expected) => {
  const error = new StatusError({ code: 0, reason: '', message: '', ...details });
  expect(answersFor(error)).toEqual(expected);
});

it.each([undefined, null, 'Broken', { code: 404 }, new Error('404')])(
  'matches no predicate when the error is %j',
  (error) => {
    expect([answersFor(error), retryAfterMsOf(error)]).toEqual([[], undefined]);
  },
);

it('returns the retry delay in milliseconds when the server sent one', () => {
  const error = new StatusError({ code: 429, reason: '', message: '', retryAfterSeconds: 2 });
  expect(retryAfterMsOf(error)).toBe(2_000);
});

it('names resource, version and group when a kind is not served', () => {
  expect(kindUnavailable(Widget).message).toMatch(/^This cluster does not serve widgets\.v1\.example\.org\. /u);
  expect(kindUnavailable({ ...Widget, group: '' }).message).toMatch(/^This cluster does not serve widgets\.v1\. /u);
});

function answersFor(error: unknown): readonly string[] {
  return Object.entries(predicates).flatMap(([name, predicate]) => (predicate(error) ? name : []));
}
