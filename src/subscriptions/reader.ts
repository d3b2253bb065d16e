import type { GraphQLError } from 'graphql';
import { placeBehind, type Place } from './cursor.ts';
import { START, type Delivery, type Station } from './delivery.ts';
import type { Frame } from './frame.ts';
import type { LiveCounters } from '../graphql/subscription-statistics.ts';

/** Where a reader's frames go: one operation of one connection. */
export interface Sink {
  /** False while the client does not keep up; then {@link Reader.flush} is to be called when it does again. */
  readonly ready: boolean;
  /** Sends one ExecutionResult, as JSON text. */
  send(frame: Frame): void;
  /** The last word of the stream: without an error, it is complete. */
  end(error?: GraphQLError): void;
}

interface ReaderOptions {
  readonly sink: Sink;
  readonly counters: LiveCounters;
  readonly cursorOf: (place: Place) => string;
}

/** Readers that wait for nothing share these. */
const NOTHING = new Map<string, Delivery>();
const NONE: readonly Delivery[] = [];

/** The way of all readers from one station to the next, for those that keep up. */
export interface Leg {
  readonly since: Station;
  frames?: readonly Frame[];
}

function framesOf(
  deliveries: readonly Delivery[],
  station: Station,
  cursorOf: (place: Place) => string,
): readonly Frame[] {
  let place: Place | undefined;
  return deliveries.map((delivery, index) => {
    place = placeWith(place ?? delivery.since.place, delivery);
    return delivery.frame(cursorOf(index === deliveries.length - 1 ? station.place : place));
  });
}

/**
 * One client’s place in a group. What it has not yet read is at most one event per object: a slow reader skips
 * intermediate states, never final ones.
 */
export class Reader {
  readonly #options: ReaderOptions;
  #pending = NOTHING;
  /** The last station that it has come by with all that was told before. */
  #station: Station = START;
  /** What it was told beyond that. */
  #ahead: readonly Delivery[] = NONE;
  #place: Place = START.place;

  constructor(options: ReaderOptions) {
    this.#options = options;
  }

  /** @param station where the reader is once it has been told these */
  tell(deliveries: readonly Delivery[], station: Station, leg?: Leg): void {
    if (leg && this.#pending.size === 0 && this.#ahead.length === 0 && this.#station === leg.since) {
      return this.#follow(leg, deliveries, station);
    }
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
      sink.send(delivery.frame(cursor));
    }
    this.#pending = NOTHING;
  }

  /** Goes the way of all readers that keep up. */
  #follow(leg: Leg, deliveries: readonly Delivery[], station: Station): void {
    const { sink, counters, cursorOf } = this.#options;
    leg.frames ??= framesOf(deliveries, station, cursorOf);
    const { frames } = leg;
    for (let index = 0; index < frames.length; index += 1) {
      const frame = frames[index];
      if (!frame) return;
      if (!sink.ready) return this.#fallBehind(deliveries, index);
      sink.send(frame);
    }
    counters.frames += frames.length;
    this.#station = station;
    this.#place = station.place;
  }

  #fallBehind(deliveries: readonly Delivery[], sent: number): void {
    this.#options.counters.frames += sent;
    for (const delivery of deliveries.slice(0, sent)) this.#move(delivery.since, delivery);
    for (const delivery of deliveries.slice(sent)) this.#enqueue(delivery);
  }

  /** Goes to another group: what it has been told stands, but the places of this group mean nothing there. */
  depart(): void {
    this.#station = START;
    this.#ahead = NONE;
    this.#place = START.place;
  }

  /** Forgets what is pending. */
  leave(): void {
    this.#pending = NOTHING;
  }

  end(error?: GraphQLError): void {
    this.#pending = NOTHING;
    this.#options.sink.end(error);
  }

  /** Readers that keep up move alike, so that their cursors are the same ones. */
  #move(station: Station, delivery: Delivery): void {
    const isAhead = ({ until }: Delivery) => until > station.number;
    if (station !== this.#station) {
      this.#station = station;
      if (this.#ahead.length > 0) this.#ahead = this.#ahead.filter(isAhead);
      this.#place = this.#ahead.reduce(placeWith, station.place);
    }
    if (!isAhead(delivery)) return;
    this.#ahead = [...this.#ahead, delivery];
    this.#place = placeWith(this.#place, delivery);
  }

  #enqueue(delivery: Delivery): void {
    if (this.#pending === NOTHING) this.#pending = new Map();
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
