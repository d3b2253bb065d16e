import { ServerResponse, STATUS_CODES, type IncomingMessage, type Server } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { GraphQLError } from 'graphql';
import { failure } from '../graphql/errors.ts';
import { OperationRecord, requestIdOf } from '../graphql/operation-record.ts';
import { recordOf, type OperationObservers } from './request-gate.ts';
import { IdentifiedResponse } from './server-response.ts';

/** Refusal of a request by Node, before any handler. */
interface NodeRefusal {
  readonly status: number;
  /** Undefined if the status says as much. */
  readonly error?: GraphQLError;
}

/** Statuses of the requests that are too large for Node's parser, by its error. */
const tooLargeStatuses: ReadonlyMap<string, number> = new Map([
  ['HPE_CHUNK_EXTENSIONS_OVERFLOW', 413],
  ['HPE_HEADER_OVERFLOW', 431],
]);

/**
 * Records the requests that Node refuses, which reach no request handler: malformed, incomplete and too large ones, and those that expect
 * what the server does not do. They get the answers of Node. A request in progress on the same connection ends with it: the error is
 * part of its record then.
 */
export function recordRefusedRequests(server: Server, observers: OperationObservers): void {
  server.on('clientError', (error, socket) => {
    const refused = refusalOf(error);
    if (refused) refuse(socket, refused, observers);
    socket.destroy(error);
  });
  server.on('connect', (_: IncomingMessage, socket: Duplex) => {
    socket.on('error', () => socket.destroy()); // Node hands over the socket without listeners
    refuse(socket, { status: 405 }, observers);
    socket.destroy();
  });
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    recordOf(request, response, { transport: 'http', observers });
    response.writeHead(417).end();
  });
}

/** Returns undefined if the error is one of the network. The codes of others are constants of Node. */
function refusalOf({ code = '' }: NodeJS.ErrnoException): NodeRefusal | undefined {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return { status: 408 };
  if (!code.startsWith('HPE_')) return undefined;
  const status = tooLargeStatuses.get(code);
  const message = `Expected a well-formed HTTP request, got ${code}.`;
  return { status: status ?? 400, error: failure(status ? 'TOO_LARGE' : 'BAD_REQUEST', message) };
}

/** Answers and records a refused request, unless its connection has been ended by the server or was never used. */
function refuse(socket: Duplex, { status, error }: NodeRefusal, observers: OperationObservers): void {
  if (!socket.writable) return;
  const response = responseInProgress(socket);
  const isAnswered = response?.headersSent ?? false;
  if (!isAnswered) socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\n\r\n`);
  const isUnused = socket instanceof Socket && socket.bytesRead === 0;
  if (isUnused) return;
  const inProgress = response instanceof IdentifiedResponse ? response.record : undefined;
  const record =
    inProgress ?? new OperationRecord({ requestId: requestIdOf(undefined), transport: 'http' }, observers.onOperation);
  if (error) record.fail([error]);
  if (response && !isAnswered) response.statusCode = status;
  if (inProgress) return; // it ends with its response
  record.status = status;
  record.end();
}

/** Returns the response that a connection waits for or gets. `node:http` has no public name for it. */
function responseInProgress(socket: Duplex): ServerResponse | undefined {
  const response: unknown = Reflect.get(socket, '_httpMessage');
  return response instanceof ServerResponse ? response : undefined;
}
