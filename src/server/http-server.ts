import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { GraphQLError } from 'graphql';
import { failure, type ErrorCode } from '../graphql/errors.ts';
import { credentialsOf, type Authenticator } from '../auth/authenticator.ts';
import type { Viewer } from '../auth/viewer.ts';
import { createClusterAssets, type ClusterAssetsOptions } from './cluster-assets.ts';
import type { GraphiQLTab } from './graphiql-page.ts';
import { createGraphiQL } from './graphiql.ts';
import { isSimplePost, OriginPolicy } from './origin-policy.ts';
import { FlowControl, type FlowControlOptions } from './flow-control.ts';
import { Pipeline, type PipelineOptions } from './pipeline.ts';
import { acceptsStream, EventStreamServer } from './sse.ts';
import { createWebSockets } from './websocket.ts';

/** Whether the gateway can answer, and what is still missing if it cannot. */
export interface Readiness {
  readonly ready: boolean;
  readonly waitingFor: readonly string[];
}

export interface HttpServerOptions extends Omit<PipelineOptions, 'endpoint'>, FlowControlOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Shown in GraphiQL to who comes for the first time. */
  readonly tabs: readonly GraphiQLTab[];
  /** What GraphiQL's headers editor holds at first: JSON with comments. */
  readonly graphiqlHeaders: string;
  readonly readiness: () => Readiness;
  readonly assetAt: ClusterAssetsOptions['assetAt'];
  readonly publicError: (error: unknown) => GraphQLError;
  readonly authenticate: Authenticator;
  readonly maxSubscriptionsPerConnection: number;
  /** Origins, such as `https://dashboard.example.com`, whose pages may use the gateway beside its own. */
  readonly allowedOrigins: readonly string[];
  /** How long clients are given to leave when the server stops. */
  readonly drainMs: number;
}

export interface HttpServer extends AsyncDisposable {
  /** Address of the endpoint, e.g. `http://127.0.0.1:4000/graphql`. */
  readonly url: string;
  readonly pipeline: Pipeline;
}

const ENDPOINT = '/graphql';
/** Time for the client of a refused upgrade to read the answer and to close its side. */
const REFUSAL_LINGER_MS = 1_000;
/** So many may knock at once, as after a restart; the system may allow fewer. */
const BACKLOG = 4_096;

/**
 * Serves GraphQL over GET, POST, Server-Sent Events and WebSocket at `/graphql`, GraphiQL to browsers there, `/assets/`, `/livez` and
 * `/readyz`. Disposing ends every stream, waits for the answers under way, and closes.
 * @throws {Error} when the port is taken
 */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const pipeline = new Pipeline({ ...options, endpoint: ENDPOINT });
  const flowControl = new FlowControl(options, () => (pipeline.subscriptions.counters.slowCloses += 1));
  const webSockets = createWebSockets({ ...options, pipeline, flowControl });
  const serveJson: Answer = async (request, response, viewer) => {
    await pipeline.yoga(request, response, { viewer });
  };
  const streams = new EventStreamServer({ pipeline, flowControl, serveJson });
  const origins = new OriginPolicy(options);
  const state = { stopping: false };
  const server = createServer(
    routes({ ...options, origins }, state, async (request, response, viewer) =>
      acceptsStream(request) ? streams.serve(request, response, viewer) : serveJson(request, response, viewer),
    ),
  );
  server.on('upgrade', (request, socket, head) => {
    if (state.stopping) refuseUpgrade(socket, '503 Service Unavailable');
    else if (pathOf(request) !== ENDPOINT) refuseUpgrade(socket, '404 Not Found');
    else if (origins.refusal(request)) refuseUpgrade(socket, '403 Forbidden');
    else webSockets.upgrade(request, socket, head);
  });
  const { port } = await listen(server, options);
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  return {
    url: `http://${host}:${port}${ENDPOINT}`,
    pipeline,
    async [Symbol.asyncDispose]() {
      state.stopping = true;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await Promise.all([streams.close(options.drainMs), webSockets.close(options.drainMs)]);
      server.closeIdleConnections();
      const deadline = new AbortController();
      await Promise.race([
        closed,
        delay(options.drainMs, undefined, { signal: deadline.signal }).catch(() => undefined),
      ]);
      deadline.abort();
      server.closeAllConnections();
      await closed;
      await pipeline.yoga.dispose();
    },
  };
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void;
type Answer = (request: IncomingMessage, response: ServerResponse, viewer: Viewer) => Promise<void>;

