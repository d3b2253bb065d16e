import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { GraphQLError } from 'graphql';
import type { Authenticator } from '../auth/authenticator.ts';
import { ConcurrencyLimit } from '../graphql/concurrency-limit.ts';
import type { OperationRecord } from '../graphql/operation-record.ts';
import type { ServerStatistics } from '../graphql/server-statistics.ts';
import type { SubscriptionStatistics } from '../graphql/subscription-statistics.ts';
import type { BytesInFlight } from '../scheduling/bytes-in-flight.ts';
import { ClusterAssetServer, type ClusterAssetsOptions } from './cluster-assets.ts';
import type { ConnectionLimit } from './connection-limit.ts';
import { createDashboard, type DashboardOptions } from './dashboard.ts';
import { FlowControl, type FlowControlOptions } from './flow-control.ts';
import { learnExamples, type LearnedExamples } from './example-operations.ts';
import { createGraphiQL } from './graphiql.ts';
import type { GraphiQLTab } from './graphiql-examples.ts';
import { acceptsEventStream } from './operation-request.ts';
import { JsonRequestServer } from './json-requests.ts';
import { pathOf } from './page-files.ts';
import type { Person } from './person.ts';
import { isSimplePost, OriginPolicy } from './origin-policy.ts';
import { Pipeline, type OperationCaller, type PipelineOptions } from './pipeline.ts';
import { recordOf, RequestGate, sendRefusal, type OperationObservers } from './request-gate.ts';
import { forbidden, refuse, refuseUpgrade, REFUSED_REQUEST_TIMEOUT_MS, sendJson, type Refusal } from './responses.ts';
import { responseOf } from './server-response.ts';
import { shutDown } from './shutdown.ts';
import { EventStreamServer } from './sse.ts';
import { Traffic } from './traffic.ts';
import { UnreadResponses } from './unread-responses.ts';
import type { WebSocketLimitOptions } from './websocket-limits.ts';
import { WebSocketHandler } from './websocket.ts';

/** Whether the gateway can answer queries. */
export interface Readiness {
  readonly ready: boolean;
  /** Resources that have not been listed yet, and other conditions. Empty if ready. */
  readonly waitingFor: readonly string[];
}

export interface HttpServerOptions
  extends Omit<PipelineOptions, 'endpoint'>, FlowControlOptions, WebSocketLimitOptions, OperationObservers {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly connectionLimit: ConnectionLimit;
  /** GraphiQL's tabs at a first visit. */
  readonly tabs: readonly GraphiQLTab[];
  /** Initial text of GraphiQL's headers editor: JSON with comments. */
  readonly graphiqlHeaders: string;
  /** People of the demo, as whom visitors of GraphiQL can act. */
  readonly people?: readonly Person[];
  readonly dashboard: DashboardOptions;
  /** Whether the copy of the cluster is ready. */
  readonly readiness: () => Readiness;
  readonly assetAt: ClusterAssetsOptions['assetAt'];
  readonly authenticate: Authenticator;
  readonly maxSubscriptionsPerConnection: number;
  /** Origins, such as `https://dashboard.example.com`, whose pages may use the gateway in addition to its own. */
  readonly allowedOrigins: readonly string[];
  /** Names of further request headers that those pages may send. */
  readonly allowedHeaders: readonly string[];
  /** Limit on the queries and mutations in progress of one viewer, and of all. */
  readonly maxRequestsPerViewer: number;
  readonly maxRequests: number;
  readonly maxOperationsPerConnection: number;
  /** Time limit of a request. Mutations that wait for a state, and subscriptions, have others. */
  readonly requestTimeoutMs: number;
  /** Bytes from which JSON answers are compressed for clients that accept it. 0: none are. */
  readonly compressionMinBytes: number;
  /** Limit on the bytes of the URL and headers of a request. */
  readonly maxHeaderBytes: number;
  /** Memory of the requests in progress. */
  readonly bytesInFlight: BytesInFlight;
  /** Time for which an idle connection stays open. */
  readonly keepAliveMs: number;
  /** Time for subscriptions to be completed, and then for requests in progress, at shutdown. */
  readonly drainMs: number;
}

/** A listening server. Disposing drains it: see {@link shutDown}. */
export interface HttpServer extends AsyncDisposable {
  /** URL of the GraphQL endpoint, e.g. `http://127.0.0.1:4000/graphql`. */
  readonly url: string;
  /** Resolves when the example operations are prepared. */
  readonly learned: Promise<LearnedExamples>;
  /** Whether the server is ready: not before the example operations are prepared, and not when it is shutting down. */
  readonly readiness: () => Readiness;
  readonly connections: () => ServerStatistics;
  readonly subscriptions: () => SubscriptionStatistics;
  /** Makes the readiness probe fail. Requests are served until the server is disposed of. */
  readonly announceShutdown: () => void;
}

