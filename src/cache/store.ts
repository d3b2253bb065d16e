import { compareVersions, keyOf, newerVersion, type KubernetesObject, type ObjectName } from '../kubernetes/object.ts';
import type { Resource } from '../kubernetes/resource.ts';
import { ChangeLog, type NetChange, type Steps } from './change-log.ts';
import { EntryIndexes } from './indexes/entry-indexes.ts';
import { EventHandlers, type HandledObjects } from './event-handlers.ts';
import { ObjectIndexes } from './object-indexes.ts';
import type { ReadonlyStore } from './readonly-store.ts';
import type { Change, StoreEventHandler, StoreObserver } from './store-events.ts';

interface StoreOptions {
  /** Namespace that the store is restricted to. Default: all. */
  readonly namespace?: string | undefined;
  /** Number of changes to keep for {@link Store.changesSince}. */
  readonly historyEvents?: number;
  /** Called when the last event handler has been removed. */
  readonly onLastHandlerRemoved?: (() => void) | undefined;
  readonly observer?: StoreObserver | undefined;
}

/**
 * The store that a reflector writes. Events may arrive late, twice, or after a list or a write result that includes them:
 * an object is only ever replaced by a newer one. If the server's versions are opaque, every event and list counts as newer
 * than the ones before; earlier versions cannot be resumed from, and a rollback is not detected. Memory is bounded by the resource's objects
 * and the change log.
 */
export class Store<T extends KubernetesObject> implements ReadonlyStore<T> {
  readonly resource: Resource<T>;
  readonly namespace: string | undefined;
  readonly #objects: ObjectIndexes<T>;
  readonly indexes: EntryIndexes<T> = new EntryIndexes(this);
  readonly #eventHandlers = new EventHandlers<T>();
  readonly #changeLog: ChangeLog<T>;
  #version = '';
  #changedVersion = '';
  #knownVersion = '';
  /** Set while results of writes hide states that the watch has reported since a version; up to the newest of those results. */
  #hidden: { readonly since: string; readonly until: string } | undefined;
  /** The newest version of the previous epoch: versions up to it are void. Empty in the first epoch. */
  #previousEpochVersion = '';
  /** Whether the next list begins an epoch, whatever its versions are. */
  #isEpochOver = false;
  #failure: Error | undefined;
  /** Whether the store was {@link discard}ed after it had been read, and has not been read since. */
  #isDiscarded = false;
  readonly #onLastHandlerRemoved: () => void;
  readonly #observer: StoreObserver | undefined;

  constructor(
    resource: Resource<T>,
    { namespace, historyEvents = 1_000, onLastHandlerRemoved = () => undefined, observer }: StoreOptions = {},
  ) {
    this.resource = resource;
    this.namespace = namespace;
    this.#onLastHandlerRemoved = onLastHandlerRemoved;
    this.#observer = observer;
    this.#changeLog = new ChangeLog(historyEvents);
    this.#objects = new ObjectIndexes(resource);
  }

  get size(): number {
    return this.#objects.size;
  }

  get version(): string {
    return this.#version;
  }

  get changedVersion(): string {
    return this.#changedVersion;
  }

  get seenVersion(): string {
    return this.#hidden?.since ?? this.#version;
  }

  get knownVersion(): string {
    return this.#knownVersion;
  }

  get failure(): Error | undefined {
    return this.#failure;
  }

  get hasEventHandlers(): boolean {
    return this.#eventHandlers.size > 0;
  }

  get(name: ObjectName): T | undefined {
    return this.#objects.get(name);
  }

  withUid(uid: string): T | undefined {
    return this.#objects.withUid(uid);
  }

  count(namespace?: string): number {
    return namespace === undefined ? this.#objects.size : this.#objects.count('namespace', namespace);
  }

  list(namespace?: string): Iterable<T> {
    return namespace === undefined ? this.#objects.all() : this.#objects.find('namespace', namespace);
  }

  byIndex(index: string, value: string): Iterable<T> {
    return this.#objects.find(index, value);
  }

  countByIndex(index: string, value: string): number {
    return this.#objects.count(index, value);
  }

