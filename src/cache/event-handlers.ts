import { Multimap } from '../kubernetes/multimap.ts';
import type { FieldCondition } from '../kubernetes/object-filter.ts';
import { keyOf, type KubernetesObject, type ObjectName } from '../kubernetes/object.ts';
import { ConditionIndex } from './condition-index.ts';
import type { Change, StoreEventHandler } from './store-events.ts';

/** The objects whose changes a handler receives: the one with a name, or those in some namespaces that meet conditions. */
export type HandledObjects<T> =
  | { readonly name: ObjectName }
  | {
      /** Undefined: all namespaces. */
      readonly namespaces?: ReadonlySet<string> | undefined;
      /**
       * The handler may miss changes of objects that do not meet all conditions, neither before the change nor after it. It may receive
       * others.
       */
      readonly conditions?: readonly FieldCondition<T>[] | undefined;
    };

/**
 * The event handlers of a store. A change calls only those that handle its object, so its cost does not grow with the number of
 * handlers of other namespaces and objects, or with other conditions. Memory: an entry for each handler and each of its namespaces.
 */
export class EventHandlers<T extends KubernetesObject> {
  readonly #all = new Set<StoreEventHandler<T>>();
  readonly #ofEveryNamespace = new ConditionIndex<T, StoreEventHandler<T>>();
  readonly #byNamespace = new Map<string, ConditionIndex<T, StoreEventHandler<T>>>();
  readonly #byName = new Multimap<string, StoreEventHandler<T>>();

  get size(): number {
    return this.#all.size;
  }

  /** @param objects default: every object */
  add(handler: StoreEventHandler<T>, objects: HandledObjects<T> = {}): void {
    this.#all.add(handler);
    if ('name' in objects) return this.#byName.add(keyOf(objects.name), handler);
    const { namespaces, conditions = [] } = objects;
    if (!namespaces) return this.#ofEveryNamespace.add(handler, conditions);
    for (const namespace of namespaces) {
      const handlers = this.#byNamespace.get(namespace) ?? new ConditionIndex();
      this.#byNamespace.set(namespace, handlers);
      handlers.add(handler, conditions);
    }
    return undefined;
  }

  /** Returns whether the handler was there. */
  delete(handler: StoreEventHandler<T>, objects: HandledObjects<T> = {}): boolean {
    if ('name' in objects) this.#byName.delete(keyOf(objects.name), handler);
    else if (!objects.namespaces) this.#ofEveryNamespace.delete(handler);
    else
      for (const namespace of objects.namespaces) {
        const handlers = this.#byNamespace.get(namespace);
        handlers?.delete(handler);
        if (handlers?.size === 0) this.#byNamespace.delete(namespace);
      }
    return this.#all.delete(handler);
  }

  changed(change: Change<T>): void {
    const { metadata } = change.object;
    const found = new Set<StoreEventHandler<T>>();
    const ofNamespace = this.#byNamespace.get(metadata.namespace ?? '');
    const states = statesOf(change);
    this.#ofEveryNamespace.find(states, found);
    ofNamespace?.find(states, found);
    if (this.#byName.size > 0) for (const handler of this.#byName.get(keyOf(metadata)) ?? []) found.add(handler);
    // A handler may remove another one.
    for (const handler of found) if (this.#all.has(handler)) handler.changed(change);
  }

  reset(): void {
    for (const handler of this.#all) handler.reset();
  }

  failed(error: Error): void {
    for (const handler of this.#all) handler.failed(error);
  }
}

/** Returns the object before a change and after it, if it exists then. */
function statesOf<T extends KubernetesObject>(change: Change<T>): readonly T[] {
  switch (change.type) {
    case 'added':
      return [change.object];
    case 'updated':
      return [change.previous, change.object];
    case 'deleted':
      return [change.previous];
    default:
      throw new TypeError(`Expected a change, got ${JSON.stringify(change satisfies never)}.`);
  }
}
