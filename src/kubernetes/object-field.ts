import type { KubernetesObject } from './object.ts';

let fields = 0;

/** A value that is derived from one object and nothing else, such as its state. Indexes keep it for each object. */
export class ObjectField<T, V> {
  /** Distinguishes the fields that indexes keep the values of. Undefined if the value is cheaper to derive than to keep. */
  readonly id: number | undefined;
  /**
   * Returns the value. Equal objects have equal values. A kept value is derived once if the same object is passed again at
   * once, as when many filters examine one change.
   */
  readonly of: (object: T) => V;

  constructor(of: (object: T) => V, values: 'kept' | 'derived' = 'kept') {
    if (values === 'kept') this.id = fields++;
    this.of = values === 'kept' ? remembering(of) : of;
  }
}

function remembering<T, V>(of: (object: T) => V): (object: T) => V {
  let last: { readonly object: T; readonly value: V } | undefined;
  return (object) => {
    if (last?.object !== object) last = { object, value: of(object) };
    return last.value;
  };
}

/** Values of the fields of one object. */
export interface FieldValues<T> {
  readonly object: T;
  read<V>(field: ObjectField<T, V>): V;
}

/** One condition of a filter, on the fields of an object. */
export interface FieldCondition<T> {
  (values: FieldValues<T>): boolean;
  /** Text that the value of a field contains if the condition is met: an index of the texts can find the objects. */
  readonly contains?: { readonly field: ObjectField<T, string>; readonly text: string };
}

/** Predicate for the objects that meet all conditions. */
export interface ObjectFilter<T> {
  (object: T): boolean;
  readonly conditions: readonly FieldCondition<T>[];
}

export const nameField = new ObjectField(({ metadata }: KubernetesObject) => metadata.name, 'derived');
export const namespaceField = new ObjectField(({ metadata }: KubernetesObject) => metadata.namespace ?? '', 'derived');

/** The fields of an object that no index has. */
class DerivedValues<T> implements FieldValues<T> {
  readonly object: T;

  constructor(object: T) {
    this.object = object;
  }

  read<V>(field: ObjectField<T, V>): V {
    return field.of(this.object);
  }
}

/** Returns a predicate for objects that meet all conditions. */
export function filterOf<T>(conditions: readonly FieldCondition<T>[]): ObjectFilter<T> {
  const matches = (object: T) => {
    const values = new DerivedValues(object);
    return conditions.every((isMet) => isMet(values));
  };
  return Object.assign(matches, { conditions });
}
