import { compareVersions, type KubernetesObject } from '../kubernetes/object.ts';
import type { Change } from './readonly-store.ts';

/** What became of one object between two versions: undefined before it existed, and after it was gone; it may have come and gone. */
export interface NetChange<T> {
  readonly before: T | undefined;
  readonly after: T | undefined;
  /** The object as it was last seen. */
  readonly last: T;
}

const LEAPS = 500;

/** The recent changes of a store, addressable by the resourceVersion that each produced. */
export class History<T extends KubernetesObject> {
  readonly #capacity: number;
  #changes: Change<T>[] = [];
  /** Every change behind this version is here. */
  #floor = '';
  /** Where a list has leapt over changes that nobody told: between these, exclusively, nothing can be addressed. */
  #leaps: { readonly from: string; readonly to: string }[] = [];
  #netChanges = new Map<string, readonly NetChange<T>[]>();

  /** @param capacity how many changes to keep */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Forgets everything: the history begins with this version. */
  begin(version: string): void {
    this.#floor = version;
    this.#changes = [];
    this.#leaps = [];
    this.#netChanges.clear();
  }

  record(change: Change<T>): void {
    if (compareVersions(change.version, this.#floor) <= 0) return;
    this.#netChanges.clear();
    this.#changes.push(change);
    if (this.#changes.length > this.#capacity * 2) this.#forget();
  }

  /** Notes that a list has taken the store from one version to another, over changes that were never told. */
  leap(from: string, to: string): void {
    if (from === to) return;
    this.#leaps.push({ from, to });
    if (this.#leaps.length > LEAPS * 2) this.#forgetLeaps();
  }

  /** @returns undefined where the history does not reach back so far */
  since(version: string): readonly NetChange<T>[] | undefined {
    if (this.#floor === '' || compareVersions(version, this.#floor) < 0) return undefined;
    if (this.#leaps.some(({ from, to }) => compareVersions(from, version) < 0 && compareVersions(version, to) < 0))
      return undefined;
    let changes = this.#netChanges.get(version);
    if (!changes) {
      changes = netChangesOf(this.#changes.filter((change) => compareVersions(change.version, version) > 0));
      this.#netChanges.set(version, changes);
    }
    return changes;
  }

  #forget(): void {
    const forgotten = this.#changes.splice(0, this.#changes.length - this.#capacity);
    for (const { version } of forgotten) if (compareVersions(version, this.#floor) > 0) this.#floor = version;
    this.#leaps = this.#leaps.filter(({ to }) => compareVersions(to, this.#floor) > 0);
  }

  /** What is polled leaps each time: the history then begins where the first leap that is remembered does. */
  #forgetLeaps(): void {
    const forgotten = this.#leaps.splice(0, this.#leaps.length - LEAPS);
    for (const { to } of forgotten) if (compareVersions(to, this.#floor) > 0) this.#floor = to;
    this.#changes = this.#changes.filter(({ version }) => compareVersions(version, this.#floor) > 0);
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
