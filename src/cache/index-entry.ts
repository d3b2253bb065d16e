import type { FieldValues, ObjectField } from '../kubernetes/object-field.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';

/** Positions of the kept fields in the values of each entry of one store. */
export class FieldSlots {
  readonly #slots: (number | undefined)[] = [];
  #size = 0;

  of(fieldId: number): number {
    return (this.#slots[fieldId] ??= this.#size++);
  }
}

/** An object in the indexes of a store. */
export interface IndexedObject<T> extends FieldValues<T> {
  readonly namespace: string;
}

/** Keeps the values of the fields that were read from its object. */
export class IndexEntry<T extends KubernetesObject> implements IndexedObject<T> {
  readonly object: T;
  readonly namespace: string;
  readonly #slots: FieldSlots;
  readonly #values: unknown[] = [];

  constructor(object: T, slots: FieldSlots) {
    this.object = object;
    this.namespace = object.metadata.namespace ?? '';
    this.#slots = slots;
  }

  read<V>(field: ObjectField<T, V>): V {
    if (field.id === undefined) return field.of(this.object);
    const slot = this.#slots.of(field.id);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only this field writes the slot
    const known = this.#values[slot] as V | undefined;
    if (known !== undefined) return known;
    const value = field.of(this.object);
    while (this.#values.length < slot) this.#values.push(undefined); // an array without holes is read faster
    this.#values[slot] = value;
    return value;
  }
}

/** The difference between two versions of a store: entries that left it and entries that joined it. */
export interface EntryChanges<T extends KubernetesObject> {
  readonly removed: ReadonlySet<IndexEntry<T>>;
  readonly added: ReadonlySet<IndexEntry<T>>;
}
