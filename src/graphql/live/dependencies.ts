import type { KubernetesObject } from '../../kubernetes/object.ts';
import type { Follower, Objects } from '../../loaders/objects.ts';

/**
 * Which objects of a live query were answered from which reads: when the answer of a read changes, they are to be
 * looked at again.
 */
export class Dependencies {
  readonly #keysByReadKey = new Map<string, Set<string>>();
  readonly #readKeysByKey = new Map<string, Set<string>>();
  readonly #followed = new Map<string, () => void>();
  readonly #follower: Follower<KubernetesObject>;

  /** @param follower told of every change of the resources that were read */
  constructor(follower: Follower<KubernetesObject>) {
    this.#follower = follower;
  }

  /** Notes that the answer for `key` came from this read. */
  add(key: string, objects: Objects<KubernetesObject>, readKey: string): void {
    if (!this.#followed.has(objects.name)) this.#followed.set(objects.name, objects.follow(this.#follower));
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

  [Symbol.dispose](): void {
    for (const unfollow of this.#followed.values()) unfollow();
    this.#followed.clear();
  }
}

function addTo(map: Map<string, Set<string>>, key: string, value: string): void {
  const set = map.get(key);
  if (set) set.add(value);
  else map.set(key, new Set([value]));
}
