import { LRUCache } from 'lru-cache';

/** Builds that are under way at the same time. */
const MAX_BUILDS = 8;

/** Work in steps. Readers who need the same result at the same time take its steps together, instead of each doing the work. */
export class SharedBuilds {
  /** A build whose readers have all left stays until another one needs it, or until it is discarded. */
  readonly #builds = new LRUCache<string | object, Generator<void>>({ max: MAX_BUILDS });

  /**
   * Takes the steps of the work that are left. The caller may let other work run between two of them.
   * @param start called if it has not begun
   */
  *steps(key: string | object, start: () => Generator<void>): Generator<void> {
    const build = this.#builds.get(key) ?? start();
    this.#builds.set(key, build);
    while (build.next().done !== true) yield;
    this.#builds.delete(key);
  }

  /** Forgets all builds. Readers that take part in one end it. */
  clear(): void {
    this.#builds.clear();
  }
}
