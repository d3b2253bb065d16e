import { describe, expect, it } from 'vitest';
import { toListError } from './list-error.ts';

const response = (status: number, retryAfter?: string) => ({
  message: `Expected 200, got ${status}`,
  response: { status, headers: new Headers(retryAfter === undefined ? {} : { 'retry-after': retryAfter }) },
});
const coded = (code: string, extensions = {}) => [{ message: code, extensions: { code, ...extensions } }];

describe('the recovery from an error', () => {
  it.each(['BAD_REQUEST', 'DOCUMENT_NOT_TRUSTED', 'FORBIDDEN', 'INVALID', 'TOO_LARGE'])(
    'recovers by no attempt when the code is %s',
    (code) => expect(toListError(coded(code))).toMatchObject({ code, recovery: 'stop' }),
  );

  it.each(['INTERNAL', 'KIND_UNAVAILABLE', 'RATE_LIMITED', 'TIMEOUT', 'UNAVAILABLE', 'A_LATER_CODE'])(
    'recovers by another attempt when the code is %s',
    (code) => expect(toListError(coded(code))).toMatchObject({ code, recovery: 'retry' }),
  );

  it.each([1002, 1003, 1007, 1008, 1009, 1010, 4004, 4005, 4400, 4403, 4406, 4409, 4429])(
    'recovers by no attempt when the WebSocket was closed with %d',
    (code) => {
      expect(toListError({ code, reason: '' })).toMatchObject({ closeCode: code, recovery: 'stop' });
    },
  );

  it.each([1001, 1005, 1006, 1011, 1012, 1013, 1014, 1015, 4008, 4408, 4499, 4500, 4504])(
    'recovers by another attempt when the WebSocket was closed with %d',
    (code) => {
      expect(toListError({ code, reason: 'Stopping' })).toMatchObject({ message: 'Stopping', recovery: 'retry' });
    },
  );

  it.each([400, 403, 404, 405, 413, 415])('recovers by no attempt when the HTTP status is %d', (status) => {
    expect(toListError(response(status))).toMatchObject({ status, recovery: 'stop' });
  });

  it.each([408, 429, 500, 502, 503])('recovers by another attempt when the HTTP status is %d', (status) => {
    expect(toListError(response(status))).toMatchObject({ status, recovery: 'retry' });
  });

  it.each([coded('UNAUTHENTICATED'), { code: 4401, reason: '' }, response(401)])(
    'recovers by renewed credentials when the error is %j',
    (reason) => expect(toListError(reason).recovery).toBe('renew'),
  );

  it.each([[new TypeError('fetch failed')], [undefined], [{ isTrusted: true }], [{ code: 'ECONNREFUSED' }], [[]]])(
    'recovers by another attempt when the error has no code of the gateway: %j',
    (reason) => expect(toListError(reason).recovery).toBe('retry'),
  );
});

describe('the time to wait', () => {
  it('waits the time of the server when the error or the header has it', () => {
    expect(toListError(coded('RATE_LIMITED', { retryAfterSeconds: 7 })).retryAfterMs).toBe(7_000);
    expect(toListError(response(503, '12')).retryAfterMs).toBe(12_000);
    expect(toListError(response(503, 'Fri, 31 Dec 2100 23:59:59 GMT')).retryAfterMs).toBeGreaterThan(1_000_000);
  });

  it.each([undefined, 'soon', 'Fri, 31 Dec 1999 23:59:59 GMT'])(
    'returns no time to wait when Retry-After is %s',
    (value) => {
      expect(toListError(response(503, value)).retryAfterMs).toBeUndefined();
    },
  );
});

it('keeps the original error as the cause', () => {
  const reason = new TypeError('fetch failed');
  expect(toListError(reason)).toMatchObject({ name: 'ListError', message: 'fetch failed', cause: reason });
});
