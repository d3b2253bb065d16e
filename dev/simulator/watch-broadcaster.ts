import type { ApiObject } from './api-object.ts';
import type { SelectionPredicate } from './selection-predicate.ts';
import { expiredError, type ApiStatusError } from './status.ts';
import type { StorageChange, Storage } from './storage.ts';

/** Where a watch stream goes. */
export interface WatchSink {
  readonly write: (line: string) => void;
  readonly end: () => void;
  readonly destroy: () => void;
}

/** How a watcher wants events written. Watchers with the same key share the bytes. */
export interface EventWriter {
  readonly key: string;
  readonly event: (type: StorageChange['type'], object: ApiObject) => string;
  readonly bookmark: (version: number, initialEventsEnd: boolean) => string;
  readonly error: (error: ApiStatusError) => string;
}

export interface Watcher {
  readonly storageKey: string;
  /** Only later changes are told, even if that version is still to come. */
  readonly since: number;
  readonly selects: SelectionPredicate;
  readonly bookmarks: boolean;
  readonly writer: EventWriter;
  readonly sink: WatchSink;
}

/**
 * The open watch streams. A change is serialised once per resource and form and then written to every watcher that
 * selects it. Starts a timer for the bookmarks, which `stop` clears.
 */
export class WatchBroadcaster {
  /** Open watchers, and the lines that each is owed while stalled: as many as the test lets happen. */
  readonly #owed = new Map<Watcher, string[]>();
  readonly #byStorageKey = new Map<string, Set<Watcher>>();
  readonly #storage: Storage;
  readonly #timer: NodeJS.Timeout;
  #stalls = 0;
  #duplicating = false;

  constructor(storage: Storage, bookmarkIntervalMs: number) {
    this.#storage = storage;
    this.#timer = setInterval(() => this.#sendBookmarks(), bookmarkIntervalMs);
    this.#timer.unref();
    storage.onChange((storageKey, change) => this.#broadcast(storageKey, change));
  }

  /** How many streams are open. */
  get size(): number {
    return this.#owed.size;
  }

  add(watcher: Watcher): void {
    this.#owed.set(watcher, []);
    const watchers = this.#byStorageKey.get(watcher.storageKey) ?? new Set();
    this.#byStorageKey.set(watcher.storageKey, watchers.add(watcher));
  }

  /** Written at once, or when the stall is over. */
  send(watcher: Watcher, line: string): void {
    if (this.#stalls > 0) this.#owed.get(watcher)?.push(line);
    else watcher.sink.write(line);
  }

  /** Forgets a watcher whose stream is over. */
  close(watcher: Watcher): void {
    this.#owed.delete(watcher);
    this.#byStorageKey.get(watcher.storageKey)?.delete(watcher);
  }

  /** Ends or cuts all streams, or those of one resource. */
  closeAll(how: 'end' | 'destroy', storageKey?: string): void {
    const watchers = storageKey === undefined ? this.#owed.keys() : (this.#byStorageKey.get(storageKey) ?? []);
    // A copy, because ending a stream takes it out of the set.
    for (const watcher of Array.from(watchers)) {
      this.close(watcher);
      watcher.sink[how]();
    }
  }

  /** Tells every watcher that its version is too old, then ends the streams. */
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

  stall(): () => void {
    this.#stalls += 1;
    return () => {
      this.#stalls -= 1;
      if (this.#stalls > 0) return;
      for (const [watcher, lines] of this.#owed) for (const line of lines.splice(0)) watcher.sink.write(line);
    };
  }

  stop(): void {
    clearInterval(this.#timer);
    this.closeAll('destroy');
  }

  #broadcast(storageKey: string, change: StorageChange): void {
    const lines = new Map<string, string>();
    for (const watcher of this.#byStorageKey.get(storageKey) ?? []) {
      const seen = change.version > watcher.since ? filterChange(watcher.selects, change) : undefined;
      if (!seen) continue;
      const key = `${seen.type} ${watcher.writer.key}`;
      const line = lines.get(key) ?? watcher.writer.event(seen.type, seen.object);
      lines.set(key, line);
      this.send(watcher, line);
      if (this.#duplicating) this.send(watcher, line);
    }
  }

  #sendBookmarks(): void {
    if (this.#stalls > 0) return;
    const { version } = this.#storage;
    const lines = new Map<string, string>();
    for (const { bookmarks, since, storageKey, writer, sink } of this.#owed.keys()) {
      if (!bookmarks || version < since) continue;
      const key = `${storageKey} ${writer.key}`;
      const line = lines.get(key) ?? writer.bookmark(version, false);
      lines.set(key, line);
      sink.write(line);
    }
  }
}

/** What a watcher is told of a change. */
interface FilteredChange {
  readonly type: StorageChange['type'];
  readonly object: ApiObject;
}

/**
 * What a change means to someone who sees only selected objects; nothing if neither side is selected. An object that
 * leaves the selection is told as deleted: as it last was selected, with the version of the change.
 */
export function filterChange(
  selects: SelectionPredicate,
  { type, object, previous }: StorageChange,
): FilteredChange | undefined {
  const before = previous !== undefined && selects(previous);
  const after = type !== 'DELETED' && selects(object);
  if (!before) return after ? { type: 'ADDED', object } : undefined;
  if (after) return { type: 'MODIFIED', object };
  const { resourceVersion } = object.metadata;
  return { type: 'DELETED', object: { ...previous, metadata: { ...previous.metadata, resourceVersion } } };
}
