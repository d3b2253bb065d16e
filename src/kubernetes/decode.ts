import { int, listOf, object, string, type Decoded } from './decoder.ts';
import type { KubernetesObject } from './object.ts';
import { redactedSummary } from './redacted.ts';
import { apiVersionOf, type Resource } from './resource.ts';
import { StatusError, type StatusCause } from './status-error.ts';

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

interface RawObject {
  readonly apiVersion?: unknown;
  readonly kind?: unknown;
  readonly status?: unknown;
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

/** Fields of a Status. Those with other types count as absent: webhooks and aggregated API servers write them, too. */
const status = object({
  reason: string,
  message: string,
  code: int,
  details: object({
    name: string,
    kind: string,
    retryAfterSeconds: int,
    causes: listOf(object({ reason: string, field: string, message: string })),
  }),
});
type RawStatus = Decoded<typeof status>;

/** Response or watch event that is not what the Kubernetes API defines. The message quotes no content. */
export class DecodeError extends TypeError {
  override readonly name = 'DecodeError';
}

/**
 * Limit on nested lists and objects. The API server accepts 10,000 in fields without a schema, which exhaust the stack of
 * recursive functions, such as `JSON.stringify`: one object would make its kind unavailable to all viewers.
 */
const MAX_DEPTH = 500;

function isDeeperThan(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return depth === 0 || Object.values(value).some((child) => isDeeperThan(child, depth - 1));
}

/**
 * Returns the part of an object that the gateway keeps, deeply frozen: with apiVersion and kind (items of lists lack them),
 * without managedFields and last-applied-configuration, and trimmed by the cache policy of its resource.
 * @throws {DecodeError} if it is of another kind, name, uid or resourceVersion is missing, or the object has more than
 * {@link MAX_DEPTH} nested lists and objects; the message names the field and quotes no content
 */
export function decodeObject<T extends KubernetesObject>(value: unknown, resource: Resource<T>): T {
  assertKind(value, resource);
  const metadata = (value as RawObject | null)?.metadata;
  const missing = (['name', 'uid', 'resourceVersion'] as const).find((field) => typeof metadata?.[field] !== 'string');
  if (!metadata || missing) {
    const at = missing && metadata ? ` with ${redactedSummary(metadata[missing])} as metadata.${missing}` : '';
    throw new DecodeError(
      `Expected a ${resource.kind} with metadata.name, uid and resourceVersion, got ${redactedSummary(value)}${at}`,
    );
  }
  if (isDeeperThan(value, MAX_DEPTH))
    throw new DecodeError(
      `Expected a ${resource.kind} with at most ${MAX_DEPTH} nested lists and objects, got a deeper one`,
    );
  const { managedFields: _, annotations, ...kept } = metadata;
  const trimmed = {
    apiVersion: apiVersionOf(resource),
    kind: resource.kind,
    ...(value as object),
    metadata: { ...kept, ...trimAnnotations(annotations) },
  };
  return deepFreeze(resource.cache.trim(trimmed as KubernetesObject as T)) as KubernetesObject as T;
}

/** Items of lists have no kind and no apiVersion. Other versions of a group differ in their fields, not in what they are. */
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

/**
 * Returns the time of the last write by `metadata.managedFields`, in milliseconds since the epoch, whole seconds;
 * undefined if no entry has a time.
 */
export function decodeWriteTime(value: unknown): number | undefined {
  const managers = (value as RawObject | null)?.metadata?.managedFields;
  if (!Array.isArray(managers)) return undefined;
  let latest: number | undefined;
  for (const { time } of managers.map((manager: { readonly time?: unknown } | null) => manager ?? {})) {
    const milliseconds = typeof time === 'string' ? Date.parse(time) : Number.NaN;
    if (!Number.isNaN(milliseconds)) latest = Math.max(latest ?? milliseconds, milliseconds);
  }
  return latest;
}

/**
 * Returns the error of a failed request from its Status, or from the HTTP status code if the body is no Status, as of a
 * proxy.
 */
export function decodeStatus(code: number, body: unknown, retryAfterHeader?: string): StatusError {
  const { details, ...decoded } = withoutPatchedObject((isStatus(body) && status.decode(body)) || {});
  const retryAfterSeconds = details?.retryAfterSeconds ?? secondsOf(retryAfterHeader);
  const instead = body === undefined || body === '' ? '' : `, with ${redactedSummary(body)} instead of a Status`;
  return new StatusError({
    code: isErrorStatus(decoded.code) ? decoded.code : code,
    reason: decoded.reason ?? '',
    message: decoded.message ?? `The API server responded with HTTP ${code}${instead}`,
    kind: details?.kind,
    name: details?.name,
    causes: (details?.causes ?? []).map(decodeCause),
    retryAfterSeconds,
  });
}

/** A Status may lack its code, or have one of another kind. */
function isErrorStatus(code: number | undefined): code is number {
  return code !== undefined && code >= 400 && code < 600;
}

/** Returns whether a value is a Status. */
export function isStatus(value: unknown): boolean {
  return (value as RawObject | null)?.kind === 'Status';
}

/** Returns whether a value is the Status of a failure. */
export function isFailure(value: unknown): boolean {
  return isStatus(value) && (value as RawObject).status === 'Failure';
}

/** A cause about the object as a whole has no field: API servers since 1.25 print its path as `<nil>`. */
function decodeCause({ reason = '', field = '', message = '' }: Partial<StatusCause>): StatusCause {
  return { reason, field: field === '<nil>' ? '' : field, message };
}

const PATCHED_OBJECT = 'Invalid value: "{';
/** End of the quoted object and start of the error. In the object every quotation mark has a backslash before it. */
const STRICT_DECODING_ERROR = '}": strict decoding error: ';
const DECODING_PROBLEM = /(?<ofPatch>json patch )?(?:unknown|duplicate) field "(?<field>(?:[^"\\]|\\.)*)"/gu;

