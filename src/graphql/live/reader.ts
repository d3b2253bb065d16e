import type { GraphQLError } from 'graphql';
import { placeBehind, type Place } from './cursor.ts';
import { START, type Delivery, type Station } from './delivery.ts';
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
  /** The last station that it has come by with all that was told before. */
  #station: Station = START;
  /** What it was told beyond that. */
  #ahead: Delivery[] = [];
  #place: Place = START.place;

  constructor(options: ReaderOptions) {
    this.#options = options;
  }

  /** @param station where the reader is once it has been told these */
  tell(deliveries: readonly Delivery[], station: Station): void {
    for (const delivery of deliveries) this.#enqueue(delivery);
    this.flush(station);
  }

  /** Sends what is pending, as far as the client reads. Each cursor names what has been sent, no more and no less. */
  flush(station: Station): void {
    const { sink, counters, cursorOf } = this.#options;
    for (const delivery of this.#pending.values()) {
      if (!sink.ready) return;
      this.#pending.delete(delivery.key);
      const [next] = this.#pending.values();
      this.#move(next?.since ?? station, delivery);
      const cursor = cursorOf(this.#place);
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

  /** Readers that keep up move alike, so that their cursors are the same ones. */
  #move(station: Station, delivery: Delivery): void {
    const isAhead = ({ until }: Delivery) => until > station.number;
    if (station !== this.#station) {
      this.#station = station;
      this.#ahead = this.#ahead.filter(isAhead);
      this.#place = this.#ahead.reduce(placeWith, station.place);
    }
    if (!isAhead(delivery)) return;
    this.#ahead.push(delivery);
    this.#place = placeWith(this.#place, delivery);
  }

  #enqueue(delivery: Delivery): void {
    if (delivery.type === 'RESET') this.#pending.clear();
    const pending = this.#pending.get(delivery.key);
    if (pending) this.#options.counters.coalesced += 1;
    const left = pending ? pending.coalesce(delivery) : delivery;
    if (left) this.#pending.set(delivery.key, left);
    else this.#pending.delete(delivery.key);
  }
}

function placeWith(place: Place, { told }: Delivery): Place {
  return told ? placeBehind(place, told) : place;
}
