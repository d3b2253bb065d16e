import type { Viewer } from '../auth/viewer.ts';
import type { OperationVisibility } from '../auth/operation-visibility.ts';
import type { Cluster } from '../viewer-client/cluster.ts';
import { ViewerClient } from '../viewer-client/viewer-client.ts';
import type { OnRead } from '../viewer-client/scoped-lister.ts';
import type { SubscriptionStatistics } from './subscription-statistics.ts';

const UNDECLARED = 'A field that is followed asks who the viewer is without saying so: extensions: viewerDependent(…).';

/** What this gateway is, and how it does. */
export interface GatewayInfo {
  readonly version: string;
  /** Undefined until the API server has told. */
  readonly kubernetesVersion: string | undefined;
  /** Whether options that the rules of a kind deny are refused to workspaces. */
  readonly enforceFilterRules: boolean;
  /** Told of what went wrong and is no client's business. */
  readonly onUnexpected: (error: unknown) => void;
  /** What has happened to its subscriptions, as of now. */
  readonly live: () => SubscriptionStatistics;
}

/** What resolvers know of the request they answer. */
export interface Context {
  readonly viewer: Viewer;
  /** The only door to the cluster. */
  readonly client: ViewerClient;
  readonly gateway: GatewayInfo;
  /** Aborts when the client has gone, or its subscription has ended. */
  readonly signal: AbortSignal;
  /** The same viewer's context for one event of a subscription: client remember, and an event must not be answered from the past. */
  readonly forEvent: (event: EventContext) => Context;
  /** The same viewer's context, in which only what the cluster's authorizer is asked from a moment on counts. */
  readonly withFreshAuthorization: (notBefore: number) => Context;
}

interface EventContext {
  readonly signal: AbortSignal;
  readonly onRead: OnRead;
  /** What all readers of the event see. */
  readonly visibility: OperationVisibility;
  /** Whether viewers share it who see the same: then nothing may depend on who they are. */
  readonly shared: boolean;
}

export interface ContextOptions {
  readonly cluster: Cluster;
  readonly viewer: Viewer;
  readonly gateway: GatewayInfo;
}

/** Whether this is a context that was made here. */
export function isContext(value: unknown): value is Context {
  return typeof value === 'object' && value !== null && 'client' in value && value.client instanceof ViewerClient;
}

export function createContext(options: ContextOptions, signal: AbortSignal): Context {
  return contextWith(options, { signal });
}

/** Stands for all who see the same. */
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

function contextWith(
  options: ContextOptions,
  given: Partial<EventContext> & { readonly signal: AbortSignal; readonly notBefore?: number },
): Context {
  const { cluster, gateway } = options;
  const { signal } = given;
  const viewer = given.shared ? sharedViewer : options.viewer;
  return {
    viewer,
    gateway,
    signal,
    client: new ViewerClient({ cluster, viewer, ...given }),
    forEvent: (event) => contextWith(options, event),
    withFreshAuthorization: (notBefore) => contextWith(options, { signal, notBefore }),
  };
}
