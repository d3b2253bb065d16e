import { StatusError } from '../kubernetes/status-error.ts';
import type { Viewer } from './viewer.ts';

/** Parts of a request, or of a WebSocket connection, that authenticators read. */
export interface Credentials {
  /** Returns the values of a header, whose name is given in lower case. */
  readonly header: (name: string) => readonly string[];
  /** Address of the peer: of the last proxy, if there is one. */
  readonly remoteAddress: string | undefined;
  /** Payload of `connection_init`. Undefined for other transports. */
  readonly connectionParams?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * Returns the viewer who sends a request; a promise only if the API server has to be asked. Throws, or rejects with, a `StatusError`:
 * Unauthorized if the credentials are missing or invalid, others if the API server cannot validate them.
 */
export type Authenticator = (credentials: Credentials) => Viewer | Promise<Viewer>;

/** Returns the error for missing or invalid credentials. */
export function unauthorized(message: string): StatusError {
  return new StatusError({ code: 401, reason: 'Unauthorized', message });
}

/** Returns the credentials of an HTTP request. */
export function credentialsOf({
  rawHeaders,
  socket,
}: {
  /** Names and values in turn. */
  readonly rawHeaders: readonly string[];
  readonly socket: { readonly remoteAddress?: string | undefined };
}): Credentials {
  return { header: (name) => valuesOf(rawHeaders, name), remoteAddress: socket.remoteAddress };
}

/** Node's own object with the values of all headers takes as long as the rest of the authentication. */
function valuesOf(rawHeaders: readonly string[], name: string): readonly string[] {
  const values: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const [given = '', value = ''] = [rawHeaders[index], rawHeaders[index + 1]];
    if (given.length === name.length && given.toLowerCase() === name) values.push(value);
  }
  return values;
}
