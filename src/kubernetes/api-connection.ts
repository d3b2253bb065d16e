import http from 'node:http';
import https from 'node:https';
import { urlToHttpOptions } from 'node:url';
import { encodeHeader } from './header-text.ts';
import { impersonationHeaders, type ImpersonatedUser } from './impersonation.ts';
import { ApiCredentials, serverChanged, type RequestCredentials } from './credentials.ts';
import { KeepAliveAgents, TCP_KEEP_ALIVE_MS } from './keep-alive-agents.ts';
import { withTokenOnly, type ConnectionSource } from './kubeconfig.ts';
import { ipv6Options } from './proxy-agents.ts';
import type { ProxySettings } from './proxy-settings.ts';
import { redactedReason } from './redacted.ts';
import { RequestHealth } from './request-health.ts';
import { isUnreachable, StatusError } from './status-error.ts';
import { limitConnecting } from './connect-timeout.ts';

const CONNECT_TIMEOUT_MS = 10_000;
const NO_CONNECTION = `no connection within ${CONNECT_TIMEOUT_MS / 1_000} s`;

interface ConnectionRequest {
  readonly method: string;
  /** Path and query with a leading slash, sent unchanged. */
  readonly path: string;
  /** Values are sent as UTF-8. */
  readonly headers: Headers;
  readonly body?: string | undefined;
  /** Whether the request may be sent twice, and so on a kept-alive connection. False by default. */
  readonly repeatable?: boolean | undefined;
  /**
   * Address of the API server whose versions a watch continues. If the kubeconfig names another one, nothing is sent, and the
   * {@link StatusError} is `ServerChanged`. The body ends with that or with `CredentialsChanged` when the kubeconfig or its
   * files change.
   */
  readonly watchedServer?: string | undefined;
  /** Aborts the request, and the response while it is read. */
  readonly signal: AbortSignal;
}

/** Authenticated connection to one API server. */
export interface ApiConnection {
  /** Current address of the API server, for messages. */
  readonly server: string;
  /** Name of the kubeconfig's user entry. The API server may know the user by another name. */
  readonly userName: string;
  /** Whether every request with the gateway's credentials has failed for some seconds. */
  readonly isFailing: boolean;
  /**
   * Sends one request. Resolves with the response after its head; the caller must read or destroy the body.
   * @throws {StatusError} `Unreachable` if the request was not sent; `Broken` if the connection failed after that;
   * `BadRequest`, without sending, if a header value has control characters or spaces around it
   */
  send(request: ConnectionRequest): Promise<http.IncomingMessage>;
  /** Reloads the credentials before the next request: the kubeconfig, its files, its exec plugin. */
  refreshCredentials(): void;
  /** Returns a connection that sends this bearer token and none of the gateway's credentials. */
  withToken(token: string): ApiConnection;
  /** Returns a connection that sends the gateway's credentials and impersonates the user. */
  impersonating(user: ImpersonatedUser): ApiConnection;
}

/** Starts the span of a request. */
type TraceRequest = (
  method: string,
  path: string,
) => { readonly traceparent: string; readonly end: (status: number | undefined) => void } | undefined;

/** A request that has ended: its response has begun, or there is none. */
export interface ApiRequestOutcome {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** HTTP status. Undefined without a response. */
  readonly status: number | undefined;
  /** Time until the response began. */
  readonly durationMs: number;
}

export interface ConnectionOptions {
  /** Called after each request, for metrics. */
  readonly onRequest?: ((outcome: ApiRequestOutcome) => void) | undefined;
  /** Called before each request, for traces. Returns undefined if the request is not traced. */
  readonly traceRequest?: TraceRequest | undefined;
  /** Proxies of the environment. None by default. */
  readonly proxies?: ProxySettings;
  /** Environment variables of exec plugins. None by default. */
  readonly environment?: Environment;
  /** Time limit of exec plugins. 30 s by default. */
  readonly execPluginTimeoutMs?: number;
  /** Ends exec plugins that run. */
  readonly signal?: AbortSignal;
}

type Environment = Readonly<Record<string, string | undefined>>;

const NO_PROXIES: ProxySettings = { httpProxy: '', httpsProxy: '', noProxy: '' };
const EXEC_PLUGIN_TIMEOUT_MS = 30_000;

/**
 * Returns a connection to the cluster of a kubeconfig or, in a pod, to its own cluster. The kubeconfig and the files that it
 * names may change; see {@link ApiCredentials}.
 * @throws {KubeconfigError} if the kubeconfig cannot be read or has no current cluster
 */
export async function createApiConnection(
  source: ConnectionSource,
  options: ConnectionOptions = {},
): Promise<ApiConnection> {
  const { proxies = NO_PROXIES, environment = {}, execPluginTimeoutMs: timeoutMs = EXEC_PLUGIN_TIMEOUT_MS } = options;
  const { signal = new AbortController().signal } = options;
  const execPlugins = { environment, timeoutMs, signal };
  return new KubeConfigConnection(await ApiCredentials.load(source, { proxies, execPlugins }), options);
}

