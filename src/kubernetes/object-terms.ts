import type { FieldValues, ObjectField } from './object-field.ts';
import type { KubernetesObject } from './object.ts';

/** Hash of a short text that an object has, such as a label. Different texts may have the same hash. */
export type Term = number;

/** Terms that are derived from one object and nothing else. Indexes find the objects that have a term. */
export interface ObjectTerms<T> {
  /** Fields that the terms are derived from. */
  readonly fields: readonly ObjectField<T, unknown>[];
  /** Calls a function with each term of an object, possibly several times, and with the text that it is the hash of, if indexes keep that. */
  forEach(values: FieldValues<T>, add: (term: Term, text?: string) => void): void;
  /** Whether two states of an object are equal in all that the terms are derived from. May return false if that is not known. */
  areSame(before: T, after: T): boolean;
}

/** Part of a condition. An object that meets the condition has one of the terms or, if they are excluded, need not have any. */
export interface TermClause {
  readonly terms: readonly Term[];
  /** The texts that the terms are hashes of, if an object that has one of them is certain to meet this part of the condition. */
  readonly texts?: readonly string[];
  /** If so, an object that has none of the terms meets this part of the condition. */
  readonly isExcluded: boolean;
}

/** The terms by which objects are found that may meet a condition. */
export interface TermQuery<T> {
  readonly of: ObjectTerms<T>;
  /** Together they are the condition, as far as terms can express it. */
  readonly clauses: readonly TermClause[];
}

/** Returns the hash of a text (FNV-1a). */
function termOf(text: string): Term {
  let hash = 0x81_1c_9d_c5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01_00_01_93); // oxlint-disable-line unicorn/prefer-code-point
  return hash;
}

/**
 * Returns the clause that an object meets if it has one of the labels, or none of them.
 * @param labels `key=value`, or a key alone: a label with any value
 */
export function labelClause(labels: readonly string[], isExcluded: boolean): Required<TermClause> {
  return { terms: labels.map(termOf), texts: labels, isExcluded };
}

/** The labels of an object. */
export const labelTerms: ObjectTerms<KubernetesObject> = {
  fields: [],
  forEach({ object }, add) {
    const { labels } = object.metadata;
    for (const key in labels) {
      if (!Object.hasOwn(labels, key)) continue;
      add(termOf(key), key);
      const label = `${key}=${labels[key] ?? ''}`;
      add(termOf(label), label);
    }
  },
  areSame: (before, after) => before.metadata.labels === after.metadata.labels,
};

/** Calls a function with each pair of adjacent characters of a text: a text that contains another one has all of its pairs. */
export function forEachPair(text: string, add: (term: Term) => void): void {
  for (let index = 1; index < text.length; index += 1)
    // oxlint-disable-next-line unicorn/prefer-code-point -- units of UTF-16, as `includes` compares them
    add(Math.imul(text.charCodeAt(index - 1) + 1, 0x9e_37_79_b1) ^ text.charCodeAt(index));
}
