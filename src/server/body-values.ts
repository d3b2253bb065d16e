import type { GraphQLError } from 'graphql';
import { failure } from '../graphql/errors.ts';

const [QUOTE, COMMA, OPENING_BRACKET, BACKSLASH, OPENING_BRACE] = [0x22, 0x2c, 0x5b, 0x5c, 0x7b];

/**
 * Returns an error if a JSON text has more values than the limit, else undefined. To parse and to check them takes much longer
 * than the same number of bytes in one string. Lists, objects and the separators in them are counted. The cost is linear in the
 * length of the text, and ends at the limit. A text that is too short to have more costs nothing.
 */
export function excessiveValues(text: string, max: number): GraphQLError | undefined {
  if (text.length <= 2 * max) return undefined; // a value has a character and a separator
  let values = 1;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charCodeAt(at);
    if (character === QUOTE) at = endOfString(text, at + 1);
    else if (character === COMMA || character === OPENING_BRACKET || character === OPENING_BRACE) values += 1;
    if (values > max) return tooManyValues(max);
  }
  return undefined;
}

/** Returns the position of the quotation mark that ends a string, or the length of the text. */
function endOfString(text: string, start: number): number {
  const { length } = text;
  let at = start;
  while (at < length) {
    const character = text.charCodeAt(at);
    if (character === QUOTE) return at;
    at += character === BACKSLASH ? 2 : 1;
  }
  return length;
}

function tooManyValues(max: number): GraphQLError {
  const message = `Expected at most ${max} values in the JSON of a request (MAX_BODY_VALUES), got more. Send a smaller request, or several.`;
  const limit = { name: 'MAX_BODY_VALUES', max, actual: max + 1 };
  return failure('TOO_LARGE', message, { limit, http: { status: 413 } });
}
