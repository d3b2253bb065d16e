import { request, type IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';

/** One ExecutionResult of a stream. */
export interface Result {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly extensions?: { readonly code?: string; readonly reason?: string };
  }[];
}

export interface ClientStreamOptions {
  readonly url: string;
  readonly query: string;
  readonly cursor: string | undefined;
  /** Headers of the request. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly onResult: (result: Result) => void;
  /** Called once when the stream ends, unless the client has disconnected. */
  readonly onEnd: () => void;
}

/** A subscription on a connection of its own. */
export interface ClientStream {
  /** Stops reading. Sent data fills the buffers of the kernel, then those of the gateway. */
  pause(): void;
  resume(): void;
  /** Cuts the connection without a close. No callback is called any more. */
  disconnect(): void;
}

/** Opens a subscription over WebSocket, without a client library: only a raw socket can be paused. */
export function openWebSocket({ url, query, cursor, headers, onResult, onEnd }: ClientStreamOptions): ClientStream {
  const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws', { headers });
  const ended = once(onEnd);
  socket.on('open', () => socket.send('{"type":"connection_init"}'));
  socket.on('message', (message: Buffer) => {
    const { type, payload } = JSON.parse(message.toString()) as { readonly type: string; readonly payload?: unknown };
    if (type === 'connection_ack')
      socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query, variables: { after: cursor } } }));
    else if (type === 'ping') socket.send('{"type":"pong"}');
    else if (type === 'next') ended.unless(() => onResult(payload as Result));
    else if (type === 'error') ended.unless(() => onResult({ errors: payload as NonNullable<Result['errors']> }));
    if (type === 'complete' || type === 'error') socket.terminate();
  });
  socket.on('error', () => socket.terminate()); // 'close' follows
  socket.on('close', ended.now);
  return {
    pause: () => void (socket.readyState === WebSocket.OPEN && socket.pause()),
    resume: () => void (socket.readyState === WebSocket.OPEN && socket.resume()),
    disconnect() {
      ended.never();
      socket.terminate();
    },
  };
}

/** Opens a subscription over Server-Sent Events, without a client library: only a raw response can be paused. */
export function openEventStream(options: ClientStreamOptions): ClientStream {
  const { url, query, onResult, onEnd } = options;
  const ended = once(onEnd);
  const headers = eventStreamHeaders(options);
  let response: IncomingMessage | undefined;
  let paused = false;
  const asking = request(`${url}?query=${encodeURIComponent(query)}`, { agent: false, headers }, (answer) => {
    response = answer;
    let rest = '';
    answer.setEncoding('utf8');
    answer.on('data', (chunk: string) => {
      const events = (rest + chunk).split('\n\n');
      rest = events.pop() ?? '';
      for (const event of events) {
        const [, text] = /^event: next\n(?:id: .*\n)?data: (.*)$/su.exec(event) ?? [];
        if (text !== undefined) ended.unless(() => onResult(JSON.parse(text) as Result));
      }
    });
    answer.on('error', () => answer.destroy()); // 'close' follows
    answer.on('close', ended.now);
    if (paused) answer.pause();
  });
  asking.on('error', ended.now);
  asking.end();
  return {
    pause() {
      paused = true;
      response?.pause();
    },
    resume() {
      paused = false;
      response?.resume();
    },
    disconnect() {
      ended.never();
      asking.destroy();
      response?.destroy();
    },
  };
}

function eventStreamHeaders({ headers, cursor }: ClientStreamOptions): Readonly<Record<string, string>> {
  return { ...headers, accept: 'text/event-stream', ...(cursor !== undefined && { 'last-event-id': cursor }) };
}

function once(callback: () => void) {
  let over = false;
  return {
    now: () => {
      if (!over) callback();
      over = true;
    },
    never: () => {
      over = true;
    },
    unless: (act: () => void) => {
      if (!over) act();
    },
  };
}
