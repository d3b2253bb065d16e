import type { IncomingMessage } from 'node:http';
import { isRecord } from '../graphql/json-values.ts';
import { excessiveValues, tooLong } from './body-limits.ts';
import type { OperationRequest, OperationSelection } from './operation.ts';

/** An HTTP error instead of an operation. */
export interface RefusedRequest {
  readonly status: number;
  /** Body of the response. */
  readonly refusal: string;
}

/** Limits on the body of a request. */
export interface BodyLimits {
  readonly maxBodyBytes: number;
  readonly maxBodyValues: number;
}

/**
 * Method of a request that a proxy may repeat, such as nginx when a replica ends: a POST that is refused with 405, before anything is
 * executed, unless its operation is certain to be a query or subscription. The proxy sends it by POST then, once.
 * See https://datatracker.ietf.org/doc/draft-ietf-httpbis-safe-method-w-body/
 */
export const REPEATABLE_METHOD = 'QUERY';

/** Returns why an operation may not be sent by this method; undefined if it may. The type is undefined if it is not known. */
export function methodRefusal(method: string | undefined, type: string | undefined): RefusedRequest | undefined {
  if (method === 'GET' && type === 'mutation') return refusalOf('Expected a POST request for a mutation, got GET.');
  const mayRepeat = type === 'query' || type === 'subscription';
  if (method !== REPEATABLE_METHOD || mayRepeat) return undefined;
  return refusalOf('Expected a POST request for all but valid queries and subscriptions, got QUERY.');
}

function refusalOf(refusal: string): RefusedRequest {
  return { status: 405, refusal };
}

/** Whether the operation of a request is in its body. */
export function hasOperationInBody({ method }: IncomingMessage): boolean {
  return method === 'POST' || method === REPEATABLE_METHOD;
}

/** Reads the operation from the query string of a GET or the JSON body of a POST or QUERY. Never rejects because of its content. */
export async function readOperation(
  request: IncomingMessage,
  limits: BodyLimits,
): Promise<OperationRequest | RefusedRequest> {
  if (request.method === 'GET') return fromQuery(new URL(request.url ?? '/', 'http://gateway').searchParams);
  if (!hasOperationInBody(request)) return refusalOf(`Expected GET or POST, got ${request.method ?? 'nothing'}.`);
  const contentType = request.headers['content-type'] ?? '';
  if (mediaTypeOf(contentType) !== 'application/json') {
    return { status: 415, refusal: `Expected Content-Type: application/json, got ${JSON.stringify(contentType)}.` };
  }
  return operationIn(await readBody(request, limits.maxBodyBytes), limits);
}

/** Reads the operation from a JSON body. */
export function operationIn(
  bytes: Buffer,
  { maxBodyBytes, maxBodyValues }: BodyLimits,
): OperationRequest | RefusedRequest {
  if (bytes.length > maxBodyBytes) return { status: 413, refusal: tooLong('body', maxBodyBytes).message };
  const body = bytes.toString();
  const excess = excessiveValues(body, maxBodyValues);
  return excess ? { status: 413, refusal: excess.message } : fromJson(body);
}

/** Chunks of a body that are joined while others arrive: each takes some hundred bytes of memory, however short it is. */
const JOINED_CHUNKS = 1_024;

/**
 * Reads a body. Resolves with more bytes than the limit, and leaves the rest, if it is longer.
 * @throws {Error} if the client leaves before its end
 */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const chunks: Buffer[] = [];
  let joined = 0;
  let size = 0;
  const finish = () => {
    request.off('data', read).off('end', finish).off('error', reject); // they retain the body, and an event stream the request
    resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks));
  };
  const read = (chunk: Buffer) => {
    chunks.push(chunk);
    size += chunk.length;
    if (chunks.length - joined === JOINED_CHUNKS) {
      chunks.push(Buffer.concat(chunks.splice(joined)));
      joined += 1;
    }
    if (size <= maxBytes) return;
    request.pause();
    finish();
  };
  request.on('data', read).on('end', finish).on('error', reject);
  return promise;
}

function fromQuery(query: URLSearchParams): OperationRequest | RefusedRequest {
  const variables = parseJson(query.get('variables') || 'null');
  const extensions = parseJson(query.get('extensions') || 'null');
  if (variables === undefined || !(extensions === null || isRecord(extensions))) return malformed;
  return parseRequest({ ...Object.fromEntries(query), variables, extensions });
}

function fromJson(body: string): OperationRequest | RefusedRequest {
  return parseRequest(parseJson(body));
}

const malformed: RefusedRequest = {
  status: 400,
  refusal: 'Expected { "query": "…", "operationName": "…", "variables": { … } }, of which only query is required.',
};

function parseRequest(value: unknown): OperationRequest | RefusedRequest {
  if (!isRecord(value)) return malformed;
  const { query, documentId, extensions } = value;
  const hasReference = typeof documentId === 'string' || (isRecord(extensions) && 'persistedQuery' in extensions);
  if (typeof query !== 'string' && !(query === undefined && hasReference)) return malformed;
  const selection = selectionIn(value);
  if (!selection) return malformed;
  return {
    query: typeof query === 'string' ? query : undefined,
    ...(typeof documentId === 'string' && { documentId }),
    ...(hasReference && { extensions }),
    ...selection,
    after: cursorIn(extensions),
  };
}

/** Returns the operation of the document and its variables. Undefined if one of them is malformed. */
export function selectionIn({
  operationName,
  variables,
}: Readonly<Record<string, unknown>>): OperationSelection | undefined {
  if (!(operationName === undefined || operationName === null || typeof operationName === 'string')) return undefined;
  if (!isOptionalRecord(variables)) return undefined;
  return { operationName: operationName ?? undefined, variables: variables ?? undefined };
}

export function isOptionalRecord(value: unknown): value is Record<string, unknown> | null | undefined {
  return value === undefined || value === null || isRecord(value);
}

/** Returns `after` of the extensions of a request, which its subscription validates. */
export function cursorIn(extensions: unknown): string | undefined {
  const after = isRecord(extensions) ? extensions['after'] : undefined;
  if (after === undefined || after === null) return undefined;
  if (typeof after === 'string') return after;
  return typeof after === 'object' ? 'an object' : JSON.stringify(after); // its nesting may exceed the stack
}

/** Returns undefined if the text is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the caller refuses it as malformed
  }
}

/** Returns a media type without its parameters, in lower case: its case does not count (RFC 9110, 8.3.1). */
export function mediaTypeOf(text: string): string {
  if (text === 'application/json') return text;
  return text.split(';', 1)[0]?.trim().toLowerCase() ?? '';
}
