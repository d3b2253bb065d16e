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
  readonly #byNamespace = new Map<string, Set<StoreEventHandler<T>>>();
  readonly #byName = new Map<string, Set<StoreEventHandler<T>>>();

  get size(): number {
    return this.#all.size;
  }

  /** @param objects default: every object */
  add(handler: StoreEventHandler<T>, objects: HandledObjects | undefined): void {
    this.#all.add(handler);
    if (!objects) this.#ofEveryObject.add(handler);
    else if ('name' in objects) addTo(this.#byName, keyOf(objects.name), handler);
    else for (const namespace of objects.namespaces) addTo(this.#byNamespace, namespace, handler);
  }

  /** Returns whether the handler was there. */
  delete(handler: StoreEventHandler<T>, objects: HandledObjects | undefined): boolean {
    if (!objects) this.#ofEveryObject.delete(handler);
    else if ('name' in objects) deleteFrom(this.#byName, keyOf(objects.name), handler);
    else for (const namespace of objects.namespaces) deleteFrom(this.#byNamespace, namespace, handler);
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

function addTo<H>(handlers: Map<string, Set<H>>, key: string, handler: H): void {
  const known = handlers.get(key);
  if (known) known.add(handler);
  else handlers.set(key, new Set([handler]));
}

function deleteFrom<H>(handlers: Map<string, Set<H>>, key: string, handler: H): void {
  const known = handlers.get(key);
  known?.delete(handler);
  if (known?.size === 0) handlers.delete(key);
}
