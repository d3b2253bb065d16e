import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { decodeStatus } from './decode.ts';
import { decodeHeader } from './header-text.ts';
import { redactedReason, redactedSummary } from './redacted.ts';
import type { Resource } from './resource.ts';
import { kindUnavailable, StatusError } from './status-error.ts';

/** A 404 that names no object speaks of the resource itself. Of an object of ours, the failure says what and where. */
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
      message: `The API server's answer broke off: ${redactedReason(error)}`,
    });
  }
}

/** @throws {StatusError} `Broken` where the answer breaks off */
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

/** `299 - "text"`, as RFC 7234 has it; Node joins several such headers with a comma. */
export function warningsOf({ headers }: IncomingMessage): readonly string[] {
  const header = headers['warning'];
  if (typeof header !== 'string') return [];
  return [...(decodeHeader(header) ?? header).matchAll(/299 \S+ "((?:[^"\\]|\\.)*)"/gu)].map(([, quoted = '']) =>
    quoted.replaceAll(/\\(.)/gu, '$1'),
  );
}
