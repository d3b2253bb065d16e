import type { KubernetesObject } from '../kubernetes/object.ts';
import {
  filterOf,
  ObjectField,
  type FieldCondition,
  type FieldValues,
  type ObjectFilter,
} from '../kubernetes/object-field.ts';
import { parseLabelSelector } from '../kubernetes/label-selector.ts';
import { failure } from './errors.ts';
import { assertTextLength } from './text-limits.ts';

/** One condition of a filter. Undefined if the filter does not have it, so every object matches. */
type Condition<T> = FieldCondition<T> | undefined;

/** Returns a predicate for objects that meet all conditions. */
export function matchesAll<T>(conditions: readonly Condition<T>[]): ObjectFilter<T> {
  return filterOf(conditions.filter((condition) => condition !== undefined));
}

/**
 * Condition on the labels of an object.
 * @throws {GraphQLError} BAD_REQUEST if the selector is malformed
 */
export function labelCondition(selector: string | null | undefined): Condition<KubernetesObject> {
  if (typeof selector !== 'string') return undefined;
  const matches = parsed(selector);
  return ({ object }) => matches(object.metadata.labels);
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

/** Between the texts of an object. A search text that contains it is in none of them. */
const SEPARATOR = '\u0000';

/** Returns a field of texts in which {@link searchCondition} finds objects. */
export function searchField<T>(textsOf: (object: T) => readonly string[]): ObjectField<T, string> {
  return new ObjectField((object) => [...new Set(textsOf(object).map(foldedText))].join(SEPARATOR));
}

/** The name of an object, for {@link searchCondition}. */
export const nameTexts = searchField(({ metadata }: KubernetesObject) => [metadata.name]);

/**
 * Condition that one of the texts of an object contains the search text, ignoring case and Unicode composition.
 * @throws {GraphQLError} BAD_REQUEST if the search text is too long
 */
export function searchCondition<T>(search: string | null | undefined, texts: ObjectField<T, string>): Condition<T> {
  assertTextLength('a search text', search, MAX_SEARCH_LENGTH);
  const text = foldedText(search ?? '');
  if (!text) return undefined;
  if (text.includes(SEPARATOR)) return () => false;
  return Object.assign((values: FieldValues<T>) => values.read(texts).includes(text), {
    contains: { field: texts, text },
  });
}

/** A field, which indexes keep the values of, or a function of an object. */
type ValueOf<T, V> = ObjectField<T, V> | ((object: T) => V);

/** Condition that the value is one of those in the list. No object matches an empty list. */
export function oneOfCondition<T, V>(
  values: readonly V[] | null | undefined,
  valueOf: ValueOf<T, V | undefined>,
): Condition<T> {
  if (!values) return undefined;
  const wanted = new Set<V | undefined>(values);
  return valueCondition(valueOf, (value) => wanted.has(value));
}

/** Condition that the flag has the expected value. */
export function flagCondition<T>(expected: boolean | null | undefined, flagOf: ValueOf<T, boolean>): Condition<T> {
  return typeof expected === 'boolean' ? valueCondition(flagOf, (flag) => flag === expected) : undefined;
}

export function valueCondition<T, V>(valueOf: ValueOf<T, V>, matches: (value: V) => boolean): FieldCondition<T> {
  if (valueOf instanceof ObjectField) return (values) => matches(values.read(valueOf));
  return ({ object }) => matches(valueOf(object));
}
