import { isStatus } from './decode-status.ts';
import type { KubernetesObject, ObjectName } from './object.ts';
import { redactedSummary } from './redacted.ts';
import { apiVersionOf, keepAll, type Resource } from './resource.ts';
import { SharedStrings } from './shared-strings.ts';

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

interface RawObject {
  readonly apiVersion?: unknown;
  readonly kind?: unknown;
  readonly metadata?: {
    readonly name?: unknown;
    readonly uid?: unknown;
    readonly resourceVersion?: unknown;
    readonly managedFields?: unknown;
    readonly deletionTimestamp?: unknown;
    readonly deletionGracePeriodSeconds?: unknown;
    readonly finalizers?: readonly unknown[] | null;
    readonly annotations?: Readonly<Record<string, string>> | null;
  } | null;
}

interface RawList {
  readonly items?: unknown;
}

/** Response or watch event that is not what the Kubernetes API defines. The message quotes no content. */
export class DecodeError extends TypeError {
  override readonly name = 'DecodeError';
}

/**
 * Limit on nested lists and objects. The API server accepts 10,000 in fields without a schema, which exhaust the stack of
 * recursive functions, such as `JSON.stringify`: one object would make its kind unavailable to all viewers.
 */
const MAX_DEPTH = 500;

/** Returns whether a value has more than this number of nested lists and objects. */
function isDeeperThan(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (depth === 0) return true;
  if (Array.isArray(value)) return value.some((item) => isDeeperThan(item, depth - 1));
  // Without an array of the values, and without a function: this runs for each field of each object.
  for (const key in value) if (isDeeperThan((value as Readonly<Record<string, unknown>>)[key], depth - 1)) return true;
  return false;
}

/** Strings of the objects that the cache holds: two generations of at most 4,096, 2 MB at worst. */
const strings = new SharedStrings(4_096);
/** Names of fields whose strings no two objects have in common. */
const UNIQUE: ReadonlySet<string> = new Set(['uid', 'resourceVersion']);

/** Returns the object of a name that is in memory already, in any state. */
export type HeldObject<T extends KubernetesObject> = (at: ObjectName) => T | undefined;

/**
 * Returns the part of an object that the gateway keeps, deeply frozen: with apiVersion and kind (items of lists lack them),
 * without managedFields and last-applied-configuration, and trimmed by the cache policy of its resource. Objects that may be cached
 * share equal strings.
 * @param heldObject if the object of the name is held, the result consists of its parts as far as they are equal: it is the held object
 * itself if all of it is. A change of the status, for example, leaves `spec` the same object
 * @throws {DecodeError} if it is of another kind, name, uid or resourceVersion is missing, or the object has more than
 * {@link MAX_DEPTH} nested lists and objects; the message names the field and quotes no content
 */
export function decodeObject<T extends KubernetesObject>(
  value: unknown,
  resource: Resource<T>,
  heldObject?: HeldObject<T>,
): T {
  assertKind(value, resource);
  const metadata = (value as RawObject | null)?.metadata;
  const missing = (['name', 'uid', 'resourceVersion'] as const).find((field) => typeof metadata?.[field] !== 'string');
  if (!metadata || missing) {
    const at = missing && metadata ? ` with ${redactedSummary(metadata[missing])} as metadata.${missing}` : '';
    throw new DecodeError(
      `Expected a ${resource.kind} with metadata.name, uid and resourceVersion, got ${redactedSummary(value)}${at}`,
    );
  }
  const stored = storedForm(value as RawObject, metadata, resource) as KubernetesObject as T;
  // A function that trims may be recursive.
  if (resource.cache.trim !== keepAll && isDeeperThan(stored, MAX_DEPTH)) throw tooDeep(resource);
  const trimmed = resource.cache.trim(stored);
  return new Compaction(resource).compact(trimmed, heldObject?.(stored.metadata), MAX_DEPTH) as T;
}

/** Returns the object itself if it needs no change, as that of most watch events. */
function storedForm(value: RawObject, metadata: RawMetadata, resource: Resource): object {
  const kept = trimMetadata(metadata);
  const isComplete = kept === metadata && value.apiVersion !== undefined && value.kind !== undefined;
  return isComplete ? value : { apiVersion: apiVersionOf(resource), kind: resource.kind, ...value, metadata: kept };
}

