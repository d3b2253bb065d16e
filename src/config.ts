import { isIP } from 'node:net';
import type { HeaderAuthenticatorOptions } from './auth/authenticators/header.ts';
import { addressMatcher } from './auth/client-address.ts';
import { executionModes } from './execution/execution-mode.ts';
import { apiConnectionSettings } from './settings/api-connection.ts';
import { documentSettings } from './settings/persisted-operations.ts';
import { prometheusSettings } from './settings/prometheus.ts';
import type { OperationLimits } from './server/operation-limits.ts';
import { isLoopback } from './server/origin-policy.ts';
import {
  ConfigError,
  flag,
  httpUrl,
  integer,
  listOf,
  oneOf,
  port,
  Settings,
  type Environment,
} from './settings/settings.ts';
import { telemetrySettings } from './settings/telemetry.ts';

/**
 * The configuration of the gateway. Read once, from environment variables and a file, by {@link readConfig}. Its fields are described where
 * they are read.
 */
export interface Config extends Readonly<ReturnType<typeof configFrom>> {
  /** All environment variables, which exec plugins inherit. */
  readonly environment: Environment;
}

/** The authentication mode. Exactly one is active. */
type Authentication =
  /** A trusted proxy, such as a service mesh, sends user and groups in headers. */
  | ({ readonly mode: 'header' } & HeaderAuthenticatorOptions)
  /** Clients send a bearer token of the cluster, which a TokenReview checks. */
  | { readonly mode: 'token' }
  /** All clients act as the gateway's own identity in the cluster. */
  | { readonly mode: 'kubeconfig' };

/** The result of reading the settings. */
export interface ReadConfig {
  readonly settings: Settings;
  /** Undefined if a setting is not valid. */
  readonly config: Config | undefined;
}

/**
 * Returns the configuration; settings that are not set or empty get their defaults.
 * @throws {ConfigError} with all mistakes
 */
export function readConfig(env: Environment): Config {
  return validConfig(inspectConfig(env));
}

/**
 * Returns the configuration that was read.
 * @throws {ConfigError} with all mistakes
 */
export function validConfig({ settings, config }: ReadConfig): Config {
  if (!config) throw new ConfigError(settings.mistakes(), settings.warnings());
  return config;
}

/** Reads the configuration like {@link readConfig}, and returns each setting and the mistakes instead of throwing. */
export function inspectConfig(environment: Environment): ReadConfig {
  const settings = new Settings(environment);
  const config: Config = { ...configFrom(settings), environment };
  return { settings, config: settings.mistakes().length === 0 ? config : undefined };
}

function configFrom(env: Settings) {
  return {
    /** Address to listen on. */
    host: listenHost(env),
    /** 0: any free port. */
    port: port(env, 'PORT', 4000),
    /** Address on which `/metrics` is served. */
    metricsHost: address(env, 'METRICS_HOST', listenHost(env)),
    /** Origins whose pages may use the gateway in addition to its own. */
    allowedOrigins: origins(env, 'ALLOWED_ORIGINS'),
    /** Request headers that pages of those origins may send, besides those of GraphQL clients. */
    allowedHeaders: headerNames(env, 'ALLOWED_HEADERS'),
    authentication: authentication(env),
    /** Origin and path before the paths of connect links. Empty if the page's own host serves them. */
    connectBaseUrl: connectBaseUrl(env),
    /** Networks of the proxies whose `X-Forwarded-For` names the address of the client. */
    trustedProxyCidrs: cidrs(env, 'TRUSTED_PROXY_CIDRS'),
    ...authorizationSettings(env),
    ...apiConnectionSettings(env),
    ...telemetrySettings(env),
    ...prometheusSettings(env),
    logLevel: oneOf(env, 'LOG_LEVEL', ['debug', 'info', 'warn', 'error', 'silent'], 'info'),
    /** Execution mode of queries, see `OperationExecutor`. */
    execution: oneOf(env, 'EXECUTION', executionModes, 'compiled'),
    /** Whether workspaces with options that the `filterRules` of their WorkspaceKind deny are rejected. */
    enforceFilterRules: flag(env, 'ENFORCE_FILTER_RULES', 'true'),
    ...cacheSettings(env),
    /** Bytes from which answers are compressed for clients that accept it. 0: none are. */
    compressionMinBytes: integer(env, 'COMPRESSION_MIN_BYTES', { default: 2_048, max: 1_073_741_824 }),
    ...requestLimits(env),
    ...operationLimits(env),
    /** Limit on the cost of an operation: the objects that it reads, and the fields that it selects of the items of lists. */
    maxOperationCost: integer(env, 'MAX_OPERATION_COST', { default: 500_000, min: 1, max: 1_000_000_000 }),
    /** Limit on the items of one page of a list. */
    maxPage: integer(env, 'MAX_PAGE', { default: 10_000, min: 1, max: 1_000_000 }),
    ...documentSettings(env),
    ...concurrencyLimits(env),
    ...connectionSettings(env),
  };
}

