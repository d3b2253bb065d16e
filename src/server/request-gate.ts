import type { IncomingMessage, ServerResponse } from 'node:http';
import { GraphQLError } from 'graphql';
import { credentialsOf, type Authenticator } from '../auth/authenticator.ts';
import type { ConcurrencyLimit } from '../graphql/concurrency-limit.ts';
import { Deadline } from '../graphql/deadline.ts';
import { OperationRecord, requestIdOf, type TransportName } from '../graphql/operation-record.ts';
import type { OperationCaller } from './pipeline.ts';
import { sendJson } from './responses.ts';

export interface RequestGateOptions {
  readonly authenticate: Authenticator;
  readonly publicError: (error: unknown) => GraphQLError;
  /** Time limit of a request. */
  readonly requestTimeoutMs: number;
  /** Limit on the requests in progress. */
  readonly operationLimit: ConcurrencyLimit;
  /** Called with each request, or operation of a WebSocket, when it has ended. */
  readonly onOperation: (record: OperationRecord) => void;
}

/** First step of every HTTP request that is served for a viewer. */
export class RequestGate {
  readonly #options: RequestGateOptions;

  constructor(options: RequestGateOptions) {
    this.#options = options;
  }

  /**
   * Starts the deadline of a request, authenticates its viewer, and counts it as in progress until its client has taken the
   * answer or has disconnected.
   * @throws {GraphQLError} UNAUTHENTICATED, RATE_LIMITED, TIMEOUT, or UNAVAILABLE if the API server cannot be asked
   */
  async admit(request: IncomingMessage, response: ServerResponse, record?: OperationRecord): Promise<OperationCaller> {
    const { authenticate, publicError, requestTimeoutMs, operationLimit } = this.#options;
    const deadline = new Deadline(requestTimeoutMs);
    response.once('close', () => (response.writableFinished ? deadline.end() : deadline.cancel()));
    try {
      const viewer = await deadline.race(authenticate(credentialsOf(request)));
      if (record) record.viewer = viewer.name;
      const inProgress = operationLimit.enter(viewer.name);
      response.once('close', () => inProgress[Symbol.dispose]());
      return { viewer, deadline, inProgress, record };
    } catch (error) {
      const shown = publicError(error);
      record?.fail([shown]);
      throw shown;
    }
  }
}

/**
 * Returns the record of a request, which ends when the client has taken the answer or has disconnected. The response gets the
 * request id.
 */
export function recordOf(
  request: IncomingMessage,
  response: ServerResponse,
  {
    transport,
    onOperation,
  }: { readonly transport: TransportName; readonly onOperation: RequestGateOptions['onOperation'] },
): OperationRecord {
  const record = new OperationRecord({ requestId: requestIdOf(request.headers[REQUEST_ID]), transport }, onOperation);
  response.setHeader(REQUEST_ID, record.requestId);
  response.once('close', () => {
    record.status = response.statusCode;
    record.end();
  });
  return record;
}

/** Header with the id of a request, in requests and responses. */
export const REQUEST_ID = 'x-request-id';

const statusByCode: Readonly<Record<string, number>> = {
  BAD_REQUEST: 400,
  UNAUTHENTICATED: 401,
  TOO_LARGE: 413,
  RATE_LIMITED: 429,
  TIMEOUT: 504,
};

/** Returns the HTTP status of a request that could not be admitted. */
export function statusOfRefusal({ extensions }: GraphQLError): number {
  return statusByCode[String(extensions['code'])] ?? 503;
}

/** Sends an error instead of a result, with the headers that belong to its code. */
export function sendRefusal(response: ServerResponse, error: GraphQLError): void {
  if (response.headersSent || response.destroyed) return;
  const { http: _, ...extensions } = error.extensions;
  const { retryAfterSeconds } = extensions;
  if (typeof retryAfterSeconds === 'number') response.setHeader('retry-after', retryAfterSeconds);
  if (extensions['code'] === 'UNAUTHENTICATED') response.setHeader('www-authenticate', 'Bearer');
  sendJson(response, statusOfRefusal(error), { errors: [new GraphQLError(error.message, { extensions })] });
}
