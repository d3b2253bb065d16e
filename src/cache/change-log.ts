import { compareVersions, type KubernetesObject } from '../kubernetes/object.ts';
import type { Change } from './readonly-store.ts';

/** What became of one object between two versions: undefined before it existed, and after it was gone; it may have come and gone. */
export interface NetChange<T> {
  readonly before: T | undefined;
  readonly after: T | undefined;
  /** The object as it was last seen. */
  readonly last: T;
}

const MAX_GAPS = 500;

/** The recent changes of a store, addressable by the resourceVersion that each produced. */
export class ChangeLog<T extends KubernetesObject> {
  readonly #capacity: number;
  #changes: Change<T>[] = [];
  /** Every change behind this version is here. */
  #oldestVersion = '';
  /** Where a list has leapt over changes that nobody told: between these, exclusively, nothing can be addressed. */
  #gaps: { readonly from: string; readonly to: string }[] = [];
  #netChanges = new Map<string, readonly NetChange<T>[]>();

  /** @param capacity how many changes to keep */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Forgets everything: the history begins with this version. */
  startAt(version: string): void {
    this.#oldestVersion = version;
    this.#changes = [];
    this.#gaps = [];
    this.#netChanges.clear();
  }

  record(change: Change<T>): void {
    if (compareVersions(change.version, this.#oldestVersion) <= 0) return;
    this.#netChanges.clear();
    this.#changes.push(change);
    if (this.#changes.length > this.#capacity * 2) this.#trim();
  }

  /** Notes that a list has taken the store from one version to another, over changes that were never told. */
  recordGap(from: string, to: string): void {
    if (from === to) return;
    this.#gaps.push({ from, to });
    if (this.#gaps.length > MAX_GAPS * 2) this.#trimGaps();
  }

  /** @returns undefined where the history does not reach back so far */
  changesSince(version: string): readonly NetChange<T>[] | undefined {
    if (this.#oldestVersion === '' || compareVersions(version, this.#oldestVersion) < 0) return undefined;
    if (this.#gaps.some(({ from, to }) => compareVersions(from, version) < 0 && compareVersions(version, to) < 0))
      return undefined;
    let changes = this.#netChanges.get(version);
    if (!changes) {
      changes = netChangesOf(this.#changes.filter((change) => compareVersions(change.version, version) > 0));
      this.#netChanges.set(version, changes);
    }
    return changes;
  }

  #trim(): void {
    const forgotten = this.#changes.splice(0, this.#changes.length - this.#capacity);
    for (const { version } of forgotten)
      if (compareVersions(version, this.#oldestVersion) > 0) this.#oldestVersion = version;
    this.#gaps = this.#gaps.filter(({ to }) => compareVersions(to, this.#oldestVersion) > 0);
  }

  /** What is polled leaps each time: the history then begins where the first leap that is remembered does. */
  #trimGaps(): void {
    const forgotten = this.#gaps.splice(0, this.#gaps.length - MAX_GAPS);
    for (const { to } of forgotten) if (compareVersions(to, this.#oldestVersion) > 0) this.#oldestVersion = to;
    this.#changes = this.#changes.filter(({ version }) => compareVersions(version, this.#oldestVersion) > 0);
    this.#netChanges.clear();
  }
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
