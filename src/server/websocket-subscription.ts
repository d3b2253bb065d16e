import type { GraphQLError } from 'graphql';
import type { OperationRecord } from '../graphql/operation-record.ts';
import type { SerializedEvent } from '../subscriptions/result-template.ts';
import type { EventSink, RunningSubscription, SubscriptionHandle } from '../subscriptions/subscription-handle.ts';
import type { FlowController } from './flow-control.ts';
import { NextMessagePrefix, sharedPayload } from './websocket-frames.ts';
import type { WebSocketTransport } from './websocket-transport.ts';

interface WebSocketSubscriptionOptions {
  readonly transport: WebSocketTransport;
  readonly flow: FlowController;
  /** Operation id of the client. */
  readonly id: string;
  readonly record: OperationRecord | undefined;
  readonly connection: SubscriptionOwner;
}

interface SubscriptionOwner {
  /** Called once, however the subscription ends. */
  ended(id: string, error: GraphQLError | undefined): void;
}

/**
 * A running subscription of a WebSocket, in the form that graphql-ws expects: an async generator. It never yields, because its events
 * are written to the transport directly; `next()` settles when the subscription ends, and `return()` stops it. Has no closures, for the
 * heap of idle subscribers.
 */
export class WebSocketSubscription implements AsyncGenerator<never, undefined>, EventSink {
  readonly #transport: WebSocketTransport;
  readonly #flow: FlowController;
  readonly #id: string;
  readonly #prefix: NextMessagePrefix;
  readonly #record: OperationRecord | undefined;
  readonly #connection: SubscriptionOwner;
  readonly #running: RunningSubscription;
  #hasEnded = false;
  #error: GraphQLError | undefined;
  #pendingNext: PromiseWithResolvers<IteratorReturnResult<undefined>> | undefined;

  /** Starts the subscription. */
  constructor(handle: SubscriptionHandle, { transport, flow, id, record, connection }: WebSocketSubscriptionOptions) {
    this.#transport = transport;
    this.#flow = flow;
    this.#id = id;
    this.#prefix = new NextMessagePrefix(id);
    this.#record = record;
    this.#connection = connection;
    this.#running = handle.start(this);
  }

  get ready(): boolean {
    return this.#flow.ready;
  }

  send(event: SerializedEvent): void {
    this.#flow.beforeWrite();
    this.#transport.write(this.#prefix, event.bytes(sharedPayload));
  }

  end(error?: GraphQLError): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#error = error;
    if (error) this.#record?.fail([error]);
    this.#connection.ended(this.#id, error);
    if (error) this.#pendingNext?.reject(error);
    else this.#pendingNext?.resolve({ done: true, value: undefined });
  }

  /** Sends pending events. To be called when the socket has drained. */
  resume(): void {
    this.#running.resume();
  }

  /** Stops the subscription from the server's side: graphql-ws sends `complete`. */
  complete(): void {
    this.#running.stop();
    this.end();
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

  throw(): Promise<IteratorResult<never, undefined>> {
    return this.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }
}
