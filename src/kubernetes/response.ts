import type { IncomingMessage } from 'node:http';
import { decodeStatus, isFailure, isStatus } from './decode-status.ts';
import { DecodeError } from './decode.ts';
import { anyObject } from './decoder.ts';
import { decodeHeader } from './header-text.ts';
import { redactedSummary } from './redacted.ts';
import type { Resource } from './resource.ts';
import { invalidResponse, kindUnavailable, StatusError } from './status-error.ts';

/**
 * Reads the body of a failed response. Returns the error of its Status, with kind and namespace of the resource that the
 * request was for; KindUnavailable for a 404 that names no object, since then the API server does not serve the resource.
 */
export async function errorFromResponse(response: IncomingMessage, about: Requested): Promise<StatusError> {
  return errorFrom(response, parseJson(await readText(response)), about);
}

/** Resource that a request is for. */
interface Requested {
  readonly resource?: Resource | undefined;
  readonly namespace?: string | undefined;
}

function errorFrom(response: IncomingMessage, body: unknown, { resource, namespace }: Requested): StatusError {
  const error = decodeStatus(response.statusCode ?? 500, body, response.headers['retry-after']);
  if (!isApiError(error, body)) return new StatusError({ ...error.details, ...foreignError(error) });
  if (error.code === 404 && resource && error.details.name === undefined) return kindUnavailable(resource);
  if (!resource || ![resource.plural, resource.kind].includes(error.details.kind ?? '')) return error;
  return new StatusError({ ...error.details, kind: resource.kind, namespace });
}

/** Body of 404 responses for group versions that are not served. All other errors of API servers have a Status. */
const NOT_SERVED = '404 page not found';

/** Returns whether the response may come from the API server and not from a proxy in front of it. */
function isApiError({ code }: StatusError, body: unknown): boolean {
  if (code < 400) return false;
  if (isStatus(body) || (code > 404 && code < 500) || code < 404) return true;
  return code === 404 && typeof body === 'string' && (body === '' || body.trim() === NOT_SERVED);
}

/** Returns what differs in the error of a proxy. Its redirect or 404 says nothing about an object. */
function foreignError({ code }: StatusError): { readonly code: number; readonly reason: string } {
  return { code: code >= 500 ? code : 502, reason: 'InvalidResponse' };
}

/**
 * Maximum size of a response. It is parsed in one turn of the event loop. An object alone, of 1.5 MiB in etcd, has at most
 * 10 MiB: see `MAX_EVENT_BYTES`.
 */
const MAX_RESPONSE_BYTES = 16 * 2 ** 20;

/** Stops to read, and closes the connection, when the response exceeds the limit. */
function readText(response: IncomingMessage): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const chunks: Buffer[] = [];
  let size = 0;
  const endEarly = () => {
    if (!response.readableEnded) reject(endedEarly());
  };
  response.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    size += chunk.length;
    if (size <= MAX_RESPONSE_BYTES) return;
    reject(responseTooLarge());
    response.destroy();
  });
  response.once('end', () => resolve((chunks.length === 1 ? chunks[0] : Buffer.concat(chunks))?.toString() ?? ''));
  response.on('error', endEarly);
  response.once('close', endEarly);
  if (response.destroyed) endEarly();
  return promise;
}

function endedEarly(): StatusError {
  return new StatusError({ code: 503, reason: 'Broken', message: 'The response of the API server ended early.' });
}

function responseTooLarge(): StatusError {
  const message = `Expected responses of the API server of at most ${MAX_RESPONSE_BYTES} bytes, got a larger one.`;
  return new StatusError({ code: 502, reason: 'ResponseTooLarge', message });
}

/**
 * Returns the JSON object in the body of a response.
 * @throws {StatusError} the Status of a failure, which a proxy or an aggregated API server may send with HTTP 200; `Broken` if
 * the response ends early, `InvalidResponse` if it is not a JSON object, `ResponseTooLarge` if it exceeds
 * {@link MAX_RESPONSE_BYTES}
 */
export async function readJson(response: IncomingMessage, about: Requested): Promise<unknown> {
  const body = await readText(response);
  const value = parseJson(body);
  if (!anyObject.is(value))
    throw invalidResponse(`Expected a JSON object from the API server, got ${redactedSummary(value)}.`);
  if (isFailure(value)) throw errorFrom(response, value, about);
  return value;
}

/**
 * Returns the decoded body of a response.
 * @throws {StatusError} `InvalidResponse` if the decoder throws a {@link DecodeError}
 */
export function decodeBody<T>(body: unknown, decode: (body: unknown) => T): T {
  try {
    return decode(body);
  } catch (error) {
    throw error instanceof DecodeError ? invalidResponse(error.message) : error;
  }
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body; // a proxy's page, or the API server's plain "404 page not found"
  }
}

/**
 * Returns the texts of a response's `Warning` headers, `299 - "text"` by RFC 7234. Node joins several headers with commas.
 * See https://kubernetes.io/blog/2020/09/03/warnings/.
 */
export function warningsOf({ headers }: Pick<IncomingMessage, 'headers'>): readonly string[] {
  const header = headers['warning'];
  if (typeof header !== 'string') return [];
  return [...(decodeHeader(header) ?? header).matchAll(/299 \S+ "((?:[^"\\]|\\.)*)"/gu)].map(([, quoted = '']) =>
    quoted.replaceAll(/\\(.)/gu, '$1'),
  );
}
