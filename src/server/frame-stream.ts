import type { GraphQLError } from 'graphql';
import type { LiveStream, RunningStream } from '../graphql/live/live-queries.ts';
import type { Sink } from '../graphql/live/reader.ts';

interface FrameSink extends Omit<Sink, 'end'> {
  /** Told once, however the stream has ended. */
  readonly ended: () => void;
}

/**
 * A live stream as graphql-ws wants one: an async generator that tells when the stream ends, and by `return()` is told
 * when the client has had enough. It never yields: the frames go straight to the socket, made once for all readers.
 */
export class FrameStream implements AsyncGenerator<never, undefined> {
  readonly #running: RunningStream;
  readonly #onEnd: () => void;
  #ended = false;
  #error: GraphQLError | undefined;
  #parked: PromiseWithResolvers<IteratorReturnResult<undefined>> | undefined;

  constructor(stream: LiveStream, sink: FrameSink) {
    this.#onEnd = sink.ended;
    this.#running = stream.start({
      get ready() {
        return sink.ready;
      },
      send: (frame, cursor) => sink.send(frame, cursor),
      end: (error) => this.#end(error),
    });
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
    this.#onEnd();
    if (error) this.#parked?.reject(error);
    else this.#parked?.resolve({ done: true, value: undefined });
  }
}
