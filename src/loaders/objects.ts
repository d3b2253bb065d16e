import type { ReadonlyStore } from '../cache/store.ts';
import type { KubernetesObject, ObjectName } from '../kubernetes/object.ts';
import { readKeys, readKeysOf } from './read-keys.ts';

/** Told of each read, by the key under which a later change of its answer is announced. */
export type OnRead = (readKey: string) => void;

/** The objects of one resource that the viewer may see: answered from the copy, without a promise. */
export class Objects<T extends KubernetesObject> {
  readonly #store: ReadonlyStore<T>;
  readonly #onRead: OnRead | undefined;

  constructor(store: ReadonlyStore<T>, onRead?: OnRead) {
    this.#store = store;
    this.#onRead = onRead;
  }

  get(name: ObjectName): T | undefined {
    this.#onRead?.(readKeys.name(this.#store.resource, name));
    return this.#store.get(name);
  }

  withUid(uid: string): T | undefined {
    this.#onRead?.(readKeys.index(this.#store.resource, 'uid', uid));
    return this.#store.withUid(uid);
  }

  /** All, or those of one namespace, in no particular order. */
  list(namespace?: string): readonly T[] {
    this.#onRead?.(
      namespace === undefined
        ? readKeys.all(this.#store.resource)
        : readKeys.index(this.#store.resource, 'namespace', namespace),
    );
    return [...this.#store.list(namespace)];
  }

  byIndex(index: string, value: string): readonly T[] {
    this.#onRead?.(readKeys.index(this.#store.resource, index, value));
    return [...this.#store.byIndex(index, value)];
  }

  /** How far the copy has come. */
  get version(): string {
    return this.#store.version;
  }

  /**
   * Follows the objects from this very turn on.
   * @returns a function that ends the following at once
   */
  follow(follower: Follower<T>): () => void {
    const { resource } = this.#store;
    return this.#store.listen({
      changed: (change) => {
        const before = change.type === 'added' ? undefined : change.previous;
        const after = change.type === 'deleted' ? undefined : change.object;
        const touched = new Set([before, after].flatMap((object) => (object ? readKeysOf(resource, object) : [])));
        follower.changed({ before, after, last: change.object, readKeys: touched });
      },
      reset: () => follower.reset(),
      failed: (error) => follower.failed(error),
    });
  }
}

/** What became of one object. `readKeys` are those of every read whose answer it may have changed. */
export interface ObjectChange<T> {
  readonly before: T | undefined;
  readonly after: T | undefined;
  /** The object as it was last seen. */
  readonly last: T;
  readonly readKeys: ReadonlySet<string>;
}

/** Told synchronously; must not throw. */
export interface Follower<T> {
  changed(change: ObjectChange<T>): void;
  /** The past is void: take what is there now as all there is. */
  reset(): void;
  /** There is nothing to follow any more. */
  failed(error: Error): void;
}
