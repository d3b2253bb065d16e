import type { GraphQLError } from 'graphql';
import type { EventSink, RunningSubscription, SubscriptionHandle } from '../subscriptions/subscriber.ts';
import type { SerializedEvent } from '../subscriptions/result-template.ts';

export interface SubscriptionSink extends Omit<EventSink, 'end'> {
  /** Called once, however the stream ends. */
  readonly ended: (error?: GraphQLError) => void;
}

/**
 * A live stream as graphql-ws wants one: an async generator that tells when the stream ends, and by `return()` is told
 * when the client has had enough. It never yields: the frames go straight to the socket, made once for all readers.
 */
export class SubscriptionIterator implements AsyncGenerator<never, undefined>, EventSink {
  readonly #running: RunningSubscription;
  readonly #sink: SubscriptionSink;
  #ended = false;
  #error: GraphQLError | undefined;
  #parked: PromiseWithResolvers<IteratorReturnResult<undefined>> | undefined;

  constructor(stream: SubscriptionHandle, sink: SubscriptionSink) {
    this.#sink = sink;
    this.#running = stream.start(this);
  }

  get ready(): boolean {
    return this.#sink.ready;
  }

  send(frame: SerializedEvent): void {
    this.#sink.send(frame);
  }

  end(error?: GraphQLError): void {
    this.#end(error);
  }

  /** To be called when the socket takes more again. */
  resume(): void {
    this.#running.resume();
  }

  next(): Promise<IteratorResult<never, undefined>> {
    if (this.#error) return Promise.reject(this.#error);
    if (this.#ended) return Promise.resolve({ done: true, value: undefined });
    this.#parked ??= Promise.withResolvers();
    return this.#parked.promise;
  }

  return(): Promise<IteratorResult<never, undefined>> {
    this.#running.stop();
    this.#end();
    return Promise.resolve({ done: true, value: undefined });
  }

  /** Ends it from our side: the client is told that it is complete. */
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
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    this.#sink.ended(error);
    if (error) this.#parked?.reject(error);
    else this.#parked?.resolve({ done: true, value: undefined });
  }
}
