import type { GraphQLError } from 'graphql';
import { OperationRecord } from '../graphql/operation-record.ts';
import type { OperationObservers } from './request-gate.ts';

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
