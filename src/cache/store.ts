import { isDeepStrictEqual } from 'node:util';
import { compareVersions, keyOf, type KubernetesObject, type ObjectName } from '../kubernetes/object.ts';
import type { Resource } from '../kubernetes/resource.ts';
import { ChangeLog, type NetChange } from './change-log.ts';
import { ObjectIndexes } from './object-indexes.ts';
import type { Change, ReadonlyStore, StoreEventHandler } from './readonly-store.ts';

export class Store<T extends KubernetesObject> implements ReadonlyStore<T> {
  readonly resource: Resource<T>;
  readonly #objects = new Map<string, T>();
  readonly #indexes: ObjectIndexes<T>;
  readonly #eventHandlers = new Set<StoreEventHandler<T>>();
  readonly #changeLog: ChangeLog<T>;
  #version = '';
  #knownVersion = '';
  /** Up to here versions belong to a world that is no more. Empty: there was none. */
  #previousEpochVersion = '';
  #failure: Error | undefined;
  /** Whether the last copy was {@link empty given up}, and there is none yet after it. */
  #isDiscarded = false;
  readonly #onLastHandlerRemoved: () => void;

  /**
   * @param historyEvents how many changes {@link changesSince} can look back over
   * @param onLastHandlerRemoved told when the last listener has gone
   */
  constructor(resource: Resource<T>, historyEvents = 1_000, onLastHandlerRemoved: () => void = () => {}) {
    this.resource = resource;
    this.#onLastHandlerRemoved = onLastHandlerRemoved;
    this.#changeLog = new ChangeLog(historyEvents);
    this.#indexes = new ObjectIndexes(resource);
  }

  get size(): number {
    return this.#objects.size;
  }

  get version(): string {
    return this.#version;
  }

  get knownVersion(): string {
    return this.#knownVersion;
  }

  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Whether anybody listens. */
  get hasEventHandlers(): boolean {
    return this.#eventHandlers.size > 0;
  }

  get(name: ObjectName): T | undefined {
    return this.#objects.get(keyOf(name));
  }

  withUid(uid: string): T | undefined {
    const [object] = this.#indexes.find('uid', uid);
    return object;
  }

  list(namespace?: string): Iterable<T> {
    return namespace === undefined ? this.#objects.values() : this.#indexes.find('namespace', namespace);
  }

  byIndex(index: string, value: string): Iterable<T> {
    return this.#indexes.find(index, value);
  }