function authorizationSettings(env: Settings) {
  return {
    /** Tokens of one client address that may be rejected at once, and then per minute. */
    maxFailedAuthenticationsPerMinute: integer(env, 'MAX_FAILED_AUTHENTICATIONS_PER_MINUTE', {
      default: 20,
      min: 1,
      max: 1_000_000,
    }),
    /** `rbac`: the RBAC index limits the targets to review, and ends decisions that changed. `reviews`: every target is reviewed. */
    authorizer: oneOf(env, 'AUTHORIZER', ['rbac', 'reviews'], 'rbac'),
    /** Time to live of a decision that the RBAC index observes. */
    observedAuthorizationTtlSeconds: integer(env, 'OBSERVED_AUTHORIZATION_TTL_SECONDS', {
      default: 300,
      min: 1,
      max: 3_600,
    }),
    /** Time to live of an allowed decision that it does not observe, and interval of the checks of subscribed viewers. */
    authorizationTtlSeconds: integer(env, 'AUTHORIZATION_TTL_SECONDS', { default: 10, min: 1, max: 3_600 }),
    /** Time to live of a denied decision that it does not observe. At most `authorizationTtlSeconds`. */
    denialTtlSeconds: integer(env, 'DENIAL_TTL_SECONDS', { default: 5, max: 3_600 }),
    /** Time that an expired decision stays in use while the API server cannot be asked. */
    authorizationGraceSeconds: integer(env, 'AUTHORIZATION_GRACE_SECONDS', { default: 60, max: 3_600 }),
    /** Limit on the access reviews that one request, or one recheck of a subscription, causes. */
    maxAccessReviewsPerRequest: integer(env, 'MAX_ACCESS_REVIEWS_PER_REQUEST', {
      default: 2_000,
      min: 1,
      max: 1_000_000,
    }),
  };
}

function cacheSettings(env: Settings) {
  return {
    /** A watch that receives nothing for this time is reopened. The API server sends a bookmark about once a minute. */
    watchIdleTimeoutMs: integer(env, 'WATCH_IDLE_TIMEOUT_MS', { default: 90_000, max: 3_600_000 }),
    /** Time after the last use at which a lazy informer stops and frees its objects. */
    watchIdleMinutes: integer(env, 'WATCH_IDLE_MINUTES', { default: 10, max: 10_080 }),
    /** Minimum interval of discovery requests, which find out whether a missing kind has become available. */
    discoveryIntervalMs: integer(env, 'DISCOVERY_INTERVAL_MS', { default: 5_000, max: 3_600_000 }),
    /** Number of changes per kind that are kept so that subscribers can resume from a cursor. */
    historyEvents: integer(env, 'HISTORY_EVENTS', { default: 10_000, max: 1_000_000 }),
  };
}

function requestLimits(env: Settings) {
  return {
    /** Limit on the bytes of the URL and headers of a request. */
    maxHeaderBytes: integer(env, 'MAX_HEADER_BYTES', { default: 65_536, min: 8_192, max: 1_048_576 }),
    /** Limit on the bytes of the body of a request. */
    maxBodyBytes: integer(env, 'MAX_BODY_BYTES', { default: 4_194_304, min: 1, max: 268_435_456 }),
    /** Limit on the values in the JSON of a request. */
    maxBodyValues: integer(env, 'MAX_BODY_VALUES', { default: 50_000, min: 1, max: 10_000_000 }),
  };
}

