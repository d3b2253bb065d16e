import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Authenticator } from '../auth/authenticator.ts';
import { ConcurrencyLimit } from '../graphql/concurrency-limit.ts';
import type { ServerStatistics } from '../graphql/server-statistics.ts';
import type { SubscriptionStatistics } from '../graphql/subscription-statistics.ts';
import type { BytesInFlight } from '../scheduling/bytes-in-flight.ts';
import { FlowControl, type FlowControlOptions } from './flow-control.ts';
import { precompileExamples, type PrecompiledExamples } from './example-operations.ts';
import { acceptsEventStream } from './content-negotiation.ts';
import { JsonRequestServer } from './json-requests.ts';
import { recordRefusedRequests } from './refused-requests.ts';
import { OriginPolicy } from './origin-policy.ts';
import { Pipeline, type PipelineOptions } from './pipeline.ts';
import { RequestGate } from './request-gate.ts';
import {
  ENDPOINT,
  guarded,
  requestHandler,
  upgradeHandler,
  type GraphQLHandler,
  type Readiness,
  type RequestHandlerOptions,
} from './request-handler.ts';
import { responseOf } from './server-response.ts';
import { shutDown } from './shutdown.ts';
import { EventStreamServer } from './sse.ts';
import { Traffic } from './traffic.ts';
import { UnreadResponses } from './unread-responses.ts';
import type { WebSocketLimitOptions } from './websocket-limits.ts';
import { WebSocketHandler } from './websocket.ts';

export interface HttpServerOptions
  extends Omit<PipelineOptions, 'endpoint'>, RequestHandlerOptions, FlowControlOptions, WebSocketLimitOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Whether the copy of the cluster is ready. */
  readonly readiness: () => Readiness;
  readonly authenticate: Authenticator;
  /** Headers that authenticators read, in lower case. An open WebSocket retains no others of its upgrade request, such as cookies. */
  readonly identityHeaders: ReadonlySet<string>;
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
  readonly precompiled: Promise<PrecompiledExamples>;
  /** Whether the server is ready: not before the example operations are prepared, and not when it is shutting down. */
  readonly readiness: () => Readiness;
  readonly connections: () => ServerStatistics;
  readonly subscriptions: () => SubscriptionStatistics;
  /** Makes the readiness probe fail. Requests are served until the server is disposed of. */
  readonly announceShutdown: () => void;
}

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
  const state: ServerState = { phase: 'serving', isPrecompiled: false };
  const readiness = () => readinessIn(state, options);
  const originPolicy = new OriginPolicy(options);
  const serveGraphQL: GraphQLHandler = (request, response, caller) =>
    acceptsEventStream(request) ? eventStreams.serve(request, response, caller) : serveJson(request, response, caller);
  const server = createServer(
    connectionOptions(options, state),
    guarded(requestHandler({ options, gate, readiness, originPolicy, unread, serveGraphQL }), options.publicError),
  );
  server.on(
    'upgrade',
    upgradeHandler({ isStopping: () => state.phase === 'stopping', originPolicy, options }, webSockets),
  );
  recordRefusedRequests(server, options);
  const traffic = new Traffic();
  const { port } = await listen(server, options, traffic);
  const precompiled = precompileIn(state, pipeline, options);
  return {
    url: `http://${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}${ENDPOINT}`,
    precompiled,
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
    requireHostHeader: false, // the request handler requires it, and records requests without it
    ServerResponse: responseOf(() => state.phase === 'serving'),
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
  isPrecompiled: boolean;
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
    traffic,
    endStreams: (drainMs) => Promise.all(streams.map((stream) => stream.close(drainMs))),
  });
  await pipeline.yoga.dispose();
}

async function precompileIn(
  state: ServerState,
  pipeline: Pipeline,
  { tabs }: HttpServerOptions,
): Promise<PrecompiledExamples> {
  const precompiled = await precompileExamples(pipeline, tabs, () => state.phase === 'stopping');
  state.isPrecompiled = true;
  return precompiled;
}

function readinessIn(
  { phase, isPrecompiled }: ServerState,
  { readiness }: Pick<HttpServerOptions, 'readiness'>,
): Readiness {
  if (phase !== 'serving') return { ready: false, waitingFor: ['shutdown'] };
  const { ready, waitingFor } = readiness();
  return isPrecompiled ? { ready, waitingFor } : { ready: false, waitingFor: [...waitingFor, 'example operations'] };
}

function listen(
  server: Server,
  { host, port, publicError: onError, connectionLimit }: HttpServerOptions,
  traffic: Traffic,
): Promise<AddressInfo> {
  connectionLimit.apply(server, traffic);
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
