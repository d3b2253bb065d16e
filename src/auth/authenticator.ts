import { StatusError } from '../kubernetes/status-error.ts';
import type { Viewer } from './viewer.ts';

/** Parts of a request, or of a WebSocket connection, that authenticators read. */
export interface Credentials {
  /** Values of each header, by its name in lower case. */
  readonly headers: Readonly<Record<string, readonly string[] | undefined>>;
  /** Address of the peer: of the last proxy, if there is one. */
  readonly remoteAddress: string | undefined;
  /** Payload of `connection_init`. Undefined for other transports. */
  readonly connectionParams?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * Returns the viewer who sends a request. Rejects with a `StatusError`: Unauthorized if the credentials are missing or
 * invalid, others if the API server cannot validate them.
 */
export type Authenticator = (credentials: Credentials) => Promise<Viewer>;

/** Returns the error for missing or invalid credentials. */
export function unauthorized(message: string): StatusError {
  return new StatusError({ code: 401, reason: 'Unauthorized', message });
}

/** Returns the credentials of an HTTP request. */
export function credentialsOf({
  headersDistinct,
  socket,
}: {
  readonly headersDistinct: NodeJS.Dict<string[]>;
  readonly socket: { readonly remoteAddress?: string | undefined };
}): Credentials {
  return { headers: headersDistinct, remoteAddress: socket.remoteAddress };
}
