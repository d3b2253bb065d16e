import { getHeapStatistics } from 'node:v8';
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import { cacheKeyOf } from '../kubernetes/resource.ts';
import { LAG_BOUNDS_MS, type WatchStatistics } from '../cache/watch-statistics.ts';
import type { ResourceStatus } from '../cache/informer.ts';
import type { SubscriptionStatistics } from '../graphql/subscription-statistics.ts';
import type { ServerStatistics } from '../graphql/server-statistics.ts';
import type { ApiRequestMetrics } from './api-metrics.ts';
import { histogramText } from './histogram.ts';
import type { LostLines } from './log-output.ts';
import type { OperationMetrics } from './operation-metrics.ts';

/** Statistics that the metrics are read from when they are collected. */
export interface MetricsSource {
  readonly version: string;
  readonly operations: OperationMetrics;
  readonly apiRequests: ApiRequestMetrics;
  readonly connections: () => ServerStatistics;
  readonly subscriptions: () => SubscriptionStatistics;
  readonly kinds: () => readonly ResourceStatus[];
  readonly authorizer: { readonly counters: { readonly decisions: number; readonly reviews: number } };
  readonly bytesInFlight: { readonly total: number; readonly refusals: number; readonly closes: number };
  readonly readiness: () => { readonly ready: boolean };
  readonly lostLogLines: () => LostLines;
}

type Labels = Readonly<Record<string, string>>;
type Samples = Iterable<readonly [Labels, number]>;

/** Prefix of the gateway's own metrics. */
const PREFIX = 'workspaces_gateway';

/**
 * Returns a function that returns all metrics in the text format of Prometheus. Most are read from statistics that the gateway keeps
 * anyway, so that they cost nothing between two scrapes.
 */
export function createMetrics(source: MetricsSource): () => Promise<string> {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const families = new Families(registry);
  defineProcess(families, source);
  defineBytesInFlight(families, source);
  defineOperations(families, source);
  defineSubscriptions(families, source);
  defineCopies(families, source);
  defineWatches(families, source);
  defineAccess(families, source);
  return async () => `${await registry.metrics()}${histograms(source)}`;
}

/** Defines metrics whose samples are read when they are collected. */
class Families {
  readonly #registry: Registry;

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  counter(name: string, help: string, read: () => Samples, labelNames: readonly string[] = []): void {
    const counter = new Counter({
      ...this.#about(name, help, labelNames),
      collect: () => {
        counter.reset();
        for (const [labels, value] of read()) counter.inc(labels, value);
      },
    });
  }

  gauge(name: string, help: string, read: () => Samples, labelNames: readonly string[] = []): void {
    const gauge = new Gauge({
      ...this.#about(name, help, labelNames),
      collect: () => {
        gauge.reset();
        for (const [labels, value] of read()) gauge.set(labels, value);
      },
    });
  }