/** Accepts an object without kind and apiVersion, as the items of lists are, and every version of the group. */
function assertKind(value: unknown, { kind: expected, group }: Pick<Resource, 'kind' | 'group'>): void {
  const { kind, apiVersion } = (value ?? {}) as RawObject;
  if ((kind !== undefined && kind !== expected) || !isOfGroup(apiVersion, group))
    throw new DecodeError(`Expected a ${expected}, got an object of another kind: ${redactedSummary(value)}`);
}

function isOfGroup(apiVersion: unknown, group: string): boolean {
  if (typeof apiVersion !== 'string') return true;
  return group === '' ? !apiVersion.includes('/') : apiVersion.startsWith(`${group}/`);
}

/**
 * Returns the object in the response to a write. An object that a dry run would create has no resourceVersion: it gets
 * ''.
 */
export function decodeWritten<T extends KubernetesObject>(
  value: unknown,
  resource: Resource<T>,
  { dryRun }: { readonly dryRun?: boolean | undefined },
): T {
  const written = value as RawObject | null;
  const isUnstored = dryRun && written?.metadata && written.metadata.resourceVersion === undefined;
  if (!isUnstored) return decodeObject(value, resource);
  return decodeObject({ ...written, metadata: { ...written.metadata, resourceVersion: '' } }, resource);
}

/**
 * Returns the object that still waits for finalizers or its grace period; undefined if the deletion is complete.
 * @throws {DecodeError} if the response is neither a Status nor an object of the kind
 */
export function decodeDeletion<T extends KubernetesObject>(value: unknown, resource: Resource<T>): T | undefined {
  const { kind, metadata } = (value ?? {}) as RawObject;
  if (kind === 'Status') return undefined;
  if (kind !== resource.kind)
    throw new DecodeError(`Expected a Status or the deleted ${resource.kind}, got ${redactedSummary(value)}`);
  if (!metadata?.deletionTimestamp) return undefined;
  const { finalizers, deletionGracePeriodSeconds: seconds } = metadata;
  const waits = (Array.isArray(finalizers) && finalizers.length > 0) || (typeof seconds === 'number' && seconds > 0);
  return waits ? decodeObject(value, resource) : undefined;
}

/** Page of a list, with items that are not decoded. */
interface RawPage {
  readonly items: readonly unknown[];
  readonly resourceVersion: string;
  readonly continue: string | undefined;
}

/**
 * Returns the items of a list (`metav1.List`), its resourceVersion and its continue token.
 * @throws {DecodeError} if it is a list of another kind, the items are no list, or there is no resourceVersion
 */
export function decodeList(value: unknown, resource: ListedKind): RawPage {
  const { metadata } = value as { readonly metadata?: { readonly continue?: unknown } };
  const token = metadata?.continue;
  return {
    items: decodeListItems(value, resource),
    resourceVersion: decodeListVersion(value),
    continue: typeof token === 'string' && token !== '' ? token : undefined,
  };
}

/** Kind of the items of a list. */
type ListedKind = Pick<Resource, 'kind' | 'group'>;

/**
 * Returns the items of a list. Those of an empty one may be null; without the field it is no list, but another object.
 * @throws {DecodeError} if it is a list of another kind, or the items are no list. An empty list of another kind would otherwise
 * count as the deletion of all objects
 */
export function decodeListItems(value: unknown, { kind, group }: ListedKind): readonly unknown[] {
  if ((value as RawObject | null)?.kind !== 'List') assertKind(value, { kind: `${kind}List`, group });
  const items = (value as RawList | null)?.items;
  if (items === null) return [];
  if (!Array.isArray(items)) throw new DecodeError(`Expected a list of items, got ${redactedSummary(items)}`);
  return items;
}

/** A list without a version cannot be followed by a watch, so it is refused as a whole. */
function decodeListVersion(value: unknown): string {
  const version = (value as RawObject | null)?.metadata?.resourceVersion;
  if (typeof version === 'string' && version !== '') return version;
  throw new DecodeError(
    `Expected a list with metadata.resourceVersion, got ${redactedSummary(version)} there. The API server, or the aggregated one that serves this kind, has to set it.`,
  );
}

/**
 * Returns the number of items of a list; 0 for a Status.
 * @throws {DecodeError} if it is neither, or a list of another kind
 */
