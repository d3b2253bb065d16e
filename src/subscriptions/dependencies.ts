import { Multimap } from '../kubernetes/multimap.ts';
import { olderVersion, type KubernetesObject } from '../kubernetes/object.ts';
import type { ChangeHandler } from '../viewer-client/change-handler.ts';
import type { ScopedLister } from '../viewer-client/scoped-lister.ts';
import type { Watermark } from './cursor.ts';

interface TrackedResource {
  readonly objects: ScopedLister<KubernetesObject>;
  /** Version of the resource when it was first read. */
  readonly since: string;
  readonly removeHandler: () => void;
}

/**
 * The dependencies between the rows of a result set and the related objects that their selected fields were read from.
 *
 * A dependency key names one read of the cache, such as `workspacekinds.kubeflow.org jupyterlab` for a read by name. A
 * change of an object announces the keys of every read whose result it may alter; {@link dependentsOf} maps them to the
 * rows to evaluate again. Example: `workspaces { object { kind { displayName } } }` records for each workspace the key of
 * its WorkspaceKind, and a change of that kind marks its workspaces only.
 *
 * Holds one entry per row and read. Owned by a {@link SharedSubscription}, which disposes it; it then removes its event
 * handlers.
 */
export class Dependencies implements Disposable {
  readonly #uidsByDependency = new Multimap<string, string>();
  readonly #dependenciesByUid = new Multimap<string, string>();
  readonly #tracked = new Map<string, TrackedResource>();
  readonly #handler: ChangeHandler<KubernetesObject>;

  /** @param handler receives every change of the resources that were read */
  constructor(handler: ChangeHandler<KubernetesObject>) {
    this.#handler = handler;
  }

  /** Records that the row of this uid depends on a read. Handles changes of the resource from the first read on. */
  record(uid: string, objects: ScopedLister<KubernetesObject>, dependencyKey: string): void {
    this.track(objects);
    this.#uidsByDependency.add(dependencyKey, uid);
    this.#dependenciesByUid.add(uid, dependencyKey);
  }

  /** Handles changes of a resource, and records how far it is included in the result set, also before a row reads it. */
  track(objects: ScopedLister<KubernetesObject>): void {
    if (this.#tracked.has(objects.storeKey)) return;
    const { version: since } = objects;
    this.#tracked.set(objects.storeKey, { objects, since, removeHandler: objects.addEventHandler(this.#handler) });
  }

  /** Removes the dependencies of a row. */
  forget(uid: string): void {
    for (const dependencyKey of this.#dependenciesByUid.get(uid) ?? [])
      this.#uidsByDependency.delete(dependencyKey, uid);
    this.#dependenciesByUid.deleteKey(uid);
  }

  /** Returns the uids of the rows that depend on any of these reads. May return one several times. */
  *dependentsOf(dependencyKeys: Iterable<string>): Iterable<string> {
    if (this.#uidsByDependency.size === 0) return;
    for (const dependencyKey of dependencyKeys) yield* this.#uidsByDependency.get(dependencyKey) ?? [];
  }

  /** Returns the resources that have been read. */
  resources(): readonly ScopedLister<KubernetesObject>[] {
    return [...this.#tracked.values()].map(({ objects }) => objects);
  }

  /** Returns the current versions of the resources that have been read, by resource name. */
  versions(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.resources().map(({ storeKey, version }) => [storeKey, version]));
  }

  /**
   * Returns how far each resource is included in the result set.
   * @param from the versions before the evaluation. A resource that is missing was read for the first time since
   */
  watermarks(from: Readonly<Record<string, string>>): Readonly<Record<string, Watermark>> {
    return Object.fromEntries(
      [...this.#tracked.values()].map(({ objects: { storeKey, knownVersion: highest, changedVersion }, since }) => {
        const version = from[storeKey] ?? since;
        return [storeKey, { version, highest, changedVersion: olderVersion(changedVersion, version) }];
      }),
    );
  }

  [Symbol.dispose](): void {
    for (const { removeHandler } of this.#tracked.values()) removeHandler();
    this.#tracked.clear();
  }
}
