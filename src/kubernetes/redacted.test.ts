import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { KubeConfig } from '@kubernetes/client-node';
import { GraphQLError } from 'graphql';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { redactedError, redactedReason, redactedSummary } from './redacted.ts';
import { StatusError } from './status-error.ts';

const CANARY = 'zqcanaryqz';
const NUMBER_CANARY = 8_675_309;

function setProperty(value: { a: number }): void {
  value.a = 1;
}

function setCharacter(value: { 0: string }): void {
  value[0] = 'a';
}

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
    ['a character of a string', () => Reflect.apply(setCharacter, undefined, [CANARY])],
    ['an argument of Node', () => readFileSync(`\0${CANARY}`)],
    ['a property of a primitive', () => Reflect.apply(setProperty, undefined, [CANARY])],
    ['a list', () => new Set(NUMBER_CANARY as unknown as [])],
    ['an iterator', () => new Map([CANARY] as unknown as [])],
    ['BigInt', () => BigInt(CANARY)],
    ['a conversion', () => BigInt(Symbol(CANARY) as unknown as string)],
    ['YAML', () => parse(`{ a: "${CANARY}`)],
    ['a kubeconfig', () => new KubeConfig().loadFromString(`{ a: "${CANARY}`)],
    ['text like a stack', () => Promise.reject(new SyntaxError(`Unexpected\n    at ${CANARY} (1:2)`))],
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
    expect(inspect([redactedError(error), redactedReason(error)], { depth: 10 })).not.toMatch(/zqcanaryqz|8675309/u);
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
