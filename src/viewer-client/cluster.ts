import type { Authorizer } from '../auth/authorizer.ts';
import type { ClusterCache } from '../cache/cluster-cache.ts';
import type { BytesInFlight } from '../scheduling/bytes-in-flight.ts';
import type { DerivedStates } from './derived-states.ts';
import type { GpuLoads } from './gpu-loads.ts';
import type { PodUsages } from './pod-usages.ts';
import type { SharedLogs } from './shared-logs.ts';
import type { SentWrites } from './sent-writes.ts';

/** Limits on the reads of one operation. */
interface ReadLimits {
  /** Items of one page of a list. */
  readonly maxPage: number;
  /** Cost of an operation, see `OperationCost`. */
  readonly maxOperationCost: number;
}

/** State of one gateway that the clients of all requests share. */
export interface Cluster {
  readonly cache: ClusterCache;
  readonly authorizer: Authorizer;
  readonly usages: PodUsages;
  /** Undefined if the gateway has no source of them. */
  readonly gpuLoads: GpuLoads | undefined;
  readonly logs: SharedLogs;
  readonly derived: DerivedStates;
  readonly writes: SentWrites;
  readonly limits: ReadLimits;
  /** Memory of the requests in progress. */
  readonly bytesInFlight: BytesInFlight;
  /**
   * Returns the names of all namespaces: the same array until one appears or goes. Throws a `StatusError` until they have
   * been listed.
   */
  readonly namespaces: () => readonly string[];
}
