import type { IncomingMessage, ServerResponse } from 'node:http';
import { getOperationAST, parse } from 'graphql';
import type { LiveStream } from '../graphql/live/live-queries.ts';
import { isStream, type OperationRequest, type Pipeline } from './pipeline.ts';
import { readOperation } from './request.ts';

const STREAM = 'text/event-stream';
const PING_INTERVAL_MS = 12_000;
/** A client that leaves so much unread is waited for; meanwhile its changes coalesce. */
const MAX_PENDING_BYTES = 1024 * 1024;

/** Whether a request may be answered by Server-Sent Events. */
export function acceptsStream({ headers }: IncomingMessage): boolean {
  return mediaTypesOf(headers.accept).includes(STREAM);
}

/**
 * Answers one operation as a stream of its own (graphql-sse, "distinct connections"): `event: next` for each result,
 * `event: complete` at the end, a comment every 12 s. A query that may also be answered as JSON is left to `serveJson`.
 */
export async function serveStream(
  pipeline: Pipeline,
  request: IncomingMessage & { body?: unknown },
  response: ServerResponse,
  serveJson: () => Promise<void>,
): Promise<void> {
  const operation = await readOperation(request);
  if ('refusal' in operation) {
    response.writeHead(operation.status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${operation.refusal}\n`);
    return undefined;
  }
  if (acceptsJson(request) && !isSubscription(operation)) {
    if (request.method === 'POST') request.body = operation; // yoga takes what has been read already
    return serveJson();
  }
  const leaving = new AbortController();
  response.once('close', () => leaving.abort());
  const prepared = await pipeline.prepare(operation, { signal: leaving.signal });
  const answer = 'errors' in prepared ? prepared : await pipeline.begin(prepared);
  if (leaving.signal.aborted) return undefined;
  begin(response);
  if (isStream(answer)) return follow(answer, response);
  write(response, JSON.stringify(answer));
  return complete(response);
}

function begin(response: ServerResponse): void {
  response.writeHead(200, {
    'content-type': `${STREAM}; charset=utf-8`,
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no',
  });
  response.write(':\n\n');
}

function follow(stream: LiveStream, response: ServerResponse): void {
  const ping = setInterval(() => response.write(':\n\n'), PING_INTERVAL_MS);
  const running = stream.start({
    get ready() {
      return response.writableLength < MAX_PENDING_BYTES;
    },
    send: (frame) => write(response, frame),
    end: (error) => {
      clearInterval(ping);
      if (error) write(response, JSON.stringify({ errors: [error] }));
      complete(response);
    },
  });
  response.on('drain', () => running.resume());
  response.once('close', () => {
    clearInterval(ping);
    running.stop();
  });
}

function write(response: ServerResponse, frame: string): void {
  response.write(`event: next\ndata: ${frame}\n\n`);
}

function complete(response: ServerResponse): void {
  response.end('event: complete\ndata:\n\n');
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

function isSubscription({ query, operationName }: OperationRequest): boolean {
  try {
    return getOperationAST(parse(query ?? ''), operationName)?.operation === 'subscription';
  } catch {
    return false; // what is wrong with it is told by whoever answers
  }
}
