import type { KubernetesObject } from './object.ts';
import { redactedSummary } from './redacted.ts';
import { apiVersionOf, type Resource } from './resource.ts';
import { StatusError, type StatusCause } from './status-error.ts';

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

interface RawObject {
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

interface RawStatus {
  readonly kind?: unknown;
  readonly reason?: string;
  readonly message?: string;
  readonly code?: number;
  readonly details?: {
    readonly name?: string;
    readonly kind?: string;
    readonly retryAfterSeconds?: number;
    readonly causes?: readonly RawCause[];
  };
}

interface RawCause {
  readonly reason?: string | undefined;
  readonly field?: string | undefined;
  readonly message?: string | undefined;
}

/**
 * Returns the part of an object that the gateway keeps, deeply frozen: with apiVersion and kind (items of lists lack them),
 * without managedFields and last-applied-configuration, and trimmed by the cache policy of its resource.
 * @throws {TypeError} if name, uid or resourceVersion is missing; the message names the field and quotes no content
 */
export function decodeObject<T extends KubernetesObject>(value: unknown, resource: Resource<T>): T {
  const metadata = (value as RawObject | null)?.metadata;
  const missing = (['name', 'uid', 'resourceVersion'] as const).find((field) => typeof metadata?.[field] !== 'string');
  if (!metadata || missing) {
    const at = missing && metadata ? ` with ${redactedSummary(metadata[missing])} as metadata.${missing}` : '';
    throw new TypeError(
      `Expected a ${resource.kind} with metadata.name, uid and resourceVersion, got ${redactedSummary(value)}${at}`,
    );
  }
  const { managedFields: _, annotations, ...kept } = metadata;
  const trimmed = {
    apiVersion: apiVersionOf(resource),
    kind: resource.kind,
    ...(value as object),
    metadata: { ...kept, ...trimAnnotations(annotations) },
  };
  return deepFreeze(resource.cache.trim(trimmed as KubernetesObject as T)) as KubernetesObject as T;
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
  const object = value as RawObject | null;
  const isUnstored = dryRun && object?.metadata && object.metadata.resourceVersion === undefined;
  if (!isUnstored) return decodeObject(value, resource);
  return decodeObject({ ...object, metadata: { ...object.metadata, resourceVersion: '' } }, resource);
}

/** Returns the object that still waits for finalizers or its grace period; undefined if the deletion is complete. */
export function decodeDeletion<T extends KubernetesObject>(value: unknown, resource: Resource<T>): T | undefined {
  const { kind, metadata } = (value ?? {}) as RawObject;
  if (kind === 'Status' || !metadata?.deletionTimestamp) return undefined;
  const waits = (metadata.finalizers ?? []).length > 0 || Number(metadata.deletionGracePeriodSeconds ?? 0) > 0;
  return waits ? decodeObject(value, resource) : undefined;
}

/** Returns the number of items of a list; 0 for a Status. */
export function decodeItemCount(value: unknown): number {
  const items = (value as RawList | null)?.items;
  return Array.isArray(items) ? items.length : 0;
}

/**
 * Returns the resourceVersion of a list or bookmark.
 * @throws {TypeError} if there is none
 */
export function decodeVersion(value: unknown): string {
  const version = (value as RawObject | null)?.metadata?.resourceVersion;
  if (typeof version !== 'string' || version === '')
    throw new TypeError(`Expected a resourceVersion, got ${redactedSummary(value)}`);
  return version;
}

/**
 * Returns the time of the last write by `metadata.managedFields`, in milliseconds since the epoch, whole seconds;
 * undefined if no entry has a time.
 */
export function decodeWriteTime(value: unknown): number | undefined {
  const managers = (value as RawObject | null)?.metadata?.managedFields;
  if (!Array.isArray(managers)) return undefined;
  const times = managers.map((manager: { readonly time?: unknown } | null) => Date.parse(String(manager?.time)));
  const known = times.filter((time) => !Number.isNaN(time));
  return known.length === 0 ? undefined : Math.max(...known);
}

/**
 * Returns the error of a failed request from its Status, or from the HTTP status code if the body is no Status, as of a
 * proxy.
 */
export function decodeStatus(code: number, body: unknown, retryAfterHeader?: string): StatusError {
  const status = withoutPatchedObject((body as RawStatus | null)?.kind === 'Status' ? (body as RawStatus) : {});
  const retryAfterSeconds = status.details?.retryAfterSeconds ?? secondsOf(retryAfterHeader);
  const instead = body === undefined || body === '' ? '' : `, with ${redactedSummary(body)} instead of a Status`;
  return new StatusError({
    code: status.code ?? code,
    reason: status.reason ?? '',
    message: status.message ?? `The API server responded with HTTP ${code}${instead}`,
    kind: status.details?.kind,
    name: status.details?.name,
    causes: (status.details?.causes ?? []).map(decodeCause),
    retryAfterSeconds,
  });
}

/** A cause about the object as a whole has no field: API servers since 1.25 print its path as `<nil>`. */
function decodeCause({ reason = '', field = '', message = '' }: RawCause): StatusCause {
  return { reason, field: field === '<nil>' ? '' : field, message };
}

const STRICT_DECODING_ERROR = /^Invalid value: "\{(?:[^"\\]|\\.)*": (?<error>strict decoding error: .*)$/su;
const DECODING_PROBLEM = /(?<ofPatch>json patch )?(?:unknown|duplicate) field "(?<field>(?:[^"\\]|\\.)*)"/gu;

/**
 * Splits the cause of a patch that `fieldValidation: Strict` refused. API servers return one cause for a field `patch`, whose
 * value is the whole patched object; this returns one cause for each field, without the object.
 */
function withoutPatchedObject(status: RawStatus): RawStatus {
  const [cause] = status.details?.causes ?? [];
  const error =
    cause?.field === 'patch' ? STRICT_DECODING_ERROR.exec(cause.message ?? '')?.groups?.['error'] : undefined;
  if (error === undefined) return status;
  const causes = [...error.matchAll(DECODING_PROBLEM)].map(({ 0: message, groups = {} }) => {
    const field = groups['ofPatch'] === undefined ? groups['field'] : `patch${groups['field']}`;
    return { reason: 'FieldValueInvalid', field, message };
  });
  return { ...status, message: error, details: { ...status.details, causes } };
}

function secondsOf(header: string | undefined): number | undefined {
  return header !== undefined && /^\d+$/u.test(header) ? Number(header) : undefined;
}

function trimAnnotations(annotations: Readonly<Record<string, string>> | null | undefined): object {
  if (!annotations) return {};
  const { [LAST_APPLIED]: _, ...kept } = annotations;
  return { annotations: kept };
}

function deepFreeze(value: object): object {
  for (const child of Object.values(value)) if (typeof child === 'object' && child !== null) deepFreeze(child);
  return Object.freeze(value);
}