const ENDPOINT = '/graphql';
/** Clients that send a request more slowly get 408 and are disconnected. Answers and event streams may take any time. */
const REQUEST_TIMEOUTS = { headersTimeout: 10_000, requestTimeout: 30_000, connectionsCheckingInterval: 1_000 };
/** Multiple of the limit of headers up to which they are read, so that the answer can explain the limit. */
const READ_LIMIT = 4;
/** Connections that the kernel may hold until they are accepted: clients reconnect at once after a restart. The system may allow fewer. */
const BACKLOG = 4_096;

/**
 * Serves GraphQL at `/graphql` over GET, POST, QUERY, Server-Sent Events and WebSocket; to browsers GraphiQL at `/graphql` and the
 * dashboard at `/`; files of the cluster below `/assets/`; the probes `/livez` and `/readyz`.
 * @throws {Error} if it cannot listen, for example because the port is in use
 */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const pipeline = new Pipeline({ ...options, endpoint: ENDPOINT });
  const onStalled = () => void (pipeline.subscriptions.counters.slowCloses += 1);
  const flowControl = new FlowControl(options, onStalled);
  const unread = new UnreadResponses({ ...options, onStalled });
  const operationLimit = operationLimitOf(options);
  const gate = new RequestGate({ ...options, operationLimit });
  const webSockets = new WebSocketHandler({ ...options, pipeline, flowControl, operationLimit });
  const { serve: serveJson } = new JsonRequestServer({ ...options, pipeline });
  const eventStreams = new EventStreamServer({ ...options, pipeline, flowControl, serveJson });
  const state: ServerState = { phase: 'serving', hasLearned: false };
  const readiness = () => readinessIn(state, options);
  const originPolicy = new OriginPolicy(options);
  const serveGraphQL: GraphQLHandler = (request, response, caller) =>
    acceptsEventStream(request) ? eventStreams.serve(request, response, caller) : serveJson(request, response, caller);
  const server = createServer(
    connectionOptions(options, state),
    guarded(requestHandler({ options, gate, readiness, originPolicy, unread, serveGraphQL }), options.publicError),
  );
  server.on('upgrade', upgradeHandler({ state, originPolicy, options }, webSockets));
  const traffic = new Traffic();
  const { port } = await listen(server, options, traffic);
  const learned = learnIn(state, pipeline, options);
  return {
    url: `http://${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}${ENDPOINT}`,
    learned,
    readiness,
    connections: () => ({ ...traffic.read(), ...statisticsOf(options, { webSockets, flowControl }) }),
    subscriptions: () => pipeline.subscriptions.statistics,
    announceShutdown: () => void (state.phase = 'leaving'),
    [Symbol.asyncDispose]: () =>
      stop(server, { state, options, pipeline, traffic, streams: [eventStreams, webSockets] }),
  };
}

function connectionOptions({ keepAliveMs, maxHeaderBytes }: HttpServerOptions, state: Readonly<ServerState>) {
  const limits = { keepAliveTimeout: keepAliveMs, maxHeaderSize: READ_LIMIT * maxHeaderBytes };
  return {
    ...REQUEST_TIMEOUTS,
    ...limits,
    ServerResponse: responseOf({ keepsConnections: () => state.phase === 'serving' }),
  };
}

function operationLimitOf({ maxRequests, maxRequestsPerViewer }: HttpServerOptions): ConcurrencyLimit {
  return new ConcurrencyLimit({
    perViewer: { setting: 'MAX_REQUESTS_PER_VIEWER', max: maxRequestsPerViewer },
    total: { setting: 'MAX_REQUESTS', max: maxRequests },
    noun: 'queries and mutations',
  });
}

function statisticsOf(
  { connectionLimit: { refused: refusedConnections } }: HttpServerOptions,
  { webSockets, flowControl }: { readonly webSockets: WebSocketHandler; readonly flowControl: FlowControl },
) {
  return { refusedConnections, webSockets: webSockets.size, pendingBytes: flowControl.pendingBytes };
}

interface ServerState {
  /** `leaving`: not ready, but serving. `stopping`: no new connections. */
  phase: 'serving' | 'leaving' | 'stopping';
  /** Whether the example operations are prepared. */
  hasLearned: boolean;
}

interface StoppedParts {
  readonly state: ServerState;
  readonly options: HttpServerOptions;
  readonly pipeline: Pipeline;
  readonly traffic: Traffic;
  readonly streams: readonly { readonly close: (drainMs: number) => Promise<unknown> }[];
}

async function stop(server: Server, { state, options, pipeline, traffic, streams }: StoppedParts): Promise<void> {
  state.phase = 'stopping';
  await shutDown(server, {
    drainMs: options.drainMs,
    hasUnusedConnection: () => traffic.hasUnusedConnection,
    endStreams: (drainMs) => Promise.all(streams.map((stream) => stream.close(drainMs))),
  });
  await pipeline.yoga.dispose();
}

