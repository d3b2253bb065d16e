import { describe, expect, it } from 'vitest';
import { resultOf } from './request-error.ts';

const json = { 'content-type': 'application/json' };

describe('resultOf', () => {
  it('returns the data when the response has no errors', async () => {
    expect(await resultOf(new Response('{"data":{"a":1}}', { headers: json }))).toEqual({ a: 1 });
  });

  it.each([
    ['{"errors":[{"message":"No","extensions":{"code":"FORBIDDEN"}}],"data":{"a":null}}', 200, 'FORBIDDEN', 'No'],
    ['{}', 401, 'UNAUTHENTICATED', 'The session has ended.'],
    ['<html></html>', 401, 'UNAUTHENTICATED', 'The session has ended.'],
    ['<html></html>', 502, undefined, 'Expected JSON of the gateway, got HTTP 502.'],
    ['{}', 200, undefined, 'Expected data of the gateway, got none.'],
  ])('throws an error when the response is %s with the status %i', async (body, status, code, message) => {
    const failed = resultOf(new Response(body, { status, headers: json }));
    await expect(failed).rejects.toMatchObject({ name: 'RequestError', code, message });
  });
});
