import type { SeededRandom } from '../seeded-random.ts';
import type { SampleValues } from './target.ts';

/** A value with its JSON text, for texts that `JSON.stringify` does not produce: `1e400`, `-0`, repeated keys. */
export class RawJson {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** Returns the JSON text of a value that may contain {@link RawJson}. Lone surrogates are escaped. */
export function jsonOf(value: unknown): string {
  if (value instanceof RawJson) return value.text;
  if (Array.isArray(value)) return `[${value.map(jsonOf).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  return `{${Object.entries(value)
    .map(([key, each]) => `${JSON.stringify(key)}:${jsonOf(each)}`)
    .join(',')}}`;
}

const NUMBERS = [
  '0',
  '-0',
  '-1',
  '1.5',
  '2147483647',
  '2147483648',
  '-2147483649',
  '9007199254740993',
  '1e308',
  '1e400',
  '1e-400',
];

const NAMES = [
  'team-a',
  'team-b',
  'nb-1',
  'nb-2',
  'nb-7',
  'jupyterlab',
  'home',
  'token',
  'fast',
  'pod',
  'train',
  'missing',
];

/** Texts that are malformed for some parser. */
const TEXTS: readonly string[] = Object.values({
  names: [
    '',
    ' ',
    '.',
    '..',
    '../..',
    'a/b',
    '%2e%2e',
    '%zz',
    '//[',
    'a\\b',
    'A',
    '-a',
    'a-',
    'x'.repeat(64),
    'x'.repeat(254),
  ],
  unicode: [
    '\u0000',
    '\u0001\u001b[2J',
    '\ud800',
    '\udfff\ud800',
    '\u202Etxt',
    '💥'.repeat(80),
    'é',
    'İ',
    'ﬀ',
    '\ufeff',
    '\u2028',
  ],
  prototypes: ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'prototype'],
  literals: ['*', '{}', '[]', 'null', '0', '-1', '1e309', 'true'],
  labelSelectors: [
    'a=b',
    'a==b,c!=d',
    '!a',
    'a in (b,c)',
    'a notin (',
    'a in ()',
    '=',
    ',',
    ',,',
    'a=b,',
    '(((',
    ','.repeat(2_000),
    'a=b,'.repeat(2_000),
  ],
  fieldSelectors: ['metadata.name=nb-1', 'metadata.name!=', 'spec.nodeName=x', 'metadata.name=a\\,b', '\\'.repeat(999)],
  quantities: [
    '1Gi',
    '1e999999999',
    '1.',
    '+5m',
    '1'.repeat(400),
    `0.${'0'.repeat(400)}1`,
    '1ki',
    'Ki',
    '9223372036854775808Ei',
  ],
  times: [
    '2026-11-25T10:00:00Z',
    '2026-02-30T00:00:00Z',
    '9999-12-31T23:59:60+14:00',
    '2026-11-25',
    '+275760-09-13T00:00:00Z',
    `2026-11-25T10:00:00.${'9'.repeat(300)}Z`,
  ],
  jsonPointers: [
    '/spec',
    '/metadata/labels/a~1b',
    '/spec/~2',
    '/-',
    '/spec/podTemplate/-',
    '/0/00',
    '/'.repeat(500),
    '/__proto__/x',
    '~',
  ],
  yaml: [
    '&a [*a]',
    'a: &x {b: *x}',
    '? '.repeat(200),
    '[['.repeat(90),
    '- '.repeat(300),
    'a: 1\na: 2',
    '<<: *b',
    '!!js/function x',
    '%YAML 9.9\n---',
    '--- {}\n---\n{}',
    'a: |9\n x',
    '\t- a',
  ],
  injections: [
    'team-a\r\nX-Injected: 1',
    'a\nb',
    'http://169.254.169.254/',
    'file:',
    '{{x}}',
    '<script>',
    '" or ""="',
    "'; drop",
    '%s%n',
    'system:masters',
  ],
  cursors: ['e30', 'eyJ2IjoxfQ', 'AAAA', Buffer.from('{"v":null,"p":[]}').toString('base64url')],
  long: ['x'.repeat(10_000)],
}).flat();

/** Returns the JSON text of a number that some parser does not expect. */
export function hostileNumber(random: SeededRandom): RawJson {
  return new RawJson(random.pick(NUMBERS));
}

export function existingName(random: SeededRandom): string {
  return random.pick(NAMES);
}

/** Returns a text: usually a malformed one, else a valid id or cursor with a change. */
export function hostileText(random: SeededRandom, samples: SampleValues): string {
  switch (random.below(8)) {
    case 0:
      return corruptedText(random.pick([...samples.ids, ...samples.pageCursors]), random);
    case 1:
      return corruptedText(random.pick(samples.streamCursors), random);
    case 2:
      return corruptedText(random.pick(TEXTS), random);
    case 3:
      return existingName(random);
    default:
      return random.pick(TEXTS);
  }
}

/** Returns a text with one to three characters removed, inserted, replaced or repeated. */
export function corruptedText(text: string, random: SeededRandom): string {
  let corrupted = text;
  for (let count = 1 + random.below(3); count > 0; count -= 1) {
    const at = random.below(corrupted.length + 1);
    const [before, after] = [corrupted.slice(0, at), corrupted.slice(at)];
    const inserted = random.pick([
      '',
      'A',
      '0',
      '=',
      '-',
      ',',
      '~',
      '"',
      '\u0000',
      '\ud83d',
      before.slice(-20),
      'x'.repeat(100),
    ]);
    corrupted = `${before}${inserted}${after.slice(random.below(3))}`;
  }
  return corrupted;
}

/** Returns any JSON value. */
export function hostileJson(random: SeededRandom, samples: SampleValues, level = 0): unknown {
  const nested = () => hostileJson(random, samples, level + 1);
  switch (random.below(level < 3 ? 12 : 7)) {
    case 0:
      return null;
    case 1:
      return random.below(2) === 0;
    case 2:
      return hostileNumber(random);
    case 7:
      return [];
    case 8:
      return Array.from({ length: 1 + random.below(4) }, nested);
    case 9:
      return Object.fromEntries(
        Array.from({ length: random.below(4) }, () => [hostileText(random, samples), nested()]),
      );
    case 10:
      return nestedArrays(random.pick([10, 150, 1_000, 20_000]));
    case 11:
      return new RawJson(`{"a":1,"a":${jsonOf(nested())},"__proto__":{"x":1}}`);
    default:
      return hostileText(random, samples);
  }
}

export function nestedArrays(depth: number): RawJson {
  return new RawJson('['.repeat(depth) + ']'.repeat(depth));
}

/** Returns a JSON value with one to three of its parts removed, replaced, wrapped or added. */
export function corruptedJson(value: unknown, random: SeededRandom, samples: SampleValues): unknown {
  let corrupted = value;
  for (let count = 1 + random.below(3); count > 0; count -= 1) corrupted = corruptedOnce(corrupted, random, samples);
  return corrupted;
}

function corruptedOnce(value: unknown, random: SeededRandom, samples: SampleValues): unknown {
  const isContainer = typeof value === 'object' && value !== null && !(value instanceof RawJson);
  const keys = isContainer ? Object.keys(value) : [];
  // Deeper parts are as likely as the root, so that replacements do not remove most of a value.
  if (!isContainer || keys.length === 0 || random.below(5) === 0) return replacement(value, random, samples);
  const key = random.pick(keys);
  const entries = Object.entries(value).flatMap(([name, child]) => {
    if (name !== key) return [[name, child] as const];
    if (random.below(8) === 0) return [];
    const kept = corruptedOnce(child, random, samples);
    return random.below(10) === 0
      ? [[name, kept] as const, [hostileText(random, samples), child] as const]
      : [[name, kept] as const];
  });
  return Array.isArray(value) ? entries.map(([, child]) => child) : Object.fromEntries(entries);
}

/** Most repeated values are small; inputs above the limit of a body are made on purpose elsewhere. */
const MAX_REPEATED_CHARACTERS = 500_000;

function repeated(value: unknown, times: number): readonly unknown[] {
  const most = Math.ceil(MAX_REPEATED_CHARACTERS / jsonOf(value).length);
  return Array.from({ length: Math.min(times, most) }, () => value);
}

function replacement(value: unknown, random: SeededRandom, samples: SampleValues): unknown {
  switch (random.below(6)) {
    case 0:
      return [value];
    case 1:
      return { value };
    case 2:
      return typeof value === 'string' ? corruptedText(value, random) : repeated(value, random.pick([2, 50, 500]));
    default:
      return hostileJson(random, samples);
  }
}