  changesSince(version: string): readonly NetChange<T>[] | undefined {
    const isKnown = this.isCurrentEpoch(version) && compareVersions(version, this.#version) <= 0;
    return isKnown ? this.#changeLog.changesSince(version) : undefined;
  }

  isCurrentEpoch(version: string): boolean {
    return this.#previousEpochVersion === '' || compareVersions(version, this.#previousEpochVersion) > 0;
  }

  addEventHandler(handler: StoreEventHandler<T>): () => void {
    this.#eventHandlers.add(handler);
    return () => {
      if (this.#eventHandlers.delete(handler) && !this.hasEventHandlers) this.#onLastHandlerRemoved();
    };
  }

  /** Takes an ADDED or MODIFIED event. What is older than what is held is ignored: a list or a write has overtaken it. */
  set(object: T): void {
    const version = object.metadata.resourceVersion;
    // What is not here although we have come so far has been deleted since.
    if (!this.get(object.metadata) && compareVersions(version, this.#version) <= 0) return;
    this.advance(version);
    this.#upsert(object);
  }

  /** Takes a DELETED event, unless the name already belongs to a newer object. */
  delete(object: T): void {
    const version = object.metadata.resourceVersion;
    this.advance(version);
    const held = this.get(object.metadata);
    if (!held) return;
    if (held.metadata.uid !== object.metadata.uid && compareVersions(version, held.metadata.resourceVersion) < 0)
      return;
    this.#remove(held, {
      type: 'deleted',
      object: held.metadata.uid === object.metadata.uid ? object : held,
      previous: held,
      version,
    });
  }

  /**
   * Takes the API server's answer to a write, so that its author reads it at once. Ignored where the watch has come
   * further than the answer: the object may have been deleted since. Ignored, too, where another object still has its
   * name: the watch is to tell of that one's end first.
   */
  applyWriteResult(object: T): void {
    const version = object.metadata.resourceVersion;
    if (this.#version === '' || compareVersions(version, this.#version) <= 0) return;
    this.#knownVersion = newer(version, this.#knownVersion);
    const held = this.get(object.metadata);
    if (!held || held.metadata.uid === object.metadata.uid) this.#upsert(object);
  }

  /** Returns the stored object if it equals the given one, else the given one, so that equal objects are not kept twice. */
  intern(object: T): T {
    const held = this.get(object.metadata);
    if (held?.metadata.resourceVersion !== object.metadata.resourceVersion) return object;
    return isDeepStrictEqual(held, object) ? held : object;
  }

  /** Takes a bookmark: nothing has changed up to this version. */
  advance(version: string): void {
    this.#version = newer(version, this.#version);
    this.#knownVersion = newer(version, this.#knownVersion);
  }

  /**
   * Takes a complete list: tells what was missed, and nothing about what is the same. What a write has put here since
   * the list was made stays. A list that contradicts what is held, being newer, comes from another world.
   * @param known {@link knownVersion} when the list was asked for
   */
  replace(objects: readonly T[], version: string, known = this.#version): void {
    this.#failure = undefined;
    if (this.#version === '') this.#startEpoch(version);
    else if (this.#isFromEarlierEpoch(objects, version, known)) return this.#replaceEpoch(objects, version);
    else this.#changeLog.recordGap(this.#version, version);
    const listed = new Set(objects.map(({ metadata }) => keyOf(metadata)));
    for (const [key, held] of this.#objects) {
      if (listed.has(key) || compareVersions(held.metadata.resourceVersion, version) > 0) continue;
      this.#remove(held, { type: 'deleted', object: held, previous: held, version });
    }
    for (const object of objects) this.#upsert(object);
    this.advance(version);
  }

  /**
   * Takes note of why the API server cannot be read. A copy goes on being served; `void` takes it away too, as when the
   * kind is no longer served.
   */
  fail(error: Error, copy: 'keep' | 'discard'): void {
    if (copy === 'keep' && this.#version !== '') return;
    this.#failure = error;
    if (copy === 'keep') return;
    this.#clear();
    this.#version = '';
    this.#isDiscarded = false;
    for (const handler of this.#eventHandlers) handler.failed(error);
  }

  /** Gives the copy up, which nobody follows: as before the first list. */
  discard(): void {
    this.#clear();
    this.#changeLog.startAt('');
    this.#failure = undefined;
    this.#isDiscarded ||= this.#version !== '';
    this.#version = '';
  }

  /** Versions of one world only grow: with the list's, and with each object's. */
  #isFromEarlierEpoch(objects: readonly T[], version: string, known: string): boolean {
    if (compareVersions(version, known) < 0) return true;
    return objects.some((listed) => {
      const held = this.get(listed.metadata)?.metadata;
      if (!held) return false;
      const age = compareVersions(listed.metadata.resourceVersion, held.resourceVersion);
      if (age === 0) return listed.metadata.uid !== held.uid;
      return age < 0 && compareVersions(held.resourceVersion, version) <= 0;
    });
  }

  /**
   * Begins anew: where the kind was not served for a while, nobody knows whether it is the same world. Where only nobody
   * was interested for a while, it is, if it has not become older.
   */
  #startEpoch(version: string): void {
    const isContinued = this.#isDiscarded && compareVersions(version, this.#knownVersion) >= 0;
    if (!isContinued) this.#previousEpochVersion = newer(this.#knownVersion, this.#previousEpochVersion);
    this.#isDiscarded = false;
    this.#version = '';
    this.#knownVersion = '';
    this.#changeLog.startAt(version);
  }

  #replaceEpoch(objects: readonly T[], version: string): void {
    this.#clear();
    this.#startEpoch(version);
    for (const object of objects) this.#insert(object);
    this.advance(version);
    for (const handler of this.#eventHandlers) handler.reset();
  }

  #clear(): void {
    this.#objects.clear();
    this.#indexes.clear();
  }

  #upsert(object: T): void {
    const { uid, resourceVersion: version } = object.metadata;
    const held = this.get(object.metadata);
    if (held && compareVersions(version, held.metadata.resourceVersion) <= 0) return;
    if (held && held.metadata.uid !== uid) {
      this.#remove(held, { type: 'deleted', object: held, previous: held, version });
      return this.#upsert(object);
    }
    if (held) this.#indexes.remove(held);
    this.#insert(object);
    this.#notify(held ? { type: 'updated', object, previous: held, version } : { type: 'added', object, version });
  }

  #insert(object: T): void {
    this.#objects.set(keyOf(object.metadata), object);
    this.#indexes.add(object);
  }

  #remove(held: T, change: Change<T>): void {
    this.#objects.delete(keyOf(held.metadata));
    this.#indexes.remove(held);
    this.#notify(change);
  }

  #notify(change: Change<T>): void {
    this.#changeLog.record(change);
    for (const handler of this.#eventHandlers) handler.changed(change);
  }
}

function newer(version: string, other: string): string {
  return other === '' || compareVersions(version, other) > 0 ? version : other;
}
