import { StatusError } from '../kubernetes/status-error.ts';
import type { Viewer } from './viewer.ts';

/** What a request, or a connection, brings along to say who sends it. */
export interface Credentials {
  /** Each instance of each header, under its lower-case name. */
  readonly headers: Readonly<Record<string, readonly string[] | undefined>>;
  /** The address that it comes from; behind a proxy, the proxy's. */
  readonly remoteAddress: string | undefined;
  /** The payload of `connection_init`, on a WebSocket. */
  readonly connectionParams?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * Finds out who sends a request.
 * @throws {StatusError} Unauthorized where that cannot be told; otherwise when the API server cannot be asked
 */
export type Authenticator = (credentials: Credentials) => Promise<Viewer>;

/** There is nobody to answer to. */
export function unauthorized(message: string): StatusError {
  return new StatusError({ code: 401, reason: 'Unauthorized', message });
}

/** The headers as {@link Credentials} has them. */
export function credentialsOf({
  headersDistinct,
  socket,
}: {
  readonly headersDistinct: NodeJS.Dict<string[]>;
  readonly socket: { readonly remoteAddress?: string | undefined };
}): Credentials {
  return { headers: headersDistinct, remoteAddress: socket.remoteAddress };
}
