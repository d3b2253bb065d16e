import { once } from 'node:events';
import { createServer } from 'node:http';

interface MetricsServerOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Returns all metrics in the text format of Prometheus. */
  readonly collect: () => Promise<string>;
  readonly onError: (error: unknown) => void;
}

/** A listening metrics server. Disposing closes its connections. */
export interface MetricsServer extends AsyncDisposable {
  /** Such as `http://127.0.0.1:9090/metrics`. */
  readonly url: string;
}

const MAX_CONNECTIONS = 100;
const TIMEOUTS = { headersTimeout: 5_000, requestTimeout: 5_000, connectionsCheckingInterval: 1_000 };
const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/**
 * Serves `/metrics` without authentication, on a port of its own that only the monitoring should reach. Requests at the same time
 * share one collection.
 * @throws {Error} if it cannot listen
 */
export async function startMetricsServer(options: MetricsServerOptions): Promise<MetricsServer> {
  const { host, port, collect, onError } = options;
  let collecting: Promise<string> | undefined;
  const collectOnce = () => (collecting ??= collect().finally(() => (collecting = undefined)));
  const server = createServer(TIMEOUTS, (request, response) => {
    request.resume();
    if (request.url?.split('?')[0] !== '/metrics') return void response.writeHead(404).end('Expected /metrics.\n');
    if (request.method !== 'GET') return void response.writeHead(405, { allow: 'GET' }).end();
    collectOnce().then(
      (text) => response.writeHead(200, { 'content-type': CONTENT_TYPE }).end(text),
      (error: unknown) => {
        onError(error);
        response.writeHead(500).end();
      },
    );
    return undefined;
  });
  server.maxConnections = MAX_CONNECTIONS;
  server.listen({ host, port });
  await once(server, 'listening');
  server.on('error', onError);
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new TypeError('Expected a listening server to have a port.');
  const name = host.includes(':') ? `[${host}]` : host;
  return {
    url: `http://${name}:${address.port}/metrics`,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
