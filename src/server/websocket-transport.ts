import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import { byteLengthOf } from './byte-length.ts';
import type { Transport } from './flow-control.ts';
import { PayloadSequence, type NextMessagePrefix } from './websocket-frames.ts';

/** Limit on the frames that a transport holds. Events that exceed it are not joined with others. */
const MAX_HELD_BYTES = 16 * 1024;
/** To copy a shorter payload takes less time than a second write to the socket. */
const MAX_COPIED_BYTES = 1_024;
/** Limit on the bytes of a fragment of a long message. */
const MAX_FRAGMENT_BYTES = 64 * 1024;
/** State of a WebSocket that is not being closed. */
export const OPEN = 1;

/** A message that waits for the end of one that is sent in fragments. */
interface WaitingMessage {
  readonly bytes: number;
  readonly write: () => void;
}

/**
 * The transport of a WebSocket. Holds the events of one subscription between {@link cork} and {@link uncork}, so that changes in quick
 * succession take one write of one buffer, which subscriptions with the same events share. If bytes already wait for the client, and
 * if the events of another subscription follow, the socket is corked instead.
 *
 * Sends long messages in fragments (RFC 6455, section 5.4), each when the kernel has taken the one before. Other messages wait meanwhile.
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
  /** Undefined unless a message is being sent in fragments. Bounded by flow control, which counts them as pending. */
  #waiting: WaitingMessage[] | undefined;
  /** Of the waiting messages, and of the fragments that have not been written. */
  #waitingBytes = 0;

  constructor(webSocket: WebSocket, socket: Socket, closeStalled: () => void) {
    this.#webSocket = webSocket;
    this.#socket = socket;
    this.closeStalled = closeStalled;
  }

  /** While events are held, no others wait: {@link write} would have written them. */
  get pendingBytes(): number {
    return this.#heldBytes > 0 ? this.#heldBytes : this.#webSocket.bufferedAmount + this.#waitingBytes;
  }

  /** Whether a message is being sent in fragments. */
  get isFragmenting(): boolean {
    return this.#waiting !== undefined;
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
      if (this.#waiting) return this.#wait({ bytes, write: () => this.write(prefix, payload) });
      if (this.#socket.writableLength > 0 || bytes > MAX_HELD_BYTES) return this.#writeCorked(prefix, payload);
    }
    this.#prefix = prefix;
    this.#held = this.#held.with(payload);
    this.#heldBytes += bytes;
    return undefined;
  }

  /**
   * Sends a message after the held events: in one frame if it is a text, else in fragments. Resolves when the kernel has taken it, or the
   * WebSocket is being closed.
   * @param message a text, or the parts of one in UTF-8
   */
  send(message: string | readonly Buffer[]): Promise<void> {
    if (!this.#waiting) return this.#sendNow(message);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wait({ bytes: bytesOf(message), write: () => resolve(this.#sendNow(message)) });
    return promise;
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

  #sendNow(message: string | readonly Buffer[]): Promise<void> {
    this.flush();
    return typeof message === 'string' ? this.#sendFrame(message, true) : this.#sendFragments(message);
  }

  async #sendFragments(parts: readonly Buffer[]): Promise<void> {
    this.#waiting = [];
    let unsentBytes = bytesOf(parts);
    this.#waitingBytes += unsentBytes;
    for (const part of parts)
      for (let begin = 0; begin < part.length; begin += MAX_FRAGMENT_BYTES) {
        const fragment = part.subarray(begin, begin + MAX_FRAGMENT_BYTES);
        unsentBytes -= fragment.length;
        this.#waitingBytes -= fragment.length;
        if (this.#webSocket.readyState === OPEN) await this.#sendFrame(fragment, unsentBytes === 0);
      }
    this.#writeWaiting();
  }

  /** Resolves when the kernel has taken the frame, or the WebSocket is being closed. */
  #sendFrame(content: string | Buffer, isFinal: boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#webSocket.send(content, { fin: isFinal, binary: false }, () => resolve());
    });
  }

  #wait(message: WaitingMessage): void {
    this.#waitingBytes += message.bytes;
    this.#waiting?.push(message);
  }

  /** Writes the messages that wait, up to the first that is sent in fragments itself: those after it go on waiting. */
  #writeWaiting(): void {
    const messages = this.#waiting ?? [];
    this.#waiting = undefined;
    this.#corkSocket();
    for (const message of messages) {
      this.#waitingBytes -= message.bytes;
      if (this.#waiting) this.#wait(message);
      else message.write();
    }
    this.uncork();
  }

  #corkSocket(): void {
    if (!this.#isSocketCorked) this.#socket.cork();
    this.#isSocketCorked = true;
  }
}

function bytesOf(message: string | readonly Buffer[]): number {
  return typeof message === 'string' ? Buffer.byteLength(message) : byteLengthOf(message);
}
