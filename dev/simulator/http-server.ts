import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { attributesInReview } from './access/access-reviews.ts';
import { isJsonObject } from './json.ts';
import {
  type BodyResponse,
  statusResponse,
  textResponse,
  type SimulatedResponse,
  type WatchResponse,
} from './response.ts';
import {
  type IncomingRequest,
  parseRequestInfo,
  splitRequestTarget,
  type RequestRecord,
  type SimulatedRequest,
} from './request.ts';
import { requestTooLargeError, ApiStatusError } from './status.ts';
import type { WatchBroadcaster } from './watch-broadcaster.ts';
import type { RequestAttributes } from './access/policy-rules.ts';
import type { LogReader } from './logs/container-log.ts';

const BODY_BYTES = 3 * 1024 * 1024;
/** A watcher that reads so slowly that this much waits for it loses its connection, as with the real server. */
const UNREAD_BYTES = 256 * 1024 * 1024;

interface HttpServerOptions {
  /** Must settle; what it throws is answered as a Status. */
  readonly reply: (request: IncomingRequest) => Promise<SimulatedResponse>;
  readonly watches: WatchBroadcaster;
  /** In whose name a request is made. */
  readonly userOf: (request: Omit<IncomingRequest, 'body'>) => string;
  readonly onAnswered: (record: RequestRecord) => void;
  /** The logs that are being sent: here they are put, and taken away when they are through. */
  readonly openLogs: Set<LogReader>;
}

/** Reads each request, has it answered, and writes what comes of it. */
export function createHttpServer(options: HttpServerOptions): RequestListener {
  return (message, response) => void serve(message, response, options);
}

async function serve(message: IncomingMessage, response: ServerResponse, options: HttpServerOptions): Promise<void> {
  const request = parseHead(message);
  if (!request) return send(textResponse(400, '400 Bad Request'), response);
  let reply: SimulatedResponse;
  let body: Buffer = Buffer.alloc(0);
  try {
    body = await readBody(message);
    reply = await options.reply({ ...request, body });
  } catch (error) {
    reply = statusResponse(error instanceof ApiStatusError ? error : internalError(error));
  }
  if (response.destroyed) return;
  const status = reply.type === 'answer' ? reply.code : 200;
  options.onAnswered({
    ...withoutHeaders(request),
    user: options.userOf(request),
    status,
    reviewed: reviewedAttributes(request, body),
  });
  switch (reply.type) {
    case 'watch':
      return streamWatch(reply, response, options.watches);
    case 'log':
      return streamLog(reply.reader, response, options.openLogs);
    case 'answer':
      return send(reply, response);
    default:
      throw new TypeError(`Unknown reply ${JSON.stringify(reply satisfies never)}`);
  }
}

/** Undefined if the URL has a malformed escape, which the HTTP server of Go refuses before anything looks at it. */
function parseHead(message: IncomingMessage): Omit<IncomingRequest, 'body'> | undefined {
  const { method = 'GET', url = '/', headers, headersDistinct } = message;
  const read = splitRequestTarget(url);
  if (!read) return undefined;
  const { path, query } = read;
  const target = parseRequestInfo(method, path, query);
  const userAgent = headers['user-agent'] ?? '';
  return { ...target, method, url, path, query, headers, headersDistinct, userAgent };
}

async function readBody(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of message) {
    if (!Buffer.isBuffer(chunk)) continue;
    length += chunk.length;
    if (length <= BODY_BYTES) chunks.push(chunk);
  }
  if (length > BODY_BYTES) throw requestTooLargeError();
  return Buffer.concat(chunks);
}

/** The attributes that an access review asks about; undefined for any other request, and for one that is not JSON. */
function reviewedAttributes({ group, resource }: SimulatedRequest, body: Buffer): RequestAttributes | undefined {
  if (group !== 'authorization.k8s.io' || !resource.endsWith('subjectaccessreviews')) return undefined;
  try {
    const review: unknown = JSON.parse(body.toString());
    return isJsonObject(review) ? attributesInReview(review['spec']) : undefined;
  } catch {
    return undefined; // protobuf, or malformed and refused
  }
}

function withoutHeaders(request: Omit<IncomingRequest, 'body'>): SimulatedRequest {
  const { path: _path, query: _query, headers: _headers, headersDistinct: _values, ...rest } = request;
  return rest;
}

function send({ code, contentType, body, headers }: BodyResponse, response: ServerResponse): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  const length = Buffer.byteLength(body);
  response.writeHead(code, {
    'Content-Type': contentType,
    'Content-Length': length,
    'Cache-Control': 'no-cache, private',
  });
  response.end(body);
}

function streamWatch({ open, timeoutMs }: WatchResponse, response: ServerResponse, watches: WatchBroadcaster): void {
  response.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-cache, private' });
  response.flushHeaders();
  const watcher = open({
    write(line) {
      response.write(line);
      if (response.writableLength > UNREAD_BYTES) response.destroy();
    },
    end: () => void response.end(),
    destroy: () => void response.destroy(),
  });
  const timer = setTimeout(() => {
    watches.close(watcher);
    response.end();
  }, timeoutMs);
  timer.unref();
  response.on('close', () => {
    clearTimeout(timer);
    watches.close(watcher);
  });
}

/** Reads only as fast as the client does. */
function streamLog(reader: LogReader, response: ServerResponse, openLogs: Set<LogReader>): void {
  response.writeHead(200, { 'Content-Type': 'text/plain', 'Cache-Control': 'no-cache, private' });
  response.flushHeaders();
  const pump = (): void => {
    while (!response.writableNeedDrain) {
      const line = reader.read();
      if (line) response.write(line);
      else return reader.isDone ? void response.end() : undefined;
    }
  };
  openLogs.add(reader);
  const stopListening = reader.onChange(pump);
  response.on('drain', pump);
  response.on('close', () => {
    stopListening();
    openLogs.delete(reader);
  });
  pump();
}

function internalError(error: unknown): ApiStatusError {
  const message = `Internal error occurred: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  return new ApiStatusError({ code: 500, reason: 'InternalError', message });
}
