import type { KubernetesObject } from '../kubernetes/object.ts';
import type { ChangeHandler, ScopedLister } from '../viewer-client/scoped-lister.ts';
import type { Watermark } from './cursor.ts';

interface TrackedResource {
  readonly objects: ScopedLister<KubernetesObject>;
  /** Its version when it was first read. */
  readonly since: string;
  readonly unfollow: () => void;
}

/**
 * Which objects of a live query were answered from which reads: when the answer of a read changes, they are to be
 * looked at again.
 */
export class Dependencies {
  readonly #uidsByDependency = new Map<string, Set<string>>();
  readonly #dependenciesByUid = new Map<string, Set<string>>();
  readonly #followed = new Map<string, TrackedResource>();
  readonly #follower: ChangeHandler<KubernetesObject>;

  /** @param follower told of every change of the resources that were read */
  constructor(follower: ChangeHandler<KubernetesObject>) {
    this.#follower = follower;
  }

  /** Notes that the answer for `key` came from this read. */
  record(key: string, objects: ScopedLister<KubernetesObject>, dependencyKey: string): void {
    if (!this.#followed.has(objects.resourceKey)) {
      this.#followed.set(objects.resourceKey, {
        objects,
        since: objects.version,
        unfollow: objects.addEventHandler(this.#follower),
      });
    }
    addTo(this.#uidsByDependency, dependencyKey, key);
    addTo(this.#dependenciesByUid, key, dependencyKey);
  }

  forget(key: string): void {
    for (const dependencyKey of this.#dependenciesByUid.get(key) ?? []) {
      const keys = this.#uidsByDependency.get(dependencyKey);
      keys?.delete(key);
      if (keys?.size === 0) this.#uidsByDependency.delete(dependencyKey);
    }
    this.#dependenciesByUid.delete(key);
  }

  /** The keys whose answers came from any of these reads. */
  *dependentsOf(dependencyKeys: Iterable<string>): Iterable<string> {
    if (this.#uidsByDependency.size === 0) return;
    for (const dependencyKey of dependencyKeys) yield* this.#uidsByDependency.get(dependencyKey) ?? [];
  }

  /** The resources that have been read. */
  resources(): readonly ScopedLister<KubernetesObject>[] {
    return [...this.#followed.values()].map(({ objects }) => objects);
  }

  /** How far the copies of the resources that have been read have come, by their names. */
  versions(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.resources().map(({ resourceKey, version }) => [resourceKey, version]));
  }

  /**
   * How far they have been taken in.
   * @param from up to which versions entirely; resources that are missing here were read for the first time since
   */
  watermarks(from: Readonly<Record<string, string>>): Readonly<Record<string, Watermark>> {
    const tracked = [...this.#followed.values()];
    return Object.fromEntries(
      tracked.map(({ objects: { resourceKey, knownVersion: highest }, since }) => [
        resourceKey,
        { version: from[resourceKey] ?? since, highest },
      ]),
    );
  }

  [Symbol.dispose](): void {
    for (const { unfollow } of this.#followed.values()) unfollow();
    this.#followed.clear();
  }
}

function addTo(map: Map<string, Set<string>>, key: string, value: string): void {
  const set = map.get(key);
  if (set) set.add(value);
  else map.set(key, new Set([value]));
}
