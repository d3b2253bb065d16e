import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { GraphQLError } from 'graphql';
import { failure } from '../graphql/errors.ts';
import { requestIdOf, type OperationRecord } from '../graphql/operation-record.ts';
import { ClusterAssetServer, type ClusterAssetsOptions } from './cluster-assets.ts';
import type { ConnectionLimit } from './connection-limit.ts';
import { acceptsAnswer, acceptsEventStream, acceptsHtml } from './content-negotiation.ts';
import { createDashboard, type DashboardOptions } from './dashboard.ts';
import { createGraphiQL } from './graphiql.ts';
import type { GraphiQLTab } from './graphiql-examples.ts';
import { isSimplePost, type OriginPolicy } from './origin-policy.ts';
import { pathOf } from './page-files.ts';
import type { Person } from './person.ts';
import type { OperationCaller } from './operation.ts';
import { refuseUpgrade } from './refused-websockets.ts';
import { recordOf, sendRefusal, type OperationObservers, type RequestGate } from './request-gate.ts';
import {
  forbidden,
  JSON_HEADERS,
  refuse,
  REFUSED_REQUEST_TIMEOUT_MS,
  sendJson,
  sendText,
  type Refusal,
} from './responses.ts';
import { REQUEST_ID } from './server-response.ts';
import type { UnreadResponses } from './unread-responses.ts';
import type { WebSocketHandler } from './websocket.ts';

export const ENDPOINT = '/graphql';

/** Whether the gateway can answer queries. */
export interface Readiness {
  readonly ready: boolean;
  /** Resources that have not been listed yet, and other conditions. Empty if ready. */
  readonly waitingFor: readonly string[];
}

export interface RequestHandlerOptions
  extends OperationObservers, Pick<ClusterAssetsOptions, 'assetAt' | 'publicError'> {
  readonly connectionLimit: ConnectionLimit;
  /** Limit on the bytes of the URL and headers of a request. */
  readonly maxHeaderBytes: number;
  /** GraphiQL's tabs at a first visit. */
  readonly tabs: readonly GraphiQLTab[];
  /** Initial text of GraphiQL's headers editor: JSON with comments. */
  readonly graphiqlHeaders: string;
  /** People of the demo, as whom visitors of GraphiQL can act. */
  readonly people?: readonly Person[];
  readonly dashboard: DashboardOptions;
}

export type GraphQLHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  caller: OperationCaller,
) => Promise<void>;

/** The parts of the server that serve requests. */
interface RequestParts {
  readonly options: RequestHandlerOptions;
  readonly gate: RequestGate;
  readonly readiness: () => Readiness;
  readonly originPolicy: OriginPolicy;
  readonly unread: UnreadResponses;
  readonly serveGraphQL: GraphQLHandler;
}

/** Routes requests. The probes come first: the kubelet sends another Host. */
export function requestHandler({ options, gate, readiness, ...parts }: RequestParts) {
  const { originPolicy, unread } = parts;
  const serveAdmitted = admittedHandler({ options, gate, ...parts });
  const graphiql = createGraphiQL({ ...options, endpoint: ENDPOINT, onUnexpected: options.publicError });
  const dashboard = createDashboard(options.dashboard);
  const assets = new ClusterAssetServer({ ...options, gate });
  return (request: IncomingMessage, response: ServerResponse): void => {
    unread.watch(response);
    closeAfterEarlyAnswer(request, response);
    if (options.connectionLimit.isSurplus(request)) response.setHeader('connection', 'close');
    if (lacksHost(request)) {
      return refuse(response, recordOf(request, response, { transport: 'http', observers: options }), HOST_EXPECTED);
    }
    const path = pathOf(request);
    if (path === '/livez') return sendJson(response, 200, { status: 'ok' });
    if (path === '/readyz') return sendReadiness(response, readiness());
    const transport = acceptsEventStream(request) ? 'sse' : 'http';
    const record = recordOf(request, response, { transport, observers: options });
    const refusal = refusalOf(request, { options, originPolicy });
    if (refusal) return refuse(response, record, refusal);
    if (assets.handles(request)) {
      return originPolicy.applyCors(request, response) ? undefined : assets.serve(request, response);
    }
    if (graphiql.handles(request)) return graphiql.serve(request, response);
    if (dashboard.handles(request)) return dashboard.serve(request, response);
    if (path !== ENDPOINT) return sendNotServed(request, response);
    if (originPolicy.applyCors(request, response)) return undefined;
    const operationRefusal = originPolicy.operationRefusal(request);
    if (operationRefusal) return refuse(response, record, forbidden(operationRefusal));
    if (isSimplePost(request)) return refuse(response, record, JSON_EXPECTED);
    if (isCompressed(request)) return refuse(response, record, UNCOMPRESSED_EXPECTED);
    if (!acceptsAnswer(request)) return refuse(response, record, NOT_ACCEPTABLE);
    void serveAdmitted(request, response, record);
    return undefined;
  };
}