class KubeConfigConnection implements ApiConnection {
  readonly #credentials: ApiCredentials;
  readonly #onRequest: ConnectionOptions['onRequest'];
  readonly #traceRequest: ConnectionOptions['traceRequest'];
  readonly #agents = new KeepAliveAgents();
  readonly #health = new RequestHealth(() => performance.now());

  constructor(credentials: ApiCredentials, { onRequest, traceRequest }: ConnectionOptions) {
    this.#credentials = credentials;
    this.#onRequest = onRequest;
    this.#traceRequest = traceRequest;
  }

  get server(): string {
    return this.#credentials.files.server;
  }

  get userName(): string {
    return this.#credentials.files.config.getCurrentUser()?.name ?? '';
  }

  get isFailing(): boolean {
    return this.#health.isFailing;
  }

  async send(request: ConnectionRequest): Promise<http.IncomingMessage> {
    try {
      const response = await this.#sendAs(request);
      if (isAccepted(response)) this.#health.succeeded();
      else this.#health.failed();
      return response;
    } catch (error) {
      if (isUnreachable(error)) this.#health.failed();
      throw error;
    }
  }

  refreshCredentials(): void {
    this.#credentials.refresh();
  }

  withToken(token: string): ApiConnection {
    const send = async (request: ConnectionRequest) => {
      const { server, files } = await this.#current();
      const options: https.RequestOptions = {};
      await withTokenOnly(files.config, token).applyToHTTPSOptions(options);
      return this.#sendOnAgent(server, options, request);
    };
    return new ViewerConnection(this, send, () => undefined); // the token is the viewer's
  }

  impersonating(user: ImpersonatedUser): ApiConnection {
    const send = (request: ConnectionRequest) => this.#sendAs(request, user);
    return new ViewerConnection(this, send, () => this.refreshCredentials());
  }

  /** Sends a request, and once more if the API server refuses the credentials and there are others: it has not been executed. */
  async #sendAs(request: ConnectionRequest, user?: ImpersonatedUser): Promise<http.IncomingMessage> {
    const current = await this.#current();
    const response = await this.#sendWith(current, request, user);
    if (response.statusCode !== 401) {
      this.#credentials.accepted();
      return response;
    }
    const other = await this.#credentials.afterRefusal(current);
    if (!other) return response;
    response.destroy();
    return this.#sendWith(other, request, user);
  }

  async #sendWith(
    current: RequestCredentials,
    request: ConnectionRequest,
    user: ImpersonatedUser | undefined,
  ): Promise<http.IncomingMessage> {
    const { watchedServer } = request;
    if (watchedServer !== undefined && watchedServer !== current.files.server)
      throw serverChanged(current.files.server);
    const impersonated = user ?? current.impersonated;
    const headers = { ...request.headers, ...(impersonated && impersonationHeaders(impersonated)) };
    const response = await this.#sendOnAgent(current.server, current.options, { ...request, headers });
    if (watchedServer !== undefined) this.#credentials.endOnChange(response, current);
    return response;
  }

  async #sendOnAgent(
    server: URL,
    options: https.RequestOptions,
    request: ConnectionRequest,
  ): Promise<http.IncomingMessage> {
    if (!this.#onRequest && !this.#traceRequest) return sendOnAgent(server, options, request, this.#agents);
    const { method, path, headers } = request;
    const span = this.#traceRequest?.(method, path);
    const traced = span ? { ...request, headers: { ...headers, traceparent: span.traceparent } } : request;
    const startedAt = performance.now();
    let status: number | undefined;
    try {
      const response = await sendOnAgent(server, options, traced, this.#agents);
      status = response.statusCode;
      return response;
    } finally {
      span?.end(status);
      this.#onRequest?.({ method, path, status, durationMs: performance.now() - startedAt });
    }
  }

  async #current(): Promise<RequestCredentials> {
    try {
      return await this.#credentials.current();
    } catch (error) {
      throw unreachable(
        `Cannot read the gateway's credentials for the API server at ${this.server}: ${redactedReason(error)}`,
      );
    }
  }
}

/** Connection of a viewer to the same API server. */
class ViewerConnection implements ApiConnection {
  readonly #own: ApiConnection;
  readonly send: ApiConnection['send'];
  readonly refreshCredentials: () => void;

  constructor(own: ApiConnection, send: ApiConnection['send'], refreshCredentials: () => void) {
    this.#own = own;
    this.send = send;
    this.refreshCredentials = refreshCredentials;
  }

  get server(): string {
    return this.#own.server;
  }

  get userName(): string {
    return this.#own.userName;
  }

  get isFailing(): boolean {
    return this.#own.isFailing;
  }

  withToken(token: string): ApiConnection {
    return this.#own.withToken(token);
  }

  impersonating(user: ImpersonatedUser): ApiConnection {
    return this.#own.impersonating(user);
  }
}

