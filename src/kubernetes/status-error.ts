import type { ResourceName } from './resource.ts';

/** One reason inside a Status: which field was wrong and how. */
export interface StatusCause {
  readonly reason: string;
  readonly field: string;
  readonly message: string;
}

/** What an API server says of a failure: the fields of its Status object that we use. */
export interface StatusDetails {
  /** The HTTP status. */
  readonly code: number;
  /** `Status.reason`, e.g. `NotFound`; ours too: `KindUnavailable`, `Unreachable`, `Broken`. */
  readonly reason: string;
  readonly message: string;
  readonly kind?: string | undefined;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly causes?: readonly StatusCause[];
  readonly retryAfterSeconds?: number | undefined;
}

/** The one class of failures that come from an API server or from the way to it. Ask it through the predicates below. */
export class StatusError extends Error {
  override readonly name = 'StatusError';
  readonly code: number;
  readonly reason: string;
  readonly details: StatusDetails;

  constructor(details: StatusDetails) {
    super(details.message);
    this.code = details.code;
    this.reason = details.reason;
    this.details = details;
  }
}

/** The version asked for is older than what the server remembers: list again. */
export function isExpired(error: unknown): boolean {
  return error instanceof StatusError && error.code === 410;
}

/** The object does not exist, although its kind is served. */
export function isNotFound(error: unknown): boolean {
  return error instanceof StatusError && error.code === 404 && error.reason !== 'KindUnavailable';
}

/** The cluster does not serve this kind. */
export function isKindUnavailable(error: unknown): boolean {
  return error instanceof StatusError && error.reason === 'KindUnavailable';
}

export function isConflict(error: unknown): boolean {
  return error instanceof StatusError && error.code === 409;
}

/** An object of the name exists already, given or generated. */
export function isNameTaken(error: unknown): boolean {
  return error instanceof StatusError && error.reason === 'AlreadyExists';
}

export function isUnauthorized(error: unknown): boolean {
  return error instanceof StatusError && error.code === 401;
}

export function isForbidden(error: unknown): boolean {
  return error instanceof StatusError && error.code === 403;
}

/** Refused by the schema or by admission, or by a failed `test` of a JSON Patch. */
export function isInvalid(error: unknown): boolean {
  return error instanceof StatusError && error.code === 422;
}

/** The connection was refused or broke: whoever answers next may be another, or an older, server. */
export function isUnreachable(error: unknown): boolean {
  return error instanceof StatusError && (error.reason === 'Unreachable' || error.reason === 'Broken');
}

/** The connection broke after the request was sent: the server may have acted on it. */
export function isBroken(error: unknown): boolean {
  return error instanceof StatusError && error.reason === 'Broken';
}

/** The failure of every read of a kind that the cluster does not serve. */
export function kindUnavailable({ group, version, plural, kind }: ResourceName): StatusError {
  const name = [plural, version, group].filter(Boolean).join('.');
  return new StatusError({
    code: 404,
    reason: 'KindUnavailable',
    kind,
    message: `This cluster does not serve ${name}. Install its CustomResourceDefinition, or ask the cluster's administrator to.`,
  });
}

/** The server has not yet seen the version asked for, as after a failover. */
export function isTooLargeVersion(error: unknown): boolean {
  if (!(error instanceof StatusError) || error.code !== 504) return false;
  const causes = error.details.causes ?? [];
  return (
    causes.some(({ reason }) => reason === 'ResourceVersionTooLarge') ||
    /too large resource version/iu.test(error.message)
  );
}

/** How long the server asked us to wait. */
export function retryAfterMsOf(error: unknown): number | undefined {
  const seconds = error instanceof StatusError ? error.details.retryAfterSeconds : undefined;
  return seconds === undefined ? undefined : seconds * 1_000;
}
