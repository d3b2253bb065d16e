import type { KubernetesObject } from './object.ts';
import type { WatchStreamOptions } from './watch-stream.ts';

/** What the API server answered to a write: the object, and its `Warning` headers' texts. */
export interface WriteResult<T> {
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
  readonly atResourceVersion?: string | undefined;
  readonly signal: AbortSignal;
}

export interface ListAllOptions<T> extends Omit<ListOptions, 'limit' | 'continue'> {
  /** Returns the object to keep in place of the one that was read, e.g. an equal one that is in memory already. */
  readonly intern?: (object: T) => T;
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
  /** Who `metadata.managedFields` says has written; by default the gateway. */
  readonly fieldManager?: string | undefined;
  /** What becomes of fields that the schema does not know. The API server's default is to warn. */
  readonly fieldValidation?: 'Ignore' | 'Warn' | 'Strict' | undefined;
  /** Takes fields away from other managers. Only for APPLY. */
  readonly force?: boolean | undefined;
  readonly subresource?: 'status' | undefined;
  readonly signal: AbortSignal;
}

export interface CreateOptions extends WriteOptions {
  readonly namespace?: string | undefined;
}

export interface DeleteOptions {
  /** The API server goes through everything but removes nothing. */
  readonly dryRun?: boolean | undefined;
  /** What becomes of the objects that belong to it. By default the API server knows what is usual for the kind. */
  readonly propagationPolicy?: 'Orphan' | 'Background' | 'Foreground' | undefined;
  readonly gracePeriodSeconds?: number | undefined;
  /** What the object must be for this to happen. */
  readonly preconditions?: { readonly uid?: string | undefined; readonly resourceVersion?: string | undefined };
  readonly signal: AbortSignal;
}

export interface DeleteCollectionOptions extends Omit<DeleteOptions, 'preconditions'> {
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}

/** What has become of a deletion. */
export interface DeleteResult<T> {
  /** The object, while it waits for its finalizers or its grace period. Undefined: it is gone. */
  readonly object: T | undefined;
  readonly warnings: readonly string[];
}

export interface DeleteCollectionResult {
  /** How many objects the deletion was about. */
  readonly count: number;
  readonly warnings: readonly string[];
}

export type PatchType = 'JSON' | 'MERGE' | 'STRATEGIC' | 'APPLY';

export interface Patch {
  readonly type: PatchType;
  readonly body: unknown;
}

/** How a patch says which it is. */
export const patchMediaTypes = {
  JSON: 'application/json-patch+json',
  MERGE: 'application/merge-patch+json',
  STRATEGIC: 'application/strategic-merge-patch+json',
  APPLY: 'application/apply-patch+yaml',
} as const satisfies Record<PatchType, string>;

/** The options of a write as the API server's query has them. */
export function writeQueryOf({
  dryRun,
  fieldManager,
  fieldValidation,
  force,
}: WriteOptions): Readonly<Record<string, string>> {
  return {
    ...(fieldManager && { fieldManager }),
    ...(dryRun && { dryRun: 'All' }),
    ...(fieldValidation && { fieldValidation }),
    ...(force && { force: 'true' }),
  };
}

/** The options of a deletion as the API server's body has them. Undefined where there are none. */
export function deleteOptionsOf({
  dryRun,
  propagationPolicy,
  gracePeriodSeconds,
  preconditions,
}: DeleteOptions): object | undefined {
  const { uid, resourceVersion } = preconditions ?? {};
  const options = {
    ...(dryRun && { dryRun: ['All'] }),
    ...(propagationPolicy && { propagationPolicy }),
    ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }),
    ...((uid !== undefined || resourceVersion !== undefined) && { preconditions: { uid, resourceVersion } }),
  };
  return Object.keys(options).length === 0 ? undefined : { apiVersion: 'v1', kind: 'DeleteOptions', ...options };
}
