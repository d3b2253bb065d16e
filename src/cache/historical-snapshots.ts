import type { Client } from '../kubernetes/client.ts';
import { compareVersions, type KubernetesObject, type ObjectName } from '../kubernetes/object.ts';
import type { NetChange } from './change-log.ts';
import type { Store } from './store.ts';

/** Returns one change per object between a fixed version and now; undefined if the store has not reached that version yet. */
export type ChangesReader<T> = () => readonly NetChange<T>[] | undefined;

const MAX_SNAPSHOTS = 4;
const MAX_IN_FLIGHT = 2;

/**
 * States of a resource at versions from before the change log, e.g. from before this process started. They are listed
 * from the API server, which keeps some minutes of history. Holds the last four snapshots, which share unchanged objects with
 * the store, and lists at most two at once.
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
   * Resolves with a reader of the changes since a version, which may be called at any later time. Resolves with undefined
   * if the version is of an earlier epoch, the API server does not have it any more, or two snapshots are being listed.
   */
  async changesSince(version: string): Promise<ChangesReader<T> | undefined> {
    if (!this.#store.isCurrentEpoch(version)) return undefined;
    const snapshot = await this.#snapshotAt(version);
    return snapshot && (() => this.#changesFrom(snapshot));
  }

  #changesFrom(snapshot: ReadonlyMap<string, T>): readonly NetChange<T>[] | undefined {
    const present = new Map([...this.#store.list()].map((object) => [object.metadata.uid, object]));
    const changes: NetChange<T>[] = [];
    for (const [uid, before] of snapshot) {
      const after = present.get(uid);
      if (compareVersions(before.metadata.resourceVersion, this.#store.version) > 0) return undefined;
      if (before.metadata.resourceVersion !== after?.metadata.resourceVersion)
        changes.push({ before, after, last: after ?? before });
    }
    for (const [uid, after] of present) if (!snapshot.has(uid)) changes.push({ before: undefined, after, last: after });
    return changes;
  }

  #snapshotAt(version: string): Promise<ReadonlyMap<string, T> | undefined> {
    const known = this.#snapshots.get(version);
    if (known) return known;
    if (this.#inFlight >= MAX_IN_FLIGHT) return Promise.resolve(undefined);
    const snapshot = this.#fetch(version);
    this.#snapshots.set(version, snapshot);
    const [oldest] = this.#snapshots.keys();
    if (this.#snapshots.size > MAX_SNAPSHOTS && oldest !== undefined) this.#snapshots.delete(oldest);
    return snapshot;
  }

  async #fetch(version: string): Promise<ReadonlyMap<string, T> | undefined> {
    this.#inFlight += 1;
    try {
      const options = {
        atResourceVersion: version,
        namespace: this.#store.namespace,
        signal: this.#signal,
        heldObject: (at: ObjectName) => this.#store.get(at),
      };
      const { items } = await this.#client.listAll(this.#store.resource, options, () => undefined);
      return new Map(items.map((object) => [object.metadata.uid, object]));
    } catch {
      this.#snapshots.delete(version);
      return undefined; // expired or unreachable: the caller sends a complete snapshot instead, which is always right
    } finally {
      this.#inFlight -= 1;
    }
  }
}
