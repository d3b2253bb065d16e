/** Texts that cannot be a segment of a request path: each would address something else, or arrive as another text. */
export const INVALID_SEGMENTS: readonly string[] = [
  '',
  '.',
  '..',
  '/',
  'a/b',
  '../a',
  'a/../../secrets/b',
  '%',
  '%2e%2e',
  'a%2Fb',
  '\0',
  'a\0b',
  'a\nb',
  'a\r\nHost: b',
  '\t',
  '\u007F',
  '\u0085',
  '\uD800',
  'a\uDC00b',
];

/** Texts that can be a segment although they mean something in a URL: they have to be escaped. */
export const UNUSUAL_SEGMENTS: readonly string[] = [
  'a?b=c',
  'a#b',
  String.raw`a\..\b`,
  'a b',
  ' ',
  'a;b',
  'a+b',
  'a&b',
  'a:b',
  '...',
  '.a',
  'ü',
  '\u{1F4A1}',
];
