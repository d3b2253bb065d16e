import type { Socket } from 'node:net';
import type { GraphQLError } from 'graphql';
import type { WebSocket } from 'ws';
import type { SubscriptionHandle } from '../subscriptions/subscriber.ts';
import type { SerializedEvent } from '../subscriptions/result-template.ts';
import { SubscriptionIterator, type SubscriptionSink } from './subscription-iterator.ts';
import { NextMessagePrefix, sharedPayload } from './next-message.ts';
import type { FlowController, FlowControl, Transport } from './flow-control.ts';

const STALLED = 4008;
/** It is not known, or not known any more, who the client is. */
export const UNAUTHORIZED = 4401;
const OPEN = 1;

/** One WebSocket, and the streams that it carries. */
export class WebSocketConnection {
  /** Aborts when the client has gone. */
  readonly closed: AbortSignal;
  readonly #webSocket: WebSocket;
  readonly #socket: Socket;
  readonly #openFlow: (viewer: string) => FlowController;
  readonly #streams = new Map<string, SubscriptionIterator>();
  #flow: FlowController | undefined;
  #heardAt = Date.now();

  constructor(webSocket: WebSocket, socket: Socket, flowControl: FlowControl) {
    this.#webSocket = webSocket;
    this.#socket = socket;
    webSocket.on('pong', () => (this.#heardAt = Date.now()));
    webSocket.on('message', () => (this.#heardAt = Date.now()));
    this.#openFlow = (viewer) => flowControl.open(new SocketTransport(this, webSocket, socket), viewer);
    const closing = new AbortController();
    this.closed = closing.signal;
    webSocket.once('close', () => {
      closing.abort();
      this.#flow?.[Symbol.dispose]();
    });
    socket.on('drain', () => {
      this.#flow?.drained();
      for (const stream of this.#streams.values()) stream.resume();
    });
  }

  /** How many streams it carries. */
  get streams(): number {
    return this.#streams.size;
  }

  /** Begins to send a stream’s frames to a viewer under the id of its operation. */
  carry(id: string, subscription: SubscriptionHandle, viewer: string): SubscriptionIterator {
    const flow = (this.#flow ??= this.#openFlow(viewer));
    const options = { id, webSocket: this.#webSocket, socket: this.#socket, flow, streams: this.#streams };
    const stream = new SubscriptionIterator(subscription, new SocketSink(options));
    this.#streams.set(id, stream);
    return stream;
  }

  /** Keeps proxies from cutting the connection, and gives up a client of which nothing was heard for so long. */
  ping(patienceMs: number): void {
    if (Date.now() - this.#heardAt < patienceMs) this.#webSocket.ping();
    else if (this.#flow) this.#flow.closeStalled();
    else this.#webSocket.terminate();
  }

  /** Ends its streams, each as complete, and closes it. */
  drain(reason: string): void {
    for (const stream of this.#streams.values()) stream.complete();
    // The streams tell their clients in the next turn.
    setImmediate(() => this.#webSocket.close(1001, reason));
  }

  closeStalled(): void {
    for (const stream of this.#streams.values()) void stream.return();
    this.#webSocket.close(STALLED, 'You do not read what you have subscribed to.');
  }
}

class SocketTransport implements Transport {
  readonly #connection: WebSocketConnection;
  readonly #webSocket: WebSocket;
  readonly #socket: Socket;

  constructor(connection: WebSocketConnection, webSocket: WebSocket, socket: Socket) {
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

  closeStalled(): void {
    this.#connection.closeStalled();
  }
}

interface SinkOptions {
  readonly id: string;
  readonly webSocket: WebSocket;
  readonly socket: Socket;
  readonly flow: FlowController;
  readonly streams: Map<string, SubscriptionIterator>;
}

/**
 * Writes frames for one operation: what is its own, then the bytes that it shares with all others. They go past `ws`, which
 * would encode them for each socket anew; without compression it writes at once, so the order is kept.
 */
class SocketSink implements SubscriptionSink {
  readonly #webSocket: WebSocket;
  readonly #socket: Socket;
  readonly #flow: FlowController;
  readonly #streams: Map<string, SubscriptionIterator>;
  readonly #id: string;
  readonly #prefix: NextMessagePrefix;

  constructor({ id, webSocket, socket, flow, streams }: SinkOptions) {
    this.#webSocket = webSocket;
    this.#socket = socket;
    this.#flow = flow;
    this.#streams = streams;
    this.#id = id;
    this.#prefix = new NextMessagePrefix(id);
  }

  get ready(): boolean {
    return this.#flow.ready;
  }

  send(frame: SerializedEvent): void {
    if (this.#webSocket.readyState !== OPEN) return;
    const shared = frame.bytes(sharedPayload);
    this.#flow.writing();
    this.#socket.write(this.#prefix.before(shared.length));
    this.#socket.write(shared);
  }

  ended(error?: GraphQLError): void {
    this.#streams.delete(this.#id);
    if (error?.extensions['code'] !== 'UNAUTHENTICATED') return;
    // The stream tells its client in the next turn.
    setImmediate(() => this.#webSocket.close(UNAUTHORIZED, 'Your token has expired, or was revoked.'));
  }
}
