import { setTimeout as delay } from 'node:timers/promises';
import {
  onlyNameIn,
  scopeInNamespace,
  scopeSignature,
  seesNothing,
  visibleObject,
  type Scope,
  type VisibilityScope,
} from '../auth/visibility-scope.ts';
import type { NetChange, Steps } from '../cache/change-log.ts';
import type { CachedResource } from '../cache/cluster-cache.ts';
import type { BuildCharges, IndexDefinition } from '../cache/indexes/store-indexes.ts';
import type { ObjectIndex } from '../cache/indexes/index-entry.ts';
import type { ChangesReader } from '../cache/historical-snapshots.ts';
import type { ReadonlyStore } from '../cache/readonly-store.ts';
import { compareVersions, olderVersion, type KubernetesObject, type ObjectName } from '../kubernetes/object.ts';
import type { ObjectField } from '../kubernetes/object-field.ts';
import { weightOf, type ObjectFilter } from '../kubernetes/object-filter.ts';
import type { Ordering } from '../kubernetes/ordering.ts';
import { cacheKeyOf } from '../kubernetes/resource.ts';
import type { Awaitable } from '../scheduling/awaitable.ts';
import { handledObjectsOf, storeHandlerOf, type ChangeHandler, type HandledSelection } from './change-handler.ts';
import { dependencyKeys, dependencyKeysOf } from './dependency-keys.ts';
import { scopedNetChangeOf } from './scoped-change.ts';
import { IndexedList, isSmallPart, type IndexedListOptions } from './indexed-list.ts';
import { PlainList, type ObjectList } from './object-list.ts';

export type { Scope } from '../auth/visibility-scope.ts';
export type { ScopedChange } from './scoped-change.ts';
export type { NetChange } from '../cache/change-log.ts';
export type { IndexDefinition } from '../cache/indexes/store-indexes.ts';
export type { ObjectIndex } from '../cache/indexes/index-entry.ts';
export type { ChangesReader } from '../cache/historical-snapshots.ts';

const CATCH_UP_TIMEOUT_MS = 2_000;
const CATCH_UP_POLL_MS = 20;

/** Called for each read, with the key that a later change of its result carries. */
export type OnRead = (lister: ScopedLister<KubernetesObject>, dependencyKey: string) => void;

interface ScopedListerOptions<T extends KubernetesObject> {
  readonly scope: VisibilityScope;
  readonly cached: Pick<CachedResource<T>, 'store' | 'changesSince'>;
  readonly onRead?: OnRead | undefined;
  /** Default: reads have no cost. */
  readonly cost?: ReadCost | undefined;
}

/** The cost of the operation that reads. Methods may throw to refuse a read. */
export interface ReadCost {
  /** Adds the cost of objects that are read in a list. */
  addListed(count: number): void;
  /** Adds the cost of objects before they are sorted. */
  addSorted(count: number): void;
}

/** Objects of a list, and their order. */
export interface ListSelection<T> {
  /** Undefined: all namespaces. */
  readonly namespace?: string | undefined;
  readonly ordering: Ordering<T>;
  /** Undefined: every object matches. */
  readonly filter?: ObjectFilter<T> | undefined;
}

const EMPTY_NAMESPACES: ReadonlySet<string> = new Set();

/**
 * Lister of the visible objects of one resource. Reads are synchronous, answered from the cache, and return redacted
 * objects as the scope requires. A lister keeps its scope: create another one when permissions change.
 */
export class ScopedLister<T extends KubernetesObject> {
  readonly #scope: VisibilityScope;
  readonly #store: ReadonlyStore<T>;
  readonly #cached: ScopedListerOptions<T>['cached'];
  readonly #onRead: OnRead | undefined;
  readonly #cost: ReadCost | undefined;

  constructor({ scope, cached, onRead, cost }: ScopedListerOptions<T>) {
    this.#scope = scope;
    this.#store = cached.store;
    this.#cached = cached;
    this.#onRead = onRead;
    this.#cost = cost;
  }

