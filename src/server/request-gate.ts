import type { IncomingMessage, ServerResponse } from 'node:http';
import { GraphQLError } from 'graphql';
import { credentialsOf, type Authenticator } from '../auth/authenticator.ts';
import { tooMany, type ConcurrencyLimit } from '../graphql/concurrency-limit.ts';
import { Deadline } from '../graphql/deadline.ts';
import { OperationRecord, requestIdOf, type TransportName } from '../graphql/operation-record.ts';
import type { BytesInFlight } from '../scheduling/bytes-in-flight.ts';
import { responseTransport } from './flow-control.ts';
import type { OperationCaller } from './pipeline.ts';
import { sendJson } from './responses.ts';

export interface RequestGateOptions {
  readonly authenticate: Authenticator;
  readonly publicError: (error: unknown) => GraphQLError;
  /** Time limit of a request. */
  readonly requestTimeoutMs: number;
  /** Limit on the requests in progress. */
  readonly operationLimit: ConcurrencyLimit;
  /** Memory of the requests in progress. */
  readonly bytesInFlight: BytesInFlight;
  /** Limit on the bytes of a body. */
  readonly maxBodyBytes: number;
}

export interface OperationObservers {
  /** Called with each request, or operation of a WebSocket, when it has ended. */
  readonly onOperation: (record: OperationRecord) => void;
  /** Called with each of them when it begins, and the `traceparent` of its client. */
  readonly onOperationBegin?: ((record: OperationRecord, traceparent: string | undefined) => void) | undefined;
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
      const authenticated = () => authenticate(credentialsOf(request));
      const viewer = await deadline.race(record ? record.within(authenticated) : authenticated());
      if (record) record.viewer = viewer.name;
      const inProgress = operationLimit.enter(viewer.name);
      response.once('close', () => inProgress[Symbol.dispose]());
      await deadline.race(this.#waitForRoom(viewer.name, { request, response, until: deadline.signal }));
      return { viewer, deadline, inProgress, record };
    } catch (error) {
      const shown = publicError(error);
      record?.fail([shown]);
      throw shown;
    }
  }

  /**
   * Starts to count the bytes of a request, and waits until there is room for its body.
   * @throws {GraphQLError} RATE_LIMITED if there is none in time
   */
  async #waitForRoom(viewer: string, { request, response, until }: AdmittedRequest): Promise<void> {
    const { bytesInFlight, maxBodyBytes } = this.#options;
    const bytes = bytesInFlight.open({ viewer, until, transport: responseTransport(response) });
    bytes.add(COPIES_OF_BODY * bodyBytesOf(request, maxBodyBytes));
    if (await bytes.start()) return;
    throw tooMany(
      { setting: 'MAX_BYTES_IN_FLIGHT', max: bytesInFlight.max },
      'bytes in requests and answers of all clients',
    );
  }
}

interface AdmittedRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Aborts when the client has taken the answer or has disconnected. */
  readonly until: AbortSignal;
}

/** The body is in memory twice: as bytes and as text. */
const COPIES_OF_BODY = 2;

/** Returns the length that a body has or, without Content-Length, may have. Longer ones are refused. */
function bodyBytesOf({ method, headers }: IncomingMessage, maxBodyBytes: number): number {
  if (method !== 'POST') return 0;
  const length = headers['content-length'] === undefined ? maxBodyBytes : Number(headers['content-length']);
  return length <= maxBodyBytes ? length : 0;
}

/**
 * Returns the record of a request, which ends when the client has taken the answer or has disconnected. The response gets the
 * request id.
 */
export function recordOf(
  request: IncomingMessage,
  response: ServerResponse,
  { transport, onOperation, onOperationBegin }: OperationObservers & { readonly transport: TransportName },
): OperationRecord {
  const record = new OperationRecord({ requestId: requestIdOf(request.headers[REQUEST_ID]), transport }, onOperation);
  onOperationBegin?.(record, traceparentOf(request));
  response.setHeader(REQUEST_ID, record.requestId);
  response.once('close', () => {
    record.status = response.statusCode;
    record.end();
  });
  return record;
}

/** Returns the trace context of a client. Not validated. */
export function traceparentOf({ headers }: IncomingMessage): string | undefined {
  const { traceparent } = headers;
  return typeof traceparent === 'string' ? traceparent : undefined;
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
