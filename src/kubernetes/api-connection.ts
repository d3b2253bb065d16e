import http from 'node:http';
import https from 'node:https';
import { encodeHeader } from './header-text.ts';
import { impersonationHeaders, type ImpersonatedUser } from './impersonation.ts';
import { KeptAgents } from './kept-agents.ts';
import {
  impersonationOf,
  loadKubeConfig,
  onlyWithToken,
  optionsOf,
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
  const agents = new KeptAgents();
  async function credentials(): Promise<https.RequestOptions> {
    try {
      if (stale) config = await loadKubeConfig(source);
      stale = false;
      return await optionsOf(config);
    } catch (error) {
      throw unreachable(`Our credentials for the API server at ${server} cannot be read: ${redactedReason(error)}`);
    }
  }
  const sendAs = async (request: ConnectionRequest, user?: ImpersonatedUser) => {
    const options = await credentials();
    const impersonated = user ?? impersonationOf(config);
    const headers = { ...request.headers, ...(impersonated && impersonationHeaders(impersonated)) };
    return exchange(new URL(server), options, { ...request, headers }, agents);
  };
  const own: ApiConnection = {
    server,
    userName: config.getCurrentUser()?.name ?? '',
    refreshCredentials: () => void (stale = true),
    send: (request) => sendAs(request),
    withToken(token) {
      const bearer = onlyWithToken(config, token);
      return {
        ...own,
        refreshCredentials: () => undefined, // they are not ours
        send: async (request) => exchange(new URL(server), await optionsOf(bearer), request, agents),
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

function exchange(
  server: URL,
  options: https.RequestOptions,
  request: ConnectionRequest,
  agents: KeptAgents,
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
      if (outgoing.reusedSocket && isCut(error))
        return resolve(exchange(server, options, { ...request, repeatable: false }, agents));
      const message = `The API server at ${server.origin} cannot be reached: ${reasonOf(error)}`;
      // Once all of it has been sent, the server may have acted on it, whatever became of the answer.
      return reject(outgoing.writableFinished || isCut(error) ? broken(message) : unreachable(message));
    });
    outgoing.end(bytes);
  });
}

function isCut({ code }: NodeJS.ErrnoException): boolean {
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
