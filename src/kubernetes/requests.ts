import type { IncomingMessage } from 'node:http';
import { errorFromResponse, readJson, warningsOf } from './response.ts';
import type { ApiConnection } from './api-connection.ts';
import { encodePath, type PathSegments } from './path.ts';
import type { Resource } from './resource.ts';
import { isBroken, StatusError } from './status-error.ts';

/** What the API server sees us as, unless a write names somebody else. */
export const FIELD_MANAGER = 'workspaces-gateway';

const REQUEST_TIMEOUT_MS = 30_000;

export interface RequestOptions {
  readonly signal: AbortSignal;
  /** What the request is about, for what is said of a failure. */
  readonly resource?: Resource;
  readonly namespace?: string | undefined;
  /** Parameters of the query; those that are undefined are left out. */
  readonly query?: QueryParameters | undefined;
  readonly contentType?: string | undefined;
  readonly body?: unknown;
  /** It may be asked twice: then a connection that was used before will do. */
  readonly repeatable?: boolean | undefined;
}

/** A good answer to a write. */
export interface WriteResponse {
  readonly body: unknown;
  /** The texts of its `Warning` headers. */
  readonly warnings: readonly string[];
}

/**
 * Asks one API server, in time. Every method throws {@link StatusError}: what the server said, `Unreachable` when it
 * could not be asked, `Timeout` when it did not answer in 30 s, and then a write may or may not have happened.
 */
export class Requests {
  readonly connection: ApiConnection;

  constructor(connection: ApiConnection) {
    this.connection = connection;
  }

  async sendForJson(method: string, path: PathSegments, options: RequestOptions): Promise<unknown> {
    return withTimeout(`${method} ${encodePath(path)}`, options.signal, async (signal) =>
      readJson(await this.send(method, path, { ...options, signal })),
    );
  }

  /** Once it has been sent, only an answer says what has come of it. */
  async write(method: string, path: PathSegments, options: RequestOptions): Promise<WriteResponse> {
    const what = `${method} ${encodePath(path)}`;
    return withUnknownOutcome(
      what,
      withTimeout(what, options.signal, async (signal) => {
        const response = await this.send(method, path, { ...options, signal });
        return { body: await readJson(response), warnings: warningsOf(response) };
      }),
    );
  }

  /** Sends a request and lets only a good answer through, its body still to be read; here the signal alone is the limit. */
  async send(method: string, path: PathSegments, options: RequestOptions): Promise<IncomingMessage> {
    const { signal, query = {}, contentType, body, repeatable } = options;
    const response = await this.connection.send({
      method,
      path: `${encodePath(path)}${encodeQuery(query)}`,
      headers: {
        accept: 'application/json',
        'user-agent': FIELD_MANAGER,
        ...(body === undefined ? {} : { 'content-type': contentType ?? 'application/json' }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal,
      repeatable,
    });
    if ((response.statusCode ?? 500) < 300) return response;
    throw await errorFromResponse(response, options);
  }

  refreshCredentials(): void {
    this.connection.refreshCredentials();
  }
}

async function withTimeout<R>(what: string, signal: AbortSignal, ask: (signal: AbortSignal) => Promise<R>): Promise<R> {
  const limit = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
  try {
    return await ask(AbortSignal.any([signal, limit]));
  } catch (error) {
    if (signal.aborted || !limit.aborted) throw error;
    throw timeoutError(`The API server did not answer ${what} within ${REQUEST_TIMEOUT_MS / 1_000} s.`);
  }
}

/** What a write that was sent comes to, if its answer comes. */
async function withUnknownOutcome<R>(what: string, answer: Promise<R>): Promise<R> {
  try {
    return await answer;
  } catch (error) {
    if (!isBroken(error)) throw error;
    throw timeoutError(`The connection broke after ${what} was sent: it may or may not have happened.`);
  }
}

/** The failure of who has waited in vain. */
export function timeoutError(message: string): StatusError {
  return new StatusError({ code: 504, reason: 'Timeout', message });
}

export type QueryParameters = Readonly<Record<string, string | number | undefined>>;

/** `?a=1&b=2`, or nothing if no parameter has a value. */
function encodeQuery(parameters: QueryParameters): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) query.set(name, String(value));
  return query.size === 0 ? '' : `?${query.toString()}`;
}
