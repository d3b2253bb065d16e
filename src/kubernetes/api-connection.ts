import { hash } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import { urlToHttpOptions } from 'node:url';
import { encodeHeader } from './header-text.ts';
import { impersonationHeaders, type ImpersonatedUser } from './impersonation.ts';
import { Credentials, serverChanged, type RequestCredentials } from './credentials.ts';
import { withTokenOnly, type ConnectionSource } from './kubeconfig.ts';
import type { ProxySettings } from './proxy-settings.ts';
import { redactedReason } from './redacted.ts';
import { RequestHealth } from './request-health.ts';
import { isUnreachable, StatusError } from './status-error.ts';

/** Idle time before TCP probes, so that a connection to a host that is down fails within a minute. */
const TCP_KEEP_ALIVE_MS = 30_000;

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
 * names may change; see {@link Credentials}.
 * @throws {KubeconfigError} if the kubeconfig cannot be read or has no current cluster
 */
export async function createApiConnection(
  source: ConnectionSource,
  options: ConnectionOptions = {},
): Promise<ApiConnection> {
  const { proxies = NO_PROXIES, environment = {}, execPluginTimeoutMs: timeoutMs = EXEC_PLUGIN_TIMEOUT_MS } = options;
  const { signal = new AbortController().signal } = options;
  const execPlugins = { environment, timeoutMs, signal };
  return new KubeConfigConnection(await Credentials.load(source, { proxies, execPlugins }), options);
}

class KubeConfigConnection implements ApiConnection {
  readonly #credentials: Credentials;
  readonly #onRequest: ConnectionOptions['onRequest'];
  readonly #traceRequest: ConnectionOptions['traceRequest'];
  readonly #agents = new KeepAliveAgents();
  readonly #health = new RequestHealth(() => performance.now());

  constructor(credentials: Credentials, { onRequest, traceRequest }: ConnectionOptions) {
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

  async #sendAs(request: ConnectionRequest, user?: ImpersonatedUser): Promise<http.IncomingMessage> {
    const current = await this.#current();
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
    const outgoing = open({ ...urlToHttpOptions(server), ...options, agent, method, path, headers: encoded }, resolve);
    outgoing.once('socket', (socket) => socket.setKeepAlive(true, TCP_KEEP_ALIVE_MS));
    endOnAbort(outgoing, signal);
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

/** Destroys a request, and its response while it is read, when the signal aborts. The option `signal` of Node costs more. */
function endOnAbort(outgoing: http.ClientRequest, signal: AbortSignal): void {
  const end = () => outgoing.destroy(new DOMException('The request was aborted.', 'AbortError'));
  if (signal.aborted) return end() && undefined;
  signal.addEventListener('abort', end, { once: true });
  outgoing.once('close', () => signal.removeEventListener('abort', end));
  return undefined;
}

function isConnectionReset({ code }: NodeJS.ErrnoException): boolean {
  return code === 'ECONNRESET' || code === 'EPIPE';
}

function reasonOf({ message, code }: NodeJS.ErrnoException): string {
  if (code?.startsWith('HPE_')) return 'the response is not valid HTTP'; // the parser's own messages name its states
  return message || (code ?? 'no response');
}

function broken(message: string): StatusError {
  return new StatusError({ code: 503, reason: 'Broken', message });
}

function unreachable(message: string): StatusError {
  return new StatusError({ code: 503, reason: 'Unreachable', message });
}

const MAX_AGENTS = 4;
/** Time after which an unused connection is closed, less than the timeout of API servers. */
const IDLE_MS = 20_000;
/**
 * Connections of an agent; further requests wait. More than the access reviews at once, so that others need not wait for them.
 * Without a limit, the reviews of 1,000 tokens that expire together would open 1,000 connections, again each time.
 */
const MAX_CONNECTIONS = 64;
const KEEP_ALIVE = {
  keepAlive: true,
  keepAliveMsecs: TCP_KEEP_ALIVE_MS,
  timeout: IDLE_MS,
  maxSockets: MAX_CONNECTIONS,
};

/** Agent of one TLS identity: the name of a connection need not contain its certificates, as Node's own name does. */
class HttpsAgent extends https.Agent {
  override getName({ host = '', port = '' }: http.RequestOptions = {}): string {
    return `${host}:${port}`;
  }
}

/**
 * HTTP agents with keep-alive, one for each TLS identity, at most four; the oldest is dropped. They save the TLS handshakes of
 * small requests. An API server may close an idle connection just when a request uses it, so they are for repeatable requests.
 */
class KeepAliveAgents {
  readonly #agents = new Map<string, http.Agent>();
  /** Name of the agent for the last options. */
  #last: { readonly options: https.RequestOptions; readonly name: string } | undefined;

  /** Returns the agent to use instead of the one in the options; undefined if that one is a proxy's. */
  for(options: https.RequestOptions): http.Agent | undefined {
    const { agent, ca, cert, key, pfx, passphrase, servername, rejectUnauthorized } = options;
    if (!(agent instanceof http.Agent)) return undefined;
    const tlsIdentity = { ca, cert, key, pfx, passphrase, servername, rejectUnauthorized };
    if (agent.constructor === http.Agent) return this.#agent('http', () => new http.Agent(KEEP_ALIVE));
    if (agent.constructor !== https.Agent) return undefined;
    const name = this.#last?.options === options ? this.#last.name : digestOf(Object.values(tlsIdentity));
    this.#last = { options, name };
    return this.#agent(name, () => new HttpsAgent({ ...tlsIdentity, ...KEEP_ALIVE }));
  }

  #agent(name: string, create: () => http.Agent): http.Agent {
    const agent = this.#agents.get(name) ?? create();
    this.#agents.set(name, agent);
    const [oldest] = this.#agents.keys();
    if (this.#agents.size > MAX_AGENTS && oldest !== undefined) this.#agents.delete(oldest);
    return agent;
  }
}

/** Returns a digest that is equal for equal values only. Certificates are bytes, whose JSON would be a list of numbers. */
function digestOf(values: readonly unknown[]): string {
  const parts = values.flatMap((value) => {
    const bytes = Buffer.isBuffer(value) ? value : Buffer.from(JSON.stringify(value) ?? '');
    return [Buffer.from(`${bytes.length} `), bytes];
  });
  return hash('sha256', Buffer.concat(parts), 'base64');
}
