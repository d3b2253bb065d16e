import type { ApiObject } from './api-object.ts';
import type { SimulatedRequest } from './request.ts';
import type { SelectionPredicate } from './selection-predicate.ts';
import { expiredError, type ApiStatusError } from './status.ts';
import type { StorageChange, Storage } from './storage.ts';

/** Output of a watch stream. */
export interface WatchSink {
  readonly write: (line: string) => void;
  readonly end: () => void;
  readonly destroy: () => void;
}

/** Serializes the events of a watcher. Writers with the same key produce the same bytes. */
export interface EventWriter {
  readonly key: string;
  readonly event: (type: StorageChange['type'], object: ApiObject) => string;
  readonly bookmark: (version: number, initialEventsEnd: boolean) => string;
  readonly error: (error: ApiStatusError) => string;
}

/** Open watch stream. */
export interface Watcher {
  readonly request: SimulatedRequest;
  readonly storageKey: string;
  /** Only later changes are sent, even if this version lies in the future. */
  readonly since: number;
  readonly matches: SelectionPredicate;
  readonly bookmarks: boolean;
  readonly writer: EventWriter;
  readonly sink: WatchSink;
}

/**
 * Sends the changes of the storage to the open watches. Serializes a change once per writer key and sends the bytes to
 * every watcher whose predicate matches. The constructor starts a bookmark timer; `stop` clears it.
 */
export class WatchBroadcaster {
  /** Open watchers and the lines held back from each during a stall; unbounded, as only tests stall watches. */
  readonly #owed = new Map<Watcher, string[]>();
  readonly #byStorageKey = new Map<string, Set<Watcher>>();
  readonly #storage: Storage;
  readonly #timer: NodeJS.Timeout;
  readonly #stalls = new Set<(watcher: Watcher) => boolean>();
  #duplicating = false;

  constructor(storage: Storage, bookmarkIntervalMs: number) {
    this.#storage = storage;
    this.#timer = setInterval(() => this.#sendBookmarks(), bookmarkIntervalMs);
    this.#timer.unref();
    storage.onChange((storageKey, change) => this.#broadcast(storageKey, change));
  }

  /** Number of open streams. */
  get size(): number {
    return this.#owed.size;
  }

  add(watcher: Watcher): void {
    this.#owed.set(watcher, []);
    const watchers = this.#byStorageKey.get(watcher.storageKey) ?? new Set();
    this.#byStorageKey.set(watcher.storageKey, watchers.add(watcher));
  }

  /** Writes the line at once, or after the stall. */
  send(watcher: Watcher, line: string): void {
    if (this.#isStalled(watcher)) this.#owed.get(watcher)?.push(line);
    else watcher.sink.write(line);
  }

  /** Removes a watcher whose stream has ended. */
  close(watcher: Watcher): void {
    this.#owed.delete(watcher);
    this.#byStorageKey.get(watcher.storageKey)?.delete(watcher);
  }

  /** Ends or destroys all streams, or those of one resource. */
  closeAll(how: 'end' | 'destroy', storageKey?: string): void {
    const watchers = storageKey === undefined ? this.#owed.keys() : (this.#byStorageKey.get(storageKey) ?? []);
    // A copy, because ending a stream takes it out of the set.
    for (const watcher of Array.from(watchers)) {
      this.close(watcher);
      watcher.sink[how]();
    }
  }

  /** Sends a 410 ERROR event to every watcher and ends the streams. */
  expire(): void {
    const error = expiredError('The resourceVersion for the provided watch is too old.');
    for (const { writer, sink } of this.#owed.keys()) sink.write(writer.error(error));
    this.closeAll('end');
  }

  inject(text: string): void {
    for (const { sink } of this.#owed.keys()) sink.write(`${text}\n`);
  }

  setDuplicating(on: boolean): void {
    this.#duplicating = on;
  }

  /** Holds back the lines of some watchers. @param isChosen called once for each, also for those that start later */
  stall(isChosen: (watcher: Watcher) => boolean): () => void {
    const chosen = new WeakMap<Watcher, boolean>();
    const isStalled = (watcher: Watcher) => {
      const known = chosen.get(watcher) ?? isChosen(watcher);
      chosen.set(watcher, known);
      return known;
    };
    this.#stalls.add(isStalled);
    return () => {
      this.#stalls.delete(isStalled);
      for (const [watcher, lines] of this.#owed)
        if (!this.#isStalled(watcher)) for (const line of lines.splice(0)) watcher.sink.write(line);
    };
  }

  stop(): void {
    clearInterval(this.#timer);
    this.closeAll('destroy');
  }

  #isStalled(watcher: Watcher): boolean {
    for (const isStalled of this.#stalls) if (isStalled(watcher)) return true;
    return false;
  }

  #broadcast(storageKey: string, change: StorageChange): void {
    const lines = new Map<string, string>();
    for (const watcher of this.#byStorageKey.get(storageKey) ?? []) {
      const seen = change.version > watcher.since ? filterChange(watcher.matches, change) : undefined;
      if (!seen) continue;
      const key = `${seen.type} ${watcher.writer.key}`;
      const line = lines.get(key) ?? watcher.writer.event(seen.type, seen.object);
      lines.set(key, line);
      this.send(watcher, line);
      if (this.#duplicating) this.send(watcher, line);
    }
  }

  #sendBookmarks(): void {
    const { version } = this.#storage;
    const lines = new Map<string, string>();
    for (const watcher of this.#owed.keys()) {
      const { bookmarks, since, storageKey, writer, sink } = watcher;
      if (!bookmarks || version < since || this.#isStalled(watcher)) continue;
      const key = `${storageKey} ${writer.key}`;
      const line = lines.get(key) ?? writer.bookmark(version, false);
      lines.set(key, line);
      sink.write(line);
    }
  }
}

/** Event of a change for a watcher with a predicate. */
interface FilteredChange {
  readonly type: StorageChange['type'];
  readonly object: ApiObject;
}

/**
 * Returns the event of a change for a watcher with a predicate; undefined if neither old nor new object matches. An
 * object that no longer matches is DELETED, with its last matching state and the resourceVersion of the change.
 */
export function filterChange(
  matches: SelectionPredicate,
  { type, object, previous }: StorageChange,
): FilteredChange | undefined {
  const before = previous !== undefined && matches(previous);
  const after = type !== 'DELETED' && matches(object);
  if (!before) return after ? { type: 'ADDED', object } : undefined;
  if (after) return { type: 'MODIFIED', object };
  const { resourceVersion } = object.metadata;
  return { type: 'DELETED', object: { ...previous, metadata: { ...previous.metadata, resourceVersion } } };
}
