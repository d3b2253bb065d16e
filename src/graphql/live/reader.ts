import type { GraphQLError } from 'graphql';
import type { Place } from './cursor.ts';
import { coalesce, type Delivery } from './delivery.ts';
import type { LiveCounters } from './statistics.ts';

/** Where a reader's frames go: one operation of one connection. */
export interface Sink {
  /** False while the client does not keep up; then {@link Reader.flush} is to be called when it does again. */
  readonly ready: boolean;
  /** Sends one ExecutionResult, as JSON text. */
  send(frame: string, cursor: string): void;
  /** The last word of the stream: without an error, it is complete. */
  end(error?: GraphQLError): void;
}

interface ReaderOptions {
  readonly sink: Sink;
  readonly counters: LiveCounters;
  readonly cursorOf: (place: Place) => string;
}

/**
 * One client’s place in a group. What it has not yet read is at most one event per object: a slow reader skips
 * intermediate states, never final ones.
 */
export class Reader {
  readonly #options: ReaderOptions;
  readonly #pending = new Map<string, Delivery>();

  constructor(options: ReaderOptions) {
    this.#options = options;
  }

  /** @param place where the reader is once it has been told these */
  tell(deliveries: readonly Delivery[], place: Place): void {
    for (const delivery of deliveries) this.#enqueue(delivery);
    this.flush(place);
  }

  /** Sends what is pending, as far as the client reads. Each cursor names the place before what is still pending. */
  flush(place: Place): void {
    const { sink, counters, cursorOf } = this.#options;
    for (const delivery of this.#pending.values()) {
      if (!sink.ready) return;
      this.#pending.delete(delivery.key);
      const [next] = this.#pending.values();
      const cursor = cursorOf(next?.since ?? place);
      counters.frames += 1;
      sink.send(delivery.frame(cursor), cursor);
    }
  }

  /** Forgets what is pending. */
  leave(): void {
    this.#pending.clear();
  }

  end(error?: GraphQLError): void {
    this.#pending.clear();
    this.#options.sink.end(error);
  }

  #enqueue(delivery: Delivery): void {
    if (delivery.type === 'RESET') this.#pending.clear();
    const pending = this.#pending.get(delivery.key);
    if (pending) this.#options.counters.coalesced += 1;
    const left = coalesce(pending, delivery);
    if (left) this.#pending.set(delivery.key, left);
    else this.#pending.delete(delivery.key);
  }
}
