import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ExecutionResult, GraphQLError } from 'graphql';
import { isSerialized, type SerializedResult } from '../execution/serialized-result.ts';
import type { ErrorCode } from '../graphql/errors.ts';
import type { SerializedEvent } from '../subscriptions/result-template.ts';
import type { EventSink, SubscriptionHandle } from '../subscriptions/subscription-handle.ts';
import { byteLengthOf } from './byte-length.ts';
import { acceptedJsonType, EVENT_STREAM } from './content-negotiation.ts';
import { EventStreamTransport } from './event-stream-transport.ts';
import type { FlowControl, FlowController } from './flow-control.ts';
import {
  hasOperationInBody,
  methodRefusal,
  readOperation,
  type BodyLimits,
  type RefusedRequest,
} from './operation-request.ts';
import { isSubscription, type OperationCaller } from './operation.ts';
import type { Pipeline } from './pipeline.ts';
import { endWithParts, sendText } from './responses.ts';
import { staggered } from './shutdown.ts';

/** A comment, which clients ignore and which keeps proxies from closing the connection. */
const PING = ':\n\n';
const PING_INTERVAL_MS = 12_000;
/** Begin of the event with a result. */
const NEXT = 'event: next\ndata: ';
const CRLF = Buffer.from('\r\n');

interface EventStreamOptions extends BodyLimits {
  readonly pipeline: Pipeline;
  readonly flowControl: FlowControl;
  /** Answers a query or mutation as JSON. */
  readonly serveJson: (request: IncomingMessage, response: ServerResponse, caller: OperationCaller) => Promise<void>;
}

interface OpenStream {
  readonly ping: () => void;
  /** Stops the subscription and completes the stream. */
  readonly end: () => void;
}

/**
 * GraphQL over Server-Sent Events: one operation per response ("distinct connections mode" of the graphql-sse protocol).
 *
 * Sends `event: next` for each result, with the event's cursor as its `id`, and `event: complete` at the end. A request
 * with `Last-Event-ID` resumes after that cursor. Sends a comment every 12 s.
 *
 * An `EventSource` opens an ended stream again, for ever, until it gets 204 (HTML standard, 9.2.2). So `complete` has the `id`
 * {@link ENDED} if the operation is a query that has been answered, or would end in the same way again, and a request with that
 * `Last-Event-ID` gets 204.
 */
export class EventStreamServer {
  readonly #options: EventStreamOptions;
  /** One entry per open response with a subscription. */
  readonly #streams = new Set<OpenStream>();
  #pings: NodeJS.Timeout | undefined;
  #isClosing = false;

  constructor(options: EventStreamOptions) {
    this.#options = options;
  }