function operationLimits(env: Settings): OperationLimits {
  return {
    maxDocumentBytes: integer(env, 'MAX_DOCUMENT_BYTES', { default: 100_000, min: 1, max: 4_194_304 }),
    maxDocumentTokens: integer(env, 'MAX_DOCUMENT_TOKENS', { default: 10_000, min: 1, max: 1_000_000 }),
    maxOperationDepth: integer(env, 'MAX_OPERATION_DEPTH', { default: 200, min: 1, max: 500 }),
    maxOperationFields: integer(env, 'MAX_OPERATION_FIELDS', { default: 5_000, min: 1, max: 1_000_000 }),
    maxOperationAliases: integer(env, 'MAX_OPERATION_ALIASES', { default: 200, max: 1_000_000 }),
    maxOperationDirectives: integer(env, 'MAX_OPERATION_DIRECTIVES', { default: 200, max: 1_000_000 }),
    maxRootFields: integer(env, 'MAX_ROOT_FIELDS', { default: 100, min: 1, max: 1_000_000 }),
    maxFieldComparisons: integer(env, 'MAX_FIELD_COMPARISONS', { default: 20_000, max: 1_000_000 }),
  };
}

function concurrencyLimits(env: Settings) {
  return {
    /** Time limit of a request. Mutations that wait for a state have their `timeoutSeconds` and 5 s, subscriptions have none. */
    requestTimeoutSeconds: integer(env, 'REQUEST_TIMEOUT_SECONDS', { default: 30, min: 1, max: 3_600 }),
    /** Limit on the estimated bytes of large requests and answers of all clients together. Further ones wait. */
    maxBytesInFlight: integer(env, 'MAX_BYTES_IN_FLIGHT', {
      default: 134_217_728,
      min: 1_048_576,
      max: 17_179_869_184,
    }),
    /** Limit on the queries and mutations in progress of one viewer. */
    maxRequestsPerViewer: integer(env, 'MAX_REQUESTS_PER_VIEWER', { default: 100, min: 1, max: 1_000_000 }),
    /** Limit on the queries and mutations in progress of all viewers. */
    maxRequests: integer(env, 'MAX_REQUESTS', { default: 1_000, min: 1, max: 1_000_000 }),
    /** Limit on the open WebSockets of all clients. */
    maxWebsockets: integer(env, 'MAX_WEBSOCKETS', { default: 20_000, min: 1, max: 1_000_000 }),
    /** Limit on the open WebSockets of one viewer. */
    maxWebsocketsPerViewer: integer(env, 'MAX_WEBSOCKETS_PER_VIEWER', { default: 10_000, min: 1, max: 1_000_000 }),
    /** Limit on the open WebSockets of one client address that are not authenticated yet. */
    maxUnauthenticatedWebsocketsPerAddress: integer(env, 'MAX_UNAUTHENTICATED_WEBSOCKETS_PER_ADDRESS', {
      default: 1_000,
      min: 1,
      max: 1_000_000,
    }),
    /** Limit on the operations in progress on one WebSocket, without its running subscriptions. */
    maxOperationsPerConnection: integer(env, 'MAX_OPERATIONS_PER_CONNECTION', {
      default: 100,
      min: 1,
      max: 1_000_000,
    }),
    /** Limit on the running subscriptions of one WebSocket. */
    maxSubscriptionsPerConnection: integer(env, 'MAX_SUBSCRIPTIONS_PER_CONNECTION', { default: 100, max: 1_000_000 }),
    /** Limit on the running subscriptions of one viewer. */
    maxSubscriptionsPerViewer: integer(env, 'MAX_SUBSCRIPTIONS_PER_VIEWER', { default: 10_000, max: 1_000_000 }),
    /** Limit on the running subscriptions and queries of one viewer that read logs. Each has a connection to the API server, at most. */
    maxLogStreamsPerViewer: integer(env, 'MAX_LOG_STREAMS_PER_VIEWER', { default: 50, max: 1_000_000 }),
    /** Limit on the running bulk actions of one viewer. */
    maxBulkActionsPerViewer: integer(env, 'MAX_BULK_ACTIONS_PER_VIEWER', { default: 5, max: 1_000_000 }),
    /** Limit on the running bulk actions of all viewers. */
    maxBulkActions: integer(env, 'MAX_BULK_ACTIONS', { default: 50, max: 1_000_000 }),
    /** Limit on the different operations that one viewer subscribes to. */
    maxDistinctSubscriptionsPerViewer: integer(env, 'MAX_DISTINCT_SUBSCRIPTIONS_PER_VIEWER', {
      default: 1_000,
      max: 1_000_000,
    }),
    /** Limit on the estimated bytes of the objects of all subscriptions of one viewer. */
    maxSubscriptionBytesPerViewer: integer(env, 'MAX_SUBSCRIPTION_BYTES_PER_VIEWER', {
      default: 268_435_456,
      min: 1_048_576,
      max: 17_179_869_184,
    }),
  };
}

