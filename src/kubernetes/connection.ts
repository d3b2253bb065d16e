import http from 'node:http';
import https from 'node:https';
import { KeptAgents } from './kept-agents.ts';
import { loadKubeConfig, onlyWithToken, optionsOf, serverOf, type ConnectionSource } from './kubeconfig.ts';
import { StatusError } from './status-error.ts';

/** A connection without traffic is probed after this time, so that one to a host that is gone fails within a minute. */
const TCP_KEEP_ALIVE_MS = 30_000;

export interface ConnectionRequest {
  readonly method: string;
  /** Path and query, beginning with a slash; sent exactly as they are. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | undefined;
  /** It may be asked twice: then a connection that was used before will do. */
  readonly repeatable?: boolean | undefined;
  /** Ends the request, and the answer while it is being read. */
  readonly signal: AbortSignal;
}

/** An authenticated way to one API server. */
export interface Connection {
  /** The API server's address, for people. */
  readonly server: string;
  /** The name of the user entry in the kubeconfig: whom we claim to be, until the API server says who we are. */
  readonly userName: string;
  /**
   * Sends one request; resolves with the answer's head, its body still to be read.
   * @throws {StatusError} `Unreachable` when the server could not be asked, `Broken` when it may have been
   */
  send(request: ConnectionRequest): Promise<http.IncomingMessage>;
  /** Reads the credentials anew at the next request: the kubeconfig, its files, its exec plugin. */
  refreshCredentials(): void;
  /** The same server, asked with somebody's bearer token and nothing of ours. */
  withToken(token: string): Connection;
  /** The same server, asked by us in somebody's name. */
  impersonating(user: ImpersonatedUser): Connection;
}

/** Whom to be: the API server allows it to who may `impersonate` that user and each of those groups. */
export interface ImpersonatedUser {
  readonly name: string;
  readonly groups: readonly string[];
}

/**
 * Connects to the cluster a kubeconfig names, or to the one this process runs in. Client certificates, tokens, token
 * files (read anew for each request, so they may rotate), exec plugins, OIDC, proxies and custom CAs are the business
 * of @kubernetes/client-node.
 * @throws {Error} when the kubeconfig cannot be read or names no cluster
 */
export async function createConnection(source: ConnectionSource): Promise<Connection> {
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
      throw unreachable(`Our credentials for the API server at ${server} cannot be read: ${String(error)}`);
    }
  }
  const own: Connection = {
    server,
    userName: config.getCurrentUser()?.name ?? '',
    refreshCredentials: () => void (stale = true),
    send: async (request) => exchange(new URL(server), await credentials(), request, agents),
    withToken(token) {
      const bearer = onlyWithToken(config, token);
      return {
        ...own,
        refreshCredentials: () => undefined, // they are not ours
        send: async (request) => exchange(new URL(server), await optionsOf(bearer), request, agents),
      };
    },
    impersonating(user) {
      const headers = impersonationHeaders(user);
      return { ...own, send: (request) => own.send({ ...request, headers: { ...request.headers, ...headers } }) };
    },
  };
  return own;
}

function impersonationHeaders({
  name,
  groups,
}: ImpersonatedUser): Readonly<Record<string, string | readonly string[]>> {
  const user = { 'impersonate-user': asBytes(name) };
  return groups.length === 0 ? user : { ...user, 'impersonate-group': groups.map(asBytes) };
}

/** Node writes headers byte by byte; names in them are UTF-8. */
function asBytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
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
  // Node frames no body of a DELETE by itself.
  const framing = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  return new Promise((resolve, reject) => {
    // The path as an option and not as part of the URL, which would resolve `..`.
    const path = `${server.pathname.replace(/\/$/u, '')}${target}`;
    const outgoing = open(
      server,
      { ...options, agent, method, path, signal, headers: { ...options.headers, ...headers, ...framing } },
      resolve,
    );
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
    outgoing.end(body);
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