/** Returns whether the API server accepted the gateway's credentials and could process the request. */
function isAccepted({ statusCode = 500 }: http.IncomingMessage): boolean {
  return statusCode < 500 && statusCode !== 401 && statusCode !== 403 && statusCode !== 429;
}

type Headers = Readonly<Record<string, string | readonly string[]>>;

/**
 * Returns headers in the form that Node writes as UTF-8; the last of equal names counts, whatever their case.
 * @throws {StatusError} BadRequest if HTTP cannot carry a value
 */
function encodeHeaders(headers: Readonly<Record<string, unknown>>): http.OutgoingHttpHeaders {
  const given = Object.entries(headers).filter((entry) => entry[1] !== undefined);
  return Object.fromEntries(
    given.map(([name, value]) => [
      name.toLowerCase(),
      Array.isArray(value) ? value.map((each) => encodeHeader(name, String(each))) : encodeHeader(name, String(value)),
    ]),
  );
}

function sendOnAgent(
  server: URL,
  options: https.RequestOptions,
  request: ConnectionRequest,
  agents: KeepAliveAgents,
): Promise<http.IncomingMessage> {
  const { method, path: target, headers, body, signal, repeatable = false } = request;
  const agent = (repeatable ? agents.for(options) : undefined) ?? options.agent;
  const { request: open } = server.protocol === 'http:' ? http : https;
  // As bytes: Node writes a string together with the headers, and would then encode the headers a second time.
  const bytes = body === undefined ? undefined : Buffer.from(body);
  // Node sets no content-length for the body of a DELETE.
  const framing = bytes && { 'content-length': String(bytes.length) };
  const encoded = encodeHeaders({ ...options.headers, ...headers, ...framing });
  return new Promise((resolve, reject) => {
    // The path as an option and not as part of the URL, which would resolve `..`.
    const path = `${server.pathname.replace(/\/$/u, '')}${target}`;
    // The timeout is for the agent of a proxy, which has no other limit on the time that the proxy takes to open a tunnel.
    const timeout = CONNECT_TIMEOUT_MS;
    const from = { ...urlToHttpOptions(server), ...options, ...ipv6Options(server, agent) };
    const outgoing = open({ ...from, agent, method, path, headers: encoded, timeout }, resolve);
    outgoing.once('socket', (socket) => {
      socket.setKeepAlive(true, TCP_KEEP_ALIVE_MS);
      limitConnecting(socket, CONNECT_TIMEOUT_MS, () =>
        outgoing.destroy(unreachable(`Cannot reach the API server at ${server.origin}: ${NO_CONNECTION}`)),
      );
    });
    endOnAbort(outgoing, signal, reject);
    // Not once: a request may emit a second error, for example if its response is destroyed within a malformed chunk.
    outgoing.on('error', (error) => {
      // After the response, the error is that of its body, which its reader gets.
      if (signal.aborted || error instanceof StatusError) return reject(error);
      // The API server closed an idle connection when this request used it.
      if (outgoing.reusedSocket && isConnectionReset(error))
        return resolve(sendOnAgent(server, options, { ...request, repeatable: false }, agents));
      const message = `Cannot reach the API server at ${server.origin}: ${reasonOf(error)}`;
      // Once all of it was sent, the API server may have processed the request.
      return reject(outgoing.writableFinished || isConnectionReset(error) ? broken(message) : unreachable(message));
    });
    outgoing.end(bytes);
  });
}

/**
 * Destroys a request, and its response while it is read, when the signal aborts. The option `signal` of Node costs more. A request that
 * waits for a connection, or for the tunnel of a proxy, emits no error until it has one: `onAbort` is called at once.
 */
function endOnAbort(outgoing: http.ClientRequest, signal: AbortSignal, onAbort: (reason: Error) => void): void {
  const end = () => {
    const reason = new DOMException('The request was aborted.', 'AbortError');
    outgoing.destroy(reason);
    onAbort(reason);
  };
  if (signal.aborted) return end();
  signal.addEventListener('abort', end, { once: true });
  outgoing.once('close', () => signal.removeEventListener('abort', end));
}

function isConnectionReset({ code }: NodeJS.ErrnoException): boolean {
  return code === 'ECONNRESET' || code === 'EPIPE';
}

/** Codes of Node for a certificate that no configured authority has signed. */
const UNTRUSTED: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

function reasonOf({ message, code }: NodeJS.ErrnoException): string {
  if (code?.startsWith('HPE_')) return 'the response is not valid HTTP'; // the parser's own messages name its states
  if (UNTRUSTED.has(code ?? ''))
    return `${message}. The certificate authority of the kubeconfig, or of the service account, has to be that of this API server.`;
  if (code === 'EMFILE' || code === 'ENFILE')
    return `too many open files (${code}). Raise the limit of the gateway's process.`;
  return message || (code ?? 'no response');
}

function broken(message: string): StatusError {
  return new StatusError({ code: 503, reason: 'Broken', message });
}

function unreachable(message: string): StatusError {
  return new StatusError({ code: 503, reason: 'Unreachable', message });
}
