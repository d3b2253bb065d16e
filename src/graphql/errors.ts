import { GraphQLError } from 'graphql';
import { StatusError } from '../kubernetes/status-error.ts';
import { builder } from './builder.ts';

const descriptions = {
  BAD_REQUEST: 'HTTP 400: the request cannot be understood, e.g. a malformed query, selector or cursor.',
  UNAUTHENTICATED: 'HTTP 401: it is not known who asks.',
  FORBIDDEN: 'HTTP 403: the cluster does not allow it.',
  NOT_FOUND: 'HTTP 404: the object does not exist.',
  KIND_UNAVAILABLE: 'HTTP 404: this cluster does not serve the kind.',
  METHOD_NOT_ALLOWED: 'HTTP 405: the cluster does not offer this operation for the kind.',
  NOT_ACCEPTABLE: 'HTTP 406: the answer is not to be had in the form asked for.',
  CONFLICT: 'HTTP 409: the object has changed meanwhile, or is in the wrong state for this.',
  ALREADY_EXISTS: 'HTTP 409: there is an object of this name.',
  EXPIRED: 'HTTP 410: what was asked for is too long ago.',
  TOO_LARGE: 'HTTP 413: the request is too large.',
  UNSUPPORTED_MEDIA_TYPE:
    'HTTP 415: this form of request is not accepted, e.g. a STRATEGIC patch of a custom resource.',
  INVALID: 'HTTP 422: refused by the schema of the kind or by the admission rules of the cluster; see `causes`.',
  RATE_LIMITED: 'HTTP 429: too many requests; see `retryAfterSeconds`.',
  INTERNAL:
    'HTTP 500: something unexpected: in the API server, in its words, with a `status`; in the gateway, logged there and told to nobody else.',
  UNAVAILABLE: 'HTTP 503: the API server cannot be reached, or the gateway has not read it yet.',
  TIMEOUT: 'HTTP 504: no answer in time. A write may or may not have happened: look before trying again.',
} as const;

/** `extensions.code` of every error that a client gets. */
export type ErrorCode = keyof typeof descriptions;

builder.enumType('ErrorCode', {
  description:
    '`extensions.code` of every error. `extensions` also carries, where Kubernetes said so, `status`, `reason`, `kind`, ' +
    '`namespace`, `name`, `causes` ([{ reason, field, message }]) and `retryAfterSeconds`.',
  values: Object.fromEntries(
    Object.entries(descriptions).map(([code, description]) => [code, { value: code, description }]),
  ),
});

/** What Kubernetes calls a failure decides; its HTTP status only where it has no name, or one that is not known. */
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

/** An expected failure of ours, told to the client as it is. */
export function failure(code: ErrorCode, message: string, about: Readonly<Record<string, unknown>> = {}): GraphQLError {
  return new GraphQLError(message, { extensions: { code, ...about } });
}

/**
 * What a client may know of an error: ours and Kubernetes’ own with their code, what GraphQL says of a bad request as
 * BAD_REQUEST, and of anything else only that it happened.
 * @param onUnexpected told of the errors that are kept from the client
 */
export function publicError(error: unknown, onUnexpected: (error: unknown) => void): GraphQLError {
  const original = error instanceof GraphQLError ? (error.originalError ?? error.cause ?? error) : error;
  const where = error instanceof GraphQLError ? error : undefined;
  if (original instanceof StatusError) return statusError(original, where);
  if (original instanceof GraphQLError) {
    const { code } = original.extensions;
    if (typeof code === 'string' && code in descriptions) return at(where, original.message, original.extensions);
    if (!where?.path) return at(where, original.message, { ...original.extensions, code: 'BAD_REQUEST' });
  }
  onUnexpected(original);
  return at(where, 'Something unexpected happened in the gateway; its log says what.', { code: 'INTERNAL' });
}

function statusError(
  { message, code: status, reason, details }: StatusError,
  where: GraphQLError | undefined,
): GraphQLError {
  const { kind, namespace, name, causes = [], retryAfterSeconds } = details;
  const code = codeByReason.get(reason) ?? codeByStatus.get(status) ?? (status >= 500 ? 'UNAVAILABLE' : 'INTERNAL');
  return at(where, message, {
    code,
    status,
    ...(reason && { reason }),
    ...(kind && { kind }),
    ...(namespace && { namespace }),
    ...(name && { name }),
    ...(causes.length > 0 && { causes }),
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  });
}

function at(
  where: GraphQLError | undefined,
  message: string,
  extensions: Readonly<Record<string, unknown>>,
): GraphQLError {
  return new GraphQLError(message, {
    nodes: where?.nodes,
    source: where?.source,
    positions: where?.positions,
    path: where?.path,
    extensions,
  });
}
