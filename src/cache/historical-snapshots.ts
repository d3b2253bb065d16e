import type { Client } from '../kubernetes/client.ts';
import { compareVersions, type KubernetesObject } from '../kubernetes/object.ts';
import type { NetChange } from './change-log.ts';
import type { Store } from './store.ts';

/** What has changed since some version, object by object, as of now. Undefined where that is no longer known. */
export type ChangesReader<T> = () => readonly NetChange<T>[] | undefined;

const MAX_SNAPSHOTS = 4;
const MAX_IN_FLIGHT = 2;

/**
 * What the API server had at versions before our history begins, e.g. before this process did. The API server remembers
 * some minutes. Bounded: few are kept, and few are asked for at once.
 */
export class HistoricalSnapshots<T extends KubernetesObject> {
  readonly #client: Client;
  readonly #store: Store<T>;
  readonly #signal: AbortSignal;
  readonly #snapshots = new Map<string, Promise<ReadonlyMap<string, T> | undefined>>();
  #inFlight = 0;

  constructor(client: Client, store: Store<T>, signal: AbortSignal) {
    this.#client = client;
    this.#store = store;
    this.#signal = signal;
  }

  /**
   * Lets it be asked, at any later time, what has changed since a version.
   * @returns undefined where the API server does not remember, or too much is asked of it
   */
  async changesSince(version: string): Promise<ChangesReader<T> | undefined> {
    if (!this.#store.isCurrentEpoch(version)) return undefined;
    const past = await this.#snapshotAt(version);
    return past && (() => this.#changesFrom(past));
  }

  /** Undefined where the past is ahead of what we have. */
  #changesFrom(past: ReadonlyMap<string, T>): readonly NetChange<T>[] | undefined {
    const present = new Map([...this.#store.list()].map((object) => [object.metadata.uid, object]));
    const changes: NetChange<T>[] = [];
    for (const [uid, before] of past) {
      const after = present.get(uid);
      if (compareVersions(before.metadata.resourceVersion, this.#store.version) > 0) return undefined;
      if (before.metadata.resourceVersion !== after?.metadata.resourceVersion)
        changes.push({ before, after, last: after ?? before });
    }
    for (const [uid, after] of present) if (!past.has(uid)) changes.push({ before: undefined, after, last: after });
    return changes;
  }

  #snapshotAt(version: string): Promise<ReadonlyMap<string, T> | undefined> {
    const known = this.#snapshots.get(version);
    if (known) return known;
    if (this.#inFlight >= MAX_IN_FLIGHT) return Promise.resolve(undefined);
    const state = this.#fetch(version);
    this.#snapshots.set(version, state);
    const [oldest] = this.#snapshots.keys();
    if (this.#snapshots.size > MAX_SNAPSHOTS && oldest !== undefined) this.#snapshots.delete(oldest);
    return state;
  }

  async #fetch(version: string): Promise<ReadonlyMap<string, T> | undefined> {
    this.#inFlight += 1;
    try {
      const options = { exactly: version, signal: this.#signal };
      const { items } = await this.#client.listAll(this.#store.resource, options, () => undefined);
      return new Map(items.map((object) => [object.metadata.uid, object]));
    } catch {
      this.#snapshots.delete(version);
      return undefined; // forgotten, or not to be had now: who asks starts anew, which is always right
    } finally {
      this.#inFlight -= 1;
    }
  }
}