/**
 * Splits the cause of a patch that `fieldValidation: Strict` refused. API servers return one cause for a field `patch`, whose
 * value is the whole patched object; this returns one cause for each field, without the object.
 */
function withoutPatchedObject(refused: RawStatus): RawStatus {
  const [cause] = refused.details?.causes ?? [];
  const error = cause?.field === 'patch' ? strictDecodingErrorIn(cause.message ?? '') : undefined;
  if (error === undefined) return refused;
  const causes = [...error.matchAll(DECODING_PROBLEM)].map(({ 0: message, groups = {} }) => {
    const { ofPatch, field = '' } = groups;
    return { reason: 'FieldValueInvalid', field: ofPatch === undefined ? field : `patch${field}`, message };
  });
  return { ...refused, message: error, details: { ...refused.details, causes } };
}

function strictDecodingErrorIn(message: string): string | undefined {
  const end = message.startsWith(PATCHED_OBJECT) ? message.indexOf(STRICT_DECODING_ERROR) : -1;
  return end === -1 ? undefined : message.slice(end + '}": '.length);
}

function secondsOf(header: string | undefined): number | undefined {
  return header !== undefined && /^\d+$/u.test(header) ? Number(header) : undefined;
}

function trimAnnotations(annotations: Readonly<Record<string, string>> | null | undefined): object {
  if (!annotations) return {};
  const { [LAST_APPLIED]: _, ...kept } = annotations;
  return { annotations: kept };
}

/** Freezes an object and all that it contains. Without recursion: the depth of an object is up to its writer. */
function deepFreeze(value: object): object {
  const pending = [value];
  for (let next = pending.pop(); next; next = pending.pop()) {
    Object.freeze(next);
    for (const child of Object.values(next)) if (typeof child === 'object' && child !== null) pending.push(child);
  }
  return value;
}
