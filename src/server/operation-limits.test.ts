import { expect, it } from 'vitest';
import { excessiveVariables, parseWithin, type OperationLimits } from './operation-limits.ts';

const limits: OperationLimits = {
  maxDocumentBytes: 1_000,
  maxDocumentTokens: 1_000,
  maxOperationDepth: 1_000,
  maxOperationFields: 1_000,
  maxOperationAliases: 1_000,
  maxOperationDirectives: 1_000,
  maxRootFields: 1_000,
  maxFieldComparisons: 1_000,
};
const elevenFragments = Array.from({ length: 11 }, (_, index) => `fragment F${index} on Query { a }`).join(' ');

it.each<[setting: keyof OperationLimits, name: string, actual: number, text: string]>([
  ['maxDocumentBytes', 'MAX_DOCUMENT_BYTES', 10, '{ a } # é'],
  ['maxDocumentTokens', 'MAX_DOCUMENT_TOKENS', 4, '{ a b }'],
  ['maxOperationDepth', 'MAX_OPERATION_DEPTH', 2, '{ a { b } c { d } }'],
  ['maxOperationDepth', 'MAX_OPERATION_DEPTH', 3, '{ ...F } fragment F on Query { a { b } }'],
  ['maxOperationDepth', 'MAX_OPERATION_DEPTH', 4, '{ a(b: [[1]]) }'],
  ['maxOperationFields', 'MAX_OPERATION_FIELDS', 4, '{ a { b } ...F ...F } fragment F on Query { c }'],
  ['maxOperationFields', 'MAX_OPERATION_FIELDS', 3, 'query A { a b } query B { c }'],
  ['maxOperationFields', 'MAX_OPERATION_FIELDS', 2, '{ a } fragment Unused on Query { b c }'],
  [
    'maxOperationFields',
    'MAX_OPERATION_FIELDS',
    4,
    'fragment B on Query { a b } fragment A on Query { ...B ...B } { ...A }',
  ],
  ['maxOperationAliases', 'MAX_OPERATION_ALIASES', 3, '{ x: a ...F ...F } fragment F on Query { y: b }'],
  ['maxOperationDirectives', 'MAX_OPERATION_DIRECTIVES', 3, 'query @a { b @c ... @d { e } }'],
  ['maxRootFields', 'MAX_ROOT_FIELDS', 3, '{ a { b } c ...F } fragment F on Query { d { e } }'],
  ['maxFieldComparisons', 'MAX_FIELD_COMPARISONS', 3, '{ a a a }'],
])('accepts a document at the limit %s, and refuses one above it with %s: %i in %s', (setting, name, actual, text) => {
  expect(parseWithin({ ...limits, [setting]: actual }, text).kind).toBe('Document');
  const max = actual - 1;
  expect(() => parseWithin({ ...limits, [setting]: max }, text)).toThrow(
    expect.objectContaining({ extensions: expect.objectContaining({ limit: { name, max, actual } }) }),
  );
});

it('refuses fragments that have more than ten times the fields of an operation together', () => {
  const text = `{ a } ${elevenFragments}`;
  expect(parseWithin({ ...limits, maxOperationFields: 2 }, text).kind).toBe('Document');
  expect(() => parseWithin({ ...limits, maxOperationFields: 1 }, text)).toThrow(/at most 10 .*, got 11/u);
});

it('accepts variables that are nested as deeply as an operation may be, and no deeper', () => {
  const variables = { a: [[1]] };
  expect(excessiveVariables({ ...limits, maxOperationDepth: 3 }, variables)).toBeUndefined();
  expect(excessiveVariables({ ...limits, maxOperationDepth: 2 }, variables)?.extensions['limit']).toEqual({
    name: 'MAX_OPERATION_DEPTH',
    max: 2,
    actual: 3,
  });
});
