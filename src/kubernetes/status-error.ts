/** `StatusCause` of the API: one invalid field. */
export interface StatusCause {
  readonly reason: string;
  readonly field: string;
  readonly message: string;
}

/** Maximum number of causes of an error that a client gets: a request of some kilobytes may have thousands of invalid values. */
export const MAX_CAUSES = 100;

/** Returns a text for the message of an error: the first {@link MAX_CAUSES} causes, and the number of the others. */
export function listedCauses(causes: readonly StatusCause[]): string {
  const listed = causes.slice(0, MAX_CAUSES).map(({ field, message }) => `${field}: ${message}`);
  const others = causes.length - listed.length;
  return [...listed, ...(others > 0 ? [`and ${others} more`] : [])].join('; ');
}

/**
 * Fields of an API server's `Status` that the gateway uses, see
 * https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/.
 */
export interface StatusDetails {
  /** HTTP status code. */
  readonly code: number;
  /**
   * `Status.reason`, e.g. `NotFound`, or a reason of the gateway: `KindUnavailable`, `Unreachable`, `Broken`,
   * `InvalidResponse`, `ResponseTooLarge`, `EventTooLarge`, `CredentialsChanged`, `ServerChanged`.
   */
  readonly reason: string;
  readonly message: string;
  readonly kind?: string | undefined;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly causes?: readonly StatusCause[];
  readonly retryAfterSeconds?: number | undefined;
  /** The limit of the gateway that refused the request. None in a `Status` of the API server. */
  readonly limit?: { readonly name: string; readonly max: number };
  /** Whether the error is an ERROR event of a watch that the API server had accepted. */
  readonly isWatchEvent?: boolean;
}

/**
 * Error of a request to an API server: a Status that it returned, or a failed connection. Predicates below classify it.
 */
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

/** Returns whether the resourceVersion is older than the API server's history, so the caller must list again. */
export function isExpired(error: unknown): boolean {
  return error instanceof StatusError && error.code === 410;
}

/** Returns whether the API server serves the resource but has no such object. */
export function isNotFound(error: unknown): boolean {
  return error instanceof StatusError && error.code === 404 && error.reason !== 'KindUnavailable';
}

/** Returns whether the API server does not serve the resource. */
export function isKindUnavailable(error: unknown): boolean {
  return error instanceof StatusError && error.reason === 'KindUnavailable';
}

/** Returns whether the object changed since it was read, or exists already. */
export function isConflict(error: unknown): boolean {
  return error instanceof StatusError && error.code === 409;
}

/** Returns whether an object with the given or generated name exists already. */
export function isNameTaken(error: unknown): boolean {
  return error instanceof StatusError && error.reason === 'AlreadyExists';
}

/** Returns whether the API server did not accept the credentials. */
export function isUnauthorized(error: unknown): boolean {
  return error instanceof StatusError && error.code === 401;
}

/** Returns whether the caller lacks a permission. */
export function isForbidden(error: unknown): boolean {
  return error instanceof StatusError && error.code === 403;
}

/** Returns whether the schema, admission, or a `test` operation of a JSON Patch refused the object. */
export function isInvalid(error: unknown): boolean {
  return error instanceof StatusError && error.code === 422;
}

/** Returns whether the API server accepted a watch and then sent the error as an event. */
export function isErrorEvent(error: unknown): boolean {
  return error instanceof StatusError && error.details.isWatchEvent === true;
}

/** Returns whether the connection failed. The next one may reach another API server, with an older state. */
export function isUnreachable(error: unknown): boolean {
  return error instanceof StatusError && (error.reason === 'Unreachable' || error.reason === 'Broken');
}

/** Returns whether the connection failed after the request was sent, so the API server may have processed it. */
export function isBroken(error: unknown): boolean {
  return error instanceof StatusError && error.reason === 'Broken';
}

/** Returns whether the response is not of the Kubernetes API: it has another type, lacks required fields, or is too large. */
export function isInvalidResponse(error: unknown): boolean {
  return isResponseTooLarge(error) || (error instanceof StatusError && error.reason === 'InvalidResponse');
}

/** Returns whether a response was larger than the limit, so a smaller page of a list may succeed. */
export function isResponseTooLarge(error: unknown): boolean {
  return error instanceof StatusError && error.reason === 'ResponseTooLarge';
}

/** Returns the error of a response that is not of the Kubernetes API. It has the HTTP status of a bad gateway. */
export function invalidResponse(message: string): StatusError {
  return new StatusError({ code: 502, reason: 'InvalidResponse', message });
}

/** Returns whether a watch was ended because an event was larger than the limit, so that changes are missing. */
export function isEventTooLarge(error: unknown): boolean {
  return error instanceof StatusError && error.reason === 'EventTooLarge';
}

/** Returns whether a stream was ended so that it is opened again with other credentials. */
export function hasChangedCredentials(error: unknown): boolean {
  return error instanceof StatusError && error.reason === 'CredentialsChanged';
}

/** Returns whether a stream was ended because the kubeconfig names another API server, which may be another cluster. */
export function hasChangedServer(error: unknown): boolean {
  return error instanceof StatusError && error.reason === 'ServerChanged';
}

/** Names of a resource, for messages. The group is empty for the core API. */
type NamedResource = Readonly<Record<'group' | 'version' | 'plural' | 'kind', string>>;

/** Returns the error of a request for a resource that the API server does not serve. */
export function kindUnavailable({ group, version, plural, kind }: NamedResource): StatusError {
  const name = [plural, version, group].filter(Boolean).join('.');
  return new StatusError({
    code: 404,
    reason: 'KindUnavailable',
    kind,
    message: `This cluster does not serve ${name}. Install its CustomResourceDefinition, or ask the cluster's administrator to.`,
  });
}

/** Returns whether the API server has not reached the requested resourceVersion, as after a failover. */
export function isTooLargeVersion(error: unknown): boolean {
  if (!(error instanceof StatusError) || error.code !== 504) return false;
  const causes = error.details.causes ?? [];
  return (
    causes.some(({ reason }) => reason === 'ResourceVersionTooLarge') ||
    /too large resource version/iu.test(error.message)
  );
}

/** Returns the delay in milliseconds before a retry that the API server requested. */
export function retryAfterMsOf(error: unknown): number | undefined {
  const seconds = error instanceof StatusError ? error.details.retryAfterSeconds : undefined;
  return seconds === undefined ? undefined : seconds * 1_000;
}
