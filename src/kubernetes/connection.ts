import { readFile } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import path from 'node:path';
import { KubeConfig, type User } from '@kubernetes/client-node';
import { parse } from 'yaml';
import { KeptAgents } from './kept-agents.ts';
import { StatusError } from './status-error.ts';

/** Where the address of the cluster and our credentials come from. */
export type ConnectionSource =
  | { readonly type: 'files'; readonly files: readonly string[] }
  | { readonly type: 'in-cluster' }
  | { readonly type: 'text'; readonly text: string };

export interface ConnectionRequest {
  readonly method: string;
  /** Path and query, beginning with a slash. */
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

async function optionsOf(config: KubeConfig): Promise<https.RequestOptions> {
  const options: https.RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  return options;
}

/** A client certificate of ours would go before the token, so there must be none. */
function onlyWithToken(config: KubeConfig, token: string): KubeConfig {
  const bearer = new KubeConfig();
  const cluster = config.getCurrentCluster();
  if (!cluster) throw new TypeError('A connection without a cluster.');
  bearer.loadFromOptions({
    clusters: [cluster],
    users: [{ name: 'viewer', token }],
    contexts: [{ name: 'viewer', cluster: cluster.name, user: 'viewer' }],
    currentContext: 'viewer',
  });
  return bearer;
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
    const outgoing = open(
      new URL(`${server.pathname.replace(/\/$/u, '')}${target}`, server),
      { ...options, agent, method, signal, headers: { ...options.headers, ...headers, ...framing } },
      resolve,
    );
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

async function loadKubeConfig(source: ConnectionSource): Promise<KubeConfig> {
  const config = new KubeConfig();
  config.addAuthenticator(tokenFileAuthenticator);
  switch (source.type) {
    case 'in-cluster':
      config.loadFromCluster();
      break;
    case 'text':
      load(config, source.text, process.cwd());
      break;
    case 'files':
      for (const file of source.files) {
        const part = new KubeConfig();
        load(part, await readFile(file, 'utf8'), path.dirname(file));
        merge(config, part);
      }
      break;
    default:
      throw new TypeError(`Unknown connection source ${JSON.stringify(source satisfies never)}`);
  }
  config.users = config.users.map(readTokenFileEachTime);
  // client-node refuses plain http without this; there is no TLS to skip.
  config.clusters = config.clusters.map((cluster) =>
    cluster.server.startsWith('http:') ? { ...cluster, skipTLSVerify: true } : cluster,
  );
  serverOf(config);
  return config;
}

/** @throws {Error} where there is no way to the cluster, as when a kubeconfig is read while it is being written */
function serverOf(config: KubeConfig): string {
  const context = config.getContextObject(config.currentContext);
  const server = config.getCurrentCluster()?.server;
  const named = `The kubeconfig's current-context ${JSON.stringify(config.currentContext)} names`;
  if (!server) throw new Error(`${named} no cluster.`);
  if (context?.user && !config.getCurrentUser())
    throw new Error(`${named} a user, ${JSON.stringify(context.user)}, who is not there.`);
  return server;
}

/** As kubectl does it: of one name, and of the current contexts, the first counts. client-node refuses a second. */
function merge(config: KubeConfig, part: KubeConfig): void {
  config.clusters = firstOfEachName([...config.clusters, ...part.clusters]);
  config.users = firstOfEachName([...config.users, ...part.users]);
  config.contexts = firstOfEachName([...config.contexts, ...part.contexts]);
  config.currentContext ||= part.currentContext;
}

function firstOfEachName<T extends { readonly name: string }>(entries: readonly T[]): T[] {
  return [...new Map(entries.toReversed().map((entry) => [entry.name, entry])).values()];
}

interface RawConfig {
  readonly users?: readonly { readonly name: string; readonly user?: { readonly tokenFile?: string } }[] | null;
}

/** client-node passes over `tokenFile`, which client-go prefers to `token`, and knows nothing of an empty file. */
function load(config: KubeConfig, text: string, directory: string): void {
  const raw = parse(text) as RawConfig | null;
  config.loadFromString(raw === null ? '{}' : text);
  config.makePathsAbsolute(directory);
  const tokenFiles = new Map(raw?.users?.map(({ name, user }) => [name, user?.tokenFile]));
  config.users = config.users.map((user) => {
    const tokenFile = tokenFiles.get(user.name);
    if (!tokenFile) return user.exec ? { ...user, exec: pluginOf(user.exec, directory) } : user;
    const { token: _, ...rest } = user;
    return { ...rest, authProvider: { name: 'tokenFile', config: { tokenFile: path.resolve(directory, tokenFile) } } };
  });
}

interface Plugin {
  readonly apiVersion?: string;
  readonly command?: string;
  readonly env?: readonly { readonly name: string; readonly value: string }[] | null;
}

/** What client-go promises to a plugin: a command with a slash is relative to the kubeconfig, and it is told what to speak. */
function pluginOf(plugin: Plugin, directory: string): Plugin {
  const { apiVersion, command, env } = plugin;
  const spoken = JSON.stringify({ kind: 'ExecCredential', apiVersion, spec: { interactive: false } });
  return {
    ...plugin,
    ...(command?.includes('/') && { command: path.resolve(directory, command) }),
    env: [...(env ?? []), { name: 'KUBERNETES_EXEC_INFO', value: spoken }],
  };
}

interface TokenFileProvider {
  readonly name: 'gateway-token-file';
  readonly file: string;
}

/** client-node keeps a token file's content for a minute, with its line end; ours is read for each request. */
function readTokenFileEachTime(user: User): User {
  const file: unknown = user.authProvider?.config?.tokenFile;
  if (typeof file !== 'string') return user;
  return { ...user, authProvider: { name: 'gateway-token-file', file } satisfies TokenFileProvider };
}

const tokenFileAuthenticator: Parameters<KubeConfig['addAuthenticator']>[0] = {
  isAuthProvider: (user) => user.authProvider?.name === 'gateway-token-file',
  async applyAuthentication(user, options) {
    const { file } = user.authProvider as TokenFileProvider;
    const token = (await readFile(file, 'utf8')).trim();
    options.headers = { ...options.headers, Authorization: `Bearer ${token}` };
  },
};
