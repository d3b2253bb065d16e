import { Multimap } from '../kubernetes/multimap.ts';
import { derivedValues, type FieldValues, type ObjectField } from '../kubernetes/object-field.ts';
import type { FieldCondition } from '../kubernetes/object-filter.ts';
import type { ObjectTerms, Term } from '../kubernetes/object-terms.ts';

/** Values of a field, or terms, of which each object that meets all conditions of a handler has at least one. */
type Requirement<T> =
  | { readonly field: ObjectField<T, unknown>; readonly values: readonly unknown[] }
  | {
      readonly of: ObjectTerms<T>;
      readonly terms: readonly Term[];
      /** The condition that requires the terms. It is derived from the object and nothing else, as they are. */
      readonly isMet: FieldCondition<T>;
    };

/**
 * Finds the handlers whose conditions an object may meet, without evaluating the conditions of all of them: an index of standing
 * queries. Each handler is filed under one requirement of its conditions, the one that the fewest others are filed under.
 *
 * Example: a handler of `labelSelector: "team=a,tier=dev"` is filed under the term of `team=a`, if `tier=dev` has more handlers. Only an
 * object with that label finds it. A handler without any such requirement is found for every object.
 */
export class ConditionIndex<T extends {}, H extends {}> {
  readonly #always = new Set<H>();
  readonly #byValue = new Map<ObjectField<T, unknown>, Multimap<unknown, H>>();
  readonly #byTerm = new Map<ObjectTerms<T>, Multimap<Term, H>>();
  /** The requirement that each handler is filed under. Without those that are found always. */
  readonly #requirements = new Map<H, Requirement<T>>();

  get size(): number {
    return this.#always.size + this.#requirements.size;
  }

  add(handler: H, conditions: readonly FieldCondition<T>[]): void {
    const requirement = this.#rarestOf(conditions);
    if (!requirement) return void this.#always.add(handler);
    this.#requirements.set(handler, requirement);
    if ('field' in requirement) {
      const handlers = this.#byValue.get(requirement.field) ?? new Multimap();
      this.#byValue.set(requirement.field, handlers);
      for (const value of requirement.values) handlers.add(value, handler);
    } else {
      const handlers = this.#byTerm.get(requirement.of) ?? new Multimap();
      this.#byTerm.set(requirement.of, handlers);
      for (const term of requirement.terms) handlers.add(term, handler);
    }
    return undefined;
  }

  delete(handler: H): void {
    this.#always.delete(handler);
    const requirement = this.#requirements.get(handler);
    this.#requirements.delete(handler);
    if (!requirement) return;
    if ('field' in requirement) {
      const handlers = this.#byValue.get(requirement.field);
      for (const value of requirement.values) handlers?.delete(value, handler);
      if (handlers?.size === 0) this.#byValue.delete(requirement.field);
    } else {
      const handlers = this.#byTerm.get(requirement.of);
      for (const term of requirement.terms) handlers?.delete(term, handler);
      if (handlers?.size === 0) this.#byTerm.delete(requirement.of);
    }
  }

  /**
   * Adds the handlers whose conditions an object may meet in one of its states.
   * @param states before a change, after it, or both
   */
  find(states: readonly T[], found: Set<H>): void {
    for (const handler of this.#always) found.add(handler);
    if (this.#requirements.size === 0) return;
    for (const state of states)
      for (const [field, handlers] of this.#byValue) addAll(found, handlers.get(field.of(state)));
    const [before, after] = states;
    for (const [of, handlers] of this.#byTerm) {
      const isUnchanged = before && after && of.areSame(before, after);
      for (const state of isUnchanged ? [after] : states) {
        const values = derivedValues(state);
        of.forEach(values, (term) => this.#addMet(found, handlers.get(term), values));
      }
    }
  }

  /** Many handlers may share a term, such as a pair of characters, and few of them what it is part of. */
  #addMet(found: Set<H>, handlers: Iterable<H> | undefined, values: FieldValues<T>): void {
    for (const handler of handlers ?? []) {
      const requirement = this.#requirements.get(handler);
      if (requirement && 'isMet' in requirement && !found.has(handler) && requirement.isMet(values)) found.add(handler);
    }
  }

  #rarestOf(conditions: readonly FieldCondition<T>[]): Requirement<T> | undefined {
    let rarest: Requirement<T> | undefined;
    let fewest = Infinity;
    for (const condition of conditions)
      for (const requirement of requirementsOf(condition)) {
        const others = this.#countOf(requirement);
        if (others >= fewest) continue;
        [rarest, fewest] = [requirement, others];
      }
    return rarest;
  }

  #countOf(requirement: Requirement<T>): number {
    if ('field' in requirement) {
      const handlers = this.#byValue.get(requirement.field);
      return requirement.values.reduce<number>((sum, value) => sum + (handlers?.count(value) ?? 0), 0);
    }
    const handlers = this.#byTerm.get(requirement.of);
    return requirement.terms.reduce((sum, term) => sum + (handlers?.count(term) ?? 0), 0);
  }
}

function requirementsOf<T>(isMet: FieldCondition<T>): readonly Requirement<T>[] {
  const { among, query } = isMet;
  const requirements: Requirement<T>[] = among ? [among] : [];
  if (query)
    for (const { terms, isExcluded } of query.clauses)
      if (!isExcluded) requirements.push({ of: query.of, terms, isMet });
  return requirements;
}

function addAll<H extends {}>(found: Set<H>, handlers: Iterable<H> = []): void {
  for (const handler of handlers) found.add(handler);
}
