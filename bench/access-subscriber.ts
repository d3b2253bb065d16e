import { WebSocket } from 'ws';

const SUBSCRIPTION = 'subscription { workspaces { type object { name } } }';
const RECONNECT_MS = 500;
/** Close code of a connection that the bench has closed. */
const NO_STATUS = 1005;

interface Message {
  readonly type: string;
  readonly payload?: {
    readonly data?: { readonly workspaces?: WorkspaceEvent } | null;
    readonly errors?: readonly { readonly extensions?: { readonly code?: string } }[];
  };
}

interface WorkspaceEvent {
  readonly type: string;
  readonly object: { readonly name: string } | null;
}

export interface SubscriberOptions {
  readonly port: number;
  /** Headers that authenticate the viewer. */
  readonly headers: Readonly<Record<string, string>>;
  /** Names of the workspaces that the viewer should see. */
  readonly expected: Iterable<string>;
}

/** Subscription of one viewer on a WebSocket of its own. It connects again when the gateway ends it. */
export class Subscriber {
  /** Resolves after the first snapshot. */
  readonly synced: Promise<void>;
  readonly expected: Set<string>;
  readonly #options: SubscriberOptions;
  readonly #shown = new Set<string>();
  readonly #resolve: () => void;
  /** Number of events so far. */
  events = 0;
  /** Time of the last event, of `performance.now`. */
  lastEventAt = 0;
  /** Codes with which connections were closed or subscriptions ended. */
  readonly ends: (number | string)[] = [];
  #socket: WebSocket | undefined;
  #isStopped = false;

  constructor(options: SubscriberOptions) {
    this.#options = options;
    this.expected = new Set(options.expected);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.synced = promise;
    this.#resolve = resolve;
    this.#connect();
  }

  /** Whether exactly the expected workspaces are shown. */
  get isRight(): boolean {
    return this.#shown.size === this.expected.size && [...this.expected].every((name) => this.#shown.has(name));
  }

  stop(): void {
    this.#isStopped = true;
    this.#socket?.close();
  }

  #connect(): void {
    const { port, headers } = this.#options;
    const socket = new WebSocket(`ws://127.0.0.1:${port}/graphql`, 'graphql-transport-ws', { headers });
    this.#socket = socket;
    socket.once('open', () => socket.send('{"type":"connection_init"}'));
    socket.on('error', () => undefined); // the socket is closed, too
    socket.once('close', (code) => {
      if (code !== NO_STATUS) this.ends.push(code);
      if (!this.#isStopped) setTimeout(() => this.#connect(), RECONNECT_MS);
    });
    socket.on('message', (data: Buffer) => this.#handle(socket, JSON.parse(data.toString()) as Message));
  }

  #handle(socket: WebSocket, { type, payload }: Message): void {
    if (type === 'ping') return socket.send('{"type":"pong"}');
    if (type === 'connection_ack')
      return socket.send(JSON.stringify({ type: 'subscribe', id: '1', payload: { query: SUBSCRIPTION } }));
    const [error] = payload?.errors ?? [];
    if (error || type === 'error' || type === 'complete') {
      this.ends.push(error?.extensions?.code ?? type);
      return socket.close();
    }
    const event = payload?.data?.workspaces;
    if (event) this.#apply(event);
    return undefined;
  }

  #apply({ type, object }: WorkspaceEvent): void {
    this.events += 1;
    this.lastEventAt = performance.now();
    if (type === 'SYNCED') return this.#resolve();
    if (type === 'RESET') return this.#shown.clear();
    if (type === 'DELETED') this.#shown.delete(object?.name ?? '');
    else this.#shown.add(object?.name ?? '');
    return undefined;
  }
}

/** Returns how often subscriptions have ended, by code. */
export function endsOf(subscribers: readonly Subscriber[]): string {
  const all = subscribers.flatMap(({ ends }) => ends);
  const counts = Map.groupBy(all, (end) => end);
  return counts.size === 0
    ? 'none ended'
    : [...counts].map(([end, each]) => `${each.length} ended by ${end}`).join(', ');
}
