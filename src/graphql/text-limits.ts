import { failure } from './errors.ts';

/**
 * Limits the length of a client's text before it is parsed or compared.
 * @param what the text, as a part of the error message: `search`, `a page cursor`
 * @throws {GraphQLError} BAD_REQUEST if the text is longer
 */
export function assertTextLength(what: string, text: string | null | undefined, max: number): void {
  if (typeof text === 'string' && text.length > max)
    throw failure('BAD_REQUEST', `Expected ${what} of at most ${max} characters, got ${text.length}.`);
}
