import type { Socket } from 'node:net';
import type { GraphQLError } from 'graphql';
import type { WebSocket } from 'ws';
import type { SubscriptionHandle } from '../subscriptions/subscriber.ts';
import type { SerializedEvent } from '../subscriptions/result-template.ts';
import { FrameStream, type FrameSink } from './frame-stream.ts';
import { OwnPart, sharedPart } from './next-message.ts';
import type { Outlet, Outlets, Wire } from './outlet.ts';

const SLOW = 4008;
/** It is not known, or not known any more, who the client is. */
export const UNAUTHORIZED = 4401;
const OPEN = 1;

/** One WebSocket, and the streams that it carries. */
export class Connection {
  /** Aborts when the client has gone. */
  readonly closed: AbortSignal;
  readonly #webSocket: WebSocket;
  readonly #socket: Socket;
  readonly #openOutlet: (viewer: string) => Outlet;
  readonly #streams = new Map<string, FrameStream>();
  #outlet: Outlet | undefined;
  #heardAt = Date.now();

  constructor(webSocket: WebSocket, socket: Socket, outlets: Outlets) {
    this.#webSocket = webSocket;
    this.#socket = socket;
    webSocket.on('pong', () => (this.#heardAt = Date.now()));
    webSocket.on('message', () => (this.#heardAt = Date.now()));
    this.#openOutlet = (viewer) => outlets.open(new SocketWire(this, webSocket, socket), viewer);
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
  carry(id: string, live: SubscriptionHandle, viewer: string): FrameStream {
    const outlet = (this.#outlet ??= this.#openOutlet(viewer));
    const place = { id, webSocket: this.#webSocket, socket: this.#socket, outlet, streams: this.#streams };
    const stream = new FrameStream(live, new SocketSink(place));
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

  closeSlow(): void {
    for (const stream of this.#streams.values()) void stream.return();
    this.#webSocket.close(SLOW, 'You do not read what you have subscribed to.');
  }
}

class SocketWire implements Wire {
  readonly #connection: Connection;
  readonly #webSocket: WebSocket;
  readonly #socket: Socket;

  constructor(connection: Connection, webSocket: WebSocket, socket: Socket) {
    this.#connection = connection;
    this.#webSocket = webSocket;
    this.#socket = socket;
  }

  get pendingBytes(): number {
    return this.#webSocket.bufferedAmount;
  }

  get takenBytes(): number {
    return this.#socket.bytesWritten - this.#socket.writableLength;
  }

  cork(): void {
    this.#socket.cork();
  }

  uncork(): void {
    this.#socket.uncork();
  }

  closeSlow(): void {
    this.#connection.closeSlow();
  }
}

interface SocketPlace {
  readonly id: string;
  readonly webSocket: WebSocket;
  readonly socket: Socket;
  readonly outlet: Outlet;
  readonly streams: Map<string, FrameStream>;
}

/**
 * Writes frames for one operation: what is its own, then the bytes that it shares with all others. They go past `ws`, which
 * would encode them for each socket anew; without compression it writes at once, so the order is kept.
 */
class SocketSink implements FrameSink {
  readonly #webSocket: WebSocket;
  readonly #socket: Socket;
  readonly #outlet: Outlet;
  readonly #streams: Map<string, FrameStream>;
  readonly #id: string;
  readonly #own: OwnPart;

  constructor({ id, webSocket, socket, outlet, streams }: SocketPlace) {
    this.#webSocket = webSocket;
    this.#socket = socket;
    this.#outlet = outlet;
    this.#streams = streams;
    this.#id = id;
    this.#own = new OwnPart(id);
  }

  get ready(): boolean {
    return this.#outlet.ready;
  }

  send(frame: SerializedEvent): void {
    if (this.#webSocket.readyState !== OPEN) return;
    const shared = frame.bytes(sharedPart);
    this.#outlet.writing();
    this.#socket.write(this.#own.before(shared.length));
    this.#socket.write(shared);
  }

  ended(error?: GraphQLError): void {
    this.#streams.delete(this.#id);
    if (error?.extensions['code'] !== 'UNAUTHENTICATED') return;
    // The stream tells its client in the next turn.
    setImmediate(() => this.#webSocket.close(UNAUTHORIZED, 'Your token has expired, or was revoked.'));
  }
}
