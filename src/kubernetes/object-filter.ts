import { derivedValues, type FieldValues, type ObjectField } from './object-field.ts';
import type { TermQuery } from './object-terms.ts';

/** One condition of a filter, on the fields of an object. */
export interface FieldCondition<T> {
  (values: FieldValues<T>): boolean;
  /** Terms by which an index finds the objects that may meet the condition. */
  readonly query?: TermQuery<T>;
  /** The values of a field, one of which an object has that meets the condition. */
  readonly among?: { readonly field: ObjectField<T, unknown>; readonly values: readonly unknown[] };
  /** Time for one object, as a multiple of that of most conditions. By default 1. */
  readonly weight?: number;
}

/** Predicate for the objects that meet all conditions. */
export interface ObjectFilter<T> {
  (object: T): boolean;
  readonly conditions: readonly FieldCondition<T>[];
}

/** Returns the time for one object that the conditions of a filter take, as a multiple of that of most filters. */
export function weightOf<T>(conditions: readonly FieldCondition<T>[]): number {
  let weight = 1;
  for (const condition of conditions) weight += (condition.weight ?? 1) - 1;
  return weight;
}

/** Returns a predicate for objects that meet all conditions. */
export function filterOf<T>(conditions: readonly FieldCondition<T>[]): ObjectFilter<T> {
  const matches = (object: T) => {
    const values = derivedValues(object);
    return conditions.every((isMet) => isMet(values));
  };
  return Object.assign(matches, { conditions });
}