  changesSince(version: string, steps?: Steps): readonly NetChange<T>[] | undefined {
    const isKnown = this.isCurrentEpoch(version) && compareVersions(version, this.#version) <= 0;
    return isKnown ? this.#changeLog.changesSince(version, steps) : undefined;
  }

  isCurrentEpoch(version: string): boolean {
    if (Number.isNaN(compareVersions(version, this.#version))) return false; // without an order it may be of any epoch
    return this.#previousEpochVersion === '' || compareVersions(version, this.#previousEpochVersion) > 0;
  }

  addEventHandler(handler: StoreEventHandler<T>, objects?: HandledObjects<T>): () => void {
    this.#eventHandlers.add(handler, objects);
    return () => {
      if (this.#eventHandlers.delete(handler, objects) && !this.hasEventHandlers) this.#onLastHandlerRemoved();
    };
  }

  /** Applies an ADDED or MODIFIED event. Ignores objects older than the stored version. */
  set(object: T): void {
    const version = object.metadata.resourceVersion;
    const held = this.get(object.metadata);
    // An object that is missing although the store is past its version has been deleted since.
    if (!held && compareVersions(version, this.#version) <= 0) return;
    this.#recordHidden(object, held);
    this.#advanceBy(version);
    this.#upsert(object, held);
  }

  /** Applies a DELETED event. Ignores it if a newer object has the name. */
  delete(object: T): void {
    const version = object.metadata.resourceVersion;
    const held = this.get(object.metadata);
    this.#recordHidden(object, held);
    this.#advanceBy(version);
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
   * Applies the API server's response to a write, so that its author reads it at once; {@link version} stays. Ignores it
   * if the watch is past its version, since the object may have been deleted meanwhile; or if another object still has the
   * name, since the watch reports the deletion of that one first. Ignores opaque versions, as the watch may be past them.
   */
  applyWriteResult(object: T): void {
    const version = object.metadata.resourceVersion;
    if (this.#version === '' || !(compareVersions(version, this.#version) > 0)) return;
    this.#knownVersion = newerVersion(version, this.#knownVersion);
    const held = this.get(object.metadata);
    if (!held || held.metadata.uid === object.metadata.uid) this.#upsert(object);
  }

  /** Applies a bookmark: the store has every change up to this version. */
  advance(version: string): void {
    this.#version = newerVersion(version, this.#version);
    this.#knownVersion = newerVersion(version, this.#knownVersion);
    if (this.#hidden && compareVersions(this.#version, this.#hidden.until) >= 0) this.#hidden = undefined;
  }

  /** Records that the server was rolled back: its versions may grow past those of the store before the next list is complete. */
  endEpoch(): void {
    this.#isEpochOver = true;
  }

  /**
   * Replaces the objects by a complete list. Sends the differences to the event handlers; unchanged objects cause no event,
   * and results of writes newer than the list stay. Begins a new epoch, of which the event handlers get `reset`, if it is the first list, or
   * shows that the server was rolled back.
   * @param known {@link knownVersion} when the list was requested
   */
  replace(objects: readonly T[], version: string, known = this.#version): void {
    this.#failure = undefined;
    if (this.#version === '' || this.#isEpochOver || this.#isFromEarlierEpoch(objects, version, known))
      return this.#replaceEpoch(objects, version);
    this.#changeLog.recordGap(this.#version, version);
    const before = this.#version;
    let hasMissed = objects.some((object) => this.#isMissed(object));
    const listed = new Set(objects.map(({ metadata }) => keyOf(metadata)));
    for (const held of this.#objects.all()) {
      if (listed.has(keyOf(held.metadata)) || compareVersions(held.metadata.resourceVersion, version) > 0) continue;
      this.#remove(held, { type: 'deleted', object: held, previous: held, version });
      hasMissed ||= version === before;
    }
    for (const object of objects) {
      const held = this.get(object.metadata);
      this.#recordHidden(object, held);
      this.#upsert(object, held);
    }
    this.#advanceBy(version);
    // A watch event that could not be decoded was skipped. Cursors up to `before` may be past its change without having it.
    if (hasMissed) this.#previousEpochVersion = before;
  }

  /**
   * Records why the API server cannot be read. With `keep`, objects that were read before stay and hide the error; with
   * `discard`, as when the kind is not served any more, the store is emptied and the event handlers get the error.
   */
  fail(error: Error, objects: 'keep' | 'discard'): void {
    if (objects === 'keep' && this.#version !== '') return;
    this.#failure = error;
    if (objects === 'keep') return;
    this.#clear();
    this.#version = '';
    this.#isDiscarded = false;
    this.#eventHandlers.failed(error);
  }

  /** Empties the store, as before the first list. Sends no event, so the store should have no event handlers. */
  discard(): void {
    this.#clear();
    this.#changeLog.startAt('');
    this.#failure = undefined;
    this.#isDiscarded ||= this.#version !== '';
    this.#version = '';
  }

  /**
   * Records that the watch or a list reports a state that the store and its change log will not contain: the result of a
   * later write is stored already. To be called before the version advances.
   */
  #recordHidden({ metadata }: T, held: T | undefined): void {
    const version = metadata.resourceVersion;
    if (!held || !(compareVersions(version, this.#version) > 0)) return;
    const { resourceVersion: written } = held.metadata;
    if (!(compareVersions(version, written) < 0)) return;
    this.#changeLog.recordGap(this.#version, written);
    this.#hidden = { since: this.seenVersion, until: newerVersion(written, this.#hidden?.until ?? '') };
  }

  /** Whether a listed object has a state up to the store's version that no watch event has reported. */
  #isMissed({ metadata }: T): boolean {
    const { resourceVersion } = metadata;
    if (this.#version === '' || !(compareVersions(resourceVersion, this.#version) <= 0)) return false;
    return this.get(metadata)?.metadata.resourceVersion !== resourceVersion;
  }

  /** Within an epoch neither the version of the list nor that of an object decreases. */
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
   * Starts the first list's versions. They continue the epoch after a {@link discard}, unless they decrease. They begin a
   * new one after a time without the kind: its definition may have been deleted and created again.
   */
  #startEpoch(version: string): void {
    const isContinued = this.#isDiscarded && !this.#isEpochOver && compareVersions(version, this.#knownVersion) >= 0;
    if (!isContinued) this.#previousEpochVersion = newerVersion(this.#knownVersion, this.#previousEpochVersion);
    this.#isDiscarded = false;
    this.#isEpochOver = false;
    this.#version = '';
    this.#knownVersion = '';
    this.#changeLog.startAt(version);
  }

  #replaceEpoch(objects: readonly T[], version: string): void {
    this.#clear();
    this.#startEpoch(version);
    for (const object of objects) this.#insert(object);
    this.#advanceBy(version);
    this.#eventHandlers.reset();
  }

  /** Advances to the version of a change or a list. */
  #advanceBy(version: string): void {
    this.advance(version);
    this.#changedVersion = this.#version;
  }

  #clear(): void {
    this.#objects.clear();
    this.#hidden = undefined;
    this.indexes.clear();
    this.#observer?.cleared(this.resource);
  }

  #upsert(object: T, held = this.get(object.metadata)): void {
    const { uid, resourceVersion: version } = object.metadata;
    if (held && compareVersions(version, held.metadata.resourceVersion) <= 0) return;
    if (held && held.metadata.uid !== uid) {
      this.#remove(held, { type: 'deleted', object: held, previous: held, version });
      return this.#upsert(object);
    }
    this.#insert(object, held);
    this.#notify(held ? { type: 'updated', object, previous: held, version } : { type: 'added', object, version });
  }

  #insert(object: T, replaced?: T): void {
    this.#objects.set(object);
    this.indexes.note(replaced, object);
  }

  #remove(held: T, change: Change<T>): void {
    this.#objects.remove(held);
    this.indexes.note(held, undefined);
    this.#notify(change);
  }

  #notify(change: Change<T>): void {
    this.#changeLog.record(change);
    this.#observer?.changed(this.resource, change);
    this.#eventHandlers.changed(change);
  }
}