  #about(name: string, help: string, labelNames: readonly string[]) {
    return { name: `${PREFIX}_${name}`, help, labelNames: [...labelNames], registers: [this.#registry] };
  }
}

/** Returns the samples of a metric without labels. */
function single(value: number): Samples {
  return [[{}, value]];
}

function defineProcess(families: Families, { version, connections, readiness, lostLogLines }: MetricsSource): void {
  families.gauge('build_info', 'Version of the gateway, with the value 1.', () => [[{ version }, 1]], ['version']);
  families.gauge('heap_limit_bytes', 'Limit of the JavaScript heap.', () =>
    single(getHeapStatistics().heap_size_limit),
  );
  families.gauge('ready', 'Whether the gateway is ready to serve.', () => single(readiness().ready ? 1 : 0));
  families.gauge('connections', 'Open connections of clients.', () => single(connections().connections));
  families.counter('refused_connections_total', 'Connections refused because of the limit of open files.', () =>
    single(connections().refusedConnections),
  );
  families.gauge('websockets', 'Open WebSockets.', () => single(connections().webSockets));
  families.gauge('pending_bytes', 'Bytes that wait for subscribed clients to read.', () =>
    single(connections().pendingBytes),
  );
  families.counter('sent_bytes_total', 'Bytes sent to clients.', () => single(connections().sentBytes));
  families.counter('received_bytes_total', 'Bytes received from clients.', () => single(connections().receivedBytes));
  families.counter(
    'lost_log_lines_total',
    'Log lines that could not be written, by type.',
    () => [
      [{ type: 'audit' }, lostLogLines().auditLines],
      [{ type: 'other' }, lostLogLines().otherLines],
    ],
    ['type'],
  );
}

function defineBytesInFlight(families: Families, { bytesInFlight }: MetricsSource): void {
  families.gauge('bytes_in_flight', 'Estimated bytes of large requests in progress and of answers to be taken.', () =>
    single(bytesInFlight.total),
  );
  families.counter('bytes_in_flight_refusals_total', 'Requests that MAX_BYTES_IN_FLIGHT refused.', () =>
    single(bytesInFlight.refusals),
  );
  families.counter('bytes_in_flight_closes_total', 'Clients that were disconnected while other requests waited.', () =>
    single(bytesInFlight.closes),
  );
}

function defineOperations(families: Families, { operations, apiRequests }: MetricsSource): void {
  families.counter(
    'operations_total',
    'Ended operations by name, type and code. The type none is for requests without a parsed operation.',
    () => {
      const all = operations.operations();
      return all.flatMap(({ operation, type, byCode }) =>
        Array.from(byCode, ([code, count]) => [{ operation, type, code }, count] as const),
      );
    },
    ['operation', 'type', 'code'],
  );
  families.counter(
    'limit_exceeded_total',
    'Refused operations by the setting whose limit they exceeded.',
    () => Array.from(operations.limits(), ([limit, count]) => [{ limit }, count] as const),
    ['limit'],
  );
  families.counter(
    'api_requests_total',
    'Requests to the API server by verb, resource and HTTP status. The code none is for requests without a response.',
    () =>
      apiRequests
        .requests()
        .flatMap(({ verb, resource, byCode }) =>
          Array.from(byCode, ([code, count]) => [{ verb, resource, code }, count] as const),
        ),
    ['verb', 'resource', 'code'],
  );
}

function defineSubscriptions(families: Families, { subscriptions }: MetricsSource): void {
  const counter = (name: string, help: string, key: keyof SubscriptionStatistics) =>
    families.counter(name, help, () => single(subscriptions()[key]));
  families.gauge('subscriptions', 'Running subscriptions.', () => single(subscriptions().subscribers));
  families.gauge('shared_subscriptions', 'Operations that are executed once for all their subscribers.', () =>
    single(subscriptions().sharedSubscriptions),
  );
  counter('subscription_events_total', 'Events sent to subscribers.', 'events');
  counter('subscription_evaluations_total', 'Executions of a subscribed operation for one object.', 'renderings');
  counter('subscription_conflated_events_total', 'Queued events that a later one of the object replaced.', 'coalesced');
  counter('subscription_resets_total', 'Cursors that were too old to catch up from.', 'resets');
  counter('subscription_resumes_total', 'Cursors from which subscribers caught up.', 'resumes');
  counter('slow_clients_total', 'Clients that were disconnected because they did not read.', 'slowCloses');
}

function defineCopies(families: Families, { kinds }: MetricsSource): void {
  const define = (name: string, help: string, valueOf: (status: ResourceStatus) => number | undefined) =>
    families.gauge(name, help, () => byResource(kinds(), valueOf), ['resource']);
  define('cache_objects', 'Objects in the copy.', ({ objects }) => objects);
  define('cache_synced', 'Whether the copy is complete.', ({ synced }) => (synced ? 1 : 0));
  define(
    'cache_age_seconds',
    'Time since the API server last sent a list, an event or a bookmark, of copies that are polled, that are watched with bookmarks, or whose watch is interrupted.',
    ageOf,
  );
}

function defineWatches(families: Families, { kinds }: MetricsSource): void {
  const byReason = (reasonsOf: (watch: WatchStatistics) => Readonly<Record<string, number>>) => () =>
    kinds().flatMap((status) =>
      Object.entries(reasonsOf(status.watch)).map(
        ([reason, count]) => [{ resource: nameOf(status), reason }, count] as const,
      ),
    );
  const count = (name: string, help: string, valueOf: (watch: WatchStatistics) => number) =>
    families.counter(name, help, () => byResource(kinds(), ({ watch }) => valueOf(watch)), ['resource']);
  const countByReason = (name: string, help: string, read: () => Samples) =>
    families.counter(name, help, read, ['resource', 'reason']);
  count('watch_events_total', 'Events of watches.', ({ events }) => events);
  count('malformed_objects_total', 'Objects that could not be decoded.', ({ malformed }) => malformed);
  countByReason(
    'lists_total',
    'Complete lists of a resource by reason.',
    byReason(({ lists }) => lists),
  );
  countByReason(
    'watch_failures_total',
    'Failed lists and watches by reason.',
    byReason(({ failures }) => failures),
  );
}

/** Returns a sample for each resource for which there is a value. */
function byResource(
  kinds: readonly ResourceStatus[],
  valueOf: (status: ResourceStatus) => number | undefined,
): readonly (readonly [Labels, number])[] {
  return kinds.flatMap((status) => {
    const value = valueOf(status);
    return value === undefined ? [] : [[{ resource: nameOf(status) }, value] as const];
  });
}

function defineAccess(families: Families, { authorizer: { counters } }: MetricsSource): void {
  families.counter('access_decisions_total', 'Decisions about permissions of viewers.', () =>
    single(counters.decisions),
  );
  families.counter('access_reviews_total', 'Access reviews that decisions needed.', () => single(counters.reviews));
}

/**
 * Returns the age of a copy in seconds; undefined if it is not kept equal to the cluster now, or if its watch carries no bookmarks, such
 * as that of Events: its silence does not mean that the copy is old.
 */
function ageOf({ updates, lastEventAt, staleSince, watch }: ResourceStatus): number | undefined {
  if (lastEventAt === undefined || (updates !== 'watched' && updates !== 'polled')) return undefined;
  if (updates === 'watched' && watch.bookmarks === 0 && staleSince === undefined) return undefined;
  return Math.max(0, (Date.now() - lastEventAt) / 1_000); // the wall clock, because it is for display
}

function nameOf({ resource }: ResourceStatus): string {
  return cacheKeyOf(resource).replace(/\.$|\.(?=\/)/u, '');
}

function histograms({ operations, apiRequests, kinds }: MetricsSource): string {
  const durations = operations
    .operations()
    .filter(({ type }) => type !== 'subscription')
    .map(({ operation, type, seconds }) => seconds.text(OPERATIONS, `operation="${operation}",type="${type}"`));
  const requests = apiRequests
    .requests()
    .map(({ verb, resource, seconds }) => seconds.text(API_REQUESTS, `verb="${verb}",resource="${resource}"`));
  const lags = kinds().map((status) => lagText(nameOf(status), status.watch));
  return [
    ...family(OPERATIONS, 'Time until the client has taken the answer, of queries and mutations.', durations),
    ...family(API_REQUESTS, 'Time until the response of the API server began.', requests),
    ...family(LAG, "Time from the API server's write of an object to its watch event.", lags),
    '',
  ].join('\n');
}

const OPERATIONS = `${PREFIX}_operation_duration_seconds`;
const API_REQUESTS = `${PREFIX}_api_request_duration_seconds`;
const LAG = `${PREFIX}_watch_lag_seconds`;

function family(name: string, help: string, samples: readonly string[]): readonly string[] {
  return samples.length === 0 ? [] : [`# HELP ${name} ${help}`, `# TYPE ${name} histogram`, ...samples];
}

const LAG_BOUNDS = LAG_BOUNDS_MS.map((bound) => bound / 1_000);

function lagText(resource: string, { lag }: WatchStatistics): string {
  const values = { bounds: LAG_BOUNDS, counts: lag.buckets, sum: lag.totalMs / 1_000 };
  return histogramText(LAG, `resource="${resource}"`, values);
}
