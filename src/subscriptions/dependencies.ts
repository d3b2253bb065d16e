import type { KubernetesObject } from '../kubernetes/object.ts';
import type { Follower, Objects } from '../viewer-client/objects.ts';
import type { Reach } from './cursor.ts';

interface Followed {
  readonly objects: Objects<KubernetesObject>;
  /** Its version when it was first read. */
  readonly since: string;
  readonly unfollow: () => void;
}

/**
 * Which objects of a live query were answered from which reads: when the answer of a read changes, they are to be
 * looked at again.
 */
export class Dependencies {
  readonly #keysByReadKey = new Map<string, Set<string>>();
  readonly #readKeysByKey = new Map<string, Set<string>>();
  readonly #followed = new Map<string, Followed>();
  readonly #follower: Follower<KubernetesObject>;

  /** @param follower told of every change of the resources that were read */
  constructor(follower: Follower<KubernetesObject>) {
    this.#follower = follower;
  }

  /** Notes that the answer for `key` came from this read. */
  add(key: string, objects: Objects<KubernetesObject>, readKey: string): void {
    if (!this.#followed.has(objects.name)) {
      this.#followed.set(objects.name, { objects, since: objects.version, unfollow: objects.follow(this.#follower) });
    }
    addTo(this.#keysByReadKey, readKey, key);
    addTo(this.#readKeysByKey, key, readKey);
  }

  forget(key: string): void {
    for (const readKey of this.#readKeysByKey.get(key) ?? []) {
      const keys = this.#keysByReadKey.get(readKey);
      keys?.delete(key);
      if (keys?.size === 0) this.#keysByReadKey.delete(readKey);
    }
    this.#readKeysByKey.delete(key);
  }

  /** The keys whose answers came from any of these reads. */
  *touchedBy(readKeys: Iterable<string>): Iterable<string> {
    if (this.#keysByReadKey.size === 0) return;
    for (const readKey of readKeys) yield* this.#keysByReadKey.get(readKey) ?? [];
  }

  /** The resources that have been read. */
  followed(): readonly Objects<KubernetesObject>[] {
    return [...this.#followed.values()].map(({ objects }) => objects);
  }

  /** How far the copies of the resources that have been read have come, by their names. */
  versions(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.followed().map(({ name, version }) => [name, version]));
  }

  /**
   * How far they have been taken in.
   * @param from up to which versions entirely; resources that are missing here were read for the first time since
   */
  reaches(from: Readonly<Record<string, string>>): Readonly<Record<string, Reach>> {
    const followed = [...this.#followed.values()];
    return Object.fromEntries(
      followed.map(({ objects: { name, reached }, since }) => [name, { version: from[name] ?? since, reached }]),
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
