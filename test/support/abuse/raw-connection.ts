import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** Limit on the bytes that a connection keeps. A fuzzed request never has to read more. */
const MAX_RECEIVED_BYTES = 32 * 1024 * 1024;

/** A TCP connection that sends any bytes and keeps everything that it receives. Resets and errors close it, nothing else. */
export class RawConnection implements Disposable {
  readonly #socket: Socket;
  readonly #chunks: Buffer[] = [];
  #size = 0;
  #ended = false;
  #wake: () => void = () => undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    const end = () => {
      this.#ended = true;
      this.#wake();
    };
    socket.on('data', (chunk: Buffer) => {
      this.#size += chunk.length;
      if (this.#size <= MAX_RECEIVED_BYTES) this.#chunks.push(chunk);
      this.#wake();
    });
    socket.on('error', () => socket.destroy()); // the gateway may close or reset at any time
    socket.once('end', end);
    socket.once('close', end);
  }

  static async open(port: number): Promise<RawConnection> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new RawConnection(socket);
  }

  /** Whether the gateway has closed the connection. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Everything received so far. */
  get received(): Buffer {
    const [first, ...others] = this.#chunks;
    if (first && others.length === 0) return first;
    const all = Buffer.concat(this.#chunks);
    this.#chunks.splice(0, this.#chunks.length, all);
    return all;
  }

  send(bytes: Buffer | string): void {
    if (!this.#socket.destroyed && this.#socket.writable) this.#socket.write(bytes);
  }

  /** Stops reading. */
  pause(): void {
    this.#socket.pause();
  }

  /** Closes the sending half. */
  finish(): void {
    this.#socket.end();
  }

  /** Resolves with true when the condition holds for the received bytes, or the gateway has closed; with false after a timeout. */
  async until(holds: (received: Buffer) => boolean, timeoutMs: number): Promise<boolean> {
    const deadline = performance.now() + timeoutMs;
    while (!this.#ended && !holds(this.received)) {
      const leftMs = deadline - performance.now();
      if (leftMs <= 0) return false;
      await this.#changed(leftMs);
    }
    return true;
  }

  /** Resolves when something is received, when the gateway closes, or after a time. */
  async #changed(timeoutMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timeout = setTimeout(resolve, timeoutMs);
    this.#wake = resolve;
    await promise;
    clearTimeout(timeout);
  }

  /** Closes with a TCP reset. */
  reset(): void {
    this.#socket.resetAndDestroy();
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}
