import { derivedValues, type FieldValues, type ObjectField } from './object-field.ts';
import type { TermQuery } from './object-terms.ts';

/** One condition of a filter, on the fields of an object. */
export interface FieldCondition<T> {
  (values: FieldValues<T>): boolean;
  /** Terms by which an index finds the objects that may meet the condition. */
  readonly query?: TermQuery<T>;
  /** The values of a field, one of which an object has that meets the condition. */
  readonly among?: { readonly field: ObjectField<T, unknown>; readonly values: readonly unknown[] };
}

/** Predicate for the objects that meet all conditions. */
export interface ObjectFilter<T> {
  (object: T): boolean;
  readonly conditions: readonly FieldCondition<T>[];
}

/** Returns a predicate for objects that meet all conditions. */
export function filterOf<T>(conditions: readonly FieldCondition<T>[]): ObjectFilter<T> {
  const matches = (object: T) => {
    const values = derivedValues(object);
    return conditions.every((isMet) => isMet(values));
  };
  return Object.assign(matches, { conditions });
}
