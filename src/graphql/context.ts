import type { Viewer } from '../auth/viewer.ts';
import type { OperationVisibility } from '../auth/operation-visibility.ts';
import type { Cancellation } from '../auth/access-checks.ts';
import type { Cluster } from '../viewer-client/cluster.ts';
import type { BytesInFlight, RequestBytes } from '../scheduling/bytes-in-flight.ts';
import { ViewerClient, type ViewerClientOptions } from '../viewer-client/viewer-client.ts';
import type { BulkActions } from './bulk-actions.ts';
import type { ConcurrencyLimit } from './concurrency-limit.ts';
import type { Deadline } from './deadline.ts';
import type { ObjectWrite, OperationRecord } from './operation-record.ts';
import type { OnRead } from '../viewer-client/scoped-lister.ts';
import type { SubscriptionStatistics } from './subscription-statistics.ts';

const UNDECLARED =
  'A resolver of a shared subscription used the viewer without declaring it; add `extensions: viewerDependent(…)` to the field.';

/** Facts about this gateway, for resolvers. */
export interface GatewayInfo {
  readonly version: string;
  /** Version of the API server. Undefined if it does not return one. */
  readonly kubernetesVersion: () => string | undefined;
  /** Whether options that the rules of a workspace kind deny are rejected. */
  readonly enforceFilterRules: boolean;
  /** Called with errors that clients must not see in full. */
  readonly onUnexpected: (error: unknown) => void;
  /** Called when the write of one of the objects that a mutation writes has ended. */
  readonly onObjectWrite: (write: ObjectWrite) => void;
  /** The mutations that go on without their requests. */
  readonly bulkActions: BulkActions;
  /** Counts the subscriptions and queries that read logs. */
  readonly logReads: ConcurrencyLimit;
  /** Memory of the requests in progress. */
  readonly bytesInFlight: Pick<BytesInFlight, 'total' | 'refusals' | 'closes'>;
  /** Returns the counters of subscriptions. */
  readonly live: () => SubscriptionStatistics;
}

/** The client that sends an operation. */
export interface Caller {
  readonly viewer: Viewer;
  /** Time limit of the operation, cancelled when the client leaves. */
  readonly deadline: Deadline;
  /** Memory of the request. */
  readonly bytes?: RequestBytes | undefined;
  readonly record?: OperationRecord | undefined;
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
  /** Memory of the request. Events of a subscription have none. */
  readonly bytes?: RequestBytes | undefined;
  /** Facts about the operation, for logs. Events of a subscription have none. */
  readonly record?: OperationRecord | undefined;
  /** Returns a context of the same viewer for one event of a subscription, with a client that has memoized nothing. */
  forEvent(event: EventContext): Context;
  /**
   * Returns a context of the same viewer that accepts no decision from before a time of `performance.now`. The signal cancels
   * its reviews and reads.
   */
  withFreshAuthorization(notBefore: number, signal: AbortSignal): Context;
  /** Returns a context of the same viewer that authorizes a running subscription again, at a time of `performance.now`. */
  withReauthorization(notBefore: number, signal: AbortSignal): Context;
}

/** Context of one event of a subscription. */
export interface EventContext {
  readonly signal: AbortSignal;
  readonly onRead: OnRead;
  /** Visibility that all subscribers of the event share. */
  readonly visibility: OperationVisibility;
  /** Whether several viewers share the event. Its result must then not depend on the viewer. */
  readonly shared: boolean;
  /** Decides the permissions that a shared event may depend on. Default: none. */
  readonly decide?: ViewerClientOptions['decide'];
}

interface ContextOptions {
  readonly cluster: Cluster;
  readonly gateway: GatewayInfo;
}

/** Returns whether a value is a context that {@link createContext} returned. */
export function isContext(value: unknown): value is Context {
  return value instanceof OperationContext;
}

export function createContext(options: ContextOptions, caller: Caller): Context {
  return new OperationContext(options, caller.viewer, { ...caller, cancellation: caller.deadline });
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

function undeclared(): never {
  throw new TypeError(UNDECLARED);
}

interface GivenContext
  extends Partial<Omit<EventContext, 'signal'>>, Partial<Pick<Caller, 'deadline' | 'bytes' | 'record'>> {
  readonly cancellation: Cancellation;
  readonly notBefore?: number;
  readonly isRecheck?: boolean;
}

/** Not an object literal: its signal, which most operations do not use, would have to exist, and its methods would be closures. */
class OperationContext implements Context {
  readonly viewer: Viewer;
  readonly client: ViewerClient;
  readonly gateway: GatewayInfo;
  readonly deadline: Deadline | undefined;
  readonly bytes: RequestBytes | undefined;
  readonly record: OperationRecord | undefined;
  readonly #options: ContextOptions;
  readonly #viewer: Viewer;
  readonly #cancellation: Cancellation;

  constructor(options: ContextOptions, viewer: Viewer, given: GivenContext) {
    this.#options = options;
    this.#viewer = viewer;
    this.#cancellation = given.cancellation;
    this.viewer = given.shared ? sharedViewer : viewer;
    this.gateway = options.gateway;
    this.deadline = given.deadline;
    this.bytes = given.bytes;
    this.record = given.record;
    const decide = given.shared ? (given.decide ?? undeclared) : undefined;
    this.client = new ViewerClient({ ...given, decide, cluster: options.cluster, viewer: this.viewer });
  }

  get signal(): AbortSignal {
    return this.#cancellation.signal;
  }

  forEvent({ signal, onRead, visibility, shared, decide }: EventContext): Context {
    return this.#with({ cancellation: { signal }, onRead, visibility, shared, decide });
  }

  withFreshAuthorization(notBefore: number, signal: AbortSignal): Context {
    return this.#with({ cancellation: { signal }, notBefore });
  }

  withReauthorization(notBefore: number, signal: AbortSignal): Context {
    return this.#with({ cancellation: { signal }, notBefore, isRecheck: true });
  }

  #with(given: GivenContext): Context {
    return new OperationContext(this.#options, this.#viewer, given);
  }
}
