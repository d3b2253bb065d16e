import { createHash } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import { encodeHeader } from './header-text.ts';
import { impersonationHeaders, type ImpersonatedUser } from './impersonation.ts';
import {
  impersonationOf,
  loadKubeConfig,
  withTokenOnly,
  requestOptionsOf,
  serverOf,
  type ConnectionSource,
} from './kubeconfig.ts';
import { redactedReason } from './redacted.ts';
import { StatusError } from './status-error.ts';

/** A connection without traffic is probed after this time, so that one to a host that is gone fails within a minute. */
const TCP_KEEP_ALIVE_MS = 30_000;

export interface ConnectionRequest {
  readonly method: string;
  /** Path and query, beginning with a slash; sent exactly as they are. */
  readonly path: string;
  /** As text, which is sent as UTF-8. */
  readonly headers: Headers;
  readonly body?: string | undefined;
  /** It may be asked twice: then a connection that was used before will do. */
  readonly repeatable?: boolean | undefined;
  /** Ends the request, and the answer while it is being read. */
  readonly signal: AbortSignal;
}

/** An authenticated way to one API server. */
export interface ApiConnection {
  /** The API server's address, for people. */
  readonly server: string;
  /** The name of the user entry in the kubeconfig: whom we claim to be, until the API server says who we are. */
  readonly userName: string;
  /**
   * Sends one request; resolves with the answer's head, its body still to be read.
   * @throws {StatusError} `Unreachable` when the server could not be asked, `Broken` when it may have been, `BadRequest`
   * when a header value has control characters or spaces around it; then nothing is sent
   */
  send(request: ConnectionRequest): Promise<http.IncomingMessage>;
  /** Reads the credentials anew at the next request: the kubeconfig, its files, its exec plugin. */
  refreshCredentials(): void;
  /** The same server, asked with somebody's bearer token and nothing of ours. */
  withToken(token: string): ApiConnection;
  /** The same server, asked by us in somebody's name. */
  impersonating(user: ImpersonatedUser): ApiConnection;
}

/**
 * Connects to the cluster a kubeconfig names, or to the one this process runs in. Client certificates, tokens, token
 * files (read anew for each request, so they may rotate), exec plugins, OIDC, proxies and custom CAs are the business
 * of @kubernetes/client-node.
 * @throws {Error} when the kubeconfig cannot be read or names no cluster
 */
export async function createApiConnection(source: ConnectionSource): Promise<ApiConnection> {
  let config = await loadKubeConfig(source);
  let stale = false;
  const server = serverOf(config);
  const agents = new KeepAliveAgents();
  async function credentials(): Promise<https.RequestOptions> {
    try {
      if (stale) config = await loadKubeConfig(source);
      stale = false;
      return await requestOptionsOf(config);
    } catch (error) {
      throw unreachable(`Our credentials for the API server at ${server} cannot be read: ${redactedReason(error)}`);
    }
  }
  const sendAs = async (request: ConnectionRequest, user?: ImpersonatedUser) => {
    const options = await credentials();
    const impersonated = user ?? impersonationOf(config);
    const headers = { ...request.headers, ...(impersonated && impersonationHeaders(impersonated)) };
    return sendOnAgent(new URL(server), options, { ...request, headers }, agents);
  };
  const own: ApiConnection = {
    server,
    userName: config.getCurrentUser()?.name ?? '',
    refreshCredentials: () => void (stale = true),
    send: (request) => sendAs(request),
    withToken(token) {
      const bearer = withTokenOnly(config, token);
      return {
        ...own,
        refreshCredentials: () => undefined, // they are not ours
        send: async (request) => sendOnAgent(new URL(server), await requestOptionsOf(bearer), request, agents),
      };
    },
    impersonating: (user) => ({ ...own, send: (request) => sendAs(request, user) }),
  };
  return own;
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
  // As bytes: Node writes a body that is a string together with the headers, and then in UTF-8 what is encoded already.
  const bytes = body === undefined ? undefined : Buffer.from(body);
  // Node frames no body of a DELETE by itself.
  const framing = bytes && { 'content-length': String(bytes.length) };
  const encoded = encodeHeaders({ ...options.headers, ...headers, ...framing });
  return new Promise((resolve, reject) => {
    // The path as an option and not as part of the URL, which would resolve `..`.
    const path = `${server.pathname.replace(/\/$/u, '')}${target}`;
    const outgoing = open(server, { ...options, agent, method, path, signal, headers: encoded }, resolve);
    outgoing.once('socket', (socket) => socket.setKeepAlive(true, TCP_KEEP_ALIVE_MS));
    outgoing.once('error', (error) => {
      if (signal.aborted) return reject(error);
      // The server has given a kept connection up just when we used it.
      if (outgoing.reusedSocket && isConnectionReset(error))
        return resolve(sendOnAgent(server, options, { ...request, repeatable: false }, agents));
      const message = `The API server at ${server.origin} cannot be reached: ${reasonOf(error)}`;
      // Once all of it has been sent, the server may have acted on it, whatever became of the answer.
      return reject(outgoing.writableFinished || isConnectionReset(error) ? broken(message) : unreachable(message));
    });
    outgoing.end(bytes);
  });
}

function isConnectionReset({ code }: NodeJS.ErrnoException): boolean {
  return code === 'ECONNRESET' || code === 'EPIPE';
}

function reasonOf({ message, code }: NodeJS.ErrnoException): string {
  return message || (code ?? 'no answer');
}

function broken(message: string): StatusError {
  return new StatusError({ code: 503, reason: 'Broken', message });
}

function unreachable(message: string): StatusError {
  return new StatusError({ code: 503, reason: 'Unreachable', message });
}

const MAX_AGENTS = 4;
/** So long is a connection kept that nobody uses: less than what API servers allow. */
const IDLE_MS = 20_000;
const KEEP_ALIVE = { keepAlive: true, timeout: IDLE_MS };

/**
 * Agents that keep their connections, one for each way of proving who we are to TLS: a handshake costs more than a small
 * answer. A connection that the server gives up at the wrong moment breaks a request, so they are for what may be asked twice.
 */
class KeepAliveAgents {
  readonly #agents = new Map<string, http.Agent>();

  /** The agent to use in place of the one that the options bring. Undefined for a proxy's, which is left as it is. */
  for(options: https.RequestOptions): http.Agent | undefined {
    const { agent, ca, cert, key, pfx, passphrase, servername, rejectUnauthorized } = options;
    if (!(agent instanceof http.Agent)) return undefined;
    const tlsIdentity = { ca, cert, key, pfx, passphrase, servername, rejectUnauthorized };
    if (agent.constructor === http.Agent) return this.#agent('http', () => new http.Agent(KEEP_ALIVE));
    if (agent.constructor !== https.Agent) return undefined;
    const name = createHash('sha256').update(JSON.stringify(tlsIdentity)).digest('base64');
    return this.#agent(name, () => new https.Agent({ ...tlsIdentity, ...KEEP_ALIVE }));
  }

  #agent(name: string, create: () => http.Agent): http.Agent {
    const kept = this.#agents.get(name) ?? create();
    this.#agents.set(name, kept);
    const [oldest] = this.#agents.keys();
    if (this.#agents.size > MAX_AGENTS && oldest !== undefined) this.#agents.delete(oldest);
    return kept;
  }
}
