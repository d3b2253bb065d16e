import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { Transport } from './flow-control.ts';
import { PayloadSequence, type NextMessagePrefix } from './websocket-frames.ts';

/** Limit on the frames that a transport holds. Events that exceed it are not joined with others. */
const MAX_HELD_BYTES = 16 * 1024;
/** To copy a shorter payload takes less time than a second write to the socket. */
const MAX_COPIED_BYTES = 1_024;
/** State of a WebSocket that is not being closed. */
export const OPEN = 1;

/**
 * The transport of a WebSocket. Holds the events of one subscription between {@link cork} and {@link uncork}, so that changes in quick
 * succession take one write of one buffer, which subscriptions with the same events share. If bytes already wait for the client, and
 * if the events of another subscription follow, the socket is corked instead.
 */
export class WebSocketTransport implements Transport {
  readonly #webSocket: WebSocket;
  readonly #socket: Socket;
  readonly closeStalled: () => void;
  #held = PayloadSequence.empty;
  #heldBytes = 0;
  /** Of the held events. */
  #prefix: NextMessagePrefix | undefined;
  #isSocketCorked = false;

  constructor(webSocket: WebSocket, socket: Socket, closeStalled: () => void) {
    this.#webSocket = webSocket;
    this.#socket = socket;
    this.closeStalled = closeStalled;
  }

  /** While events are held, no others wait: {@link write} would have written them. */
  get pendingBytes(): number {
    return this.#heldBytes > 0 ? this.#heldBytes : this.#webSocket.bufferedAmount;
  }

  get takenBytes(): number {
    return this.#socket.bytesWritten - this.#socket.writableLength;
  }

  /** Has no effect yet: the socket is corked when there is more to write than the held events. */
  cork(): void {}

  uncork(): void {
    const [held, prefix] = [this.#held, this.#prefix];
    const frames = this.#writeHeld();
    if (this.#isSocketCorked) this.#socket.uncork();
    this.#isSocketCorked = false;
    const isSent = this.#socket.writableLength === 0; // the kernel has a copy
    if (frames && prefix && isSent) held.reuse(frames, prefix);
  }

  /** Writes a `next` message, at the latest when it is uncorked, unless the WebSocket is being closed. Must be called while it is corked. */
  write(prefix: NextMessagePrefix, payload: Buffer): void {
    const bytes = prefix.frameBytes(payload.length);
    if (this.#prefix !== prefix || this.#heldBytes + bytes > MAX_HELD_BYTES) this.flush();
    // The sockets of many subscribers are in no cache of the processor: they are looked at once for all events that are held.
    if (this.#heldBytes === 0) {
      if (this.#webSocket.readyState !== OPEN) return undefined;
      if (this.#socket.writableLength > 0 || bytes > MAX_HELD_BYTES) return this.#writeCorked(prefix, payload);
    }
    this.#prefix = prefix;
    this.#held = this.#held.with(payload);
    this.#heldBytes += bytes;
    return undefined;
  }

  /** Writes the held events. Must be called before others write messages to the WebSocket. */
  flush(): void {
    if (this.#heldBytes === 0) return;
    this.#corkSocket();
    this.#writeHeld();
  }

  /** Returns the frames, if there are any to write. */
  #writeHeld(): Buffer | undefined {
    const [held, bytes, prefix] = [this.#held, this.#heldBytes, this.#prefix];
    this.#held = PayloadSequence.empty;
    this.#heldBytes = 0;
    if (bytes === 0 || !prefix || this.#webSocket.readyState !== OPEN) return undefined;
    const frames = held.framesOf(prefix, bytes);
    this.#socket.write(frames);
    return frames;
  }

  #writeCorked(prefix: NextMessagePrefix, payload: Buffer): void {
    this.#corkSocket();
    if (payload.length <= MAX_COPIED_BYTES) return void this.#socket.write(prefix.with(payload));
    this.#socket.write(prefix.before(payload.length));
    this.#socket.write(payload);
    return undefined;
  }

  #corkSocket(): void {
    if (!this.#isSocketCorked) this.#socket.cork();
    this.#isSocketCorked = true;
  }
}
