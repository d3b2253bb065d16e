import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { GraphQLError } from 'graphql';
import { OperationRecord } from '../graphql/operation-record.ts';
import type { OperationObservers } from './request-gate.ts';
import { REFUSED_REQUEST_TIMEOUT_MS } from './responses.ts';
import { REQUEST_ID } from './server-response.ts';

/** A WebSocket that the gateway refused, or closed because of its client. */
export interface RefusedWebSocket {
  /** Id of the upgrade request. */
  readonly requestId: string;
  /** Undefined if the client is not authenticated. */
  readonly viewer?: string | undefined;
  /** HTTP status, if the upgrade was refused. */
  readonly status?: number | undefined;
  /** Close code, if the WebSocket was open; 1006 if it was disconnected without a close frame. */
  readonly closeCode?: number | undefined;
  /** Undefined if the status or the close code says as much. */
  readonly error?: GraphQLError | undefined;
}

/** Passes a record of a refused WebSocket to the observers, for one line in the log and for the metrics. */
export function recordRefusal(
  { onOperation }: Pick<OperationObservers, 'onOperation'>,
  { requestId, viewer, status, closeCode, error }: RefusedWebSocket,
): void {
  const record = new OperationRecord({ requestId, transport: 'websocket' }, onOperation);
  record.viewer = viewer;
  record.status = status;
  record.closeCode = closeCode;
  if (error) record.fail([error]);
  record.end();
}

interface UpgradeRefusal {
  readonly requestId: string;
  readonly status: number;
  /** Its message is the body of the answer, one line of plain text. */
  readonly error: GraphQLError;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Records a refused upgrade, answers it, and closes its connection after at most {@link REFUSED_REQUEST_TIMEOUT_MS}. Unread bytes would keep
 * the socket open after its client has left.
 */
export function refuseUpgrade(
  socket: Duplex,
  { requestId, status, error, headers }: UpgradeRefusal,
  observers: Pick<OperationObservers, 'onOperation'>,
): void {
  recordRefusal(observers, { requestId, status, error });
  const body = `${error.message}\n`;
  const lines = Object.entries({
    [REQUEST_ID]: requestId,
    connection: 'close',
    'content-type': 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    ...headers,
  });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  socket.resume();
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head}\r\n${body}`);
  const timeout = setTimeout(() => socket.destroy(), REFUSED_REQUEST_TIMEOUT_MS);
  socket.once('close', () => clearTimeout(timeout));
}
