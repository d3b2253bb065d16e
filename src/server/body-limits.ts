import type { GraphQLError } from 'graphql';
import { failure } from '../graphql/errors.ts';
import { hasMoreValues } from '../graphql/json-values.ts';

/** Returns an error if a JSON text has more values than the limit, else undefined. See {@link hasMoreValues} for its cost. */
export function excessiveValues(text: string, max: number): GraphQLError | undefined {
  return hasMoreValues(text, max) ? tooManyValues(max) : undefined;
}

function tooManyValues(max: number): GraphQLError {
  const message = `Expected at most ${max} values in the JSON of a request (MAX_BODY_VALUES), got more. Send a smaller request, or several.`;
  return failure('TOO_LARGE', message, { limit: { name: 'MAX_BODY_VALUES', max }, http: { status: 413 } });
}

/** Returns the error for a body, or a message of a WebSocket, that is longer than MAX_BODY_BYTES. */
export function tooLong(what: 'body' | 'message', max: number): GraphQLError {
  const message = `Expected a ${what} of at most ${max} bytes (MAX_BODY_BYTES), got a longer one.`;
  return failure('TOO_LARGE', message, { limit: { name: 'MAX_BODY_BYTES', max }, http: { status: 413 } });
}