function connectionSettings(env: Settings) {
  return {
    /**
     * Unsent bytes from which a connection gets no more events until its client has read. Later changes of an object replace earlier ones.
     */
    maxPendingBytes: integer(env, 'MAX_PENDING_BYTES', { default: 1_048_576, max: 1_073_741_824 }),
    /** The same limit for all connections of one viewer together. */
    maxPendingBytesPerViewer: integer(env, 'MAX_PENDING_BYTES_PER_VIEWER', {
      default: 67_108_864,
      max: 17_179_869_184,
    }),
    /** A client with unsent bytes that reads nothing for this time is disconnected. */
    slowReaderTimeoutSeconds: integer(env, 'SLOW_READER_TIMEOUT_SECONDS', { default: 30, max: 3_600 }),
    /** Time for which an idle HTTP connection stays open. Longer than that of the load balancer, which may reuse it until then. */
    keepAliveSeconds: integer(env, 'KEEP_ALIVE_SECONDS', { default: 95, min: 1, max: 3_600 }),
    /** Time after SIGTERM in which the gateway is not ready but serves all requests, until load balancers have noticed. */
    shutdownDelaySeconds: integer(env, 'SHUTDOWN_DELAY_SECONDS', { default: 5, max: 600 }),
    /** Time at shutdown for subscriptions to be completed, and then for requests in progress. */
    drainSeconds: integer(env, 'DRAIN_SECONDS', { default: 10, max: 600 }),
  };
}

/** Address to listen on. Not `HOST`, which conda and others set to the name of the machine's architecture. */
function listenHost(env: Settings): string {
  return address(env, 'LISTEN_HOST', '127.0.0.1');
}

function address(env: Settings, name: string, fallback: string): string {
  const host = env.text(name);
  if (host === undefined) return env.default(name, fallback);
  if (isIP(host) === 0 && host !== 'localhost')
    env.reject(name, `Expected ${name} to be an IP address or localhost, got ${JSON.stringify(host)}.`);
  return host;
}

const authModes = ['header', 'token', 'kubeconfig'] as const;

/**
 * AUTH_MODE is required in a cluster. Outside it defaults to kubeconfig, which is refused unless LISTEN_HOST is a loopback address.
 * Reads the settings of all modes, so that they are known.
 */
