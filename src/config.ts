import { existsSync } from 'node:fs';
import path from 'node:path';
import { addressMatcher, type HeaderAuthenticatorOptions } from './auth/authenticators/header.ts';
import type { ConnectionSource } from './kubernetes/kubeconfig.ts';
import { isLoopback } from './server/origin-policy.ts';

/** Every setting of the gateway. */
export interface Config {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Origins whose pages may use the gateway, beside its own. */
  readonly allowedOrigins: readonly string[];
  /** How the gateway knows who asks. */
  readonly authentication: Authentication;
  /** How long the cluster's yes to a viewer holds, and how often it is asked again while somebody listens. */
  readonly authorizationTtlSeconds: number;
  /** How long its no holds. */
  readonly denialTtlSeconds: number;
  /** How much longer its last answer holds while no new one is to be had. */
  readonly authorizationGraceSeconds: number;
  readonly connection: ConnectionSource;
  readonly logLevel: LogLevel;
  /** Whether options that the filterRules of a kind deny are refused to workspaces. */
  readonly enforceFilterRules: boolean;
  /** A watch without a byte for so long counts as broken. The API server sends something about once a minute. */
  readonly watchIdleTimeoutMs: number;
  /** How long the copies that are kept on demand outlive their last reader. */
  readonly watchIdleMinutes: number;
  /** How often to ask, at most, what the cluster serves: whether a kind that it does not serve is served now. */
  readonly discoveryIntervalMs: number;
  /** How many changes of each kind a returning subscriber can be told without asking the API server. */
  readonly historyEvents: number;
  /** How many subscriptions one WebSocket may carry at once. */
  readonly maxSubscriptionsPerConnection: number;
  /** How many subscriptions one viewer may have at once. */
  readonly maxSubscriptionsPerViewer: number;
  /** Past so many unread bytes a connection is fed no more until its client has read; its changes coalesce. */
  readonly maxPendingBytes: number;
  /** The same for all connections of one viewer together. */
  readonly maxPendingBytesPerViewer: number;
  /** A client that reads nothing for so long, although something waits for it, is closed. */
  readonly slowReaderTimeoutSeconds: number;
  /** How long clients are given to leave at shutdown. */
  readonly drainSeconds: number;
}

/** How the gateway knows who asks: one way, and no other beside it. */
export type Authentication =
  /** A mesh says it in headers. */
  | ({ readonly mode: 'header' } & HeaderAuthenticatorOptions)
  /** The client brings a bearer token of the cluster. */
  | { readonly mode: 'token' }
  /** Everybody who can connect is the gateway's own identity in the cluster. */
  | { readonly mode: 'kubeconfig' };

const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
type LogLevel = (typeof logLevels)[number];

/** What is wrong with the settings, for the person who made them. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws {ConfigError} naming the setting, what was expected and what came */
export function readConfig(env: Environment): Config {
  return {
    host: env['HOST'] || '127.0.0.1',
    port: wholeNumber(env, 'PORT', 4000, 65_535),
    allowedOrigins: origins(env, 'ALLOWED_ORIGINS'),
    authentication: authentication(env),
    authorizationTtlSeconds: wholeNumber(env, 'AUTHORIZATION_TTL_SECONDS', 10, 3_600, 1),
    denialTtlSeconds: wholeNumber(env, 'DENIAL_TTL_SECONDS', 5, 3_600),
    authorizationGraceSeconds: wholeNumber(env, 'AUTHORIZATION_GRACE_SECONDS', 60, 3_600),
    connection: connectionSource(env),
    logLevel: oneOf(env, 'LOG_LEVEL', logLevels, 'info'),
    enforceFilterRules: oneOf(env, 'ENFORCE_FILTER_RULES', ['true', 'false'], 'true') === 'true',
    watchIdleTimeoutMs: wholeNumber(env, 'WATCH_IDLE_TIMEOUT_MS', 90_000, 3_600_000),
    watchIdleMinutes: wholeNumber(env, 'WATCH_IDLE_MINUTES', 10, 10_080),
    discoveryIntervalMs: wholeNumber(env, 'DISCOVERY_INTERVAL_MS', 5_000, 3_600_000),
    historyEvents: wholeNumber(env, 'HISTORY_EVENTS', 10_000, 1_000_000),
    maxSubscriptionsPerConnection: wholeNumber(env, 'MAX_SUBSCRIPTIONS_PER_CONNECTION', 100, 1_000_000),
    maxSubscriptionsPerViewer: wholeNumber(env, 'MAX_SUBSCRIPTIONS_PER_VIEWER', 10_000, 1_000_000),
    maxPendingBytes: wholeNumber(env, 'MAX_PENDING_BYTES', 1_048_576, 1_073_741_824),
    maxPendingBytesPerViewer: wholeNumber(env, 'MAX_PENDING_BYTES_PER_VIEWER', 67_108_864, 17_179_869_184),
    slowReaderTimeoutSeconds: wholeNumber(env, 'SLOW_READER_TIMEOUT_SECONDS', 30, 3_600),
    drainSeconds: wholeNumber(env, 'DRAIN_SECONDS', 10, 600),
  };
}

