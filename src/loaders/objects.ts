import { setTimeout as delay } from 'node:timers/promises';
import type { NetChange } from '../cache/history.ts';
import type { Past } from '../cache/past-states.ts';
import type { Change, ReadonlyStore } from '../cache/store.ts';
import { compareVersions, type KubernetesObject, type ObjectName } from '../kubernetes/object.ts';
import type { Resource } from '../kubernetes/resource.ts';
import { readKeys, readKeysOf } from './read-keys.ts';

export type { NetChange } from '../cache/history.ts';
export type { Past } from '../cache/past-states.ts';

const CATCH_UP_MS = 2_000;
const CATCH_UP_STEP_MS = 20;

/** Told of each read: of what, and the key under which a later change of its answer is announced. */
export type OnRead = (objects: Objects<KubernetesObject>, readKey: string) => void;

interface ObjectsOptions<T extends KubernetesObject> {
  readonly store: ReadonlyStore<T>;
  /** What has changed since a version that the store does not remember. */
  readonly further: (version: string) => Promise<Past<T> | undefined>;
  readonly onRead?: OnRead | undefined;
}

/** The objects of one resource that the viewer may see: answered from the copy, without a promise. */
export class Objects<T extends KubernetesObject> {
  readonly #store: ReadonlyStore<T>;
  readonly #further: ObjectsOptions<T>['further'];
  readonly #onRead: OnRead | undefined;

  constructor({ store, further, onRead }: ObjectsOptions<T>) {
    this.#store = store;
    this.#further = further;
    this.#onRead = onRead;
  }

  /** Names the resource. */
  get name(): string {
    return readKeys.all(this.#store.resource);
  }

  get(name: ObjectName): T | undefined {
    this.#onRead?.(this, readKeys.name(this.#store.resource, name));
    return this.#store.get(name);
  }

  withUid(uid: string): T | undefined {
    this.#onRead?.(this, readKeys.index(this.#store.resource, 'uid', uid));
    return this.#store.withUid(uid);
  }

  /** All, or those of one namespace, in no particular order. */
  list(namespace?: string): readonly T[] {
    this.#onRead?.(
      this,
      namespace === undefined
        ? readKeys.all(this.#store.resource)
        : readKeys.index(this.#store.resource, 'namespace', namespace),
    );
    return [...this.#store.list(namespace)];
  }

  byIndex(index: string, value: string): readonly T[] {
    this.#onRead?.(this, readKeys.index(this.#store.resource, index, value));
    return [...this.#store.byIndex(index, value)];
  }

  /** How far the copy has come. */
  get version(): string {
    return this.#store.version;
  }

  /** How far some objects may have come: what was written here is read at once, before the copy has come to it. */
  get reached(): string {
    return this.#store.knownVersion;
  }

  /**
   * Lets it be asked, at any later time, what has changed since a version: from memory, else from what the API server
   * remembers.
   * @param reached how far the copy has to have come, at least: another gateway may have been ahead. It is waited for
   * @param steps `each`: objects that came and went are needed too, which the API server cannot tell
   * @returns undefined where neither reaches back so far, or there was no copy then, or it was of another world
   */
  async since(version: string, reached = version, steps: 'each' | 'net' = 'net'): Promise<Past<T> | undefined> {
    const isBehind = () => compareVersions(this.version, reached) < 0;
    if (version === '' || !this.#store.isOfThisWorld(version)) return undefined;
    for (let waited = 0; waited < CATCH_UP_MS && isBehind(); waited += CATCH_UP_STEP_MS) await delay(CATCH_UP_STEP_MS);
    if (isBehind()) return undefined;
    if (this.#store.changesSince(version)) return () => this.#store.changesSince(version);
    return steps === 'net' ? this.#further(version) : undefined;
  }

  /** The keys of every read whose answer such a change may have altered. */
  readKeysOf({ before, after, last }: NetChange<T>): readonly string[] {
    return [before, after ?? last].flatMap((object) => (object ? readKeysOf(this.#store.resource, object) : []));
  }

  /**
   * Follows the objects from this very turn on.
   * @returns a function that ends the following at once
   */
  follow(follower: Follower<T>): () => void {
    const { resource } = this.#store;
    return this.#store.listen({
      changed: (change) => follower.changed(seen(resource, change)),
      reset: () => follower.reset(),
      failed: (error) => follower.failed(error),
    });
  }
}

const readKeysOfChanges = new WeakMap<object, ReadonlySet<string>>();

/** The keys are worked out once per change, however many follow. */
function seen<T extends KubernetesObject>(resource: Resource<T>, change: Change<T>): ObjectChange<T> {
  const before = change.type === 'added' ? undefined : change.previous;
  const after = change.type === 'deleted' ? undefined : change.object;
  let touched = readKeysOfChanges.get(change);
  if (!touched) {
    touched = new Set([before, after].flatMap((object) => (object ? readKeysOf(resource, object) : [])));
    readKeysOfChanges.set(change, touched);
  }
  return { after, last: change.object, readKeys: touched };
}

/** What became of one object; `after` is undefined when it is gone. `readKeys` are those of every read whose answer it may have changed. */
export interface ObjectChange<T> {
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
