import type { IncomingMessage, ServerResponse } from 'node:http';
import { GraphQLError } from 'graphql';
import { credentialsOf, type Authenticator } from '../auth/authenticator.ts';
import { tooManyBytes, type ConcurrencyLimit } from '../graphql/concurrency-limit.ts';
import { Deadline } from '../graphql/deadline.ts';
import { failure } from '../graphql/errors.ts';
import {
  CLIENT_CLOSED_REQUEST,
  OperationRecord,
  requestIdOf,
  type TransportName,
} from '../graphql/operation-record.ts';
import type { Viewer } from '../auth/viewer.ts';
import type { Awaitable } from '../scheduling/awaitable.ts';
import type { BytesInFlight, RequestBytes } from '../scheduling/bytes-in-flight.ts';
import { ResponseTransport } from './flow-control.ts';
import { hasOperationInBody } from './operation-request.ts';
import type { OperationCaller } from './operation.ts';
import { sendJson } from './responses.ts';
import { IdentifiedResponse, REQUEST_ID } from './server-response.ts';

interface RequestGateOptions {
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
   * answer or has disconnected. Returns a promise only if it has to wait: for the API server, or for room.
   * @throws {GraphQLError} UNAUTHENTICATED, RATE_LIMITED, TIMEOUT, or UNAVAILABLE if the API server cannot be asked
   */
  admit(request: IncomingMessage, response: ServerResponse, record?: OperationRecord): Awaitable<OperationCaller> {
    const { authenticate, publicError, requestTimeoutMs, operationLimit } = this.#options;
    const deadline = new Deadline(requestTimeoutMs);
    let inProgress: Disposable | undefined;
    response.on('close', () => {
      if (response.writableFinished) deadline.end();
      else deadline.cancel();
      inProgress?.[Symbol.dispose]();
    });
    const enter = (viewer: Viewer): Awaitable<OperationCaller> => {
      if (record) record.viewer = viewer.name;
      inProgress = operationLimit.enter(viewer.name);
      const bytes = this.#bytesOf(viewer.name, { request, response, deadline });
      const caller = { viewer, deadline, bytes, inProgress, record };
      return bytes.mustWait() ? deadline.race(this.#waitForRoom(bytes)).then(() => caller) : caller;
    };
    const refuse = (error: unknown): never => {
      const shown = publicError(error);
      record?.fail([shown]);
      throw shown;
    };
    try {
      const authenticated = () => authenticate(credentialsOf(request));
      const found = record ? record.within(authenticated) : authenticated();
      const admitted = found instanceof Promise ? deadline.race(found).then(enter) : enter(found);
      return admitted instanceof Promise ? admitted.catch(refuse) : admitted;
    } catch (error) {
      return refuse(error);
    }
  }

  /** Starts to count the bytes of a request. */
  #bytesOf(viewer: string, { request, response, deadline }: AdmittedRequest): RequestBytes {
    const { bytesInFlight, maxBodyBytes } = this.#options;
    const bytes = bytesInFlight.open({ viewer, until: deadline, transport: new ResponseTransport(response) });
    bytes.add(COPIES_OF_BODY * bodyBytesOf(request, maxBodyBytes));
    return bytes;
  }

  /**
   * Waits until there is room for the body of a request.
   * @throws {GraphQLError} RATE_LIMITED if there is none in time
   */
  async #waitForRoom(bytes: RequestBytes): Promise<void> {
    if (await bytes.start()) return;
    throw tooManyBytes(this.#options.bytesInFlight.max);
  }
}

interface AdmittedRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly deadline: Deadline;
}

/** The body is in memory twice: as bytes and as text. */
const COPIES_OF_BODY = 2;

/** Returns the length that a body has or, without Content-Length, may have. Longer ones are refused. */
function bodyBytesOf(request: IncomingMessage, maxBodyBytes: number): number {
  if (!hasOperationInBody(request)) return 0;
  const { headers } = request;
  const length = headers['content-length'] === undefined ? maxBodyBytes : Number(headers['content-length']);
  return length <= maxBodyBytes ? length : 0;
}

/**
 * Returns the record of a request, which ends when the client has taken the answer or has disconnected. The response gets the
 * record. If the client has disconnected before the answer began, the outcome of the operation is not known: the record fails.
 */
export function recordOf(
  request: IncomingMessage,
  response: ServerResponse,
  { transport, observers }: { readonly transport: TransportName; readonly observers: OperationObservers },
): OperationRecord {
  const { onOperation, onOperationBegin } = observers;
  const record = new OperationRecord({ requestId: requestIdOf(request.headers[REQUEST_ID]), transport }, onOperation);
  onOperationBegin?.(record, traceparentOf(request));
  if (response instanceof IdentifiedResponse) response.record = record;
  response.on('close', () => {
    const isAnswered = response.headersSent || response.statusCode >= 400; // the answers of Node's parser have a status only
    record.status = isAnswered ? response.statusCode : CLIENT_CLOSED_REQUEST;
    if (!isAnswered) record.fail([failure('TIMEOUT', 'The client disconnected before the answer.')]);
    record.end();
  });
  return record;
}

/** Returns the trace context of a client. Not validated. */
export function traceparentOf({ headers }: IncomingMessage): string | undefined {
  const { traceparent } = headers;
  return typeof traceparent === 'string' ? traceparent : undefined;
}

const statusByCode: Readonly<Record<string, number>> = {
  BAD_REQUEST: 400,
  UNAUTHENTICATED: 401,
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