function routes(
  {
    tabs,
    graphiqlHeaders: headers,
    readiness,
    origins,
    authenticate,
    publicError,
    assetAt,
  }: HttpServerOptions & { readonly origins: OriginPolicy },
  state: { readonly stopping: boolean },
  serveGraphQL: Answer,
): Handler {
  const graphiql = createGraphiQL({ endpoint: ENDPOINT, tabs, headers });
  const assets = createClusterAssets({ assetAt, authenticate, publicError });
  return (request, response) => {
    if (state.stopping) response.setHeader('connection', 'close');
    const path = pathOf(request);
    if (path === '/livez') return answer(response, 200, { status: 'ok' });
    if (path === '/readyz')
      return answerReadiness(response, state.stopping ? { ready: false, waitingFor: ['shutdown'] } : readiness());
    const refusal = origins.refusal(request);
    if (refusal) return answer(response, 403, errorOf('FORBIDDEN', refusal));
    if (assets.handles(request)) return assets.serve(request, response);
    if (graphiql.handles(request)) return graphiql.serve(request, response);
    if (path !== ENDPOINT)
      return answer(response, 404, { message: `There is nothing at ${path}; GraphQL is at ${ENDPOINT}.` });
    if (origins.answerBrowser(request, response)) return undefined;
    if (isSimplePost(request)) return answer(response, 415, errorOf('UNSUPPORTED_MEDIA_TYPE', JSON_EXPECTED));
    authenticate(credentialsOf(request)).then(
      // Whoever fails here has lost its client in the middle of a request: there is nobody left to tell.
      (viewer) => serveGraphQL(request, response, viewer).catch(() => response.destroy()),
      (error: unknown) => refuseUnidentified(response, publicError(error)),
    );
    return undefined;
  };
}

/** It is not known who asks; or it cannot be found out now. */
function refuseUnidentified(response: ServerResponse, error: GraphQLError): void {
  const isUnknown = error.extensions['code'] === 'UNAUTHENTICATED';
  if (isUnknown) response.setHeader('www-authenticate', 'Bearer');
  answer(response, isUnknown ? 401 : 503, { errors: [error] });
}

const JSON_EXPECTED = 'Expected a POST with Content-Type: application/json.';

function errorOf(code: ErrorCode, message: string): object {
  return { errors: [failure(code, message)] };
}

function answerReadiness(response: ServerResponse, { ready, waitingFor }: Readiness): void {
  answer(response, ready ? 200 : 503, { status: ready ? 'ok' : 'not ready', waitingFor });
}

function answer(response: ServerResponse, status: number, body: object): void {
  response
    .writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
    .end(`${JSON.stringify(body)}\n`);
}

/**
 * Answers an upgrade request with an error and closes its connection, at the latest after {@link REFUSAL_LINGER_MS}.
 * Node hands the socket over without listeners: an `error` event would end the process, and unread bytes would keep the
 * socket open after its client has left.
 */
function refuseUpgrade(socket: Duplex, status: string): void {
  socket.on('error', () => socket.destroy());
  socket.resume();
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  const linger = setTimeout(() => socket.destroy(), REFUSAL_LINGER_MS);
  socket.once('close', () => clearTimeout(linger));
}

function pathOf({ url = '/' }: IncomingMessage): string {
  return url.split('?', 1)[0] ?? '/';
}

function listen(
  server: Server,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<AddressInfo> {
  server.on('connection', (socket: Socket) => socket.setNoDelay(true));
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host, backlog: BACKLOG }, () => {
      server.off('error', reject);
      const address = server.address();
      if (typeof address === 'object' && address) resolve(address);
      else reject(new TypeError('The server has no port.'));
    });
  });
}
