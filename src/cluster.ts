import type { Logger } from 'pino';
import { Authorizer, type AuthorizerOptions } from './auth/authorizer.ts';
import type { ViewerAccesses } from './auth/rbac/viewer-access.ts';
import type { ClusterCache } from './cache/cluster-cache.ts';
import type { ReadonlyStore } from './cache/readonly-store.ts';
import type { Config } from './config.ts';
import { Namespace, type NamespaceObject } from './kinds/namespace/resource.ts';
import { atMostEvery } from './kubernetes/log-limit.ts';
import { redactedError } from './kubernetes/redacted.ts';
import { instantQuery } from './prometheus/instant-query.ts';
import { BytesInFlight } from './scheduling/bytes-in-flight.ts';
import type { Cluster } from './viewer-client/cluster.ts';
import { DerivedStates } from './viewer-client/derived-states.ts';
import { GpuLoads } from './viewer-client/gpu-loads.ts';
import { PodUsages } from './viewer-client/pod-usages.ts';
import { assertCached } from './viewer-client/read-error.ts';
import { SentWrites, type SentWrite } from './viewer-client/sent-writes.ts';
import { SharedLogs } from './viewer-client/shared-logs.ts';

interface ClusterParts {
  readonly cache: ClusterCache;
  readonly log: Logger;
  readonly accesses: ViewerAccesses | undefined;
  readonly traceReview: AuthorizerOptions['traceReview'];
}

/** A write whose client has left, or was answered with TIMEOUT: its outcome is only in the log. */
function logAbandoned(log: Logger, write: SentWrite, error: unknown): void {
  if (error === undefined) log.info({ write }, 'write succeeded after its request was over');
  else log.warn({ write, error: redactedError(error) }, 'write failed after its request was over');
}

/** Creates the state of one gateway that all viewers share. Its `gpuLoads` and `derived` must be disposed of. */
export function createCluster(config: Config, { cache, log, accesses, traceReview }: ClusterParts): Cluster {
  const allowedTtlMs = config.authorizationTtlSeconds * 1_000;
  const deniedTtlMs = Math.min(config.denialTtlSeconds * 1_000, allowedTtlMs);
  const namespaces = cache.store(Namespace);
  return {
    cache,
    authorizer: new Authorizer({
      accesses,
      traceReview,
      allowedTtlMs,
      deniedTtlMs,
      observedTtlMs: config.observedAuthorizationTtlSeconds * 1_000,
      countNamespaces: () => namespaces.size,
      graceMs: config.authorizationGraceSeconds * 1_000,
      maxReviewsPerRequest: config.maxAccessReviewsPerRequest,
    }),
    usages: new PodUsages(),
    gpuLoads: gpuLoadsOf(config, log),
    logs: new SharedLogs(),
    derived: new DerivedStates(),
    writes: new SentWrites((write, error) => logAbandoned(log, write, error)),
    limits: config,
    bytesInFlight: new BytesInFlight(config.maxBytesInFlight),
    namespaces: namesIn(namespaces),
  };
}

/** Returns undefined without a source. */
function gpuLoadsOf({ gpuLoadSource: source, prometheusIntervalSeconds }: Config, log: Logger): GpuLoads | undefined {
  if (!source) return undefined;
  const onFailure = atMostEvery({ intervalMs: GPU_LOG_INTERVAL_MS }, (error, suppressed) =>
    log.warn({ url: source.url, error: redactedError(error), suppressed }, 'cannot read the load of GPUs'),
  );
  const intervalMs = prometheusIntervalSeconds * 1_000;
  const timeoutMs = Math.min(intervalMs, MAX_QUERY_MS);
  const reading = (query: string) => (signal: AbortSignal) => instantQuery(source, query, { timeoutMs, signal });
  const [readLoads, readActivity] = [reading(source.loadQuery), reading(source.activityQuery)];
  return new GpuLoads({ readLoads, readActivity, intervalMs, onFailure });
}

const MAX_QUERY_MS = 10_000;
const GPU_LOG_INTERVAL_MS = 60_000;

/** Returns a function that returns the names of the objects in a store: the same array until one appears or goes. */
function namesIn(store: ReadonlyStore<NamespaceObject>): () => readonly string[] {
  let names: readonly string[] | undefined;
  const forget = () => void (names = undefined);
  store.addEventHandler({
    changed: ({ type }) => type === 'updated' || forget(),
    reset: forget,
    failed: forget,
  });
  return () => {
    assertCached(store);
    names ??= Array.from(store.list(), ({ metadata }) => metadata.name);
    return names;
  };
}
