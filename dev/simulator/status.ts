import type { JsonObject } from './json.ts';

/** Entry of `details.causes` in a Status. */
export interface Cause {
  readonly reason: string;
  readonly message: string;
  readonly field?: string | undefined;
}

/** Resource that a Status is about. */
interface StatusSubject {
  readonly group: string;
  readonly plural: string;
  readonly kind: string;
}

interface StatusDetails {
  readonly name?: string | undefined;
  readonly group?: string | undefined;
  readonly kind?: string | undefined;
  readonly causes?: readonly Cause[] | undefined;
  readonly retryAfterSeconds?: number | undefined;
}

interface StatusOptions {
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  readonly details?: StatusDetails | undefined;
  /** Sent as Warning headers. */
  readonly warnings?: readonly string[] | undefined;
}

/** Error that is sent as a Kubernetes Status. */
export class ApiStatusError extends Error {
  readonly code: number;
  readonly status: JsonObject;
  readonly retryAfterSeconds: number | undefined;
  readonly warnings: readonly string[];

  constructor({ code, reason, message, details, warnings = [] }: StatusOptions) {
    super(message);
    this.code = code;
    this.retryAfterSeconds = details?.retryAfterSeconds;
    this.warnings = warnings;
    const head = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message };
    this.status = { ...head, ...(reason && { reason }), ...(details && { details: trimmed(details) }), code };
  }
}

/** Returns a 400 BadRequest. */
export function badRequestError(message: string): ApiStatusError {
  return new ApiStatusError({ code: 400, reason: 'BadRequest', message });
}

/** Returns a 401 Unauthorized. */
export function unauthorizedError(): ApiStatusError {
  return new ApiStatusError({ code: 401, reason: 'Unauthorized', message: 'Unauthorized' });
}

/** Object that a Status is about, and its message. */
interface Problem {
  readonly name: string;
  readonly message: string;
  readonly causes?: readonly Cause[] | undefined;
}

/** Returns a 403 Forbidden about an object. */
export function forbiddenError(subject: StatusSubject, { name, message, causes }: Problem): ApiStatusError {
  const details = { name, group: subject.group, kind: subject.plural, causes };
  return new ApiStatusError({
    code: 403,
    reason: 'Forbidden',
    message: `${qualified(subject)} "${name}" is forbidden: ${message}`,
    details,
  });
}

/** Returns a 404 NotFound about an object. */
export function notFoundError(subject: StatusSubject, name: string): ApiStatusError {
  const message = `${qualified(subject)} "${name}" not found`;
  return new ApiStatusError({
    code: 404,
    reason: 'NotFound',
    message,
    details: { name, group: subject.group, kind: subject.plural },
  });
}

/** The resource is not served. */
export function resourceNotFoundError(): ApiStatusError {
  const message = 'the server could not find the requested resource';
  return new ApiStatusError({ code: 404, reason: 'NotFound', message, details: {} });
}

/** Returns a 405 for a method that no version of the resource supports. */
export function methodNotAllowedError(): ApiStatusError {
  const message = 'the server does not allow this method on the requested resource';
  return new ApiStatusError({ code: 405, reason: 'MethodNotAllowed', message, details: {} });
}

/** The resource is served, but does not support the verb. */
export function verbNotSupportedError(
  { group, plural }: Pick<StatusSubject, 'group' | 'plural'>,
  verb: string,
): ApiStatusError {
  const message = `${verb} is not supported on resources of kind "${group ? `${plural}.${group}` : plural}"`;
  return new ApiStatusError({ code: 405, reason: 'MethodNotAllowed', message, details: { group, kind: plural } });
}

/** Returns a 406 with the supported media types. */
export function notAcceptableError(): ApiStatusError {
  const message = 'only the following media types are accepted: application/json, application/yaml';
  return new ApiStatusError({ code: 406, reason: 'NotAcceptable', message });
}

interface ExistingObject {
  readonly name: string;
  /** Whether it has a deletionTimestamp. */
  readonly deleted: boolean;
  readonly retryAfterSeconds?: number | undefined;
}

/** Returns a 409 AlreadyExists. */
export function alreadyExistsError(
  subject: StatusSubject,
  { name, deleted, retryAfterSeconds }: ExistingObject,
): ApiStatusError {
  const tryAgain =
    retryAfterSeconds === undefined ? '' : ', the server was not able to generate a unique name for the object';
  return new ApiStatusError({
    code: 409,
    reason: 'AlreadyExists',
    message: `${deleted ? 'object is being deleted: ' : ''}${qualified(subject)} "${name}" already exists${tryAgain}`,
    details: { name, group: subject.group, kind: subject.plural, retryAfterSeconds },
  });
}

export const MODIFIED = 'the object has been modified; please apply your changes to the latest version and try again';

/** Returns a 409 Conflict. */
export function conflictError(subject: StatusSubject, { name, message, causes }: Problem): ApiStatusError {
  const head = `Operation cannot be fulfilled on ${qualified(subject)} ${JSON.stringify(name)}`;
  return new ApiStatusError({
    code: 409,
    reason: 'Conflict',
    message: message === '' ? head : `${head}: ${message}`,
    details: { name, group: subject.group, kind: subject.plural, causes },
  });
}

/** Returns a 410 Expired. */
export function expiredError(message: string): ApiStatusError {
  return new ApiStatusError({ code: 410, reason: 'Expired', message });
}

/** Returns a 413 for a body above 3 MiB. */
export function requestTooLargeError(): ApiStatusError {
  const message = 'Request entity too large: limit is 3145728';
  return new ApiStatusError({ code: 413, reason: 'RequestEntityTooLarge', message });
}

/** Returns a 415 with the accepted media types. */
export function unsupportedMediaTypeError(accepted: readonly string[]): ApiStatusError {
  const message = `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`;
  return new ApiStatusError({ code: 415, reason: 'UnsupportedMediaType', message });
}

interface NamedKind {
  readonly group: string;
  readonly kind: string;
  readonly name: string;
}

/** The object is invalid. The message names the kind qualified by its group, and the field of every cause. */
export function invalidError(
  { group, kind, name }: NamedKind,
  causes: readonly Cause[],
  warnings: readonly string[] = [],
): ApiStatusError {
  const listed = causes.map(({ field, message }) => (field ? `${field}: ${message}` : message));
  const text = listed.length === 1 ? listed[0] : `[${listed.join(', ')}]`;
  return new ApiStatusError({
    code: 422,
    reason: 'Invalid',
    message: `${group ? `${kind}.${group}` : kind} "${name}" is invalid: ${text}`,
    details: { name, group, kind, causes },
    warnings,
  });
}

/** A well-formed JSON Patch cannot be applied. kube-apiserver gives no details. */
export function unapplicablePatchError(): ApiStatusError {
  const message = 'the server rejected our request due to an error in our request';
  return new ApiStatusError({ code: 422, reason: 'Invalid', message, details: {} });
}

/** Returns a 504 for a resourceVersion in the future; clients retry after one second. */
export function resourceVersionTooLargeError(asked: number, current: number): ApiStatusError {
  return new ApiStatusError({
    code: 504,
    reason: 'Timeout',
    message: `Timeout: Too large resource version: ${asked}, current: ${current}`,
    details: {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      retryAfterSeconds: 1,
    },
  });
}

/** `plural.group`, or `plural` in the core group. */
function qualified({ plural, group }: StatusSubject): string {
  return group ? `${plural}.${group}` : plural;
}

function trimmed(details: StatusDetails): JsonObject {
  return Object.fromEntries(
    Object.entries(details).filter(([, value]) => value !== undefined && value !== '' && !isEmptyList(value)),
  );
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}