  /** Identifies the resource in the cluster, e.g. `workspaces.kubeflow.org`. */
  get resourceKey(): string {
    return dependencyKeys.all(this.#store.resource);
  }

  /** Identifies the store: the {@link resourceKey}, with the namespace if the store has no other. */
  get storeKey(): string {
    return cacheKeyOf(this.#store.resource, this.#store.namespace);
  }

  /** Returns a text that is equal for viewers who see the same objects, in one namespace or in all. */
  signature(namespace?: string | null): string {
    return scopeSignature(namespace ? scopeInNamespace(this.#scope, namespace) : this.#scope);
  }

  /** Namespaces whose objects are visible with all their fields; of a resource without namespaces, names of objects. */
  get fullScope(): Scope {
    return this.#scope.full;
  }

  /** Whether no object can be visible, whatever exists. */
  get seesNothing(): boolean {
    return seesNothing(this.#scope);
  }

  /** Returns a lister of the same scope and store whose reads are not reported, and which retains no operation. */
  detached(): ScopedLister<T> {
    return new ScopedLister({ scope: this.#scope, cached: this.#cached });
  }

  /** Returns an object; undefined if it does not exist or is not visible. */
  get(name: ObjectName): T | undefined {
    this.#onRead?.(this, dependencyKeys.name(this.#store.resource, name));
    return this.#visible(this.#store.get(name));
  }

  /** Returns the object with a UID; undefined if it does not exist or is not visible. */
  withUid(uid: string): T | undefined {
    this.#onRead?.(this, dependencyKeys.index(this.#store.resource, 'uid', uid));
    return this.#visible(this.#store.withUid(uid));
  }

  /** Returns the objects of all namespaces or of one, in no particular order. */
  list(namespace?: string): readonly T[] {
    this.#onRead?.(this, this.#listKey(namespace));
    return this.#list(namespace);
  }

  /** Returns the objects with a value in a secondary index, in no particular order. */
  byIndex(index: string, value: string): readonly T[] {
    this.#onRead?.(this, dependencyKeys.index(this.#store.resource, index, value));
    return this.#byIndex(index, value);
  }

  /** Returns the number of objects that {@link byIndex} returns. */
  countByIndex(index: string, value: string): number {
    if (this.#scope.full !== 'all') return this.byIndex(index, value).length;
    this.#onRead?.(this, dependencyKeys.index(this.#store.resource, index, value));
    return this.#store.countByIndex(index, value);
  }

  /** Reports a read of all objects in the namespaces of a scope, for a result that is derived from them without a lister. */
  reportRead(namespaces: Scope = 'all'): void {
    this.#onRead?.(this, this.#listKey(onlyNameIn(namespaces)));
  }

  /** Returns the objects of all namespaces or of one that a filter matches, as a list that is evaluated when it is read. */
  select(selection: ListSelection<T>): ObjectList<T> {
    const { namespace, ordering, filter } = selection;
    this.#onRead?.(this, this.#listKey(namespace));
    const { fields } = ordering;
    const indexed = this.#indexedNamespaces(namespace);
    if (!fields || !indexed) return this.#plainList(() => this.#list(namespace), selection);
    return new IndexedList({
      indexes: this.#store.indexes,
      ordering: { ...ordering, fields },
      ...indexed,
      conditions: filter?.conditions ?? [],
      countIn: (of) => this.#store.count(of),
      onRead: (count) => this.#cost?.addListed(count),
      builds: this.#builds,
      isPartial: this.#isPartial,
    });
  }

  /** As {@link select}, of the objects with a value in a secondary index. */
  selectByIndex(index: string, value: string, selection: Omit<ListSelection<T>, 'namespace'>): ObjectList<T> {
    const { resource } = this.#store;
    this.#onRead?.(this, dependencyKeys.index(resource, index, value));
    return this.#plainList(() => this.#byIndex(index, value), selection);
  }

  #plainList(list: () => readonly T[], { ordering, filter }: ListSelection<T>): ObjectList<T> {
    const onSort = (count: number) => this.#cost?.addSorted(count);
    return new PlainList(() => (filter ? this.#examined(list(), filter) : list()), ordering, onSort);
  }

  /** Returns the objects that a filter matches. Their reading is charged already. */
  #examined(objects: readonly T[], filter: ObjectFilter<T>): readonly T[] {
    this.#cost?.addListed(objects.length * (weightOf(filter.conditions) - 1));
    return objects.filter(filter);
  }

  /**
   * Returns the namespaces of a list. Undefined if the indexes do not have its objects: those of which the viewer sees the
   * redacted form, or only some by name.
   */
  #indexedNamespaces(namespace: string | undefined): Pick<IndexedListOptions<T>, 'namespaces'> | undefined {
    const { full, redacted } = this.#scope;
    if (full === 'all') return { namespaces: namespace };
    if (!this.#store.resource.namespaced || redacted === 'all' || redacted.size > 0) return undefined;
    if (namespace !== undefined) return { namespaces: full.has(namespace) ? namespace : EMPTY_NAMESPACES };
    return { namespaces: onlyNameIn(full) ?? full };
  }

  /**
   * Builds the indexes that {@link select} needs, if it has none yet, and lets other work run meanwhile. Otherwise the list builds them
   * when it is read, all at once. Returns a promise only if there is something to build.
   * @param pause resolves when the work may go on
   */
  prepare(
    { namespace, ordering, filter }: Partial<ListSelection<T>>,
    pause: () => Awaitable<void>,
    definitions: readonly IndexDefinition<T, ObjectIndex<T>>[] = [],
  ): Promise<void> | undefined {
    const fields = ordering?.fields;
    const selection = {
      ordering: fields && { ...ordering, fields },
      namespace: namespace ?? onlyNameIn(this.#scope.full),
      queries: (filter?.conditions ?? []).flatMap(({ query }) => query ?? []),
      definitions,
    };
    const steps = this.#store.indexes.prepare(selection, this.#builds)[Symbol.iterator]();
    return steps.next().done === true ? undefined : finish(steps, pause);
  }

  /**
   * Returns indexes of all objects of the store, whether they are visible or not. Callers select the parts that the viewer may see, and
   * read them in one turn of the event loop.
   */
  indexesUnrestricted<I extends ObjectIndex<T>>(definitions: readonly IndexDefinition<T, I>[]): readonly I[] {
    if (this.#isPartial) this.#cost?.addListed(this.#visibleCount);
    return definitions.map((definition) => this.#store.indexes.defined(definition, this.#builds));
  }

  /** Derives fields of an object again, because what they are derived from may have changed. */
  refresh(object: T, fields: readonly ObjectField<T, unknown>[]): void {
    this.#store.indexes.refresh(object, fields);
  }

  /** Costs of indexes, which have all objects. */
  get #builds(): BuildCharges {
    const cost = this.#isPartial ? undefined : this.#cost;
    return { onRead: (count) => cost?.addListed(count), onSort: (count) => cost?.addSorted(count) };
  }

  /** Number of objects in the cache, whether they are visible or not. */
  get size(): number {
    return this.#store.size;
  }

  /** Whether so few objects are visible that reading them is faster than reading an index of all. */
  get seesSmallPart(): boolean {
    return this.#isPartial && isSmallPart(this.#visibleCount, this.#store.size);
  }

  /** Resource version up to which the cache is complete. */
  get version(): string {
    return this.#store.version;
  }

  /** Resource version of the last change: nothing has changed between it and {@link version}. */
  get changedVersion(): string {
    return this.#store.changedVersion;
  }

  /** Resource version up to which event handlers have had every state that the cache knows. At most {@link version}. */
  get seenVersion(): string {
    return this.#store.seenVersion;
  }

  /** Highest resource version of any object in the cache. Results of writes are stored before the watch reaches them. */
  get knownVersion(): string {
    return this.#store.knownVersion;
  }

  /**
   * Returns a function that returns the visible changes since a version, whenever it is called. They come from the change
   * log or, if that does not reach back so far, from a list at that version. Undefined if neither does, if the cache was
   * empty at that version, or if the API server has since been restored from a backup.
   * @param upTo version that the cache must reach first; another gateway may be ahead. Waits at most 2 s. It may be less than `version`
   * if nothing has changed between both: bookmarks reach gateways at different times
   * @param steps `each` if objects that were created and deleted again matter; the API server no longer knows those
   */
  async changesSince(version: string, upTo = version, steps: Steps = 'net'): Promise<ChangesReader<T> | undefined> {
    if (this.seesNothing) return () => [];
    const isBehind = () => compareVersions(this.version, upTo) < 0;
    if (version === '' || !this.#store.isCurrentEpoch(version)) return undefined;
    for (let waited = 0; waited < CATCH_UP_TIMEOUT_MS && isBehind(); waited += CATCH_UP_POLL_MS)
      await delay(CATCH_UP_POLL_MS);
    if (isBehind()) return undefined;
    const from = olderVersion(this.version, version);
    const logged = this.#store.changesSince(from, steps);
    const read = logged
      ? () => this.#store.changesSince(from, steps)
      : steps === 'net' && (await this.#cached.changesSince(from));
    if (!read) return undefined;
    return () => read()?.flatMap((change) => scopedNetChangeOf(this.#scope, this.#store.resource, change) ?? []);
  }

  /**
   * Calls a handler for every change from this turn of the event loop on: a read in the same turn and the changes have no
   * gap between them. Returns a function that removes the handler. An empty scope has no changes, and its handlers do not
   * keep a lazy informer running.
   * @param selected the objects whose changes the handler receives. Default: all visible ones
   */
  addEventHandler(handler: ChangeHandler<T>, selected: HandledSelection<T> = {}): () => void {
    const { resource } = this.#store;
    if (resource.cache.watched === 'on-demand' && this.seesNothing) return () => undefined;
    const storeHandler = storeHandlerOf(this.#scope, resource, handler);
    return this.#store.addEventHandler(storeHandler, handledObjectsOf(this.#scope, resource, selected));
  }

  /** Returns the keys of every read whose result a change may alter. */
  dependencyKeysOf({ before, after, last }: NetChange<T>): readonly string[] {
    return [before, after ?? last].flatMap((object) => (object ? dependencyKeysOf(this.#store.resource, object) : []));
  }

  #listKey(namespace: string | undefined): string {
    const { resource } = this.#store;
    return namespace === undefined
      ? dependencyKeys.all(resource)
      : dependencyKeys.index(resource, 'namespace', namespace);
  }

  #list(namespace: string | undefined): readonly T[] {
    const { full } = this.#scope;
    const { namespaced } = this.#store.resource;
    if (full === 'all' || !namespaced || namespace !== undefined) return this.#allVisible(this.#store.list(namespace));
    const objects = [...full].flatMap((each) => [...this.#store.list(each)]);
    this.#cost?.addListed(objects.length);
    return objects;
  }

  /** Examines the visible objects instead of the indexed ones if they are fewer: those that are not visible have no cost. */
  #byIndex(index: string, value: string): readonly T[] {
    const { full } = this.#scope;
    const { namespaced, cache } = this.#store.resource;
    const found = this.#store.countByIndex(index, value);
    if (full === 'all' || !namespaced || found <= full.size || found <= this.#visibleCount)
      return this.#allVisible(this.#store.byIndex(index, value));
    const objects = [...full].flatMap((namespace) => [...this.#store.list(namespace)]);
    return this.#allVisible(objects.filter((object) => cache.indexes[index]?.(object).includes(value)));
  }

  /** Whether the cost of a read must not depend on the objects that are not visible: it would disclose how many there are. */
  get #isPartial(): boolean {
    return this.#scope.full !== 'all';
  }

  /** Number of objects in the namespaces that are fully visible. */
  get #visibleCount(): number {
    const { full } = this.#scope;
    if (full === 'all') return this.#store.size;
    return full.values().reduce((sum, namespace) => sum + this.#store.count(namespace), 0);
  }

  #visible(object: T | undefined): T | undefined {
    if (object === undefined || this.#scope.full === 'all') return object;
    return visibleObject(this.#scope, this.#store.resource, object);
  }

  #allVisible(objects: Iterable<T>): readonly T[] {
    const all = [...objects];
    const visible = this.#isPartial
      ? all.map((object) => this.#visible(object)).filter((object) => object !== undefined)
      : all;
    this.#cost?.addListed(visible.length);
    return visible;
  }
}

/** Takes the steps after the first one, each after a pause. */
async function finish(steps: Iterator<void>, pause: () => Awaitable<void>): Promise<void> {
  try {
    do await pause();
    while (steps.next().done !== true);
  } finally {
    steps.return?.();
  }
}
