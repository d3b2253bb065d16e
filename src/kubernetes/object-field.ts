import type { KubernetesObject } from './object.ts';

let keptFields = 0;
let derivedFields = 0;

/**
 * Storage of the values of a field. `kept`: indexes keep the value of each object, and the field keeps the value of the last object, so
 * that many filters derive it once for a change. `refreshed`: indexes keep them until they are refreshed, because they change without the
 * object. `derived`: they are not kept, as they are cheaper to derive, or not the same for all viewers.
 */
type FieldStorage = 'kept' | 'refreshed' | 'derived';

/** A value that is derived from an object, such as its state, and unless it is refreshed from nothing else. */
export class ObjectField<T, V> {
  /** Distinguishes fields. Small and not negative if indexes keep the values. */
  readonly id: number;
  /** Whether indexes keep the values. */
  readonly isKept: boolean;
  /** Returns the value. Equal objects have equal values. */
  readonly of: (object: T) => V;

  constructor(of: (object: T) => V, storage: FieldStorage = 'kept') {
    this.isKept = storage !== 'derived';
    this.id = this.isKept ? keptFields++ : -(derivedFields += 1);
    this.of = storage === 'kept' ? remembering(of) : of;
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

/** Returns the fields of an object, which are derived when they are read. */
export function derivedValues<T>(object: T): FieldValues<T> {
  return new DerivedValues(object);
}
