import type { Viewer } from '../access/viewer.ts';
import { Loaders, type Cluster } from '../loaders/loaders.ts';
import type { OnRead } from '../loaders/objects.ts';

/** What this gateway is. */
export interface GatewayVersions {
  readonly version: string;
  /** Undefined until the API server has told. */
  readonly kubernetesVersion: string | undefined;
}

/** What resolvers know of the request they answer. */
export interface Context {
  readonly viewer: Viewer;
  /** The only door to the cluster. */
  readonly loaders: Loaders;
  readonly versions: GatewayVersions;
  /** Aborts when the client has gone, or its subscription has ended. */
  readonly signal: AbortSignal;
  /** The same viewer's context for one event of a subscription: loaders remember, and an event must not be answered from the past. */
  readonly forEvent: (signal: AbortSignal, onRead: OnRead) => Context;
}

/** @param onRead told of each read from the copy, for live queries */
export function createContext(
  about: { readonly cluster: Cluster; readonly viewer: Viewer; readonly versions: GatewayVersions },
  signal: AbortSignal,
  onRead?: OnRead,
): Context {
  const { cluster, viewer, versions } = about;
  return {
    viewer,
    versions,
    signal,
    loaders: new Loaders(cluster, signal, onRead),
    forEvent: (eventSignal, onEventRead) => createContext(about, eventSignal, onEventRead),
  };
}
