import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { KubeConfig, type User } from '@kubernetes/client-node';
import { parse } from 'yaml';
import type { ImpersonatedUser } from './impersonation.ts';
import { redactedSummary } from './redacted.ts';

/** Source of the API server's address and the gateway's credentials. */
export type ConnectionSource =
  | { readonly type: 'files'; readonly files: readonly string[] }
  | { readonly type: 'in-cluster' }
  | { readonly type: 'text'; readonly text: string };

/**
 * Loads a kubeconfig. Several files are merged as kubectl does.
 * @throws {Error} if it cannot be read or has no current cluster
 */
export async function loadKubeConfig(source: ConnectionSource): Promise<KubeConfig> {
  const config = new KubeConfig();
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
  config.users = config.users.map(tokenFileOf);
  // client-node refuses plain http without this; there is no TLS to skip.
  config.clusters = config.clusters.map((cluster) =>
    cluster.server.startsWith('http:') ? { ...cluster, skipTLSVerify: true } : cluster,
  );
  serverOf(config);
  return config;
}

/**
 * Returns the address of the current cluster.
 * @throws {Error} if the current context has no cluster or an unknown user, as in a kubeconfig that is still being written
 */
export function serverOf(config: KubeConfig): string {
  const context = config.getContextObject(config.currentContext);
  const server = config.getCurrentCluster()?.server;
  const named = `The kubeconfig's current-context ${JSON.stringify(config.currentContext)} names`;
  if (!server) throw new Error(`${named} no cluster.`);
  if (context?.user && !config.getCurrentUser())
    throw new Error(`${named} a user, ${JSON.stringify(context.user)}, that is not in it.`);
  return server;
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

interface RawUser {
  readonly tokenFile?: string | null;
  readonly as?: string | null;
  readonly 'as-uid'?: string | null;
  readonly 'as-groups'?: readonly string[] | null;
  readonly 'as-user-extra'?: Readonly<Record<string, readonly string[]>> | null;
}

interface RawConfig {
  readonly users?: readonly { readonly name: string; readonly user?: RawUser | null }[] | null;
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

/** Like client-go, ignores the other fields if `as` is absent. */
function impersonatedUserIn(user: RawUser | null | undefined): ImpersonatedUser | undefined {
  if (!user?.as) return undefined;
  const { as: name, 'as-uid': uid, 'as-groups': groups, 'as-user-extra': extra } = user;
  return { name, groups: groups ?? [], uid: uid ?? undefined, extra: extra ?? undefined };
}

/**
 * Loads one file. Adds features of client-go that client-node lacks: `tokenFile`, and empty files.
 */
function load(config: KubeConfig, text: string, directory: string): void {
  const raw = withRedactedErrors(text, () => {
    const value = parse(text) as RawConfig | null;
    config.loadFromString(value === null ? '{}' : text);
    return value;
  });
  config.makePathsAbsolute(directory);
  const rawUsers = new Map(raw?.users?.map(({ name, user }) => [name, user]));
  // The connection sends all impersonation headers, so client-node must not send one of them.
  config.users = config.users.map(({ impersonateUser: _impersonateUser, ...user }): ExtendedUser => {
    const rawUser = rawUsers.get(user.name);
    const loaded = { ...user, impersonated: impersonatedUserIn(rawUser) };
    if (rawUser?.tokenFile) return { ...loaded, tokenFile: path.resolve(directory, rawUser.tokenFile) };
    return user.exec ? { ...loaded, exec: execPluginOf(user.exec, directory) } : loaded;
  });
}

/** Replaces errors of YAML parsers, which quote lines that may contain credentials. */
function withRedactedErrors<T>(text: string, parseText: () => T): T {
  try {
    return parseText();
  } catch (error) {
    if (!(error instanceof Error && YAML_ERRORS.has(error.name))) throw error;
    // oxlint-disable-next-line preserve-caught-error -- the cause quotes what this error must not
    throw new Error(`Expected a kubeconfig in YAML, got ${redactedSummary(text)} that is not YAML.`);
  }
}

/** Names of the errors of yaml, and of js-yaml, which client-node uses. */
const YAML_ERRORS = new Set(['YAMLParseError', 'YAMLException']);

interface Plugin {
  readonly apiVersion?: string;
  readonly command?: string;
  readonly env?: readonly { readonly name: string; readonly value: string }[] | null;
}

/**
 * Returns the exec plugin as client-go runs it: a command with a slash is relative to the kubeconfig, and
 * KUBERNETES_EXEC_INFO is set.
 */
function execPluginOf(plugin: Plugin, directory: string): Plugin {
  const { apiVersion, command, env } = plugin;
  const spoken = JSON.stringify({ kind: 'ExecCredential', apiVersion, spec: { interactive: false } });
  return {
    ...plugin,
    ...(command?.includes('/') && { command: path.resolve(directory, command) }),
    env: [...(env ?? []), { name: 'KUBERNETES_EXEC_INFO', value: spoken }],
  };
}

/** Replaces client-node's provider, which caches the token file for a minute and keeps its line end. */
function tokenFileOf(user: ExtendedUser): ExtendedUser {
  const file: unknown = user.authProvider?.config?.tokenFile;
  if (typeof file !== 'string') return user;
  const { authProvider: _, ...rest } = user;
  return { ...rest, tokenFile: file };
}
