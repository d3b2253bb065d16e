import type { IncomingMessage } from 'node:http';
import { excessiveValues } from './body-values.ts';
import type { OperationRequest } from './pipeline.ts';

export const EVENT_STREAM = 'text/event-stream';

/** An HTTP error instead of an operation. */
export interface Refusal {
  readonly status: number;
  /** Body of the response. */
  readonly refusal: string;
}

/** Limits on the body of a request. */
export interface BodyLimits {
  readonly maxBodyBytes: number;
  readonly maxBodyValues: number;
}

/** Reads the operation from the query string of a GET or the JSON body of a POST. Never rejects because of its content. */
export async function readOperation(
  request: IncomingMessage,
  { maxBodyBytes, maxBodyValues }: BodyLimits,
): Promise<OperationRequest | Refusal> {
  if (request.method === 'GET') return fromQuery(new URL(request.url ?? '/', 'http://gateway').searchParams);
  if (request.method !== 'POST')
    return { status: 405, refusal: `Expected GET or POST, got ${request.method ?? 'nothing'}.` };
  const contentType = request.headers['content-type'] ?? '';
  if (mediaTypeOf(contentType) !== 'application/json') {
    return { status: 415, refusal: `Expected Content-Type: application/json, got ${JSON.stringify(contentType)}.` };
  }
  const body = await readBody(request, maxBodyBytes);
  if (body === undefined)
    return {
      status: 413,
      refusal: `Expected a body of at most ${maxBodyBytes} bytes (MAX_BODY_BYTES), got a longer one.`,
    };
  const excess = excessiveValues(body, maxBodyValues);
  return excess ? { status: 413, refusal: excess.message } : fromJson(body);
}

/** Returns undefined if the body is too large. */
async function readBody(request: IncomingMessage, maxBytes: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > maxBytes) return undefined;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString();
}

function fromQuery(query: URLSearchParams): OperationRequest | Refusal {
  const variables = parseJson(query.get('variables') || 'null');
  const extensions = parseJson(query.get('extensions') || 'null');
  if (variables === undefined || !(extensions === null || isRecord(extensions))) return malformed;
  return parseRequest({ ...Object.fromEntries(query), variables, extensions });
}

function fromJson(body: string): OperationRequest | Refusal {
  return parseRequest(parseJson(body));
}

const malformed: Refusal = {
  status: 400,
  refusal: 'Expected { "query": "…", "operationName": "…", "variables": { … } }, of which only query is required.',
};

function parseRequest(value: unknown): OperationRequest | Refusal {
  if (!isRecord(value)) return malformed;
  const { query, documentId, operationName, variables, extensions } = value;
  const hasReference = typeof documentId === 'string' || (isRecord(extensions) && 'persistedQuery' in extensions);
  if (typeof query !== 'string' && !(query === undefined && hasReference)) return malformed;
  if (!(operationName === undefined || operationName === null || typeof operationName === 'string')) return malformed;
  if (!(variables === undefined || variables === null || isRecord(variables))) return malformed;
  const after = cursorIn(extensions);
  return {
    query: typeof query === 'string' ? query : undefined,
    ...(typeof documentId === 'string' && { documentId }),
    ...(hasReference && { extensions }),
    operationName: operationName ?? undefined,
    variables: variables ?? undefined,
    after,
  };
}

/** Returns `after` of the extensions of a request, which its subscription validates. */
export function cursorIn(extensions: unknown): string | undefined {
  const after = isRecord(extensions) ? extensions['after'] : undefined;
  if (after === undefined || after === null) return undefined;
  if (typeof after === 'string') return after;
  return typeof after === 'object' ? 'an object' : JSON.stringify(after); // its nesting may exceed the stack
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // refused as malformed by parseRequest
  }
}

/** Whether the client accepts a response as Server-Sent Events. */
export function acceptsEventStream({ headers }: IncomingMessage): boolean {
  return mediaTypesOf(headers.accept).includes(EVENT_STREAM);
}

/** Whether the client accepts a response as JSON. */
export function acceptsJson({ headers }: IncomingMessage): boolean {
  const accepted = mediaTypesOf(headers.accept);
  return ['application/json', 'application/graphql-response+json', '*/*', 'application/*'].some((type) =>
    accepted.includes(type),
  );
}

function mediaTypesOf(accept: string | undefined): readonly string[] {
  return (accept ?? '').split(',').map(mediaTypeOf);
}

/** Returns a media type without its parameters, in lower case: its case does not count (RFC 9110, 8.3.1). */
export function mediaTypeOf(text: string): string {
  return text.split(';', 1)[0]?.trim().toLowerCase() ?? '';
}
