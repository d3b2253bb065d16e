import type { GraphQLErrorLike } from './subscription-client.ts';

/** Reaction to an error: subscribe again later, subscribe again with new credentials, or stop. */
type Recovery = 'retry' | 'renew' | 'stop';

/**
 * Codes of the gateway's `ErrorCode`, and close codes, that a repeated subscription gets again. Unknown ones are retried. Of refused HTTP
 * requests the status decides.
 *
 * The close codes are those of RFC 6455 for a client that violates a protocol or a policy, those of the gateway, and 4004 and 4005, which
 * graphql-ws uses for its own errors. graphql-ws does not retry after these either, except for 4403. It does not retry after 1011, 1015
 * and 4500; lists do, as after HTTP 5xx and `INTERNAL`: a failure of the gateway, a proxy or TLS may pass.
 */
const FINAL_CODES = new Set<unknown>([
  'BAD_REQUEST',
  'DOCUMENT_NOT_TRUSTED',
  'FORBIDDEN',
  'INVALID',
  'NOT_FOUND',
  'TOO_LARGE',
  1002,
  1003,
  1007,
  1008,
  1009,
  1010,
  4004,
  4005,
  4400,
  4403,
  4406,
  4409,
  4429,
]);

/** Statuses below 500 after which a request may succeed later. */
const PASSING_STATUSES = new Set([408, 425, 429]);

interface ErrorProperties {
  /** `extensions.code` of the gateway, such as `FORBIDDEN`. */
  readonly code?: string | undefined;
  /** Code with which the WebSocket was closed. */
  readonly closeCode?: number | undefined;
  /** HTTP status of a refused request for Server-Sent Events. */
  readonly status?: number | undefined;
  /** Time that the server asks to wait. */
  readonly retryAfterMs?: number | undefined;
}

/** Reason of an interruption or of the end of a live list. Without code, close code and status, the connection failed. */
export class ListError extends Error implements ErrorProperties {
  declare readonly code?: string | undefined;
  declare readonly closeCode?: number | undefined;
  declare readonly status?: number | undefined;
  declare readonly retryAfterMs?: number | undefined;
  /** `stop` if the same subscription would fail again, `renew` if it needs other credentials. */
  readonly recovery: Recovery;

  constructor(message: string, { cause, ...properties }: ErrorProperties & { readonly cause?: unknown } = {}) {
    super(message, { cause });
    Object.assign(this, { name: 'ListError' }, properties);
    this.recovery = recoveryFrom(properties);
  }
}

function recoveryFrom({ code, closeCode, status = 0 }: ErrorProperties): Recovery {
  if (code === 'UNAUTHENTICATED' || closeCode === 4401 || status === 401) return 'renew';
  const isFinalStatus = status >= 400 && status < 500 && !PASSING_STATUSES.has(status);
  return isFinalStatus || FINAL_CODES.has(code) || FINAL_CODES.has(closeCode) ? 'stop' : 'retry';
}

/** Returns the error for GraphQL errors, a close event of a WebSocket, an error of graphql-sse, or any other error. */
export function toListError(reason: unknown): ListError {
  if (Array.isArray(reason)) return fromGraphQLErrors(reason as readonly GraphQLErrorLike[], reason);
  const { message, code, reason: closeReason, response }: Partial<ClientError> = Object(reason);
  if (typeof code === 'number')
    return new ListError(closeReason || `The WebSocket was closed with code ${code}.`, {
      closeCode: code,
      cause: reason,
    });
  return new ListError(message || 'The connection failed.', {
    ...(response && { status: response.status, retryAfterMs: retryAfterOf(response) }),
    cause: reason,
  });
}

/** The members that are read of a CloseEvent and of graphql-sse's NetworkError. */
interface ClientError {
  readonly message: string;
  readonly code: number | string;
  readonly reason: string;
  readonly response: { readonly status: number; readonly headers?: { get(name: string): string | null } };
}

function fromGraphQLErrors(errors: readonly GraphQLErrorLike[], cause: unknown): ListError {
  const error = errors.find(({ extensions }) => extensions?.['code']) ?? errors[0];
  const { code, retryAfterSeconds } = error?.extensions ?? {};
  return new ListError(error?.message ?? 'Expected data, got none.', {
    code: typeof code === 'string' ? code : undefined,
    retryAfterMs: typeof retryAfterSeconds === 'number' ? retryAfterSeconds * 1_000 : undefined,
    cause,
  });
}

/** Returns the milliseconds of `Retry-After`, which is a number of seconds or a date. */
function retryAfterOf({ headers }: ClientError['response']): number | undefined {
  const value = headers?.get('retry-after');
  if (!value) return undefined;
  const ms = /^\d+$/u.test(value) ? Number(value) * 1_000 : Date.parse(value) - Date.now();
  return ms > 0 ? ms : undefined;
}
