import type { Viewer } from '../access/viewer.ts';
import { Loaders, type Cluster } from '../loaders/loaders.ts';
import type { OnRead } from '../loaders/objects.ts';
import type { LiveStatistics } from './live/statistics.ts';

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
  readonly live: () => LiveStatistics;
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
  readonly forEvent: (signal: AbortSignal, onRead: OnRead) => Context;
}

/** @param onRead told of each read from the copy, for live queries */
export function createContext(
  about: { readonly cluster: Cluster; readonly viewer: Viewer; readonly gateway: GatewayFacts },
  signal: AbortSignal,
  onRead?: OnRead,
): Context {
  const { cluster, viewer, gateway } = about;
  return {
    viewer,
    gateway,
    signal,
    loaders: new Loaders(cluster, signal, onRead),
    forEvent: (eventSignal, onEventRead) => createContext(about, eventSignal, onEventRead),
  };
}
