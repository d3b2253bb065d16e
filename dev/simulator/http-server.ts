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
import type { AuthorizationAttributes } from './access/policy-rules.ts';
import type { LogReader } from './logs/container-log.ts';

const BODY_BYTES = 3 * 1024 * 1024;
/** Limit of unread bytes per watcher. kube-apiserver too closes the connections of slow watchers. */
const UNREAD_BYTES = 256 * 1024 * 1024;

interface HttpServerOptions {
  /** Handles a request. Has to settle; an error is sent as a Status. */
  readonly handle: (request: IncomingRequest) => Promise<SimulatedResponse>;
  readonly watches: WatchBroadcaster;
  /** Returns the user name of a request; empty if it is unknown. */
  readonly userOf: (request: Omit<IncomingRequest, 'body'>) => string;
  readonly onAnswered: (record: RequestRecord) => void;
  /** Called with each request whose client disconnects before it is answered. */
  readonly onCancelled: (request: SimulatedRequest) => void;
  /** Open log streams. The server adds each reader and removes it when its response ends. */
  readonly openLogs: Set<LogReader>;
}

/** Creates a listener that reads each request, handles it and writes the response. */
export function createHttpServer(options: HttpServerOptions): RequestListener {
  return (message, response) => void serve(message, response, options);
}

async function serve(message: IncomingMessage, response: ServerResponse, options: HttpServerOptions): Promise<void> {
  const request = parseHead(message);
  if (!request) return send(textResponse(400, '400 Bad Request'), response);
  const cancelled = (): void => options.onCancelled(withoutHeaders(request));
  response.once('close', cancelled);
  let result: SimulatedResponse;
  let body: Buffer = Buffer.alloc(0);
  try {
    body = await readBody(message);
    result = await options.handle({ ...request, body });
  } catch (error) {
    result = statusResponse(error instanceof ApiStatusError ? error : internalError(error));
  }
  if (response.destroyed) return;
  response.off('close', cancelled);
  const status = result.type === 'body' ? result.code : 200;
  options.onAnswered({
    ...withoutHeaders(request),
    user: options.userOf(request),
    status,
    reviewed: reviewedAttributes(request, body),
  });
  switch (result.type) {
    case 'watch':
      return streamWatch(result, response, options.watches);
    case 'log':
      return streamLog(result.reader, response, options.openLogs);
    case 'body':
      return send(result, response);
    default:
      throw new TypeError(`Unknown response ${JSON.stringify(result satisfies never)}`);
  }
}

/** Returns undefined if the URL has a malformed escape, which Go's HTTP server refuses before any handler runs. */
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

/** Returns the attributes of an access review; undefined for other requests and for bodies that are not JSON. */
function reviewedAttributes({ group, resource }: SimulatedRequest, body: Buffer): AuthorizationAttributes | undefined {
  if (group !== 'authorization.k8s.io' || !resource.endsWith('subjectaccessreviews')) return undefined;
  try {
    const review: unknown = JSON.parse(body.toString());
    return isJsonObject(review) ? attributesInReview(review['spec']) : undefined;
  } catch {
    return undefined; // Protobuf, or malformed and refused.
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

/** Reads lines only while the response accepts more bytes. */
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