function authentication(env: Settings): Authentication {
  const isInCluster = env.text('KUBERNETES_SERVICE_HOST') !== undefined && env.text('KUBECONFIG') === undefined;
  const mode = oneOf(env, 'AUTH_MODE', authModes, isInCluster ? undefined : 'kubeconfig');
  const header = {
    userHeader: headerName(env, 'USERID_HEADER', 'kubeflow-userid'),
    userPrefix: env.textOrEmpty('USERID_PREFIX') ?? env.default('USERID_PREFIX', ':'),
    groupsHeader: headerName(env, 'GROUPS_HEADER', 'kubeflow-groups'),
    groupsSeparator: env.text('GROUPS_SEPARATOR') ?? env.default('GROUPS_SEPARATOR', ''),
    trustedProxyCidrs: cidrs(env, 'TRUSTED_PROXY_CIDRS'),
    allowSystemIdentities: flag(env, 'ALLOW_SYSTEM_IDENTITIES'),
    impersonate: flag(env, 'IMPERSONATE'),
  };
  if (header.userHeader.toLowerCase() === header.groupsHeader.toLowerCase())
    rejectSameHeaders(env, header.groupsHeader);
  const trustsEveryPeer = flag(env, 'TRUST_EVERY_PEER');
  const admitsEveryone = flag(env, 'I_UNDERSTAND_EVERYONE_IS_ADMIN');
  const isExposed = !isLoopback(listenHost(env)) && !env.isRejected('AUTH_MODE');
  if (mode === 'token') return { mode };
  if (mode === 'header') {
    if (isExposed && header.trustedProxyCidrs.length === 0 && !trustsEveryPeer) rejectOpenHeaders(env);
    return { mode, ...header };
  }
  if (isExposed && !admitsEveryone) rejectOpenKubeconfig(env);
  return { mode: 'kubeconfig' };
}

function rejectOpenKubeconfig(env: Settings): void {
  env.reject(
    'LISTEN_HOST',
    `Expected LISTEN_HOST to be a loopback address with AUTH_MODE=kubeconfig, got ${listenHost(env)}: every client that reaches it would act as the gateway's own identity in the cluster. Set AUTH_MODE to header or token, or leave LISTEN_HOST at 127.0.0.1. To allow it anyway, set I_UNDERSTAND_EVERYONE_IS_ADMIN=true.`,
  );
}

/** Without networks of proxies every peer could claim any identity, which is allowed on loopback or explicitly only. */
function rejectOpenHeaders(env: Settings): void {
  env.reject(
    'TRUSTED_PROXY_CIDRS',
    `Expected TRUSTED_PROXY_CIDRS with AUTH_MODE=header and LISTEN_HOST=${listenHost(env)}, got nothing: every client that reaches the gateway could claim any identity. Set it to the networks of the proxies, such as 10.0.0.0/8. If the network admits the proxy only, set TRUST_EVERY_PEER=true instead.`,
  );
}

/** With one header for both, each user would be in a group of their own name, which they choose with some identity providers. */
function rejectSameHeaders(env: Settings, name: string): void {
  env.reject(
    'GROUPS_HEADER',
    `Expected GROUPS_HEADER to be another header than USERID_HEADER, got ${JSON.stringify(name)} for both.`,
  );
}

function cidrs(env: Settings, name: string): readonly string[] {
  return listOf(env, name, { noun: 'networks such as 10.0.0.0/8', accepts: isNetwork });
}

function isNetwork(cidr: string): boolean {
  try {
    return Boolean(addressMatcher([cidr]));
  } catch {
    return false; // the caller rejects the setting
  }
}

function origins(env: Settings, name: string): readonly string[] {
  return listOf(env, name, { noun: 'origins such as https://dashboard.example.com', accepts: isOrigin });
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text;
}

function isHeaderName(text: string): boolean {
  return /^[a-zA-Z0-9!#$%&'*+.^_`|~-]+$/u.test(text);
}

function headerNames(env: Settings, name: string): readonly string[] {
  const noun = 'names of request headers such as x-request-id';
  const given = listOf(env, name, { noun, accepts: (header) => isHeaderName(header) && header !== '*' });
  return given.map((header) => header.toLowerCase());
}

function headerName(env: Settings, name: string, fallback: string): string {
  const header = env.text(name);
  if (header === undefined) return env.default(name, fallback);
  if (!isHeaderName(header))
    env.reject(name, `Expected ${name} to be the name of a request header, got ${JSON.stringify(header)}.`);
  return header;
}

function connectBaseUrl(env: Settings): string {
  return httpUrl(env, 'CONNECT_BASE_URL', {
    noun: 'URL without query such as https://kubeflow.example.com',
    accepts: ({ search, hash, username, password }) => `${search}${hash}${username}${password}` === '',
  });
}