async function learnIn(state: ServerState, pipeline: Pipeline, { tabs }: HttpServerOptions): Promise<LearnedExamples> {
  const learned = await learnExamples(pipeline, tabs, () => state.phase === 'stopping');
  state.hasLearned = true;
  return learned;
}

function readinessIn(
  { phase, hasLearned }: ServerState,
  { readiness }: Pick<HttpServerOptions, 'readiness'>,
): Readiness {
  if (phase !== 'serving') return { ready: false, waitingFor: ['shutdown'] };
  const { ready, waitingFor } = readiness();
  return hasLearned ? { ready, waitingFor } : { ready: false, waitingFor: [...waitingFor, 'example operations'] };
}

type GraphQLHandler = (request: IncomingMessage, response: ServerResponse, caller: OperationCaller) => Promise<void>;

interface RequestHandlerOptions {
  readonly options: HttpServerOptions;
  readonly gate: RequestGate;
  readonly readiness: () => Readiness;
  readonly originPolicy: OriginPolicy;
  readonly unread: UnreadResponses;
  readonly serveGraphQL: GraphQLHandler;
}

/** Routes requests. The probes come first: the kubelet sends another Host. */
function requestHandler({ options, gate, readiness, ...parts }: RequestHandlerOptions) {
  const { originPolicy, unread } = parts;
  const serveAdmitted = admittedHandler({ options, gate, ...parts });
  const graphiql = createGraphiQL({ ...options, endpoint: ENDPOINT, onUnexpected: options.publicError });
  const dashboard = createDashboard(options.dashboard);
  const assets = new ClusterAssetServer({ ...options, gate });
  return (request: IncomingMessage, response: ServerResponse): void => {
    unread.watch(response);
    closeAfterEarlyAnswer(request, response);
    if (options.connectionLimit.isSurplus(request)) response.setHeader('connection', 'close');
    const path = pathOf(request);
    if (path === '/livez') return sendJson(response, 200, { status: 'ok' });
    if (path === '/readyz') return sendReadiness(response, readiness());
    const transport = acceptsEventStream(request) ? 'sse' : 'http';
    const record = recordOf(request, response, { ...options, transport });
    const refusal = refusalOf(request, { options, originPolicy });
    if (refusal) return refuse(response, record, refusal);
    if (assets.handles(request)) return assets.serve(request, response);
    if (graphiql.handles(request)) return graphiql.serve(request, response);
    if (dashboard.handles(request)) return dashboard.serve(request, response);
    if (path !== ENDPOINT) return sendJson(response, 404, { message: notServedMessage(path) });
    if (originPolicy.applyCors(request, response)) return undefined;
    const operationRefusal = originPolicy.operationRefusal(request);
    if (operationRefusal) return refuse(response, record, forbidden(operationRefusal));
    if (isSimplePost(request)) return refuse(response, record, JSON_EXPECTED);
    void serveAdmitted(request, response, record);
    return undefined;
  };
}

/** Returns a function that serves an operation of a viewer, unless the gate refuses it. It never rejects. */
function admittedHandler({
  gate,
  options,
  serveGraphQL,
}: Pick<RequestHandlerOptions, 'gate' | 'options' | 'serveGraphQL'>) {
  return async (request: IncomingMessage, response: ServerResponse, record: OperationRecord): Promise<void> => {
    let caller: OperationCaller;
    try {
      const admitted = gate.admit(request, response, record);
      caller = admitted instanceof Promise ? await admitted : admitted;
    } catch (error) {
      return sendRefusal(response, error instanceof GraphQLError ? error : options.publicError(error));
    }
    try {
      await record.within(() => serveGraphQL(request, response, caller));
    } catch (error) {
      endFailed(response, error, options.publicError);
    }
  };
}

/** Returns the reason for which a request is refused before it is authenticated; undefined if it is not. */
function refusalOf(
  request: IncomingMessage,
  { options, originPolicy }: Pick<RequestHandlerOptions, 'options' | 'originPolicy'>,
): Refusal | undefined {
  if (options.connectionLimit.isSurplus(request)) {
    const message = `Expected at most ${options.connectionLimit.max} connections of clients, got more. Try again later.`;
    return { status: 503, code: 'UNAVAILABLE', message };
  }
  const tooLarge = headerSizeRefusal(request, options);
  if (tooLarge) return { status: 431, code: 'TOO_LARGE', message: tooLarge };
  const message = originPolicy.refusal(request);
  return message === undefined ? undefined : forbidden(message);
}