/** Returns a function that serves an operation of a viewer, unless the gate refuses it. It never rejects. */
function admittedHandler({ gate, options, serveGraphQL }: Pick<RequestParts, 'gate' | 'options' | 'serveGraphQL'>) {
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
  { options, originPolicy }: Pick<RequestParts, 'options' | 'originPolicy'>,
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
export function guarded(handle: RequestListener, publicError: RequestHandlerOptions['publicError']): RequestListener {
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
function endFailed(response: ServerResponse, error: unknown, publicError: RequestHandlerOptions['publicError']): void {
  if (response.destroyed || response.req.errored) return void response.destroy();
  const shown = publicError(error);
  if (response.headersSent) response.destroy();
  else sendJson(response, 500, { errors: [shown] });
  return undefined;
}

/** Answers people with text, and programs with JSON. */
function sendNotServed(request: IncomingMessage, response: ServerResponse): void {
  const message = notServedMessage(pathOf(request));
  if (acceptsHtml(request)) sendText(response, 404, message, JSON_HEADERS);
  else sendJson(response, 404, { message });
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

const UNCOMPRESSED_EXPECTED: Refusal = {
  status: 415,
  code: 'UNSUPPORTED_MEDIA_TYPE',
  message: 'Expected a body without compression, got one with Content-Encoding. Send it as it is.',
};

/** Other values of the header, such as `utf-8`, are mistakes about a body that is not compressed. */
function isCompressed({ headers }: IncomingMessage): boolean {
  const encoding = headers['content-encoding'];
  return encoding !== undefined && /gzip|deflate|compress|br|zstd/iu.test(encoding);
}

const NOT_ACCEPTABLE: Refusal = {
  status: 406,
  code: 'NOT_ACCEPTABLE',
  message:
    'Expected a header Accept with application/json, application/graphql-response+json or text/event-stream, of which the quality is not 0, or no such header.',
};

const HOST_EXPECTED: Refusal = {
  status: 400,
  code: 'BAD_REQUEST',
  message: 'Expected the header Host, which HTTP/1.1 requires.',
};

function lacksHost({ headers, httpVersion }: IncomingMessage): boolean {
  return headers.host === undefined && httpVersion === '1.1';
}

function sendReadiness(response: ServerResponse, { ready, waitingFor }: Readiness): void {
  sendJson(response, ready ? 200 : 503, { status: ready ? 'ok' : 'not ready', waitingFor });
}

/** Returns why the headers of a request are refused. Groups and cookies make them large. */
function headerSizeRefusal(
  { rawHeaders, url = '' }: IncomingMessage,
  { maxHeaderBytes }: Pick<RequestHandlerOptions, 'maxHeaderBytes'>,
): string | undefined {
  const bytes = rawHeaders.reduce((sum, part) => sum + part.length + SEPARATOR_BYTES, url.length);
  if (bytes <= maxHeaderBytes) return undefined;
  return `Expected a URL and headers of at most ${maxHeaderBytes} bytes (MAX_HEADER_BYTES), got ${bytes}. Send fewer groups or cookies.`;
}

/** Bytes after the name and after the value of a header. */
const SEPARATOR_BYTES = 2;

type UpgradeOptions = Pick<RequestParts, 'options' | 'originPolicy'> & {
  /** Whether new connections are refused. */
  readonly isStopping: () => boolean;
};

/** Returns a handler of upgrade requests. It owns their sockets. */
export function upgradeHandler(options: UpgradeOptions, webSockets: WebSocketHandler) {
  return (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    socket.on('error', () => socket.destroy()); // Node hands over the socket without listeners
    const refusal = upgradeRefusal(request, options);
    if (!refusal) return webSockets.upgrade(request, socket, head);
    const { status, code, message } = refusal;
    const requestId = requestIdOf(request.headers[REQUEST_ID]);
    return refuseUpgrade(socket, { requestId, status, error: failure(code, message) }, options.options);
  };
}

/** Returns the reason for which an upgrade is refused; undefined if it is allowed. */
function upgradeRefusal(request: IncomingMessage, { isStopping, ...parts }: UpgradeOptions): Refusal | undefined {
  if (isStopping()) return { status: 503, code: 'UNAVAILABLE', message: 'The server is shutting down.' };
  const refusal = refusalOf(request, parts);
  const path = pathOf(request);
  if (refusal || path === ENDPOINT) return refusal;
  return { status: 404, code: 'NOT_FOUND', message: notServedMessage(path) };
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
