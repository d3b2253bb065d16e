import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { decodeStatus } from './decode.ts';
import { decodeHeader } from './header-text.ts';
import { redactedReason, redactedSummary } from './redacted.ts';
import type { Resource } from './resource.ts';
import { kindUnavailable, StatusError } from './status-error.ts';

/**
 * Reads the body of a failed response. Returns the error of its Status, with kind and namespace of the resource that the
 * request was for; KindUnavailable for a 404 that names no object, since then the API server does not serve the resource.
 */
export async function errorFromResponse(
  response: IncomingMessage,
  { resource, namespace }: { readonly resource?: Resource; readonly namespace?: string | undefined },
): Promise<StatusError> {
  const body = await readText(response);
  const error = decodeStatus(response.statusCode ?? 500, parseJson(body), response.headers['retry-after']);
  if (error.code === 404 && resource && error.details.name === undefined) return kindUnavailable(resource);
  if (!resource || ![resource.plural, resource.kind].includes(error.details.kind ?? '')) return error;
  return new StatusError({ ...error.details, kind: resource.kind, namespace });
}

async function readText(response: IncomingMessage): Promise<string> {
  try {
    return await text(response);
  } catch (error) {
    throw new StatusError({
      code: 503,
      reason: 'Broken',
      message: `The response of the API server ended early: ${redactedReason(error)}`,
    });
  }
}

/**
 * Returns the JSON object in the body of a response.
 * @throws {StatusError} `Broken` if the response ends early
 */
export async function readJson(response: IncomingMessage): Promise<unknown> {
  const body = await readText(response);
  const value = parseJson(body);
  if (typeof value !== 'object')
    throw new TypeError(`Expected JSON from the API server, got ${redactedSummary(value)}`);
  return value;
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
export function warningsOf({ headers }: IncomingMessage): readonly string[] {
  const header = headers['warning'];
  if (typeof header !== 'string') return [];
  return [...(decodeHeader(header) ?? header).matchAll(/299 \S+ "((?:[^"\\]|\\.)*)"/gu)].map(([, quoted = '']) =>
    quoted.replaceAll(/\\(.)/gu, '$1'),
  );
}
