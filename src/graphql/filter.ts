import type { KubernetesObject } from '../kubernetes/object.ts';
import { ObjectField, type FieldValues } from '../kubernetes/object-field.ts';
import { filterOf, type FieldCondition, type ObjectFilter } from '../kubernetes/object-filter.ts';
import { parseLabelSelector } from '../kubernetes/label-selector.ts';
import { forEachPair, labelTerms, type ObjectTerms, type TermClause } from '../kubernetes/object-terms.ts';
import type { InputFields } from './builder.ts';
import { failure } from './errors.ts';
import { assertTextLength } from './text-limits.ts';

/** One condition of a filter. Undefined if the filter does not have it, so every object matches. */
type Condition<T> = FieldCondition<T> | undefined;

/** Returns a predicate for objects that meet all conditions. */
export function matchesAll<T>(conditions: readonly Condition<T>[]): ObjectFilter<T> {
  return filterOf(conditions.filter((condition) => condition !== undefined));
}

/** Input field for {@link labelCondition}. */
export function labelSelectorField(t: InputFields) {
  return t.string({
    description:
      'Kubernetes label selector, e.g. `team=ml,tier in (dev,test),!legacy`. BAD_REQUEST if it is malformed.',
  });
}

/** Requirements of a label selector that take as much time as most conditions. */
const REQUIREMENTS_PER_WEIGHT = 4;

/**
 * Condition on the labels of an object.
 * @throws {GraphQLError} BAD_REQUEST if the selector is malformed
 */
export function labelCondition(selector: string | null | undefined): Condition<KubernetesObject> {
  if (typeof selector !== 'string') return undefined;
  const matches = parsed(selector);
  const isMet = ({ object }: FieldValues<KubernetesObject>) => matches(object.metadata.labels);
  const { clauses } = matches;
  const weight = Math.max(1, clauses.length / REQUIREMENTS_PER_WEIGHT);
  return Object.assign(isMet, { query: { of: labelTerms, clauses }, weight });
}

function parsed(selector: string): ReturnType<typeof parseLabelSelector> {
  try {
    return parseLabelSelector(selector);
  } catch (error) {
    throw error instanceof SyntaxError ? failure('BAD_REQUEST', error.message) : error;
  }
}

/**
 * Returns text whose case and Unicode composition do not count: `É` may be one character or two. The sigma is the same at the end of
 * a word and within, so that a part of a word is found.
 */
export function foldedText(text: string): string {
  return text.normalize('NFC').toLowerCase().replaceAll('ς', 'σ');
}

const MAX_SEARCH_LENGTH = 1_000;

/** Between the texts of an object. A search text that contains it is in none of them. */
const SEPARATOR = '\u0000';

/** Texts in which {@link searchCondition} finds objects. Their terms are the pairs of adjacent characters. */
interface SearchedTexts<T> extends ObjectTerms<T> {
  readonly field: ObjectField<T, string>;
}

/** Returns texts in which {@link searchCondition} finds objects. */
export function searchedTexts<T>(textsOf: (object: T) => readonly string[]): SearchedTexts<T> {
  const field = new ObjectField((object: T) => [...new Set(textsOf(object).map(foldedText))].join(SEPARATOR));
  return {
    field,
    fields: [field],
    forEach: (values, add) => forEachPair(values.read(field), add),
    areSame: (before, after) => areEqual(textsOf(before), textsOf(after)),
  };
}

function areEqual(texts: readonly string[], others: readonly string[]): boolean {
  return texts.length === others.length && texts.every((text, index) => text === others[index]);
}

/** The name of an object, for {@link searchCondition}. */
export const nameTexts = searchedTexts(({ metadata }: KubernetesObject) => [metadata.name]);

/**
 * Condition that one of the texts of an object contains the search text, ignoring case and Unicode composition.
 * @throws {GraphQLError} BAD_REQUEST if the search text is too long
 */
export function searchCondition<T>(search: string | null | undefined, texts: SearchedTexts<T>): Condition<T> {
  assertTextLength('a search text', search, MAX_SEARCH_LENGTH);
  const text = foldedText(search ?? '');
  if (!text) return undefined;
  if (text.includes(SEPARATOR)) return () => false;
  const clauses: TermClause[] = [];
  forEachPair(text, (term) => clauses.push({ terms: [term], isExcluded: false }));
  const isMet = (values: FieldValues<T>) => values.read(texts.field).includes(text);
  return clauses.length === 0 ? isMet : Object.assign(isMet, { query: { of: texts, clauses } });
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
  const isMet = valueCondition(valueOf, (value) => wanted.has(value));
  return valueOf instanceof ObjectField
    ? Object.assign(isMet, { among: { field: valueOf, values: [...wanted] } })
    : isMet;
}

/** Condition that the flag has the expected value. */
export function flagCondition<T>(expected: boolean | null | undefined, flagOf: ValueOf<T, boolean>): Condition<T> {
  return typeof expected === 'boolean' ? oneOfCondition([expected], flagOf) : undefined;
}

export function valueCondition<T, V>(valueOf: ValueOf<T, V>, matches: (value: V) => boolean): FieldCondition<T> {
  if (valueOf instanceof ObjectField) return (values) => matches(values.read(valueOf));
  return ({ object }) => matches(valueOf(object));
}
