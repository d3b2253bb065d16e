const [QUOTE, COMMA, OPENING_BRACKET, BACKSLASH, OPENING_BRACE] = [0x22, 0x2c, 0x5b, 0x5c, 0x7b];

/**
 * Returns whether a JSON text has more values than the limit. To parse and to check them takes much longer than the same number
 * of bytes in one string. Lists, objects and the separators in them are counted. The cost is linear in the length of the text,
 * and ends at the limit. A text that is too short to have more costs nothing.
 */
export function hasMoreValues(text: string, max: number): boolean {
  if (text.length <= 2 * max) return false; // a value has a character and a separator
  let values = 1;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charCodeAt(at);
    if (character === QUOTE) at = endOfString(text, at + 1);
    else if (character === COMMA || character === OPENING_BRACKET || character === OPENING_BRACE) values += 1;
    if (values > max) return true;
  }
  return false;
}

/** Characters of a string that are read one by one before {@link String.indexOf} looks for its end: it is faster in long runs only. */
const STEP = 64;

/**
 * Returns the position of the quotation mark that ends a string, or the length of the text. A string of megabytes without many
 * escapes takes a tenth of the time of its characters.
 */
function endOfString(text: string, start: number): number {
  const { length } = text;
  let at = start;
  while (at < length) {
    for (const stop = at + STEP; at < stop && at < length;) {
      const character = text.charCodeAt(at);
      if (character === QUOTE) return at;
      at += character === BACKSLASH ? 2 : 1;
    }
    const quote = text.indexOf('"', at);
    if (quote === -1) return length;
    if (!isEscaped(text, at, quote)) return quote;
    at = quote + 1;
  }
  return length;
}

/** @param start position before `end` that no backslash escapes */
function isEscaped(text: string, start: number, end: number): boolean {
  let first = end;
  while (first > start && text.charCodeAt(first - 1) === BACKSLASH) first -= 1;
  return (end - first) % 2 === 1;
}

/** Returns whether a value is an object of JSON: neither null nor a list. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
