import type { KubernetesObject } from '../kubernetes/object.ts';
import { parseLabelSelector } from '../kubernetes/label-selector.ts';
import { failure } from './errors.ts';
import { assertTextLength } from './text-limits.ts';

/** One condition of a filter. Undefined if the filter does not have it, so every object matches. */
type Condition<T> = ((object: T) => boolean) | undefined;

/** Returns a predicate for objects that meet all conditions. */
export function matchesAll<T>(conditions: readonly Condition<T>[]): (object: T) => boolean {
  const given = conditions.filter((condition) => condition !== undefined);
  return (object) => given.every((holds) => holds(object));
}

/**
 * Condition on the labels of an object; the selector is parsed once.
 * @throws {GraphQLError} BAD_REQUEST if the selector is malformed
 */
export function labelCondition(selector: string | null | undefined): Condition<KubernetesObject> {
  if (typeof selector !== 'string') return undefined;
  const matches = parsed(selector);
  return ({ metadata }) => matches(metadata.labels);
}

function parsed(selector: string): ReturnType<typeof parseLabelSelector> {
  try {
    return parseLabelSelector(selector);
  } catch (error) {
    throw error instanceof SyntaxError ? failure('BAD_REQUEST', error.message) : error;
  }
}

/** Returns text whose case and Unicode composition do not count: `É` may be one character or two. */
export function foldedText(text: string): string {
  return text.normalize('NFC').toLowerCase();
}

const MAX_SEARCH_LENGTH = 1_000;

/**
 * Condition that one of the texts contains the search text, ignoring case and Unicode composition.
 * @throws {GraphQLError} BAD_REQUEST if the search text is too long
 */
export function searchCondition<T>(
  search: string | null | undefined,
  textsOf: (object: T) => readonly string[],
): Condition<T> {
  assertTextLength('a search text', search, MAX_SEARCH_LENGTH);
  const text = foldedText(search ?? '');
  return text ? (object) => textsOf(object).some((candidate) => foldedText(candidate).includes(text)) : undefined;
}

/** Condition that the value is one of those in the list. No object matches an empty list. */
export function oneOfCondition<T, V>(
  values: readonly V[] | null | undefined,
  valueOf: (object: T) => V | undefined,
): Condition<T> {
  if (!values) return undefined;
  const wanted = new Set<V | undefined>(values);
  return (object) => wanted.has(valueOf(object));
}

/** Condition that the flag has the expected value. */
export function flagCondition<T>(expected: boolean | null | undefined, flagOf: (object: T) => boolean): Condition<T> {
  return typeof expected === 'boolean' ? (object) => flagOf(object) === expected : undefined;
}
