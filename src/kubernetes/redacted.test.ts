import { GraphQLError } from 'graphql';
import { describe, expect, it } from 'vitest';
import { redactedError, redactedReason, redactedSummary } from './redacted.ts';
import { StatusError } from './status-error.ts';

const CANARY = 'zqcanaryqz';

describe('a redacted summary', () => {
  it.each([
    [undefined, 'nothing'],
    [null, 'null'],
    ['', 'a string of 0 characters'],
    [CANARY, 'a string of 10 characters'],
    [7, 'a number'],
    [true, 'a boolean'],
    [[CANARY], 'a list of 1 item'],
    [{ [CANARY]: CANARY, b: 1 }, 'an object with 2 fields'],
  ])('describes %j by type and size', (value, summary) => {
    expect(redactedSummary(value)).toBe(summary);
  });
});

describe('a redacted error', () => {
  const failures: readonly (readonly [string, () => unknown])[] = [
    ['JSON.parse', () => JSON.parse(`{"a":${CANARY}}`)],
    ['the in operator', () => 'a' in (CANARY as unknown as object)],
    ['a property of a string', () => Object.assign(Object(CANARY) as object, { 0: 'a' })],
    ['an iterator', () => new Map([CANARY] as unknown as [])],
    ['BigInt', () => BigInt(CANARY)],
    ['a URL', () => new URL(CANARY)],
    ['graphql-js', () => Promise.reject(new GraphQLError(`String cannot represent value: ${CANARY}`))],
    ['a cause', () => Promise.reject(new Error('outer', { cause: new SyntaxError(CANARY) }))],
    ['a property', () => Promise.reject(Object.assign(new Error('outer'), { body: CANARY }))],
    ['what is no error', () => Promise.reject(CANARY)],
  ];

  it.each(failures)('quotes no content in a failure of %s', async (_, fail) => {
    const error: unknown = await Promise.resolve()
      .then(fail)
      .catch((reason: unknown) => reason);
    expect(JSON.stringify([redactedError(error), redactedReason(error)])).not.toContain(CANARY);
  });

  it('keeps name, code, message and stack frames of other errors', () => {
    const error = new StatusError({ code: 503, reason: 'Broken', message: 'The watch was closed in the middle.' });
    expect(redactedError(error)).toEqual({
      name: 'StatusError',
      code: 503,
      message: 'The watch was closed in the middle.',
      stack: expect.stringMatching(/^ {4}at .*redacted\.test\.ts/u),
    });
  });
});
