import { Multimap } from '../kubernetes/multimap.ts';
import { keyOf, type KubernetesObject, type ObjectName } from '../kubernetes/object.ts';
import type { Change, StoreEventHandler } from './readonly-store.ts';

/** Objects whose changes a handler receives: those in some namespaces, or the one with a name. */
export type HandledObjects = { readonly namespaces: ReadonlySet<string> } | { readonly name: ObjectName };

/**
 * The event handlers of a store. A change calls only those that handle its object, so its cost does not grow with the number of
 * handlers of other namespaces and objects. Memory: an entry for each handler and each of its namespaces.
 */
export class EventHandlers<T extends KubernetesObject> {
  readonly #all = new Set<StoreEventHandler<T>>();
  readonly #ofEveryObject = new Set<StoreEventHandler<T>>();
  readonly #byNamespace = new Multimap<string, StoreEventHandler<T>>();
  readonly #byName = new Multimap<string, StoreEventHandler<T>>();

  get size(): number {
    return this.#all.size;
  }

  /** @param objects default: every object */
  add(handler: StoreEventHandler<T>, objects: HandledObjects | undefined): void {
    this.#all.add(handler);
    if (!objects) this.#ofEveryObject.add(handler);
    else if ('name' in objects) this.#byName.add(keyOf(objects.name), handler);
    else for (const namespace of objects.namespaces) this.#byNamespace.add(namespace, handler);
  }

  /** Returns whether the handler was there. */
  delete(handler: StoreEventHandler<T>, objects: HandledObjects | undefined): boolean {
    if (!objects) this.#ofEveryObject.delete(handler);
    else if ('name' in objects) this.#byName.delete(keyOf(objects.name), handler);
    else for (const namespace of objects.namespaces) this.#byNamespace.delete(namespace, handler);
    return this.#all.delete(handler);
  }

  changed(change: Change<T>): void {
    const { metadata } = change.object;
    for (const handler of this.#ofEveryObject) handler.changed(change);
    for (const handler of this.#byNamespace.get(metadata.namespace ?? '') ?? []) handler.changed(change);
    for (const handler of this.#byName.get(keyOf(metadata)) ?? []) handler.changed(change);
  }

  reset(): void {
    for (const handler of this.#all) handler.reset();
  }

  failed(error: Error): void {
    for (const handler of this.#all) handler.failed(error);
  }
}
