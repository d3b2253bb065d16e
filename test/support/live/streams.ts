import { request, type IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';

/** A result as it comes over a stream. */
export interface Result {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

export interface StreamOptions {
  readonly url: string;
  readonly query: string;
  readonly cursor: string | undefined;
  readonly onResult: (result: Result) => void;
  /** Told once, unless the client has left. */
  readonly onEnd: () => void;
}

/** An open subscription on a connection of its own. */
export interface Stream {
  /** Stops reading: what the gateway sends fills the buffers of the system, then its own. */
  pause(): void;
  resume(): void;
  /** Cuts the connection without a word. Nothing is told any more. */
  vanish(): void;
}

export type StreamOpener = (options: StreamOptions) => Stream;

/** By the graphql-transport-ws protocol, spoken by hand. */
export function openWebSocket({ url, query, cursor, onResult, onEnd }: StreamOptions): Stream {
  const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws');
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
    vanish() {
      ended.never();
      socket.terminate();
    },
  };
}

/** By Server-Sent Events, read by hand. */
export function openEventStream({ url, query, cursor, onResult, onEnd }: StreamOptions): Stream {
  const ended = once(onEnd);
  const headers = { accept: 'text/event-stream', ...(cursor !== undefined && { 'last-event-id': cursor }) };
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
    vanish() {
      ended.never();
      asking.destroy();
      response?.destroy();
    },
  };
}

function once(tell: () => void) {
  let over = false;
  return {
    now: () => {
      if (!over) tell();
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
