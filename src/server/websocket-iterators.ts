import type { GraphQLError } from 'graphql';
import { MessageType } from 'graphql-ws';
import type { SerializedResult } from '../execution/serialized-result.ts';
import type { Deadline } from '../graphql/deadline.ts';
import { CLIENT_CLOSED_REQUEST, type OperationRecord } from '../graphql/operation-record.ts';
import type { SerializedEvent } from '../subscriptions/result-template.ts';
import type { EventSink, RunningSubscription, SubscriptionHandle } from '../subscriptions/subscription-handle.ts';

// The iterators that graphql-ws gets for operations. None yields: messages bypass graphql-ws, which would serialize results again.

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

/**
 * Returns an iterator that sends the `next` message of a result and yields nothing. graphql-ws iterates it, unless the client has
 * cancelled the operation, and sends `complete` at its end.
 */
// oxlint-disable-next-line eslint/require-yield -- the message is sent here, so nothing is left for graphql-ws to send
export async function* sendSerialized(
  connection: { readonly send: (text: string) => Promise<void> },
  id: string,
  { text }: SerializedResult,
): AsyncGenerator<never> {
  await connection.send(`{"id":${JSON.stringify(id)},"type":"${MessageType.Next}","payload":${text}}`);
}

/** Receives the events of one subscription. */
export interface SubscriptionSink extends Omit<EventSink, 'end'> {
  /** Called once, however the subscription ends. */
  readonly ended: (error?: GraphQLError) => void;
}

/**
 * A running subscription in the form that graphql-ws expects, an async generator. It never yields, because its events are
 * written to the socket directly; `next()` settles when the subscription ends, and `return()` stops it.
 */
export class SubscriptionIterator implements AsyncGenerator<never, undefined>, EventSink {
  readonly #running: RunningSubscription;
  readonly #sink: SubscriptionSink;
  #hasEnded = false;
  #error: GraphQLError | undefined;
  #pendingNext: PromiseWithResolvers<IteratorReturnResult<undefined>> | undefined;

  constructor(handle: SubscriptionHandle, sink: SubscriptionSink) {
    this.#sink = sink;
    this.#running = handle.start(this);
  }

  get ready(): boolean {
    return this.#sink.ready;
  }

  send(event: SerializedEvent): void {
    this.#sink.send(event);
  }

  end(error?: GraphQLError): void {
    this.#end(error);
  }

  /** Sends pending events. To be called when the socket has drained. */
  resume(): void {
    this.#running.resume();
  }

  next(): Promise<IteratorResult<never, undefined>> {
    if (this.#error) return Promise.reject(this.#error);
    if (this.#hasEnded) return Promise.resolve({ done: true, value: undefined });
    this.#pendingNext ??= Promise.withResolvers();
    return this.#pendingNext.promise;
  }

  return(): Promise<IteratorResult<never, undefined>> {
    this.complete();
    return Promise.resolve({ done: true, value: undefined });
  }

  /** Stops the subscription from the server's side: graphql-ws sends `complete`. */
  complete(): void {
    this.#running.stop();
    this.#end();
  }

  throw(): Promise<IteratorResult<never, undefined>> {
    return this.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  #end(error?: GraphQLError): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#error = error;
    this.#sink.ended(error);
    if (error) this.#pendingNext?.reject(error);
    else this.#pendingNext?.resolve({ done: true, value: undefined });
  }
}
