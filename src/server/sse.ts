import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ExecutionResult, GraphQLError } from 'graphql';
import { isSerialized, type SerializedResult } from '../execution/serialized-result.ts';
import type { ErrorCode } from '../graphql/errors.ts';
import type { SerializedEvent } from '../subscriptions/result-template.ts';
import type { EventSink, SubscriptionHandle } from '../subscriptions/subscriber.ts';
import type { BytesInFlight } from '../scheduling/bytes-in-flight.ts';
import { responseTransport, type FlowControl, type FlowController } from './flow-control.ts';
import { acceptsJson, EVENT_STREAM, readOperation, type BodyLimits, type Refusal } from './operation-request.ts';
import { isSubscription, type OperationCaller, type Pipeline } from './pipeline.ts';
import { sendText, writeSlices } from './responses.ts';
import { staggered } from './shutdown.ts';

/** A comment, which clients ignore and which keeps proxies from closing the connection. */
const PING = ':\n\n';
const PING_INTERVAL_MS = 12_000;

interface EventStreamOptions extends BodyLimits {
  readonly pipeline: Pipeline;
  readonly flowControl: FlowControl;
  /** Memory of the requests in progress. */
  readonly bytesInFlight: BytesInFlight;
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
    if (type === 'mutation' && request.method === 'GET') return refuse(response, mutationByGet);
    if (acceptsJson(request) && type !== 'subscription') {
      if (request.method === 'POST') request.body = operation; // yoga uses it, because the stream has been consumed
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
    const event = isSubscription(result) ? undefined : Buffer.from(nextEvent(textOf(result)));
    if (event) this.#options.bytesInFlight.of(caller.deadline.signal)?.answer(event.length);
    beginStream(response);
    if (isSubscription(result) && !('errors' in prepared)) return this.#subscribe(result, response, caller);
    if (event) await writeSlices(response, event);
    return complete(response, { isFinal: !isSubscription(result) && isFinalResult(result) });
  }

  /** Completes all streams, spread over `drainMs`. */
  async close(drainMs: number): Promise<void> {
    await staggered([...this.#streams], drainMs, ({ end }) => end());
  }

  #subscribe(handle: SubscriptionHandle, response: ServerResponse, caller: OperationCaller): void {
    const flow = this.#options.flowControl.open(responseTransport(response), caller.viewer.name);
    const running = handle.start(sinkOf(response, flow, { resumable: handle.resumable, record: caller.record }));
    const open = {
      ping: () => {
        // A write after the end, while the client has yet to read it, would be an `error` event without a listener.
        if (!response.writableEnded) response.write(PING);
      },
      end: () => {
        running.stop();
        complete(response, { isFinal: false }); // another replica continues
      },
    };
    this.#addStream(open);
    response.on('drain', () => {
      flow.drained();
      running.resume();
    });
    response.once('close', () => {
      running.stop();
      flow[Symbol.dispose]();
      this.#removeStream(open);
    });
  }

  #addStream(stream: OpenStream): void {
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

function sinkOf(
  response: ServerResponse,
  flow: FlowController,
  { resumable, record }: Pick<SubscriptionHandle, 'resumable'> & Pick<OperationCaller, 'record'>,
): EventSink {
  return {
    get ready() {
      return flow.ready;
    },
    send: (event) => {
      flow.beforeWrite();
      response.write(event.bytes(resumable ? encodeResumable : encode));
    },
    end: (error) => {
      if (error) record?.fail([error]);
      if (error && !response.writableEnded) response.write(nextEvent(JSON.stringify({ errors: [error] })));
      complete(response, { isFinal: !error || areFinal([error]) });
    },
  };
}

const mutationByGet: Refusal = { status: 405, refusal: 'Expected a POST request for a mutation, got GET.' };

function refuse(response: ServerResponse, { status, refusal }: Refusal): void {
  sendText(response, status, refusal);
}

function beginStream(response: ServerResponse): void {
  response.writeHead(200, {
    'content-type': `${EVENT_STREAM}; charset=utf-8`,
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no', // nginx would hold back events
  });
  response.write(PING);
}

function encodeResumable({ text, cursor }: SerializedEvent): Buffer {
  return Buffer.from(`event: next\nid: ${cursor}\ndata: ${text}\n\n`);
}

function encode({ text }: SerializedEvent): Buffer {
  return Buffer.from(nextEvent(text));
}

function nextEvent(text: string): string {
  return `event: next\ndata: ${text}\n\n`;
}

function complete(response: ServerResponse, { isFinal }: { readonly isFinal: boolean }): void {
  if (!response.writableEnded) response.end(`event: complete\n${isFinal ? `id: ${ENDED}\n` : ''}data:\n\n`);
}

/** Id of `complete` after which the request is not to be repeated. Not a cursor. */
const ENDED = 'ended';
/** Codes of errors that need another request or another permission. UNAUTHENTICATED is HTTP 401 for the next request. */
const FINAL_CODES: ReadonlySet<unknown> = new Set<ErrorCode>([
  'BAD_REQUEST',
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

function textOf(result: ExecutionResult | SerializedResult): string {
  return isSerialized(result) ? result.text : JSON.stringify(result);
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