  /** Answers a request that accepts an event stream. A query whose client accepts JSON as well is answered as JSON. */
  async serve(
    request: IncomingMessage & { body?: unknown },
    response: ServerResponse,
    caller: OperationCaller,
  ): Promise<void> {
    const { pipeline, serveJson } = this.#options;
    if (request.headers['last-event-id'] === ENDED) return void response.writeHead(204).end();
    const operation = await readOperation(request, this.#options);
    if ('refusal' in operation) return refuse(response, operation);
    const type = pipeline.operationTypeOf(operation);
    const refused = methodRefusal(request.method, type);
    if (refused) return refuse(response, refused);
    if (acceptedJsonType(request.headers.accept) !== undefined && type !== 'subscription') {
      if (hasOperationInBody(request)) Object.assign(request, { method: 'POST', body: operation }); // yoga uses it, because the stream has been consumed
      return serveJson(request, response, { ...caller, isBodyParsed: true });
    }
    if (type === 'subscription') caller.inProgress?.[Symbol.dispose]();
    const prepared = await pipeline.prepare(operation, caller);
    const result =
      'errors' in prepared ? prepared : await pipeline.run(prepared, lastEventIdOf(request) ?? operation.after);
    if (response.destroyed) {
      if (isSubscription(result)) result.discard();
      return undefined;
    }
    if (!isSubscription(result)) return sendResult(response, result, caller);
    beginStream(response);
    this.#subscribe(result, response, caller);
    return undefined;
  }

  /** Completes all streams, spread over `drainMs`, and at once those that begin later, on connections that were open. */
  async close(drainMs: number): Promise<void> {
    this.#isClosing = true;
    await staggered([...this.#streams], drainMs, ({ end }) => end());
  }

  #subscribe(handle: SubscriptionHandle, response: ServerResponse, caller: OperationCaller): void {
    const transport = new EventStreamTransport(response);
    const flow = this.#options.flowControl.open(transport, caller.viewer.name);
    const sink = sinkOf(transport, { flow, resumable: handle.resumable, record: caller.record });
    const running = handle.start(sink);
    const open = {
      ping: () => transport.writeText(PING),
      end: () => {
        running.stop();
        transport.end(completion({ isFinal: false })); // another replica continues
      },
    };
    this.#addStream(open);
    const drained = () => {
      flow.drained();
      running.resume();
    };
    const { socket } = response;
    response.on('drain', drained);
    socket?.on('drain', drained); // events are written to it directly
    response.on('close', () => {
      socket?.off('drain', drained);
      running.stop();
      flow[Symbol.dispose]();
      this.#removeStream(open);
    });
  }

  #addStream(stream: OpenStream): void {
    if (this.#isClosing) return stream.end();
    this.#streams.add(stream);
    this.#pings ??= setInterval(() => {
      for (const { ping } of this.#streams) ping();
    }, PING_INTERVAL_MS);
  }

  #removeStream(stream: OpenStream): void {
    this.#streams.delete(stream);
    if (this.#streams.size > 0) return;
    clearInterval(this.#pings);
    this.#pings = undefined;
  }
}

interface SinkOptions extends Pick<SubscriptionHandle, 'resumable'>, Pick<OperationCaller, 'record'> {
  readonly flow: FlowController;
}

function sinkOf(transport: EventStreamTransport, { flow, resumable, record }: SinkOptions): EventSink {
  const encodeEvent = transport.isChunked
    ? resumable
      ? encodeResumableChunk
      : encodeChunk
    : resumable
      ? encodeResumable
      : encode;
  return {
    get ready() {
      return flow.ready;
    },
    send: (event) => {
      flow.beforeWrite();
      transport.write(event.bytes(encodeEvent));
    },
    end: (error) => {
      if (error) record?.fail([error]);
      if (error) transport.writeText(nextEvent(JSON.stringify({ errors: [error] })));
      transport.end(completion({ isFinal: !error || areFinal([error]) }));
    },
  };
}

/** Sends the result of a query or mutation, a long one in slices, and completes the stream. */
async function sendResult(
  response: ServerResponse,
  result: ExecutionResult | SerializedResult,
  caller: OperationCaller,
): Promise<void> {
  const content = isSerialized(result) ? result.bytes() : [Buffer.from(JSON.stringify(result))];
  caller.bytes?.answer(byteLengthOf(content));
  beginStream(response);
  const end = Buffer.from(`\n\n${completion({ isFinal: isFinalResult(result) })}`);
  await endWithParts(response, [Buffer.from(NEXT), ...content, end]);
}

function refuse(response: ServerResponse, { status, refusal }: RefusedRequest): void {
  sendText(response, status, refusal);
}

function beginStream(response: ServerResponse): void {
  response.writeHead(200, {
    'content-type': `${EVENT_STREAM}; charset=utf-8`,
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no', // nginx would hold back events
    // A load balancer would use the connection of a completed stream for another request, while the server shuts down.
    connection: 'close',
  });
  response.write(PING);
}

function encodeResumable({ text, cursor }: SerializedEvent): Buffer {
  return Buffer.from(`event: next\nid: ${cursor}\ndata: ${text}\n\n`);
}

function encode({ text }: SerializedEvent): Buffer {
  return Buffer.from(nextEvent(text));
}

function encodeResumableChunk(event: SerializedEvent): Buffer {
  return chunkOf(encodeResumable(event));
}

function encodeChunk(event: SerializedEvent): Buffer {
  return chunkOf(encode(event));
}

/** Returns bytes as a chunk of a response (RFC 9112, section 7.1). */
function chunkOf(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, CRLF]);
}

function nextEvent(text: string): string {
  return `${NEXT}${text}\n\n`;
}

/** Returns the last event of a stream. */
function completion({ isFinal }: { readonly isFinal: boolean }): string {
  return `event: complete\n${isFinal ? `id: ${ENDED}\n` : ''}data:\n\n`;
}

/** Id of `complete` after which the request is not to be repeated. Not a cursor. */
const ENDED = 'ended';
/** Codes of errors that need another request or another permission. UNAUTHENTICATED is HTTP 401 for the next request. */
const FINAL_CODES: ReadonlySet<unknown> = new Set<ErrorCode>([
  'BAD_REQUEST',
  'DOCUMENT_NOT_TRUSTED',
  'FORBIDDEN',
  'INVALID',
  'METHOD_NOT_ALLOWED',
  'NOT_FOUND',
  'TOO_LARGE',
]);

/** Returns whether a result is the answer to a query, or an error that the same request would get again. */
function isFinalResult(result: ExecutionResult | SerializedResult): boolean {
  return isSerialized(result) || Boolean(result.data) || areFinal(result.errors);
}

function areFinal(errors: readonly GraphQLError[] = []): boolean {
  return errors.length > 0 && errors.every(({ extensions }) => FINAL_CODES.has(extensions['code']));
}

/** Returns the cursor of the `Last-Event-ID` header or, for clients that can only change the URL, of the parameter `after`. */
function lastEventIdOf({ headers, url = '/' }: IncomingMessage): string | undefined {
  const id = headers['last-event-id'];
  if (typeof id === 'string' && id !== '') return id;
  return new URL(url, 'http://gateway').searchParams.get('after') || undefined;
}
