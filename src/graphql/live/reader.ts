import type { GraphQLError } from 'graphql';
import { coalesce, type Delivery } from './delivery.ts';

/** Where a reader's frames go: one operation of one connection. */
export interface Sink {
  /** False while the client does not keep up; then {@link Reader.flush} is to be called when it does again. */
  readonly ready: boolean;
  /** Sends one ExecutionResult, as JSON text. */
  send(frame: string, cursor: string): void;
  /** The last word of the stream: without an error, it is complete. */
  end(error?: GraphQLError): void;
}

/**
 * One client's place in a group. What it has not yet read is at most one event per object: a slow reader skips
 * intermediate states, never final ones.
 */
export class Reader {
  /** Whether the client has something from before, which it has to be told to forget. */
  readonly resumes: boolean;
  readonly #sink: Sink;
  readonly #cursorOf: (version: string) => string;
  readonly #pending = new Map<string, Delivery>();

  constructor(options: {
    readonly sink: Sink;
    readonly resumes: boolean;
    readonly cursorOf: (version: string) => string;
  }) {
    this.resumes = options.resumes;
    this.#sink = options.sink;
    this.#cursorOf = options.cursorOf;
  }

  /** @param position the version up to which everything has been told once these are */
  tell(deliveries: readonly Delivery[], position: string): void {
    for (const delivery of deliveries) this.#enqueue(delivery);
    this.flush(position);
  }

  /** Sends what is pending, as far as the client reads. */
  flush(position: string): void {
    for (const delivery of this.#pending.values()) {
      if (!this.#sink.ready) return;
      this.#pending.delete(delivery.key);
      const [next] = this.#pending.values();
      const cursor = this.#cursorOf(next?.since ?? position);
      this.#sink.send(delivery.frame(cursor), cursor);
    }
  }

  end(error?: GraphQLError): void {
    this.#pending.clear();
    this.#sink.end(error);
  }

  #enqueue(delivery: Delivery): void {
    if (delivery.type === 'RESET') this.#pending.clear();
    const left = coalesce(this.#pending.get(delivery.key), delivery);
    if (left) this.#pending.set(delivery.key, left);
    else this.#pending.delete(delivery.key);
  }
}
