import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { failure, type ErrorCode } from '../graphql/errors.ts';
import type { OperationRecord } from '../graphql/operation-record.ts';

/** Headers of JSON answers: no cache may store them, and no browser may take them for another type. */
export const JSON_HEADERS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' } as const;

/** Sends a JSON body that no cache may store. */
export function sendJson(response: ServerResponse, status: number, body: object): void {
  const headers = { ...JSON_HEADERS, ...closingIfUnread(response.req), 'content-type': 'application/json' };
  response.writeHead(status, headers).end(`${JSON.stringify(body)}\n`);
}

/** Error of a request whose operation is not read. */
export interface Refusal {
  readonly status: number;
  readonly code: ErrorCode;
  readonly message: string;
}

/** Returns the refusal of a request for its origin or host. */
export function forbidden(message: string): Refusal {
  return { status: 403, code: 'FORBIDDEN', message };
}

/** Sends a refusal, and records it. */
export function refuse(response: ServerResponse, record: OperationRecord, { status, code, message }: Refusal): void {
  const errors = [failure(code, message)];
  record.fail(errors);
  sendJson(response, status, { errors });
}

/**
 * Returns whether the body of a request has not arrived. The connection is closed then instead of reading the rest, and the response has
 * to announce it: a proxy that does not know would send the next request, of any client, on it.
 */
export function isUnread({ headers, complete }: IncomingMessage): boolean {
  return !complete && (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0);
}

/** Returns the header that announces the end of the connection if the body of a request has not arrived; see {@link isUnread}. */
function closingIfUnread(request: IncomingMessage): OutgoingHttpHeaders {
  return isUnread(request) ? { connection: 'close' } : {};
}

/** Sends one line of plain text. */
export function sendText(
  response: ServerResponse,
  status: number,
  text: string,
  headers: Readonly<OutgoingHttpHeaders> = {},
): void {
  const contentType = 'text/plain; charset=utf-8';
  response
    .writeHead(status, { ...headers, ...closingIfUnread(response.req), 'content-type': contentType })
    .end(`${text}\n`);
}

/** Time for the client of a refused request to read the response and close the connection. */
export const REFUSED_REQUEST_TIMEOUT_MS = 1_000;

/** Larger writes hide whether a client reads: the bytes of a write count as pending until all of them are taken. */
const SLICE_BYTES = 64 * 1024;

/**
 * Writes a part of a body in slices, each when the client has taken the ones before. Resolves when all is written, or the
 * client has disconnected.
 */
async function writeSlices(response: ServerResponse, body: Buffer): Promise<void> {
  for (let begin = 0; begin < body.length && !response.destroyed; begin += SLICE_BYTES) {
    if (!response.write(body.subarray(begin, begin + SLICE_BYTES))) await drained(response);
  }
}

/** Writes a body like {@link writeSlices}, and ends the response. */
async function endWithBody(response: ServerResponse, body: Buffer): Promise<void> {
  if (body.length > SLICE_BYTES) await writeSlices(response, body);
  response.end(body.length > SLICE_BYTES ? undefined : body);
}

/** Writes the parts of a body, each when the client has taken most of the ones before, and ends the response. */
export async function endWithParts(response: ServerResponse, parts: readonly Buffer[]): Promise<void> {
  for (const part of parts) {
    if (response.destroyed) break;
    if (part.length > SLICE_BYTES) await writeSlices(response, part);
    else if (!response.write(part)) await drained(response);
  }
  response.end();
}

/** Resolves when the client has taken what was written, or has disconnected. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    if (response.destroyed) return resolve();
    response.on('drain', done);
    return response.on('close', done);
  });
}

/** A body that a client may have in its cache. */
interface CacheableBody {
  /** An entity tag (RFC 9110, section 8.8.3) with its quotes. Changes with the content and its encoding. */
  readonly etag: string;
  readonly contentType: string;
  /** Sent with 200 and 304. */
  readonly headers: Readonly<OutgoingHttpHeaders>;
  /** Sent with 200 only. */
  readonly contentHeaders?: Readonly<OutgoingHttpHeaders>;
  readonly content: () => Buffer | Promise<Buffer>;
}

/** Answers a GET or HEAD: 304 if `If-None-Match` has the entity tag, else 200. */
export async function sendCacheable(
  request: IncomingMessage,
  response: ServerResponse,
  { etag, contentType, headers, contentHeaders, content }: CacheableBody,
): Promise<void> {
  const allHeaders = { ...headers, etag, 'x-content-type-options': 'nosniff' };
  if (matchesEtag(request.headers['if-none-match'], etag)) {
    response.writeHead(304, allHeaders).end();
    return;
  }
  const body = await content();
  response.writeHead(200, {
    ...allHeaders,
    ...contentHeaders,
    'content-type': contentType,
    'content-length': body.length,
  });
  if (request.method === 'HEAD') response.end();
  else await endWithBody(response, body);
}

/** Weak comparison, as `If-None-Match` requires (RFC 9110, section 13.1.2). */
function matchesEtag(ifNoneMatch: string | undefined, etag: string): boolean {
  const tags = ifNoneMatch?.split(',').map((tag) => tag.trim().replace(/^W\//u, '')) ?? [];
  return tags.includes(etag) || tags.includes('*');
}