const authModes = ['header', 'token', 'kubeconfig'] as const;

/** In a cluster it must be said; with a kubeconfig file everybody is its user, on this machine. */
function authentication(env: Environment): Authentication {
  const isInCluster = Boolean(env['KUBERNETES_SERVICE_HOST'] && !env['KUBECONFIG']);
  const mode = oneOf(env, 'AUTH_MODE', authModes, isInCluster ? undefined : 'kubeconfig');
  switch (mode) {
    case 'header':
      return {
        mode,
        userHeader: env['USERID_HEADER'] || 'kubeflow-userid',
        userPrefix: env['USERID_PREFIX'] ?? ':',
        groupsHeader: env['GROUPS_HEADER'] || 'kubeflow-groups',
        trustedProxyCidrs: cidrs(env, 'TRUSTED_PROXY_CIDRS'),
        impersonate: flag(env, 'IMPERSONATE'),
      };
    case 'token':
      return { mode };
    case 'kubeconfig': {
      const host = env['HOST'] || '127.0.0.1';
      if (isLoopback(host) || flag(env, 'I_UNDERSTAND_EVERYONE_IS_ADMIN')) return { mode };
      throw new ConfigError(
        `With AUTH_MODE=kubeconfig everyone who reaches ${host} is the gateway's own identity in the cluster. Set AUTH_MODE to header or token, or leave HOST at 127.0.0.1; or, if that is what you want, set I_UNDERSTAND_EVERYONE_IS_ADMIN=true.`,
      );
    }
    default:
      throw new TypeError(`Unknown AUTH_MODE ${JSON.stringify(mode satisfies never)}`);
  }
}

function flag(env: Environment, name: string): boolean {
  return oneOf(env, name, ['true', 'false'], 'false') === 'true';
}

function cidrs(env: Environment, name: string): readonly string[] {
  const listed = (env[name] ?? '').split(',').map((cidr) => cidr.trim());
  const given = listed.filter((cidr) => cidr !== '');
  try {
    addressMatcher(given);
    return given;
  } catch (error) {
    throw new ConfigError(`${name} must be networks such as 10.0.0.0/8, separated by commas: ${String(error)}`);
  }
}

/** KUBECONFIG, then the cluster that this process runs in, then `~/.kube/config`. */
function connectionSource(env: Environment): ConnectionSource {
  const files = (env['KUBECONFIG'] ?? '').split(path.delimiter).filter((file) => file !== '');
  const missing = files.find((file) => !existsSync(file));
  if (missing) throw new ConfigError(`KUBECONFIG names ${missing}, which does not exist.`);
  if (files.length > 0) return { type: 'files', files };
  if (env['KUBERNETES_SERVICE_HOST']) return { type: 'in-cluster' };
  const usual = path.join(env['HOME'] ?? '/', '.kube', 'config');
  if (existsSync(usual)) return { type: 'files', files: [usual] };
  throw new ConfigError(
    `No cluster is configured: KUBECONFIG is not set, this is not inside a cluster, and there is no ${usual}.`,
  );
}

function wholeNumber(env: Environment, name: string, otherwise: number, largest: number, smallest = 0): number {
  const text = env[name];
  if (text === undefined || text === '') return otherwise;
  const value = Number(text);
  if (/^\d+$/u.test(text) && value >= smallest && value <= largest) return value;
  throw new ConfigError(`${name} must be a whole number from ${smallest} to ${largest}, got ${JSON.stringify(text)}.`);
}

function origins(env: Environment, name: string): readonly string[] {
  const listed = (env[name] ?? '').split(',').map((origin) => origin.trim());
  return listed.filter((origin) => {
    if (origin !== '' && !(URL.canParse(origin) && new URL(origin).origin === origin)) {
      throw new ConfigError(
        `${name} must be origins such as https://dashboard.example.com, separated by commas, got ${JSON.stringify(origin)}.`,
      );
    }
    return origin !== '';
  });
}

function oneOf<V extends string>(env: Environment, name: string, values: readonly V[], otherwise: V | undefined): V {
  const text = env[name] || otherwise;
  const value = values.find((candidate) => candidate === text);
  if (value !== undefined) return value;
  throw new ConfigError(
    `${name} must be ${values.join(' or ')}, got ${text === undefined ? 'nothing' : JSON.stringify(text)}.`,
  );
}
