import type { FieldValues, ObjectField } from '../../kubernetes/object-field.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';

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
  /** Small number that no other object in the indexes has. An object that replaces it may have the same one. */
  readonly position: number;
}

/** An index of objects that are added and removed one by one. */
export interface ObjectIndex<T> {
  add(object: IndexedObject<T>): void;
  /** @param object one that was added. Its fields have the same values */
  remove(object: IndexedObject<T>): void;
}

const UNREAD = Symbol('unread');

/** Keeps the values of the fields that were read from its object. */
export class IndexEntry<T extends KubernetesObject> implements IndexedObject<T> {
  readonly object: T;
  readonly namespace: string;
  readonly position: number;
  readonly #slots: FieldSlots;
  readonly #values: unknown[] = [];

  constructor(object: T, position: number, slots: FieldSlots) {
    this.object = object;
    this.position = position;
    this.namespace = object.metadata.namespace ?? '';
    this.#slots = slots;
  }

  read<V>(field: ObjectField<T, V>): V {
    if (!field.isKept) return field.of(this.object);
    const slot = this.#slots.of(field.id);
    if (slot < this.#values.length) {
      const known = this.#values[slot];
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only this field writes the slot
      if (known !== UNREAD) return known as V;
    }
    const value = field.of(this.object);
    while (this.#values.length < slot) this.#values.push(UNREAD); // an array without holes is read faster
    this.#values[slot] = value;
    return value;
  }

  /** Returns whether a field that was read has another value now. */
  isOutdated(fields: readonly ObjectField<T, unknown>[]): boolean {
    return fields.some((field) => {
      const known = this.#values[this.#slots.of(field.id)];
      return known !== undefined && known !== UNREAD && known !== field.of(this.object);
    });
  }
}

/** The difference between two versions of a store: entries that left it and entries that joined it. */
export interface EntryChanges<T extends KubernetesObject> {
  readonly removed: ReadonlySet<IndexEntry<T>>;
  readonly added: ReadonlySet<IndexEntry<T>>;
}
