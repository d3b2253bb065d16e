import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** Bytes of all connections of a server since its start. Holds one entry per open connection. */
export class Traffic {
  readonly #open = new Set<Socket>();
  #sentBytes = 0;
  #receivedBytes = 0;

  /** Counts the bytes of a connection until it is closed. */
  add(socket: Socket): void {
    this.#open.add(socket);
    socket.on('close', () => {
      this.#open.delete(socket);
      this.#sentBytes += socket.bytesWritten;
      this.#receivedBytes += socket.bytesRead;
    });
  }

  /** Whether nothing has been received yet on an open connection. */
  get hasUnusedConnection(): boolean {
    return this.#open.values().some(({ bytesRead }) => bytesRead === 0);
  }

  /**
   * Closes the idle connections of a server. To Node a connection is idle as soon as its answer has ended, but closing it before the
   * client has taken the rest would cut the answer.
   */
  closeIdle(server: Server): void {
    const sending = [...this.#open].filter(({ writableLength }) => writableLength > 0);
    for (const socket of sending) socket.destroy = () => socket;
    server.closeIdleConnections();
    for (const socket of sending) Reflect.deleteProperty(socket, 'destroy');
  }

  read(): { readonly connections: number; readonly sentBytes: number; readonly receivedBytes: number } {
    let [sentBytes, receivedBytes] = [this.#sentBytes, this.#receivedBytes];
    for (const { bytesWritten, bytesRead } of this.#open) {
      sentBytes += bytesWritten;
      receivedBytes += bytesRead;
    }
    return { connections: this.#open.size, sentBytes, receivedBytes };
  }
}
