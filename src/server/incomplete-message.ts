import type { Socket } from 'node:net';
import type { GraphQLError } from 'graphql';
import { tooManyBytes } from '../graphql/concurrency-limit.ts';
import { FREE_BYTES, type BytesInFlight } from '../scheduling/bytes-in-flight.ts';

/** Header and mask of a ping or pong of a client (RFC 6455, section 5.2). */
const CONTROL_HEADER_BYTES = 6;

/** Counts the bytes of a message while it arrives: `ws` keeps them in memory until it is complete. */
export class IncompleteMessage {
  readonly #socket: Socket;
  readonly #bytesInFlight: BytesInFlight;
  readonly #onExcess: (error: GraphQLError) => void;
  /** Bytes that do not belong to the message. */
  #readBefore: number;
  #counted = 0;
  /** Time of `performance.now` at which the message began. Undefined if none has. */
  #since: number | undefined;

  /** @param onExcess called when there is no room for the bytes. Has to disconnect the client */
  constructor(socket: Socket, bytesInFlight: BytesInFlight, onExcess: (error: GraphQLError) => void) {
    this.#socket = socket;
    this.#bytesInFlight = bytesInFlight;
    this.#onExcess = onExcess;
    this.#readBefore = socket.bytesRead;
    socket.on('data', () => this.#update());
    socket.on('close', () => this.#count(0));
  }

  /** Must be called when a message is complete. */
  ended(): void {
    this.#readBefore = this.#socket.bytesRead;
    this.#update();
  }

  /** Must be called with the payload of each ping and pong: they belong to no message, but may come between its frames. */
  receivedControlFrame({ length }: Buffer): void {
    this.#readBefore = Math.min(this.#readBefore + CONTROL_HEADER_BYTES + length, this.#socket.bytesRead);
    this.#update();
  }

  /** Whether a message began at least this time ago and is not complete. */
  isOverdue(timeoutMs: number): boolean {
    return this.#since !== undefined && performance.now() - this.#since >= timeoutMs;
  }

  /** Lets the time of {@link isOverdue} start again. To be called while nothing is read. */
  restartTime(): void {
    if (this.#since !== undefined) this.#since = performance.now();
  }

  #update(): void {
    const received = this.#socket.bytesRead - this.#readBefore;
    if (received === 0) this.#since = undefined;
    else this.#since ??= performance.now();
    this.#count(received);
  }

  #count(received: number): void {
    const bytes = received > FREE_BYTES && !this.#socket.destroyed ? received : 0;
    const added = bytes - this.#counted;
    this.#counted = bytes;
    if (added !== 0 && !this.#bytesInFlight.receive(added)) this.#onExcess(tooManyBytes(this.#bytesInFlight.max));
  }
}
