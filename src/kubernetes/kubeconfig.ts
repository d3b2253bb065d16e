import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { KubeConfig, type Context, type User } from '@kubernetes/client-node';
import { parse } from 'yaml';
import type { ExecPlugin } from './exec-plugin.ts';
import type { ImpersonatedUser } from './impersonation.ts';
import { redactedSummary } from './redacted.ts';
import { parseUrl, withoutUserInfo } from './url.ts';

/** Source of the API server's address and the gateway's credentials. */
export type ConnectionSource =
  | { readonly type: 'files'; readonly files: readonly string[] }
  | { readonly type: 'in-cluster' }
  | { readonly type: 'text'; readonly text: string };

/** Kubeconfig that cannot be used, or credentials that the API server does not accept. The message quotes no secret. */
export class KubeconfigError extends Error {
  override readonly name = 'KubeconfigError';
}

/**
 * Loads a kubeconfig. Several files are merged as kubectl does; files that do not exist are skipped.
 * @throws {KubeconfigError} if it cannot be read or has no current cluster
 */
export async function loadKubeConfig(source: ConnectionSource): Promise<KubeConfig> {
  let config = new KubeConfig();
  switch (source.type) {
    case 'in-cluster':
      config.loadFromCluster();
      break;
    case 'text':
      config = load(source.text, process.cwd());
      break;
    case 'files':
      for (const file of source.files) {
        const text = await readText(file);
        if (text !== undefined) merge(config, load(text, path.dirname(file)));
      }
      break;
    default:
      throw new TypeError(`Unknown connection source ${JSON.stringify(source satisfies never)}`);
  }
  config.users = config.users.map((user) => withIssuerUrl(tokenFileOf(user)));
  giveUserToCurrentContext(config);
  serverOf(config);
  return config;
}

/**
 * Returns the URL of the current cluster, which may have a user and password. As in client-go, one without a scheme is of HTTPS if the kubeconfig has TLS
 * options, else of HTTP.
 * @throws {KubeconfigError} if the current context has no cluster or an unknown user, as in a kubeconfig that is still being
 * written
 */
export function serverOf(config: KubeConfig): string {
  if (!config.currentContext) {
    throw new KubeconfigError(
      'The kubeconfig has no current-context, so it names no cluster. Set it with: kubectl config use-context NAME',
    );
  }
  const context = config.getContextObject(config.currentContext);
  const cluster = config.getCurrentCluster();
  const named = `The kubeconfig's current-context ${JSON.stringify(config.currentContext)} names`;
  if (!cluster?.server) throw new KubeconfigError(`${named} no cluster with a server that is in it.`);
  if (context?.user && !config.getCurrentUser())
    throw new KubeconfigError(`${named} a user, ${JSON.stringify(context.user)}, that is not in it.`);
  const { certData, certFile } = config.getCurrentUser() ?? {};
  const hasTls = cluster.caData || cluster.caFile || cluster.skipTLSVerify || certData || certFile;
  const url = cluster.server.includes('://') ? cluster.server : `${hasTls ? 'https' : 'http'}://${cluster.server}`;
  if (parseUrl(url) && /^https?:/u.test(url)) return url;
  throw new KubeconfigError(
    `Expected the server of the kubeconfig's cluster ${JSON.stringify(cluster.name)} to be an HTTP or HTTPS URL, got ${JSON.stringify(withoutUserInfo(cluster.server))}.`,
  );
}

