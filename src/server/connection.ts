import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { LiveStream } from '../graphql/live/live-queries.ts';
import { FrameStream } from './frame-stream.ts';
import type { Outlet, Outlets, Wire } from './outlet.ts';

const SLOW = 4008;
/** How long a close frame is given to pass what is stuck before it. */
const LAST_CHANCE_MS = 1_000;

/** One WebSocket, and the streams that it carries. */
export class Connection {
  /** Aborts when the client has gone. */
  readonly closed: AbortSignal;
  readonly #webSocket: WebSocket;
  readonly #openOutlet: (viewer: string) => Outlet;
  readonly #streams = new Map<string, FrameStream>();
  #outlet: Outlet | undefined;

  constructor(webSocket: WebSocket, socket: Socket, outlets: Outlets) {
    this.#webSocket = webSocket;
    this.#openOutlet = (viewer) => outlets.open(wireOf(webSocket, socket), viewer);
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

  /** Ends its streams, each as complete, and closes it. */
  goAway(reason: string): void {
    for (const stream of this.#streams.values()) stream.complete();
    // The streams tell their clients in the next turn.
    setImmediate(() => this.#webSocket.close(1001, reason));
  }
}

function wireOf(webSocket: WebSocket, socket: Socket): Wire {
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
      webSocket.close(SLOW, 'You do not read what you have subscribed to.');
      setTimeout(() => webSocket.terminate(), LAST_CHANCE_MS).unref();
    },
  };
}
