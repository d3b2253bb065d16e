import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { ResponseTransport, type Transport } from './flow-control.ts';

/** Limit on the bytes that a transport holds. Events that exceed it are not joined with others. */
const MAX_HELD_BYTES = 16 * 1024;

/**
 * The transport of a response of Server-Sent Events. Holds events between {@link cork} and {@link uncork} and joins them, so that
 * changes in quick succession take one write to the socket. The joined bytes are shared by all responses that get the same events.
 */
export class EventStreamTransport implements Transport {
  readonly #response: ServerResponse;
  readonly #answer: ResponseTransport;
  readonly #socket: Socket | null;
  #parts: Buffer[] = [];
  #heldBytes = 0;

  /** @param response whose head has been written */
  constructor(response: ServerResponse) {
    this.#response = response;
    this.#answer = new ResponseTransport(response);
    // A response that waits for those of earlier requests on its connection has no socket yet.
    this.#socket = response.chunkedEncoding ? response.socket : null;
  }

  /**
   * Whether the bytes of {@link write} have to be chunks (RFC 9112, section 7.1), which all subscribers share: `node:http` would write
   * the frame of each chunk apart.
   */
  get isChunked(): boolean {
    return this.#socket !== null;
  }

  /** Without the held bytes: the socket emits `drain` for bytes that it has, and for no others. */
  get pendingBytes(): number {
    return this.#answer.pendingBytes;
  }

  get takenBytes(): number {
    return this.#answer.takenBytes;
  }

  /** Writes bytes, at the latest when it is uncorked. Must be called while it is corked. */
  write(bytes: Buffer): void {
    if (this.#heldBytes + bytes.length > MAX_HELD_BYTES) this.#flush();
    this.#parts.push(bytes);
    this.#heldBytes += bytes.length;
    if (this.#heldBytes > MAX_HELD_BYTES) this.#flush();
  }

  /** Writes text after the held bytes. Has no effect after {@link end}. */
  writeText(text: string): void {
    this.#flush();
    // A write after the end, while the client has yet to read it, would be an `error` event without a listener.
    if (!this.#response.writableEnded) this.#response.write(text);
  }

  /** Ends the response with text after the held bytes. Has no effect if it has ended. */
  end(text: string): void {
    this.#flush();
    if (!this.#response.writableEnded) this.#response.end(text);
  }

  cork(): void {
    this.#response.socket?.cork();
  }

  uncork(): void {
    this.#flush();
    this.#response.socket?.uncork();
  }

  closeStalled(): void {
    this.#answer.closeStalled();
  }

  #flush(): void {
    if (this.#parts.length === 0) return;
    (this.#socket ?? this.#response).write(joinedBytes(this.#parts));
    this.#parts = [];
    this.#heldBytes = 0;
  }
}

/** The parts that were joined last, at most {@link MAX_HELD_BYTES}. */
let last: { readonly parts: readonly Buffer[]; readonly bytes: Buffer } = { parts: [], bytes: Buffer.alloc(0) };

/** Returns the bytes of all parts: the same buffer for responses that get the same parts one after the other. */
export function joinedBytes(parts: readonly Buffer[]): Buffer {
  const [first] = parts;
  if (first && parts.length === 1) return first;
  const areSame = parts.length === last.parts.length && parts.every((part, index) => part === last.parts[index]);
  if (!areSame) last = { parts, bytes: Buffer.concat(parts) };
  return last.bytes;
}
