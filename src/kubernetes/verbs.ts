import type { KubernetesObject } from './object.ts';
import type { WatchStreamOptions } from './watch-stream.ts';

/** What the API server answered to a write: the object, and its `Warning` headers' texts. */
export interface Written<T> {
  readonly object: T;
  readonly warnings: readonly string[];
}

export interface ListOptions {
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  readonly limit?: number | undefined;
  /** Where the page before this one ended. */
  readonly continue?: string | undefined;
  /** The state of this version, instead of the latest; the server remembers some minutes. */
  readonly exactly?: string | undefined;
  readonly signal: AbortSignal;
}

export interface ObjectList<T> {
  readonly items: readonly T[];
  readonly resourceVersion: string;
  /** Set while there are more pages. */
  readonly continue?: string | undefined;
}

export interface WatchOptions<T extends KubernetesObject> extends Omit<WatchStreamOptions<T>, 'resource'> {
  /** Events after this version. Undefined: first every object as it is, as ADDED, then a bookmark that says so. */
  readonly resourceVersion: string | undefined;
  /** When the server is to end the watch. */
  readonly timeoutSeconds: number;
  readonly signal: AbortSignal;
}

export interface WriteOptions {
  /** The API server goes through everything but stores nothing. */
  readonly dryRun?: boolean | undefined;
  readonly subresource?: 'status' | undefined;
  readonly signal: AbortSignal;
}

export type PatchType = 'JSON' | 'MERGE' | 'STRATEGIC';

/** How a patch says which it is. */
export const patchMediaTypes = {
  JSON: 'application/json-patch+json',
  MERGE: 'application/merge-patch+json',
  STRATEGIC: 'application/strategic-merge-patch+json',
} as const satisfies Record<PatchType, string>;
