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
 * Checks that a value is an object with a name, uid and version, and makes it what we keep: deeply frozen, with its
 * apiVersion and kind (lists of built-in kinds omit them), without managedFields and last-applied-configuration, and of
 * the rest what its resource keeps.
 * @throws {TypeError} naming the missing field, and quoting nothing
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

/** What a write has made, or, in a dry run, would have made: an object that is not stored has no version. */
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

/** The object that a deletion has left waiting; undefined where the answer is that, or how, it is gone. */
export function decodeDeletion<T extends KubernetesObject>(value: unknown, resource: Resource<T>): T | undefined {
  const { kind, metadata } = (value ?? {}) as RawObject;
  if (kind === 'Status' || !metadata?.deletionTimestamp) return undefined;
  const waits = (metadata.finalizers ?? []).length > 0 || Number(metadata.deletionGracePeriodSeconds ?? 0) > 0;
  return waits ? decodeObject(value, resource) : undefined;
}

/** How many items are in a list of whatever objects; of a Status, none. */
export function decodeItemCount(value: unknown): number {
  const items = (value as RawList | null)?.items;
  return Array.isArray(items) ? items.length : 0;
}

/** The resourceVersion of a list or bookmark. */
export function decodeVersion(value: unknown): string {
  const version = (value as RawObject | null)?.metadata?.resourceVersion;
  if (typeof version !== 'string' || version === '')
    throw new TypeError(`Expected a resourceVersion, got ${redactedSummary(value)}`);
  return version;
}

/** When the object was last written, in milliseconds since the epoch, as far as its managers note it: to the second. */
export function decodeWriteTime(value: unknown): number | undefined {
  const managers = (value as RawObject | null)?.metadata?.managedFields;
  if (!Array.isArray(managers)) return undefined;
  const times = managers.map((manager: { readonly time?: unknown } | null) => Date.parse(String(manager?.time)));
  const known = times.filter((time) => !Number.isNaN(time));
  return known.length === 0 ? undefined : Math.max(...known);
}

/** What a failed request says; a body that is no Status (a proxy's page, say) is told by its HTTP status alone. */
export function decodeStatus(code: number, body: unknown, retryAfterHeader?: string): StatusError {
  const status = withoutPatchedObject((body as RawStatus | null)?.kind === 'Status' ? (body as RawStatus) : {});
  const retryAfterSeconds = status.details?.retryAfterSeconds ?? secondsOf(retryAfterHeader);
  const instead = body === undefined || body === '' ? '' : `, with ${redactedSummary(body)} instead of a Status`;
  return new StatusError({
    code: status.code ?? code,
    reason: status.reason ?? '',
    message: status.message ?? `The API server answered HTTP ${code}${instead}`,
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
 * API servers answer a patch that is refused by `fieldValidation: Strict` with one cause about a field `patch`, whose
 * value is the whole patched object. Makes it one cause per field, without the object, as for other refused fields.
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