/** Returns a handler whose errors, and those of the response, end the request and not the process. */
function guarded(handle: RequestListener, publicError: HttpServerOptions['publicError']): RequestListener {
  return (request, response) => {
    response.on('error', (error) => endFailed(response, error, publicError)); // such as that of a late write
    try {
      handle(request, response);
    } catch (error) {
      endFailed(response, error, publicError);
    }
  };
}

/** Ends a request that failed unexpectedly. A client that disconnects in the middle of its request is no such failure. */
function endFailed(response: ServerResponse, error: unknown, publicError: HttpServerOptions['publicError']): void {
  if (response.destroyed || response.req.errored) return void response.destroy();
  const shown = publicError(error);
  if (response.headersSent) response.destroy();
  else sendJson(response, 500, { errors: [shown] });
  return undefined;
}

/** Connect links lead here if the ingress of the cluster does not serve the workspaces on the host of the dashboard. */
function notServedMessage(path: string): string {
  const base = `Nothing is served at ${path}.`;
  if (path === '/') return `Nothing but HTML is served at /. The GraphQL endpoint is ${ENDPOINT}.`;
  if (!path.startsWith('/workspace/')) return `${base} The GraphQL endpoint is ${ENDPOINT}.`;
  return `${base} The ingress of the cluster serves workspaces; set CONNECT_BASE_URL if it has another host. The demo runs no programs.`;
}

const JSON_EXPECTED: Refusal = {
  status: 415,
  code: 'UNSUPPORTED_MEDIA_TYPE',
  message: 'Expected a POST with Content-Type: application/json.',
};

function sendReadiness(response: ServerResponse, { ready, waitingFor }: Readiness): void {
  sendJson(response, ready ? 200 : 503, { status: ready ? 'ok' : 'not ready', waitingFor });
}

/** Returns why the headers of a request are refused. Groups and cookies make them large. */
function headerSizeRefusal(
  { rawHeaders, url = '' }: IncomingMessage,
  { maxHeaderBytes }: Pick<HttpServerOptions, 'maxHeaderBytes'>,
): string | undefined {
  const bytes = rawHeaders.reduce((sum, part) => sum + part.length + SEPARATOR_BYTES, url.length);
  if (bytes <= maxHeaderBytes) return undefined;
  return `Expected a URL and headers of at most ${maxHeaderBytes} bytes (MAX_HEADER_BYTES), got ${bytes}. Send fewer groups or cookies.`;
}

/** Bytes after the name and after the value of a header. */
const SEPARATOR_BYTES = 2;

type UpgradeOptions = Pick<RequestHandlerOptions, 'options' | 'originPolicy'> & {
  readonly state: Readonly<ServerState>;
};

function upgradeHandler(options: UpgradeOptions, webSockets: WebSocketHandler) {
  return (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    socket.on('error', () => socket.destroy()); // Node hands over the socket without listeners
    const refusal = upgradeRefusal(request, options);
    if (refusal === undefined) webSockets.upgrade(request, socket, head);
    else refuseUpgrade(socket, refusal);
  };
}

/** Returns the HTTP status of a refused upgrade, or undefined if it is allowed. */
function upgradeRefusal(
  request: IncomingMessage,
  { state, originPolicy, options }: UpgradeOptions,
): string | undefined {
  if (state.phase === 'stopping' || options.connectionLimit.isSurplus(request)) return '503 Service Unavailable';
  if (headerSizeRefusal(request, options)) return '431 Request Header Fields Too Large';
  if (pathOf(request) !== ENDPOINT) return '404 Not Found';
  return originPolicy.refusal(request) ? '403 Forbidden' : undefined;
}

/**
 * Closes the connection of a request that was answered before its body had arrived, such as one that is too large. Node would
 * read the rest. The client has some time to read the answer, because a reset could discard it.
 */
function closeAfterEarlyAnswer(request: IncomingMessage, response: ServerResponse): void {
  const { socket } = request; // the request loses it at its end
  response.on('finish', () => {
    if (request.complete) return;
    socket.end();
    const timeout = setTimeout(() => socket.destroy(), REFUSED_REQUEST_TIMEOUT_MS);
    socket.once('close', () => clearTimeout(timeout));
  });
}

function listen(
  server: Server,
  { host, port, publicError: onError, connectionLimit }: HttpServerOptions,
  traffic: Traffic,
): Promise<AddressInfo> {
  connectionLimit.apply(server);
  server.on('connection', (socket: Socket) => {
    socket.setNoDelay(true);
    traffic.add(socket);
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host, backlog: BACKLOG }, () => {
      server.off('error', reject);
      // A connection that cannot be accepted, for lack of memory for example, is no reason to end the process.
      server.on('error', onError);
      const address = server.address();
      if (typeof address === 'object' && address) resolve(address);
      else reject(new TypeError('Expected a listening server to have a port.'));
    });
  });
}
