/** Statistics of the connections of clients. Counters start at zero with the process. */
export interface ServerStatistics {
  /** Open connections, those of WebSockets included. */
  readonly connections: number;
  /** Connections that were refused because of the limit of open files. */
  readonly refusedConnections: number;
  readonly webSockets: number;
  /** Bytes that wait for clients of subscriptions to read. */
  readonly pendingBytes: number;
  readonly sentBytes: number;
  readonly receivedBytes: number;
}
