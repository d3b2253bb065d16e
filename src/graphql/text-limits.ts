import { failure } from './errors.ts';

const MAX_QUOTED_LENGTH = 100;

/**
 * Limits the length of a client's text before it is parsed or compared.
 * @param what the text, as a part of the error message: `search`, `a page cursor`
 * @throws {GraphQLError} BAD_REQUEST if the text is longer
 */
export function assertTextLength(what: string, text: string | null | undefined, max: number): void {
  if (typeof text === 'string' && text.length > max)
    throw failure('BAD_REQUEST', `Expected ${what} of at most ${max} characters, got ${text.length}.`);
}

/** Returns a text in quotation marks, of at most 100 characters. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > MAX_QUOTED_LENGTH ? `${text.slice(0, MAX_QUOTED_LENGTH)}…` : text);
}
