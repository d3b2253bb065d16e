import type { Viewer } from '../auth/viewer.ts';
import type { OperationVisibility } from '../auth/operation-visibility.ts';
import type { Cluster } from '../viewer-client/cluster.ts';
import type { BytesInFlight } from '../scheduling/bytes-in-flight.ts';
import { ViewerClient } from '../viewer-client/viewer-client.ts';
import type { ConcurrencyLimit } from './concurrency-limit.ts';
import type { Deadline } from './deadline.ts';
import type { OperationRecord } from './operation-record.ts';
import type { OnRead } from '../viewer-client/scoped-lister.ts';
import type { SubscriptionStatistics } from './subscription-statistics.ts';

const UNDECLARED =
  'A resolver of a shared subscription used the viewer without declaring it; add `extensions: viewerDependent(…)` to the field.';

/** Facts about this gateway, for resolvers. */
export interface GatewayInfo {
  readonly version: string;
  /** Version of the API server. Undefined if it does not return one. */
  readonly kubernetesVersion: string | undefined;
  /** Whether options that the rules of a workspace kind deny are rejected. */
  readonly enforceFilterRules: boolean;
  /** Called with errors that clients must not see in full. */
  readonly onUnexpected: (error: unknown) => void;
  /** Counts the subscriptions and queries that read logs. */
  readonly logReads: ConcurrencyLimit;
  /** Memory of the requests in progress. */
  readonly bytesInFlight: Pick<BytesInFlight, 'total' | 'refusals' | 'closes'>;
  /** Returns the counters of subscriptions. */
  readonly live: () => SubscriptionStatistics;
}

/** Context of one operation, or of one event of a subscription. */
export interface Context {
  readonly viewer: Viewer;
  /** Reads and writes of the viewer. Resolvers have no other access to the cluster. */
  readonly client: ViewerClient;
  readonly gateway: GatewayInfo;
  /** Aborts when the client disconnects, the request's time has passed, or its subscription ends. */
  readonly signal: AbortSignal;
  /** Time limit of the request. Events of a subscription have none. */
  readonly deadline?: Deadline | undefined;
  /** Facts about the operation, for logs. Events of a subscription have none. */
  readonly record?: OperationRecord | undefined;
  /** Returns a context of the same viewer for one event of a subscription, with a client that has memoized nothing. */
  readonly forEvent: (event: EventContext) => Context;
  /**
   * Returns a context of the same viewer that accepts no decision from before a time of `performance.now`. The signal cancels
   * its reviews and reads.
   */
  readonly withFreshAuthorization: (notBefore: number, signal: AbortSignal) => Context;
  /** Returns a context of the same viewer that authorizes a running subscription again, at a time of `performance.now`. */
  readonly withReauthorization: (notBefore: number, signal: AbortSignal) => Context;
}

interface EventContext {
  readonly signal: AbortSignal;
  readonly onRead: OnRead;
  /** Visibility that all subscribers of the event share. */
  readonly visibility: OperationVisibility;
  /** Whether several viewers share the event. Its result must then not depend on the viewer. */
  readonly shared: boolean;
}

interface ContextOptions {
  readonly cluster: Cluster;
  readonly viewer: Viewer;
  readonly gateway: GatewayInfo;
}

/** Returns whether a value is a context that {@link createContext} returned. */
export function isContext(value: unknown): value is Context {
  return typeof value === 'object' && value !== null && 'client' in value && value.client instanceof ViewerClient;
}

export function createContext(options: ContextOptions, deadline: Deadline, record?: OperationRecord): Context {
  return contextWith(options, { signal: deadline.signal, deadline, record });
}

/** Viewer of shared events. Any use of its permissions or its client is an error of the resolver. */
const sharedViewer: Viewer = {
  name: '',
  groups: [],
  key: 'shared',
  get client(): never {
    throw new TypeError(UNDECLARED);
  },
  clientIdentity: 'viewer',
  reviewAccess: () => Promise.reject(new TypeError(UNDECLARED)),
  reauthenticate: () => Promise.reject(new TypeError(UNDECLARED)),
};

interface GivenContext extends Partial<EventContext> {
  readonly signal: AbortSignal;
  readonly deadline?: Deadline;
  readonly record?: OperationRecord | undefined;
  readonly notBefore?: number;
  readonly isRecheck?: boolean;
}

function contextWith(options: ContextOptions, { deadline, record, ...given }: GivenContext): Context {
  const { cluster, gateway } = options;
  const viewer = given.shared ? sharedViewer : options.viewer;
  return {
    viewer,
    gateway,
    signal: given.signal,
    deadline,
    record,
    client: new ViewerClient({ cluster, viewer, ...given }),
    forEvent: (event) => contextWith(options, event),
    withFreshAuthorization: (notBefore, signal) => contextWith(options, { signal, notBefore }),
    withReauthorization: (notBefore, signal) => contextWith(options, { signal, notBefore, isRecheck: true }),
  };
}
