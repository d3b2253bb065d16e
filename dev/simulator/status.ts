import type { JsonObject } from './json.ts';

/** One reason why a request failed, as `details.causes` lists it. */
export interface Cause {
  readonly reason: string;
  readonly message: string;
  readonly field?: string | undefined;
}

/** What a Status says about its resource. */
export interface Subject {
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

/** A failure that is answered with a Kubernetes Status. */
export class StatusError extends Error {
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

export function badRequest(message: string): StatusError {
  return new StatusError({ code: 400, reason: 'BadRequest', message });
}

export function unauthorized(): StatusError {
  return new StatusError({ code: 401, reason: 'Unauthorized', message: 'Unauthorized' });
}

/** What went wrong with one object. */
interface Problem {
  readonly name: string;
  readonly message: string;
  readonly causes?: readonly Cause[] | undefined;
}

export function forbidden(subject: Subject, { name, message, causes }: Problem): StatusError {
  const details = { name, group: subject.group, kind: subject.plural, causes };
  return new StatusError({
    code: 403,
    reason: 'Forbidden',
    message: `${qualified(subject)} "${name}" is forbidden: ${message}`,
    details,
  });
}

export function notFound(subject: Subject, name: string): StatusError {
  const message = `${qualified(subject)} "${name}" not found`;
  return new StatusError({
    code: 404,
    reason: 'NotFound',
    message,
    details: { name, group: subject.group, kind: subject.plural },
  });
}

/** The resource itself is not served. */
export function resourceNotFound(): StatusError {
  const message = 'the server could not find the requested resource';
  return new StatusError({ code: 404, reason: 'NotFound', message, details: {} });
}

export function methodNotAllowed(): StatusError {
  const message = 'the server does not allow this method on the requested resource';
  return new StatusError({ code: 405, reason: 'MethodNotAllowed', message, details: {} });
}

/** The resource is served, but not with this verb, which others have. */
export function verbNotSupported({ group, plural }: Pick<Subject, 'group' | 'plural'>, verb: string): StatusError {
  const message = `${verb} is not supported on resources of kind "${group ? `${plural}.${group}` : plural}"`;
  return new StatusError({ code: 405, reason: 'MethodNotAllowed', message, details: { group, kind: plural } });
}

export function notAcceptable(): StatusError {
  const message = 'only the following media types are accepted: application/json, application/yaml';
  return new StatusError({ code: 406, reason: 'NotAcceptable', message });
}

interface Twin {
  readonly name: string;
  /** It waits for its finalizers. */
  readonly deleted: boolean;
  readonly retryAfterSeconds?: number | undefined;
}

export function alreadyExists(subject: Subject, { name, deleted, retryAfterSeconds }: Twin): StatusError {
  const tryAgain =
    retryAfterSeconds === undefined ? '' : ', the server was not able to generate a unique name for the object';
  return new StatusError({
    code: 409,
    reason: 'AlreadyExists',
    message: `${deleted ? 'object is being deleted: ' : ''}${qualified(subject)} "${name}" already exists${tryAgain}`,
    details: { name, group: subject.group, kind: subject.plural, retryAfterSeconds },
  });
}

export const MODIFIED = 'the object has been modified; please apply your changes to the latest version and try again';

export function conflict(subject: Subject, { name, message, causes }: Problem): StatusError {
  const head = `Operation cannot be fulfilled on ${qualified(subject)} ${JSON.stringify(name)}`;
  return new StatusError({
    code: 409,
    reason: 'Conflict',
    message: message === '' ? head : `${head}: ${message}`,
    details: { name, group: subject.group, kind: subject.plural, causes },
  });
}

export function expired(message: string): StatusError {
  return new StatusError({ code: 410, reason: 'Expired', message });
}

export function requestTooLarge(): StatusError {
  const message = 'Request entity too large: limit is 3145728';
  return new StatusError({ code: 413, reason: 'RequestEntityTooLarge', message });
}

export function unsupportedMediaType(accepted: readonly string[]): StatusError {
  const message = `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`;
  return new StatusError({ code: 415, reason: 'UnsupportedMediaType', message });
}

interface NamedKind {
  readonly group: string;
  readonly kind: string;
  readonly name: string;
}

/** The object breaks rules; `kind` is qualified by its group, and every cause names its field. */
export function invalid(
  { group, kind, name }: NamedKind,
  causes: readonly Cause[],
  warnings: readonly string[] = [],
): StatusError {
  const listed = causes.map(({ field, message }) => (field ? `${field}: ${message}` : message));
  const text = listed.length === 1 ? listed[0] : `[${listed.join(', ')}]`;
  return new StatusError({
    code: 422,
    reason: 'Invalid',
    message: `${group ? `${kind}.${group}` : kind} "${name}" is invalid: ${text}`,
    details: { name, group, kind, causes },
    warnings,
  });
}

/** A JSON Patch that reads well but cannot be applied; the real server says no more than this. */
export function unapplicablePatch(): StatusError {
  const message = 'the server rejected our request due to an error in our request';
  return new StatusError({ code: 422, reason: 'Invalid', message, details: {} });
}

export function versionTooLarge(asked: number, current: number): StatusError {
  return new StatusError({
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
function qualified({ plural, group }: Subject): string {
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
