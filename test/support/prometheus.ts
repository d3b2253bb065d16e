import { accessSync, constants } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';
import type { PrometheusConfig } from '../../src/settings/prometheus.ts';
import { freePort } from '../../dev/simulator/free-port.ts';
import { createScratchDirectory } from './scratch-directory.ts';
import { ServerProcess } from './server-process.ts';
import { startLoopbackServer } from './loopback-server.ts';

const BINARY = (process.env['PATH'] ?? '')
  .split(path.delimiter)
  .map((directory) => path.join(directory, 'prometheus'))
  .find(isExecutable);

/** Reason why there is no Prometheus server. Undefined if there is one. */
export const prometheusMissing =
  BINARY === undefined ? 'no `prometheus` on the PATH: `apt-get install prometheus`' : undefined;

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export interface PrometheusServer extends AsyncDisposable {
  readonly url: string;
}

/** Starts a real Prometheus on loopback that scrapes an exporter each second. */
export async function startPrometheus(exporterUrl: string): Promise<PrometheusServer> {
  await using started = new AsyncDisposableStack();
  const directory = started.use(await createScratchDirectory());
  const { host } = new URL(exporterUrl);
  const config = await directory.write(
    'prometheus.yml',
    `global: { scrape_interval: 1s, scrape_timeout: 1s }
scrape_configs: [{ job_name: dcgm, honor_labels: true, static_configs: [{ targets: ['${host}'] }] }]
`,
  );
  const port = await freePort();
  const server = new ServerProcess(directory.path, [
    BINARY ?? 'prometheus',
    `--config.file=${config}`,
    `--storage.tsdb.path=${directory.path}/data`,
    `--web.listen-address=127.0.0.1:${port}`,
  ]);
  started.defer(() => server.stop('SIGKILL'));
  const url = `http://127.0.0.1:${port}`;
  await server.start(async () => (await fetch(`${url}/-/ready`).catch(() => undefined))?.ok === true);
  const running = started.move();
  return { url, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

/** Load of a pod's GPU, from 0 to 100, and the time of the last load in seconds since 1970. */
export interface ServedLoad {
  readonly namespace: string;
  readonly pod: string;
  readonly percent?: number | string;
  readonly activeAt?: number;
}

/** A server that answers the queries `load` and `activity` as Prometheus does. */
export interface LoadServer extends AsyncDisposable {
  readonly url: string;
  /** Replaces the loads. A function answers all requests instead. */
  serve(loads: readonly ServedLoad[] | ((response: ServerResponse) => void)): void;
  /** Number of received queries. */
  readonly queries: number;
}

export async function startLoadServer(initial: readonly ServedLoad[] = []): Promise<LoadServer> {
  let served: Parameters<LoadServer['serve']>[0] = initial;
  const answer = (response: ServerResponse, body: string) => {
    if (typeof served === 'function') return served(response);
    const isLoad = body.includes('load');
    const result = served.flatMap(({ namespace, pod, percent, activeAt }) => {
      const value = isLoad ? percent : activeAt;
      return value === undefined ? [] : [{ metric: { namespace, pod }, value: [0, String(value)] }];
    });
    return response.end(JSON.stringify({ status: 'success', data: { resultType: 'vector', result } }));
  };
  const server = await startLoopbackServer({
    answer: (response: ServerResponse, _request: IncomingMessage) =>
      void answer(response, server.seen.at(-1)?.body ?? ''),
  });
  return {
    url: server.url,
    serve: (loads) => void (served = loads),
    get queries() {
      return server.seen.length;
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** Returns settings of a gateway that reads a {@link LoadServer}. */
export function loadsFrom({ url }: { readonly url: string }, prometheusIntervalSeconds = 1): PrometheusConfig {
  const files = { tokenFile: undefined, caFile: undefined };
  return { gpuLoadSource: { url, ...files, loadQuery: 'load', activityQuery: 'activity' }, prometheusIntervalSeconds };
}