/** Returns a config with the token as its only credential: API servers prefer a client certificate to a token. */
export function withTokenOnly(config: KubeConfig, token: string): KubeConfig {
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

/** Returns the text of a kubeconfig, which may be UTF-8 or UTF-16 as PowerShell writes it; undefined if there is none. */
async function readText(file: string): Promise<string | undefined> {
  try {
    const bytes = await readFile(file);
    const encoding =
      bytes[0] === 0xff && bytes[1] === 0xfe
        ? 'utf-16le'
        : bytes[0] === 0xfe && bytes[1] === 0xff
          ? 'utf-16be'
          : 'utf-8';
    return new TextDecoder(encoding).decode(bytes);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    if (code === 'EISDIR') throw new KubeconfigError(`Expected a kubeconfig file, got the directory ${file}.`);
    throw new KubeconfigError(`Cannot read the kubeconfig ${file}: ${message}`, { cause: error });
  }
}

/**
 * Merges as kubectl does: the first entry of each name and the first current-context count. client-node refuses
 * duplicates.
 */
function merge(config: KubeConfig, part: KubeConfig): void {
  config.clusters = firstOfEachName([...config.clusters, ...part.clusters]);
  config.users = firstOfEachName([...config.users, ...part.users]);
  config.contexts = firstOfEachName([...config.contexts, ...part.contexts]);
  config.currentContext ||= part.currentContext;
}

function firstOfEachName<T extends { readonly name: string }>(entries: readonly T[]): T[] {
  return [...new Map(entries.toReversed().map((entry) => [entry.name, entry])).values()];
}

/** Name of the user that a context without one gets. Not a name that a kubeconfig would use. */
const NO_USER = '(no user)';

/** client-node applies the TLS options of a cluster only if there is a user. */
function giveUserToCurrentContext(config: KubeConfig): void {
  const current = config.getContextObject(config.currentContext);
  if (!current || current.user) return;
  const withUser: Context = { ...current, user: NO_USER };
  config.contexts = config.contexts.map((context) => (context === current ? withUser : context));
  config.users = [...config.users, { name: NO_USER }];
}

interface RawUser {
  readonly tokenFile?: string | null;
  readonly as?: string | null;
  readonly 'as-uid'?: string | null;
  readonly 'as-groups'?: readonly string[] | null;
  readonly 'as-user-extra'?: Readonly<Record<string, readonly string[]>> | null;
}

interface RawConfig {
  readonly users?: readonly ({ readonly name: string; readonly user?: RawUser | null } | null)[] | null;
}

/** User entry with the fields of client-go that client-node does not read. */
interface ExtendedUser extends User {
  readonly impersonated?: ImpersonatedUser | undefined;
  /** Absolute path. Takes precedence over `token`. */
  readonly tokenFile?: string | undefined;
}

/**
 * Returns the user that requests with the kubeconfig's own credentials impersonate, by `as`, `as-uid`, `as-groups` and
 * `as-user-extra`.
 */
export function impersonationOf(config: KubeConfig): ImpersonatedUser | undefined {
  const user: ExtendedUser | null = config.getCurrentUser();
  return user?.impersonated;
}

/** Returns the path of the current user's token file. */
export function tokenFileIn(config: KubeConfig): string | undefined {
  const user: ExtendedUser | null = config.getCurrentUser();
  return user?.tokenFile;
}

/** Returns the current user's exec plugin. It counts only if there is no token file. */
export function execPluginIn(config: KubeConfig): ExecPlugin | undefined {
  const user = config.getCurrentUser();
  const exec: ExecPlugin | null | undefined = user?.exec;
  return tokenFileIn(config) === undefined ? (exec ?? undefined) : undefined;
}

function impersonatedUserIn(user: RawUser | null | undefined): ImpersonatedUser | undefined {
  if (!user) return undefined;
  const { as: name, 'as-uid': uid, 'as-groups': groups, 'as-user-extra': extra } = user;
  if (name) return { name, groups: groups ?? [], uid: uid ?? undefined, extra: extra ?? undefined };
  if (!uid && !groups?.length && !extra) return undefined;
  throw new KubeconfigError('Expected a kubeconfig with as-uid, as-groups or as-user-extra to have as, got none.');
}

/** The last text that was loaded, which is read again every few seconds. */
let lastLoaded: { readonly text: string; readonly directory: string; readonly config: KubeConfig } | undefined;

/** Loads one file. The entries are copies: client-node writes renewed tokens into them. */
function load(text: string, directory: string): KubeConfig {
  if (lastLoaded?.text !== text || lastLoaded.directory !== directory)
    lastLoaded = { text, directory, config: loadText(text, directory) };
  const { clusters, users, contexts, currentContext } = lastLoaded.config;
  const config = new KubeConfig();
  config.loadFromOptions(structuredClone({ clusters, users, contexts, currentContext }));
  return config;
}

/** Adds features of client-go that client-node lacks: `tokenFile`, impersonation, empty files, and null entries, which are skipped. */
function loadText(text: string, directory: string): KubeConfig {
  const raw = parseKubeconfig(text);
  const config = new KubeConfig();
  config.loadFromString(JSON.stringify(raw ?? {}), { onInvalidEntry: 'filter' });
  config.makePathsAbsolute(directory);
  const rawUsers = new Map(listOf(raw?.users).flatMap((entry) => (entry ? [[entry.name, entry.user] as const] : [])));
  // The connection sends all impersonation headers, so client-node must not send one of them.
  config.users = config.users.map(({ impersonateUser: _impersonateUser, ...user }): ExtendedUser => {
    const rawUser = rawUsers.get(user.name);
    const loaded = { ...user, impersonated: impersonatedUserIn(rawUser) };
    if (rawUser?.tokenFile) return { ...loaded, tokenFile: path.resolve(directory, rawUser.tokenFile) };
    return user.exec ? { ...loaded, exec: withAbsoluteCommand(user.exec, directory) } : loaded;
  });
  return config;
}

/** @throws {KubeconfigError} without the message of the YAML parser, which quotes lines that may contain credentials */
function parseKubeconfig(text: string): RawConfig | null {
  let value: unknown;
  try {
    value = parse(text);
  } catch {
    throw new KubeconfigError(`Expected a kubeconfig in YAML, got ${redactedSummary(text)} that is not YAML.`);
  }
  if (value === null || (typeof value === 'object' && !Array.isArray(value))) return value;
  throw new KubeconfigError(`Expected a kubeconfig, got ${redactedSummary(value)}.`);
}

function listOf<T>(value: readonly T[] | null | undefined): readonly T[] {
  return Array.isArray(value) ? value : [];
}

/** As in client-go, a command with a slash is relative to the kubeconfig. */
function withAbsoluteCommand(plugin: ExecPlugin, directory: string): ExecPlugin {
  const { command } = plugin;
  return command?.includes('/') ? { ...plugin, command: path.resolve(directory, command) } : plugin;
}

/** Replaces client-node's provider, which caches the token file for a minute and keeps its line end. */
function tokenFileOf(user: ExtendedUser): ExtendedUser {
  const file: unknown = user.authProvider?.config?.tokenFile;
  if (typeof file !== 'string') return user;
  const { authProvider: _, ...rest } = user;
  return { ...rest, tokenFile: file };
}

/** The OIDC provider of client-node passes the issuer as it is to a library that refuses texts, so no token would be renewed. */
function withIssuerUrl(user: ExtendedUser): ExtendedUser {
  const { authProvider } = user;
  const issuer: unknown = authProvider?.config?.['idp-issuer-url'];
  if (authProvider?.name !== 'oidc' || typeof issuer !== 'string' || !URL.canParse(issuer)) return user;
  return {
    ...user,
    authProvider: { ...authProvider, config: { ...authProvider.config, 'idp-issuer-url': new URL(issuer) } },
  };
}
