import { LRUCache } from 'lru-cache';
import { compareVersions, type KubernetesObject } from '../kubernetes/object.ts';
import type { Change } from './store-events.ts';

/** The difference of one object between two versions. Both sides are undefined if it was created and deleted in between. */
export interface NetChange<T> {
  readonly before: T | undefined;
  readonly after: T | undefined;
  /** The last known state of the object. */
  readonly last: T;
}

/** Whether the changes between two versions need to be known one by one, or only how the first state differs from the last. */
export type Steps = 'each' | 'net';

const MAX_GAPS = 500;
/** Clients choose the versions, so the results for all of them together are bounded. About 10 MB. */
const MAX_CACHED_CHANGES = 100_000;

/**
 * The recent changes of a store, addressable by the resourceVersion that each produced. Holds between `capacity` and twice
 * as many changes, and up to 1,000 gaps. Results for recent versions have up to 100,000 changes together.
 */
export class ChangeLog<T extends KubernetesObject> {
  readonly #capacity: number;
  #changes: Change<T>[] = [];
  /** The log holds every change after this version. Empty: it holds none. */
  #oldestVersion = '';
  /** Version ranges with unknown changes. Versions inside, exclusive of both ends, cannot be addressed. */
  #gaps: { readonly from: string; readonly to: string }[] = [];
  /** Results of {@link changesSince} since the last change, by version. */
  #netChanges = createNetChangeCache<T>();

  /** @param capacity number of changes to keep */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Discards everything and starts at a version; at the empty version, no version can be addressed. */
  startAt(version: string): void {
    this.#oldestVersion = version;
    this.#changes = [];
    this.#gaps = [];
    this.#netChanges.clear();
  }

  record(change: Change<T>): void {
    if (this.#oldestVersion === '') return;
    if (this.#netChanges.size > 0) this.#netChanges.clear();
    this.#changes.push(change);
    if (this.#changes.length > this.#capacity * 2) this.#trim();
  }

  /** Records that not every change between two versions is known: a list or the result of a write has skipped some. */
  recordGap(from: string, to: string): void {
    if (from === to) return;
    this.#gaps.push({ from, to });
    if (this.#gaps.length > MAX_GAPS * 2) this.#trimGaps();
  }

  /**
   * Returns one change per object since a version; undefined if the log does not reach back, the version is in a gap, or it
   * is opaque.
   * @param steps `each` if every object that was created and deleted again must be returned: none is known of a gap
   */
  changesSince(version: string, steps: Steps = 'net'): readonly NetChange<T>[] | undefined {
    if (this.#oldestVersion === '' || !(compareVersions(version, this.#oldestVersion) >= 0)) return undefined;
    const reaches = (from: string) => steps === 'each' || compareVersions(from, version) < 0;
    if (this.#gaps.some(({ from, to }) => reaches(from) && compareVersions(version, to) < 0)) return undefined;
    let changes = this.#netChanges.get(version);
    if (!changes) {
      changes = netChangesOf(this.#changes.filter((change) => compareVersions(change.version, version) > 0));
      this.#netChanges.set(version, changes);
    }
    return changes;
  }

  #trim(): void {
    this.#moveOldestVersion(
      this.#changes.splice(0, this.#changes.length - this.#capacity).map(({ version }) => version),
    );
  }

  /** A polled resource records a gap with every list. The log then starts where the oldest remaining gap does. */
  #trimGaps(): void {
    this.#moveOldestVersion(this.#gaps.splice(0, this.#gaps.length - MAX_GAPS).map(({ to }) => to));
  }

  #moveOldestVersion(removed: readonly string[]): void {
    for (const version of removed) if (compareVersions(version, this.#oldestVersion) > 0) this.#oldestVersion = version;
  }
}

function createNetChangeCache<T>() {
  return new LRUCache<string, readonly NetChange<T>[]>({
    maxSize: MAX_CACHED_CHANGES,
    sizeCalculation: (changes) => changes.length + 1,
  });
}

function netChangesOf<T extends KubernetesObject>(changes: readonly Change<T>[]): readonly NetChange<T>[] {
  const byUid = new Map<string, NetChange<T>>();
  for (const change of changes) {
    const { uid } = change.object.metadata;
    const known = byUid.get(uid);
    const before = known ? known.before : change.type === 'added' ? undefined : change.previous;
    byUid.set(uid, { before, after: change.type === 'deleted' ? undefined : change.object, last: change.object });
  }
  return [...byUid.values()];
}
