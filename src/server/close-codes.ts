import type { GraphQLError } from 'graphql';
import { CloseCode } from 'graphql-ws';
import { codeOf } from '../graphql/operation-record.ts';

// Close codes of RFC 6455, and one of the gateway. `CloseCode` of graphql-ws has those of graphql-transport-ws.

export const GOING_AWAY = 1001;
const PROTOCOL_ERROR = 1002;
/** The connection ends without a close frame. In logs and metrics only. */
export const ABNORMAL = 1006;
export const MESSAGE_TOO_BIG = 1009;
const TRY_AGAIN_LATER = 1013;
/** Close code for a client that does not read. The protocol leaves 4000 to 4999 to applications. */
export const STALLED = 4008;

/** Close codes of `ws` by the code of its error. It closes with {@link PROTOCOL_ERROR} after others. */
const closeCodeByError: ReadonlyMap<string, number> = new Map([
  ['WS_ERR_INVALID_UTF8', 1007],
  ['WS_ERR_TOO_MANY_BUFFERED_PARTS', 1008],
  ['WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH', MESSAGE_TOO_BIG],
  ['WS_ERR_UNSUPPORTED_MESSAGE_LENGTH', MESSAGE_TOO_BIG],
]);

/** Returns the code with which `ws` has closed a connection after an error of its parser. Undefined if the error is of the network. */
export function parserCloseCode(error: Error): number | undefined {
  const name = 'code' in error ? String(error.code) : '';
  return name.startsWith('WS_ERR_') ? (closeCodeByError.get(name) ?? PROTOCOL_ERROR) : undefined;
}

/** Reason to close a connection. */
export interface Closing {
  readonly code: number;
  /** Sent to the client, cut to the length of a close frame. */
  readonly reason: string;
  /** Error for the log and the metrics, if the code does not say as much. */
  readonly error?: GraphQLError | undefined;
}

/** Returns how to close a connection whose client is refused. The reason has the code of the error, as clients see nothing else. */
export function closingFor(error: GraphQLError): Closing {
  const code = codeOf(error);
  const reason = `${code}: ${error.message}`;
  return { code: code === 'UNAUTHENTICATED' ? CloseCode.Unauthorized : TRY_AGAIN_LATER, reason, error };
}

/** Limit of a close frame (RFC 6455, section 5.5) less the close code. */
const MAX_REASON_BYTES = 123;

/** Returns the longest prefix that fits into a close frame and does not split a character. */
export function closeReason(message: string): string {
  return Buffer.from(message)
    .subarray(0, MAX_REASON_BYTES)
    .toString()
    .replace(/\uFFFD$/u, '');
}
