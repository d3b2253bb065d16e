import { GraphQLError } from 'graphql';
import { excerptOf } from '../kubernetes/excerpt.ts';
import { StatusError, type StatusCause } from '../kubernetes/status-error.ts';
import type { ExceededLimit } from './exceeded-limit.ts';
import { readableStatus } from './status-causes.ts';

/** The codes of errors, with their descriptions. */
export const errorCodes = {
  BAD_REQUEST: 'HTTP 400. The request is malformed, e.g. a query, selector or cursor, or it exceeds a limit.',
  UNAUTHENTICATED: 'HTTP 401. The request has no valid credentials.',
  FORBIDDEN: 'HTTP 403. The viewer does not have the required permission, or the gateway does not allow the change.',
  NOT_FOUND: 'HTTP 404. The object does not exist.',
  KIND_UNAVAILABLE: 'HTTP 404. The cluster does not serve the kind.',
  METHOD_NOT_ALLOWED: 'HTTP 405. The cluster does not support the operation for this kind.',
  NOT_ACCEPTABLE: 'HTTP 406. The response is not available in an accepted format.',
  CONFLICT: 'HTTP 409. The object was changed by another write, or its state does not allow the operation.',
  ALREADY_EXISTS: 'HTTP 409. An object with this name already exists.',
  EXPIRED: 'HTTP 410. The requested version is no longer available.',
  TOO_LARGE: 'HTTP 413. The request is too large.',
  UNSUPPORTED_MEDIA_TYPE:
    'HTTP 415. The request has an unsupported format, e.g. a STRATEGIC patch of a custom resource.',
  INVALID: 'HTTP 422. The object violates the schema of its kind or an admission rule of the cluster. See `causes`.',
  RATE_LIMITED: 'HTTP 429. Too many requests. See `retryAfterSeconds`.',
  INTERNAL:
    'HTTP 500. An unexpected error: of the API server, with its message and `status`, or of the gateway, with a generic message; the details are in the log of the gateway.',
  UNAVAILABLE:
    'HTTP 503. The API server is unreachable, a webhook of the cluster is down or slow, or the cache of the gateway is not synced yet. A refused write can be repeated after `retryAfterSeconds`.',
  TIMEOUT:
    'HTTP 504. The API server did not respond in time. A write may have been applied: read the object before repeating it.',
  PERSISTED_QUERY_NOT_FOUND:
    'The gateway has no document with this hash or id. Send the text with the hash; clients do so when they receive this code.',
  PERSISTED_QUERY_NOT_SUPPORTED:
    'The gateway has no automatic persisted queries. Send the text of the operation; clients do so when they receive this code.',
  DOCUMENT_NOT_TRUSTED: 'HTTP 403. The gateway executes trusted documents only, and this is none of them.',
} as const;

/** `extensions.code` of every error that is sent to a client. */
export type ErrorCode = keyof typeof errorCodes;

/** Returns the code and the causes of an error that {@link publicError} returned. */
export function detailsOf({ extensions }: GraphQLError): { code: ErrorCode; causes: readonly StatusCause[] } {
  const { code, causes } = extensions;
  return { code: isErrorCode(code) ? code : 'INTERNAL', causes: Array.isArray(causes) ? causes : [] };
}

export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(errorCodes, code);
}

/** Codes by `Status.reason`, which takes precedence over the HTTP status. */
const codeByReason: ReadonlyMap<string, ErrorCode> = new Map([
  ['BadRequest', 'BAD_REQUEST'],
  ['Unauthorized', 'UNAUTHENTICATED'],
  ['Forbidden', 'FORBIDDEN'],
  ['NotFound', 'NOT_FOUND'],
  ['KindUnavailable', 'KIND_UNAVAILABLE'],
  ['MethodNotAllowed', 'METHOD_NOT_ALLOWED'],
  ['NotAcceptable', 'NOT_ACCEPTABLE'],
  ['Conflict', 'CONFLICT'],
  ['AlreadyExists', 'ALREADY_EXISTS'],
  ['Expired', 'EXPIRED'],
  ['Gone', 'EXPIRED'],
  ['RequestEntityTooLarge', 'TOO_LARGE'],
  ['UnsupportedMediaType', 'UNSUPPORTED_MEDIA_TYPE'],
  ['Invalid', 'INVALID'],
  ['TooManyRequests', 'RATE_LIMITED'],
  ['InternalError', 'INTERNAL'],
  ['StorageReadError', 'INTERNAL'],
  ['ServiceUnavailable', 'UNAVAILABLE'],
  ['ServerTimeout', 'TIMEOUT'],
  ['Timeout', 'TIMEOUT'],
]);

const codeByStatus: ReadonlyMap<number, ErrorCode> = new Map([
  [400, 'BAD_REQUEST'],
  [401, 'UNAUTHENTICATED'],
  [403, 'FORBIDDEN'],
  [404, 'NOT_FOUND'],
  [405, 'METHOD_NOT_ALLOWED'],
  [406, 'NOT_ACCEPTABLE'],
  [409, 'CONFLICT'],
  [410, 'EXPIRED'],
  [413, 'TOO_LARGE'],
  [415, 'UNSUPPORTED_MEDIA_TYPE'],
  [422, 'INVALID'],
  [429, 'RATE_LIMITED'],
  [500, 'INTERNAL'],
  [503, 'UNAVAILABLE'],
  [504, 'TIMEOUT'],
]);

