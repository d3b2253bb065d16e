import type { SeededRandom } from '../seeded-random.ts';
import { hostileText } from './hostile-values.ts';
import type { SampleValues } from './target.ts';

interface Sources {
  readonly random: SeededRandom;
  readonly samples: SampleValues;
  /** Names of the schema: types, fields, arguments, enum values. */
  readonly names: readonly string[];
}

type Mutation = (document: string, sources: Sources) => string;

/** Tokens of GraphQL (specification, section 2.1), and runs of anything else. */
const TOKEN = /"""[\s\S]*?"""|"(?:\\.|[^"\\\n])*"|[A-Za-z_]\w*|-?\d[\d.eE+-]*|\.\.\.|\s+|[^\s\w]/gu;

function tokensOf(document: string): string[] {
  return document.match(TOKEN) ?? [];
}

const PUNCTUATION = [
  '{',
  '}',
  '(',
  ')',
  '[',
  ']',
  ':',
  '!',
  '$',
  '@',
  '&',
  '|',
  '=',
  '...',
  ',',
  '#',
  '"',
  '"""',
  '\\',
  '\u0000',
  '\ufeff',
  '`',
  '%',
];

function changedTokens(document: string, { random, samples, names }: Sources): string {
  const tokens = tokensOf(document);
  for (let count = 1 + random.below(4); count > 0; count -= 1) {
    const at = random.below(tokens.length + 1);
    const other = tokens[random.below(tokens.length + 1)] ?? '';
    const inserted = [
      () => random.pick(names),
      () => random.pick(PUNCTUATION),
      () => other,
      () => JSON.stringify(hostileText(random, samples)),
      () => `$${random.pick(names)}`,
    ][random.below(5)]?.();
    tokens.splice(at, random.below(3), inserted ?? '');
  }
  return tokens.join('');
}

function times(count: number, text: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => text(index)).join(' ');
}

const COUNTS = [2, 20, 150, 1_000, 6_000];

/** Mutations that keep a document close to valid, so that they reach validation and execution. */
const mutations: readonly Mutation[] = [
  changedTokens,
  changedTokens,
  changedTokens,
  (document, { random }) => document.slice(0, random.below(document.length)),
  (document, { random }) => document.slice(random.below(document.length)),
  (document, { random }) =>
    document.replace('{', `{ ${times(random.pick(COUNTS), (index) => `x${index}: __typename`)}`),
  (document, { random }) => document.replace('{', `{ ${times(random.pick(COUNTS), () => '__typename')}`),
  (document, { random }) => document.replace('{', `${times(random.pick(COUNTS), () => '@include(if: true)')} {`),
  (document, { random }) => document.replace('{', `${times(random.pick(COUNTS), (index) => `@d${index}`)} {`),
  (document, { random }) =>
    document.replace(
      '{',
      `{ ${times(random.pick(COUNTS), () => '... {')} __typename ${times(random.pick(COUNTS), () => '}')}`,
    ),
  (document) => `${document} fragment A on Query { ...B } fragment B on Query { ...A } query C { ...A }`,
  (document) => document.replace(/\{([^{}]*)\}$/u, '{ ...Self } fragment Self on Query { ...Self $1 }'),
  (document, { random }) =>
    `${document} ${times(random.pick(COUNTS), (index) => `fragment G${index} on Query { ...G${index + 1} ...G${index + 1} }`)}`,
  (document, { random }) => `${document} ${times(random.pick(COUNTS), (index) => `query Q${index} { __typename }`)}`,
  (document, { random }) =>
    `query (${times(random.pick(COUNTS), (index) => `$v${index}: Int = ${index}`)}) { __typename } ${document}`,
  (document, { random }) => document.replace('(', `(a: ${'['.repeat(random.pick(COUNTS))}`),
  (document, { random }) => document.replace('(', `(a: ${'{a:'.repeat(random.pick(COUNTS))}`),
  (document, { random }) => `# ${'x'.repeat(random.pick([10, 60_000, 120_000]))}\n${document}`,
  (document, { random }) => `\ufeff${','.repeat(random.pick(COUNTS))}${document}`,
  (document) => document.replaceAll(/"[^"]*"/gu, '"\\ud800"'),
  (document) => document.replaceAll(/"[^"]*"/gu, '"\\u{110000}"'),
  (document) => document.replaceAll(/"([^"]*)"/gu, '"""$1\n  \\""" """'),
  (document, { random }) =>
    document.replaceAll(
      /\d+/gu,
      random.pick(['-0', '0x1', '01', '1e999', '99999999999999999999', '.5', '1.', '1_000']),
    ),
  (document) => `extend type Query { x: Int } ${document}`,
  (document) => `type Query { x: Int } ${document}`,
  (document) =>
    `${document} { __schema { types { fields { type { fields { type { fields { type { name } } } } } } } } }`,
  (document) => document.replace('{', '@defer { ... @stream { __typename }'),
  (document) => document.replaceAll(/ on \w+/gu, ' on Node'),
  (document) => document.replace(/^(?:query|mutation|subscription)/u, 'subscription'),
  (document, { random, names }) => document.replace(/\b\w+(?= \{)/u, () => random.pick(names)),
  (document, { random }) =>
    document.replaceAll(/\b(?:first|last): \d+/gu, () => `first: ${random.pick([-1, 2_147_483_647, 10_001])}`),
  () => '',
  () => '#',
  () => '{ __type(name: "\\u0000") { name } }',
];

/** Returns a document after one or two random mutations. */
export function mutatedDocument(document: string, sources: Sources): string {
  const { random } = sources;
  const once = random.pick(mutations)(document, sources);
  return random.below(4) === 0 ? random.pick(mutations)(once, sources) : once;
}