export function decodeItemCount(value: unknown, resource: ListedKind): number {
  return isStatus(value) ? 0 : decodeListItems(value, resource).length;
}

/**
 * Returns the resourceVersion of a bookmark.
 * @throws {DecodeError} if there is none, or the bookmark is of another kind
 */
export function decodeBookmark(value: unknown, resource: Resource): string {
  assertKind(value, resource);
  const version = (value as RawObject | null)?.metadata?.resourceVersion;
  if (typeof version !== 'string' || version === '')
    throw new DecodeError(`Expected a resourceVersion, got ${redactedSummary(value)}`);
  return version;
}

type RawMetadata = NonNullable<RawObject['metadata']>;

/** Most objects were not written by `kubectl apply`: their annotations are not copied. */
function trimMetadata(metadata: RawMetadata): RawMetadata {
  const { annotations } = metadata;
  const isTrimmed = annotations ? !Object.hasOwn(annotations, LAST_APPLIED) : annotations === undefined;
  const kept = isTrimmed ? metadata : trimAnnotations(metadata);
  if (!('managedFields' in kept)) return kept;
  const { managedFields: _, ...others } = kept;
  return others;
}

function trimAnnotations({ annotations, ...metadata }: RawMetadata): RawMetadata {
  if (!annotations) return metadata;
  const { [LAST_APPLIED]: _, ...kept } = annotations;
  return { ...metadata, annotations: kept };
}

function tooDeep({ kind }: Pick<Resource, 'kind'>): DecodeError {
  return new DecodeError(`Expected a ${kind} with at most ${MAX_DEPTH} nested lists and objects, got a deeper one`);
}

const EMPTY_LIST: readonly unknown[] = Object.freeze([]);
type Fields = Record<string, unknown>;
const EMPTY_OBJECT: Fields = Object.freeze({});

/** Freezes the objects of a resource, without keeping twice what is equal. */
class Compaction {
  readonly #resource: Pick<Resource, 'kind'>;
  /** Undefined if strings are not shared. */
  readonly #strings: SharedStrings | undefined;

  constructor({ kind, cache }: Resource) {
    this.#resource = { kind };
    this.#strings = cache.watched === 'never' ? undefined : strings;
  }

  /**
   * Freezes a value and all that it contains, and replaces its strings by shared ones. All empty lists are one, and so are all empty
   * objects, each of which would take as much memory as one with four fields.
   * @param held an earlier result, which is returned if it equals the value. Otherwise its equal parts are used in the same places
   * @param depth limit on nested lists and objects
   * @throws {DecodeError} if the value has more of them
   */
  compact(value: unknown, held: unknown, depth: number): unknown {
    if (value === held) return held;
    if (typeof value === 'string') return this.#strings ? this.#strings.share(value) : value;
    if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
    if (depth === 0) throw tooDeep(this.#resource);
    if (Array.isArray(value)) return this.#list(value, Array.isArray(held) ? held : EMPTY_LIST, depth - 1);
    const isObject = typeof held === 'object' && held !== null && !Array.isArray(held);
    return this.#object(value as Fields, isObject ? (held as Fields) : EMPTY_OBJECT, depth - 1);
  }

  #list(items: unknown[], held: readonly unknown[], depth: number): readonly unknown[] {
    if (items.length === 0) return EMPTY_LIST;
    let isHeld = items.length === held.length;
    for (let index = 0; index < items.length; index += 1) {
      items[index] = this.compact(items[index], held[index], depth);
      isHeld &&= items[index] === held[index];
    }
    return isHeld ? held : Object.freeze(items);
  }

  /** Objects whose fields have another order are not equal. */
  #object(fields: Fields, held: Fields, depth: number): Readonly<Fields> {
    const heldKeys = Object.keys(held);
    let count = 0;
    let isHeld = true;
    for (const key in fields) {
      const isInPlace = heldKeys[count] === key;
      const before = isInPlace ? held[key] : undefined;
      count += 1;
      const value = fields[key];
      if (value === before || !UNIQUE.has(key)) fields[key] = this.compact(value, before, depth);
      isHeld &&= isInPlace && fields[key] === before;
    }
    if (count === 0) return EMPTY_OBJECT;
    return isHeld && count === heldKeys.length ? held : Object.freeze(fields);
  }
}