/**
 * Returns the result of a function that creates errors without their stacks. For expected errors, which are sent to clients and not
 * logged: a request can cause hundreds, and to collect and print the stack takes most of the time of an error.
 */
export function stackless<Result>(create: () => Result): Result {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return create();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** Extensions of an error, besides its code. */
type FailureDetails = Readonly<Record<string, unknown>> & { readonly limit?: ExceededLimit };

/** Returns an error that is sent to the client with this code, message and extensions. */
export function failure(code: ErrorCode, message: string, about: FailureDetails = {}): GraphQLError {
  return stackless(() => new GraphQLError(message, { extensions: { code, ...about } }));
}

/**
 * Returns the error that is sent to the client. Errors with an {@link ErrorCode} are unchanged, a `StatusError` of the API
 * server gets the code of its reason, and errors of GraphQL about the request get BAD_REQUEST. Any other error is replaced by
 * a generic INTERNAL error without its message. An operation that was aborted because its client left, its
 * time passed or the gateway stops is not an unexpected error: it gets the coded reason of the abort, or TIMEOUT.
 * @param onUnexpected receives the errors that were replaced
 */
export function publicError(error: unknown, onUnexpected: (error: unknown) => void): GraphQLError {
  const thrown = error instanceof GraphQLError ? (error.originalError ?? error.cause ?? error) : error;
  const original = isAbortError(thrown) ? abortReasonOf(thrown) : thrown;
  const where = error instanceof GraphQLError ? error : undefined;
  if (original instanceof StatusError) return statusError(original, where);
  if (original instanceof GraphQLError) {
    const { code } = original.extensions;
    if (isErrorCode(code)) return at(where, original.message, original.extensions);
    if (!where?.path) {
      const message = excerptOf(original.message, MAX_MESSAGE_LENGTH);
      return at(where, message, { ...original.extensions, code: codeOfRefusal(original) });
    }
  }
  onUnexpected(original);
  return at(where, 'Internal error of the gateway; see its log for details.', { code: 'INTERNAL' });
}

/** Limit on the message of an error about the request, which may quote any value of it. */
const MAX_MESSAGE_LENGTH = 2_000;

/** yoga refuses requests with an HTTP status and codes of its own. */
function codeOfRefusal({ extensions }: GraphQLError): ErrorCode {
  const http: unknown = extensions['http'];
  const status = typeof http === 'object' && http !== null && 'status' in http ? http.status : undefined;
  return (typeof status === 'number' ? codeByStatus.get(status) : undefined) ?? 'BAD_REQUEST';
}

/** Node and the web APIs have different classes for it. */
function isAbortError(error: unknown): error is Error {
  return error instanceof Error && error.name === 'AbortError';
}

function abortReasonOf({ cause }: Error): GraphQLError {
  return cause instanceof GraphQLError ? cause : failure('TIMEOUT', 'The request was cancelled.');
}

/**
 * Start of the message if a webhook of the cluster is down, slow or broken. The API server reports that as its own error, HTTP
 * 500, although it has refused the request and a later one may pass.
 */
const FAILED_WEBHOOK = /^Internal error occurred: failed calling webhook |^conversion webhook for .* failed: /u;
const WEBHOOK_RETRY_SECONDS = 5;
/** Message of the API server's storage about a new object, which it reports as HTTP 500 although the request is at fault. */
const VERSION_OF_NEW_OBJECT = 'resourceVersion should not be set on objects to be created';

function statusError({ code: status, reason, details }: StatusError, where: GraphQLError | undefined): GraphQLError {
  const { kind, namespace, name, limit } = details;
  const { message, causes } = readableStatus(details);
  const isUnavailable = FAILED_WEBHOOK.test(message);
  const retryAfterSeconds = details.retryAfterSeconds ?? (isUnavailable ? WEBHOOK_RETRY_SECONDS : undefined);
  const coded = codeByReason.get(reason) ?? codeByStatus.get(status) ?? (status >= 500 ? 'UNAVAILABLE' : 'INTERNAL');
  const refused = message === VERSION_OF_NEW_OBJECT ? 'BAD_REQUEST' : coded;
  const code = isUnavailable ? 'UNAVAILABLE' : refused;
  return at(where, message, {
    code,
    status,
    ...(reason && { reason }),
    ...(kind && { kind }),
    ...(namespace && { namespace }),
    ...(name && { name }),
    ...(causes.length > 0 && { causes }),
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
    ...(limit && { limit }),
  });
}

function at(
  where: GraphQLError | undefined,
  message: string,
  extensions: Readonly<Record<string, unknown>>,
): GraphQLError {
  const { nodes, source, positions, path } = where ?? {};
  return stackless(() => new GraphQLError(message, { nodes, source, positions, path, extensions }));
}
