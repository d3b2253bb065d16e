import type { IncomingMessage } from 'node:http';
import { decodeBody, errorFromResponse, readJson, warningsOf } from './response.ts';
import type { ApiConnection } from './api-connection.ts';
import { encodePath, type PathSegments } from './path.ts';
import type { Resource } from './resource.ts';
import { isBroken, isInvalidResponse, StatusError } from './status-error.ts';
import { withTimeLimit } from './time-limit.ts';

/** Field manager of writes that name no other, and User-Agent of all requests. */
export const FIELD_MANAGER = 'workspaces-gateway';

const REQUEST_TIMEOUT_MS = 30_000;
/** Longer than the API server takes at most, 60 s by default: it then says whether the write has happened. */
const WRITE_TIMEOUT_MS = 65_000;

interface RequestOptions {
  readonly signal: AbortSignal;
  /** Resource that the request is for; errors name it. */
  readonly resource?: Resource;
  readonly namespace?: string | undefined;
  /** Query parameters. Undefined ones are left out. */
  readonly query?: QueryParameters | undefined;
  readonly contentType?: string | undefined;
  readonly body?: unknown;
  /** Whether the request may be sent twice, and so on a kept-alive connection. False by default. */
  readonly repeatable?: boolean | undefined;
  /** Address of the API server whose versions a watch continues. */
  readonly watchedServer?: string | undefined;
}

/** Response to a write that succeeded. */
interface WriteResponse<T> {
  readonly body: T;
  /** Texts of the `Warning` headers. */
  readonly warnings: readonly string[];
}

/**
 * Sends requests to one API server. Methods throw {@link StatusError}: the Status that the API server returned; `Unreachable`
 * if the request was not sent; `Broken` if the connection failed after that; `Timeout` if no response came within 30 s, to
 * a write within 65 s.
 */
export class Requests {
  readonly connection: ApiConnection;

  constructor(connection: ApiConnection) {
    this.connection = connection;
  }

  /** Sends a request and returns the JSON object of its response. */
  async sendForJson(method: string, path: PathSegments, options: RequestOptions): Promise<unknown> {
    const what = () => `${method} ${encodePath(path)}`;
    return withTimeout({ what, timeoutMs: REQUEST_TIMEOUT_MS, signal: options.signal }, async (signal) =>
      readJson(await this.send(method, path, { ...options, signal }), options),
    );
  }

  /**
   * Sends a write and returns its decoded response. Throws `Timeout` if its outcome is unknown: the request was sent, and no
   * valid response came. The message then says that it may or may not have happened.
   */
  async write<T>(
    method: string,
    path: PathSegments,
    options: RequestOptions,
    decode: (body: unknown) => T,
  ): Promise<WriteResponse<T>> {
    const what = `${method} ${encodePath(path)}`;
    return withUnknownOutcome(
      what,
      withTimeout({ what: () => what, timeoutMs: WRITE_TIMEOUT_MS, signal: options.signal }, async (signal) => {
        const response = await this.send(method, path, { ...options, signal });
        return { body: decodeBody(await readJson(response, options), decode), warnings: warningsOf(response) };
      }),
    );
  }

  /**
   * Sends a request and returns its response after the head, if the status code is below 300. The caller must read or destroy
   * the body. There is no timeout; the signal ends the request and the body.
   */
  async send(method: string, path: PathSegments, options: RequestOptions): Promise<IncomingMessage> {
    const { signal, query, contentType, body, repeatable, watchedServer } = options;
    const response = await this.connection.send({
      method,
      path: `${encodePath(path)}${query ? encodeQuery(query) : ''}`,
      headers: {
        accept: 'application/json',
        'user-agent': FIELD_MANAGER,
        ...(body === undefined ? {} : { 'content-type': contentType ?? 'application/json' }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal,
      repeatable,
      watchedServer,
    });
    if ((response.statusCode ?? 500) < 300) return response;
    throw await errorFromResponse(response, options);
  }

  refreshCredentials(): void {
    this.connection.refreshCredentials();
  }
}

interface TimedRequest {
  /** Returns method and path, for the error. */
  readonly what: () => string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

function withTimeout<R>(
  { what, timeoutMs, signal }: TimedRequest,
  ask: (signal: AbortSignal) => Promise<R>,
): Promise<R> {
  const onTimeout = () => timeoutError(`The API server did not respond to ${what()} within ${timeoutMs / 1_000} s.`);
  return withTimeLimit({ timeoutMs, signal, onTimeout }, ask);
}

/** Turns a failed connection or an invalid response, after a write was sent, into an error that states the unknown outcome. */
async function withUnknownOutcome<R>(what: string, response: Promise<R>): Promise<R> {
  try {
    return await response;
  } catch (error) {
    if (isInvalidResponse(error))
      throw timeoutError(`The response to ${what} is not of the Kubernetes API: it may or may not have happened.`);
    if (!isBroken(error)) throw error;
    throw timeoutError(`The connection broke after ${what} was sent: it may or may not have happened.`);
  }
}

/** Returns the error of a request without a response in time. */
export function timeoutError(message: string): StatusError {
  return new StatusError({ code: 504, reason: 'Timeout', message });
}

export type QueryParameters = Readonly<Record<string, string | number | undefined>>;

/** Returns `?a=1&b=2`, or an empty string if no parameter has a value. */
function encodeQuery(parameters: QueryParameters): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) query.set(name, String(value));
  return query.size === 0 ? '' : `?${query.toString()}`;
}
