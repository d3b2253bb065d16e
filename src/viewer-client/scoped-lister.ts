import { setTimeout as delay } from 'node:timers/promises';
import type { NetChange } from '../cache/change-log.ts';
import type { ChangesReader } from '../cache/historical-snapshots.ts';
import type { Change, ReadonlyStore } from '../cache/readonly-store.ts';
import { compareVersions, type KubernetesObject, type ObjectName } from '../kubernetes/object.ts';
import type { Resource } from '../kubernetes/resource.ts';
import { dependencyKeys, dependencyKeysOf } from './dependency-keys.ts';
import { seesNothing, visibleObject, type VisibilityScope } from '../auth/visibility-scope.ts';

export type { NetChange } from '../cache/change-log.ts';
export type { ChangesReader } from '../cache/historical-snapshots.ts';

const CATCH_UP_MS = 2_000;
const CATCH_UP_STEP_MS = 20;

/** Told of each read: of what, and the key under which a later change of its answer is announced. */
export type OnRead = (objects: ScopedLister<KubernetesObject>, dependencyKey: string) => void;

interface ScopedListerOptions<T extends KubernetesObject> {
  /** What of them the viewer sees. */
  readonly view: VisibilityScope;
  readonly store: ReadonlyStore<T>;
  /** What has changed since a version that the store does not remember. */
  readonly further: (version: string) => Promise<ChangesReader<T> | undefined>;
  readonly onRead?: OnRead | undefined;
}

/** The objects of one resource that the viewer may see: answered from the copy, without a promise. */
export class ScopedLister<T extends KubernetesObject> {
  readonly #view: VisibilityScope;
  readonly #store: ReadonlyStore<T>;
  readonly #further: ScopedListerOptions<T>['further'];
  readonly #onRead: OnRead | undefined;

  constructor({ view, store, further, onRead }: ScopedListerOptions<T>) {
    this.#view = view;
    this.#store = store;
    this.#further = further;
    this.#onRead = onRead;
  }

  /** Names the resource. */
  get resourceKey(): string {
    return dependencyKeys.all(this.#store.resource);
  }

  get(name: ObjectName): T | undefined {
    this.#onRead?.(this, dependencyKeys.name(this.#store.resource, name));
    return this.#see(this.#store.get(name));
  }

  withUid(uid: string): T | undefined {
    this.#onRead?.(this, dependencyKeys.index(this.#store.resource, 'uid', uid));
    return this.#see(this.#store.withUid(uid));
  }

  /** All, or those of one namespace, in no particular order. */
  list(namespace?: string): readonly T[] {
    this.#onRead?.(
      this,
      namespace === undefined
        ? dependencyKeys.all(this.#store.resource)
        : dependencyKeys.index(this.#store.resource, 'namespace', namespace),
    );
    const { full } = this.#view;
    const { namespaced } = this.#store.resource;
    if (full === 'all' || !namespaced || namespace !== undefined) return this.#seeAll(this.#store.list(namespace));
    return [...full].flatMap((each) => [...this.#store.list(each)]);
  }

  byIndex(index: string, value: string): readonly T[] {
    this.#onRead?.(this, dependencyKeys.index(this.#store.resource, index, value));
    return this.#seeAll(this.#store.byIndex(index, value));
  }

  /** Whether the viewer sees none of them, whatever there may be. */
  get seesNothing(): boolean {
    return seesNothing(this.#view);
  }

  /** How far the copy has come. */
  get version(): string {
    return this.#store.version;
  }

  /** How far some objects may have come: what was written here is read at once, before the copy has come to it. */
  get knownVersion(): string {
    return this.#store.knownVersion;
  }

  /**
   * Lets it be asked, at any later time, what has changed since a version: from memory, else from what the API server
   * remembers.
   * @param reached how far the copy has to have come, at least: another gateway may have been ahead. It is waited for
   * @param steps `each`: objects that came and went are needed too, which the API server cannot tell
   * @returns undefined where neither reaches back so far, or there was no copy then, or it was of another world
   */
  async changesSince(
    version: string,
    reached = version,
    steps: 'each' | 'net' = 'net',
  ): Promise<ChangesReader<T> | undefined> {
    const isBehind = () => compareVersions(this.version, reached) < 0;
    if (version === '' || !this.#store.isCurrentEpoch(version)) return undefined;
    for (let waited = 0; waited < CATCH_UP_MS && isBehind(); waited += CATCH_UP_STEP_MS) await delay(CATCH_UP_STEP_MS);
    if (isBehind()) return undefined;
    const known = this.#store.changesSince(version);
    const past = known ? () => this.#store.changesSince(version) : steps === 'net' && (await this.#further(version));
    return past ? () => past()?.flatMap((change) => this.#seeNet(change)) : undefined;
  }

  /** The keys of every read whose answer such a change may have altered. */
  dependencyKeysOf({ before, after, last }: NetChange<T>): readonly string[] {
    return [before, after ?? last].flatMap((object) => (object ? dependencyKeysOf(this.#store.resource, object) : []));
  }

  /**
   * Follows the objects from this very turn on.
   * @returns a function that ends the following at once
   */
  addEventHandler(follower: ChangeHandler<T>): () => void {
    const { resource } = this.#store;
    return this.#store.addEventHandler({
      changed: (change) => this.#tell(follower, told(resource, change)),
      reset: () => follower.reset(),
      failed: (error) => follower.failed(error),
    });
  }

  #tell(follower: ChangeHandler<T>, change: ScopedChange<T>): void {
    const last = this.#see(change.last);
    if (last === undefined) return;
    if (last === change.last) follower.changed(change);
    else follower.changed({ ...change, after: this.#see(change.after), last });
  }

  #see(object: T | undefined): T | undefined {
    if (object === undefined || this.#view.full === 'all') return object;
    return visibleObject(this.#view, this.#store.resource, object);
  }

  #seeAll(objects: Iterable<T>): readonly T[] {
    if (this.#view.full === 'all') return [...objects];
    return [...objects].map((object) => this.#see(object)).filter((object) => object !== undefined);
  }

  #seeNet({ before, after, last }: NetChange<T>): readonly NetChange<T>[] {
    const seen = this.#see(last);
    return seen === undefined ? [] : [{ before: this.#see(before), after: this.#see(after), last: seen }];
  }
}

/** What was told of a change to all who see the objects as they are. */
const changesTold = new WeakMap<object, ScopedChange<KubernetesObject>>();

/** Worked out once per change, however many follow. */
function told<T extends KubernetesObject>(resource: Resource<T>, change: Change<T>): ScopedChange<T> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a change is of one resource
  const known = changesTold.get(change) as ScopedChange<T> | undefined;
  if (known) return known;
  const before = change.type === 'added' ? undefined : change.previous;
  const after = change.type === 'deleted' ? undefined : change.object;
  const touched = new Set([before, after].flatMap((object) => (object ? dependencyKeysOf(resource, object) : [])));
  const news = { after, last: change.object, dependencyKeys: touched };
  changesTold.set(change, news);
  return news;
}

/** What became of one object; `after` is undefined when it is gone. `dependencyKeys` are those of every read whose answer it may have changed. */
export interface ScopedChange<T> {
  readonly after: T | undefined;
  /** The object as it was last seen. */
  readonly last: T;
  readonly dependencyKeys: ReadonlySet<string>;
}

/** Told synchronously; must not throw. */
export interface ChangeHandler<T> {
  changed(change: ScopedChange<T>): void;
  /** The past is void: take what is there now as all there is. */
  reset(): void;
  /** There is nothing to follow any more. */
  failed(error: Error): void;
}
