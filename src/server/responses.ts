import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';

/** Headers of JSON answers: no cache may store them, and no browser may take them for another type. */
export const JSON_HEADERS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' } as const;

/** Sends a JSON body that no cache may store. */
export function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { ...JSON_HEADERS, 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
}

/** Sends one line of plain text. */
export function sendText(
  response: ServerResponse,
  status: number,
  text: string,
  headers: Readonly<OutgoingHttpHeaders> = {},
): void {
  response.writeHead(status, { ...headers, 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
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
  response.end(request.method === 'HEAD' ? undefined : body);
}

/** Weak comparison, as `If-None-Match` requires (RFC 9110, section 13.1.2). */
function matchesEtag(ifNoneMatch: string | undefined, etag: string): boolean {
  const tags = ifNoneMatch?.split(',').map((tag) => tag.trim().replace(/^W\//u, '')) ?? [];
  return tags.includes(etag) || tags.includes('*');
}
