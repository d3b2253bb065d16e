import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { LiveStream } from '../graphql/live/live-queries.ts';
import { FrameStream } from './frame-stream.ts';
import type { Outlet, Outlets, Wire } from './outlet.ts';

const SLOW = 4008;

/** One WebSocket, and the streams that it carries. */
export class Connection {
  /** Aborts when the client has gone. */
  readonly closed: AbortSignal;
  readonly #webSocket: WebSocket;
  readonly #openOutlet: (viewer: string) => Outlet;
  readonly #streams = new Map<string, FrameStream>();
  #outlet: Outlet | undefined;
  #heardAt = Date.now();

  constructor(webSocket: WebSocket, socket: Socket, outlets: Outlets) {
    this.#webSocket = webSocket;
    webSocket.on('pong', () => (this.#heardAt = Date.now()));
    webSocket.on('message', () => (this.#heardAt = Date.now()));
    this.#openOutlet = (viewer) => outlets.open(this.#wireOf(webSocket, socket), viewer);
    const closing = new AbortController();
    this.closed = closing.signal;
    webSocket.once('close', () => {
      closing.abort();
      this.#outlet?.[Symbol.dispose]();
    });
    socket.on('drain', () => {
      this.#outlet?.drained();
      for (const stream of this.#streams.values()) stream.resume();
    });
  }

  /** How many streams it carries. */
  get streams(): number {
    return this.#streams.size;
  }

  /** Begins to send a stream’s frames to a viewer under the id of its operation. */
  carry(id: string, live: LiveStream, viewer: string): FrameStream {
    const head = `{"id":${JSON.stringify(id)},"type":"next","payload":`;
    const outlet = (this.#outlet ??= this.#openOutlet(viewer));
    const stream = new FrameStream(live, {
      get ready() {
        return outlet.ready;
      },
      send: (frame) => {
        outlet.writing();
        this.#webSocket.send(`${head}${frame}}`);
      },
      ended: () => this.#streams.delete(id),
    });
    this.#streams.set(id, stream);
    return stream;
  }

  /** Keeps proxies from cutting the connection, and gives up a client of which nothing was heard for so long. */
  ping(patienceMs: number): void {
    if (Date.now() - this.#heardAt < patienceMs) this.#webSocket.ping();
    else if (this.#outlet) this.#outlet.giveUp();
    else this.#webSocket.terminate();
  }

  /** Ends its streams, each as complete, and closes it. */
  goAway(reason: string): void {
    for (const stream of this.#streams.values()) stream.complete();
    // The streams tell their clients in the next turn.
    setImmediate(() => this.#webSocket.close(1001, reason));
  }

  #wireOf(webSocket: WebSocket, socket: Socket): Wire {
    return {
      get pendingBytes() {
        return webSocket.bufferedAmount;
      },
      get takenBytes() {
        return socket.bytesWritten - socket.writableLength;
      },
      cork: () => socket.cork(),
      uncork: () => socket.uncork(),
      closeSlow: () => {
        for (const stream of this.#streams.values()) void stream.return();
        webSocket.close(SLOW, 'You do not read what you have subscribed to.');
      },
    };
  }
}
