import type { Viewer } from '../auth/viewer.ts';
import { Loaders, type Cluster } from '../viewer-client/loaders.ts';
import type { OnRead } from '../viewer-client/objects.ts';
import type { Sight } from '../viewer-client/sight.ts';
import type { SubscriptionStatistics } from './subscription-statistics.ts';

const UNDECLARED = 'A field that is followed asks who the viewer is without saying so: extensions: readsForViewer(…).';

/** What this gateway is, and how it does. */
export interface GatewayFacts {
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
  readonly loaders: Loaders;
  readonly gateway: GatewayFacts;
  /** Aborts when the client has gone, or its subscription has ended. */
  readonly signal: AbortSignal;
  /** The same viewer's context for one event of a subscription: loaders remember, and an event must not be answered from the past. */
  readonly forEvent: (event: EventContext) => Context;
  /** The same viewer's context, in which only what the cluster's authorizer is asked from a moment on counts. */
  readonly renewed: (since: number) => Context;
}

interface EventContext {
  readonly signal: AbortSignal;
  readonly onRead: OnRead;
  /** What all readers of the event see. */
  readonly sight: Sight;
  /** Whether viewers share it who see the same: then nothing may depend on who they are. */
  readonly shared: boolean;
}

export interface ContextOptions {
  readonly cluster: Cluster;
  readonly viewer: Viewer;
  readonly gateway: GatewayFacts;
}

/** Whether this is a context that was made here. */
export function isContext(value: unknown): value is Context {
  return typeof value === 'object' && value !== null && 'loaders' in value && value.loaders instanceof Loaders;
}

export function createContext(options: ContextOptions, signal: AbortSignal): Context {
  return contextWith(options, { signal });
}

/** Stands for all who see the same. */
const anybody: Viewer = {
  name: '',
  groups: [],
  key: 'anybody',
  get client(): never {
    throw new TypeError(UNDECLARED);
  },
  review: () => Promise.reject(new TypeError(UNDECLARED)),
  renew: () => Promise.reject(new TypeError(UNDECLARED)),
};

function contextWith(
  options: ContextOptions,
  given: Partial<EventContext> & { readonly signal: AbortSignal; readonly since?: number },
): Context {
  const { cluster, gateway } = options;
  const { signal } = given;
  const viewer = given.shared ? anybody : options.viewer;
  return {
    viewer,
    gateway,
    signal,
    loaders: new Loaders({ cluster, viewer, ...given }),
    forEvent: (event) => contextWith(options, event),
    renewed: (since) => contextWith(options, { signal, since }),
  };
}
