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
