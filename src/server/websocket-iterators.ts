import { MessageType } from 'graphql-ws';
import type { SerializedResult } from '../execution/serialized-result.ts';
import type { Deadline } from '../graphql/deadline.ts';
import { CLIENT_CLOSED_REQUEST, type OperationRecord } from '../graphql/operation-record.ts';

// The iterators that graphql-ws gets for operations until they are subscriptions. None yields: messages bypass graphql-ws, which would
// serialize results again.

/**
 * Returns the entry of an operation that has no result yet. graphql-ws calls `return` when the client completes the
 * operation, or disconnects. The record then has the status of a request whose client has left, unless the operation has failed before.
 */
export function cancellation(deadline: Deadline, record: OperationRecord): AsyncGenerator<never, undefined> {
  const end = (): Promise<IteratorResult<never, undefined>> => {
    if (record.errors.length === 0) record.status = CLIENT_CLOSED_REQUEST;
    deadline.cancel();
    return Promise.resolve({ done: true, value: undefined });
  };
  return {
    next: end,
    return: end,
    throw: end,
    [Symbol.asyncIterator]() {
      return this;
    },
    async [Symbol.asyncDispose]() {
      await end();
    },
  };
}

/** Longer results are sent in parts. */
const SHORT_BYTES = 64 * 1024;
const END = Buffer.from('}');

/**
 * Returns an iterator that sends the `next` message of a result and yields nothing. graphql-ws iterates it, unless the client has
 * cancelled the operation, and sends `complete` at its end.
 */
// oxlint-disable-next-line eslint/require-yield -- the message is sent here, so nothing is left for graphql-ws to send
export async function* sendSerialized(
  connection: { readonly send: (message: string | readonly Buffer[]) => Promise<void> },
  id: string,
  result: SerializedResult,
): AsyncGenerator<never> {
  const begin = `{"id":${JSON.stringify(id)},"type":"${MessageType.Next}","payload":`;
  if (result.byteLength <= SHORT_BYTES) await connection.send(`${begin}${result.text}}`);
  else await connection.send([Buffer.from(begin), ...result.bytes(), END]);
}
