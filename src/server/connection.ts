import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { LiveStream } from '../graphql/live/live-queries.ts';
import { FrameStream } from './frame-stream.ts';

/** A client that leaves so much unread is waited for; meanwhile its changes coalesce. */
const MAX_PENDING_BYTES = 1024 * 1024;

/** One WebSocket, and the streams that it carries. */
export class Connection {
  /** Aborts when the client has gone. */
  readonly closed: AbortSignal;
  readonly #webSocket: WebSocket;
  readonly #streams = new Map<string, FrameStream>();

  constructor(webSocket: WebSocket, socket: Duplex) {
    this.#webSocket = webSocket;
    const closing = new AbortController();
    this.closed = closing.signal;
    webSocket.once('close', () => closing.abort());
    socket.on('drain', () => {
      for (const stream of this.#streams.values()) stream.resume();
    });
  }

  /** Begins to send a stream's frames under the id of its operation. */
  carry(id: string, live: LiveStream): FrameStream {
    const head = `{"id":${JSON.stringify(id)},"type":"next","payload":`;
    const webSocket = this.#webSocket;
    const stream = new FrameStream(live, {
      get ready() {
        return webSocket.bufferedAmount < MAX_PENDING_BYTES;
      },
      send: (frame) => webSocket.send(`${head}${frame}}`),
      ended: () => this.#streams.delete(id),
    });
    this.#streams.set(id, stream);
    return stream;
  }
}
