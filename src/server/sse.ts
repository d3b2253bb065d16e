import type { IncomingMessage, ServerResponse } from 'node:http';
import { getOperationAST, parse } from 'graphql';
import type { Viewer } from '../auth/viewer.ts';
import type { SerializedEvent } from '../subscriptions/result-template.ts';
import type { SubscriptionHandle } from '../subscriptions/subscriber.ts';
import { isStream, type OperationRequest, type Pipeline } from './pipeline.ts';
import type { FlowControl, Transport } from './flow-control.ts';
import { readOperation, type Refusal } from './operation-request.ts';
import { staggered } from './staggered.ts';

const STREAM = 'text/event-stream';
const PING = ':\n\n';
const PING_INTERVAL_MS = 12_000;

/** Whether a request may be answered by Server-Sent Events. */
export function acceptsStream({ headers }: IncomingMessage): boolean {
  return mediaTypesOf(headers.accept).includes(STREAM);
}

interface StreamServerOptions {
  readonly pipeline: Pipeline;
  readonly flowControl: FlowControl;
  /** Answers a query that is better answered as JSON. */
  readonly serveJson: (request: IncomingMessage, response: ServerResponse, viewer: Viewer) => Promise<void>;
}

interface OpenStream {
  readonly ping: () => void;
  /** Tells the client that the stream is complete. */
  readonly end: () => void;
}

/**
 * Answers each operation as a stream of its own (graphql-sse, "distinct connections"): `event: next` for each result, with
 * the event’s cursor as its `id`; `event: complete` at the end; a comment every 12 s. `Last-Event-ID` goes on from there.
 */
export class EventStreamServer {
  readonly #options: StreamServerOptions;
  readonly #streams = new Set<OpenStream>();
  #pings: NodeJS.Timeout | undefined;

  constructor(options: StreamServerOptions) {
    this.#options = options;
  }

  /** A query that may also be answered as JSON is left to that. */
  async serve(request: IncomingMessage & { body?: unknown }, response: ServerResponse, viewer: Viewer): Promise<void> {
    const { pipeline, serveJson } = this.#options;
    const operation = await readOperation(request);
    if ('refusal' in operation) return refuse(response, operation);
    const type = operationTypeOf(operation);
    if (type === 'mutation' && request.method === 'GET') return refuse(response, mutationByGet);
    if (acceptsJson(request) && type !== 'subscription') {
      if (request.method === 'POST') request.body = operation; // yoga takes what has been read already
      return serveJson(request, response, viewer);
    }
    const leaving = new AbortController();
    response.once('close', () => leaving.abort());
    const prepared = await pipeline.prepare(operation, { signal: leaving.signal, viewer });
    const answer = 'errors' in prepared ? prepared : await pipeline.begin(prepared, lastEventIdOf(request));
    if (leaving.signal.aborted) return undefined;
    begin(response);
    if (isStream(answer) && !('errors' in prepared)) return this.#follow(answer, response, viewer.name);
    writeEvent(response, JSON.stringify(answer));
    return complete(response);
  }

  /** Completes all streams, spread over this time. */
  async close(overMs: number): Promise<void> {
    await staggered([...this.#streams], overMs, ({ end }) => end());
  }

  #ping(): void {
    for (const { ping } of this.#streams) ping();
  }

  #stopPings(): void {
    clearInterval(this.#pings);
    this.#pings = undefined;
  }

  #follow(stream: SubscriptionHandle, response: ServerResponse, viewer: string): void {
    const flow = this.#options.flowControl.open(transportOf(response), viewer);
    const running = stream.start({
      get ready() {
        return flow.ready;
      },
      send: (frame) => {
        flow.writing();
        response.write(frame.bytes(stream.resumable ? resumableEventOf : eventOf));
      },
      end: (error) => {
        if (error && !response.writableEnded) writeEvent(response, JSON.stringify({ errors: [error] }));
        complete(response);
      },
    });
    const open = {
      ping: () => {
        // After the end, while the client has yet to read it, a write would be an error event without a listener.
        if (!response.writableEnded) response.write(PING);
      },
      end: () => {
        running.stop();
        complete(response);
      },
    };
    this.#streams.add(open);
    this.#pings ??= setInterval(() => this.#ping(), PING_INTERVAL_MS);
    response.on('drain', () => {
      flow.drained();
      running.resume();
    });
    response.once('close', () => {
      running.stop();
      flow[Symbol.dispose]();
      this.#streams.delete(open);
      if (this.#streams.size === 0) this.#stopPings();
    });
  }
}

function transportOf(response: ServerResponse): Transport {
  return {
    get pendingBytes() {
      return response.writableLength;
    },
    get takenBytes() {
      const { socket } = response;
      return socket ? socket.bytesWritten - socket.writableLength : 0;
    },
    cork: () => response.socket?.cork(),
    uncork: () => response.socket?.uncork(),
    closeStalled: () => response.destroy(),
  };
}

function refuse(response: ServerResponse, { status, refusal }: Refusal): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${refusal}\n`);
}

function begin(response: ServerResponse): void {
  response.writeHead(200, {
    'content-type': `${STREAM}; charset=utf-8`,
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no',
  });
  response.write(PING);
}

function resumableEventOf({ text, cursor }: SerializedEvent): Buffer {
  return Buffer.from(`event: next\nid: ${cursor}\ndata: ${text}\n\n`);
}

function eventOf({ text }: SerializedEvent): Buffer {
  return Buffer.from(`event: next\ndata: ${text}\n\n`);
}

function writeEvent(response: ServerResponse, frame: string, id?: string): void {
  response.write(`event: next\n${id === undefined ? '' : `id: ${id}\n`}data: ${frame}\n\n`);
}

function complete(response: ServerResponse): void {
  if (!response.writableEnded) response.end('event: complete\ndata:\n\n');
}

function lastEventIdOf({ headers }: IncomingMessage): string | undefined {
  const id = headers['last-event-id'];
  return typeof id === 'string' && id !== '' ? id : undefined;
}

function acceptsJson({ headers }: IncomingMessage): boolean {
  const accepted = mediaTypesOf(headers.accept);
  return ['application/json', 'application/graphql-response+json', '*/*', 'application/*'].some((type) =>
    accepted.includes(type),
  );
}

function mediaTypesOf(accept: string | undefined): readonly string[] {
  return (accept ?? '').split(',').map((part) => part.split(';', 1)[0]?.trim().toLowerCase() ?? '');
}

const mutationByGet: Refusal = { status: 405, refusal: 'Mutations are accepted by POST only.' };

function operationTypeOf({ query, operationName }: OperationRequest): string | undefined {
  try {
    return getOperationAST(parse(query ?? ''), operationName)?.operation;
  } catch {
    return undefined; // what is wrong with it is told by whoever answers
  }
}
