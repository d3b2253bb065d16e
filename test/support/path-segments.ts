/** Strings that are invalid as a path segment: each would address another resource or be changed on the way. */
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

/** Strings that are valid as a path segment only when escaped. */
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
