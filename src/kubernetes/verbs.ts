import type { HeldObject } from './decode.ts';
import type { KubernetesObject } from './object.ts';
import type { WatchStreamOptions } from './watch-stream.ts';

/** Result of a write: the object as stored, and the texts of the `Warning` headers. */
export interface WriteResult<T> {
  readonly object: T;
  readonly warnings: readonly string[];
}

/** Options of a list, see https://kubernetes.io/docs/reference/using-api/api-concepts/. */
export interface ListOptions<T extends KubernetesObject = KubernetesObject> {
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  readonly limit?: number | undefined;
  /** Continue token of the previous page. */
  readonly continue?: string | undefined;
  /**
   * Lists the state at exactly this resourceVersion. API servers keep about five minutes of history; older is 410
   * Expired.
   */
  readonly atResourceVersion?: string | undefined;
  /** See {@link decodeObject}. Default: no object is held. */
  readonly heldObject?: HeldObject<T> | undefined;
  readonly signal: AbortSignal;
}

export type ListAllOptions<T extends KubernetesObject> = Omit<ListOptions<T>, 'limit' | 'continue'>;

export interface ListResponse<T> {
  readonly items: readonly T[];
  readonly resourceVersion: string;
  /** Continue token of the next page. Undefined on the last page. */
  readonly continue?: string | undefined;
}

export interface WatchOptions<T extends KubernetesObject> extends Omit<WatchStreamOptions<T>, 'resource'> {
  /** Default: all namespaces. */
  readonly namespace?: string | undefined;
  /** Starts after this version. Undefined: a streaming list, which sends each object as ADDED and then a bookmark. */
  readonly resourceVersion: string | undefined;
  /** Address of the API server that the version is from. By default the current one. */
  readonly server?: string;
  /** Time after which the API server ends the watch. */
  readonly timeoutSeconds: number;
  /** Called when the API server has accepted the watch. */
  readonly onOpen?: () => void;
  readonly signal: AbortSignal;
}

export interface WriteOptions {
  /** Runs validation and admission without storing the result. */
  readonly dryRun?: boolean | undefined;
  /** Manager of the fields in `metadata.managedFields`. By default the gateway. */
  readonly fieldManager?: string | undefined;
  /** Handling of unknown and duplicate fields. The API server's default is Warn. */
  readonly fieldValidation?: 'Ignore' | 'Warn' | 'Strict' | undefined;
  /** Takes ownership of fields of other managers. Only for APPLY. */
  readonly force?: boolean | undefined;
  readonly subresource?: 'status' | undefined;
  readonly signal: AbortSignal;
}

export interface CreateOptions extends WriteOptions {
  readonly namespace?: string | undefined;
}

export interface DeleteOptions {
  /** Runs admission without deleting. */
  readonly dryRun?: boolean | undefined;
  /** Handling of dependents. The default depends on the kind. */
  readonly propagationPolicy?: 'Orphan' | 'Background' | 'Foreground' | undefined;
  readonly gracePeriodSeconds?: number | undefined;
  /** The deletion fails with a conflict unless the object has this uid and resourceVersion. */
  readonly preconditions?: { readonly uid?: string | undefined; readonly resourceVersion?: string | undefined };
  readonly signal: AbortSignal;
}

export interface DeleteCollectionOptions extends Omit<DeleteOptions, 'preconditions'> {
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}

/** Result of a deletion. */
export interface DeleteResult<T> {
  /** The object, if it still waits for its finalizers or grace period. Undefined: it is deleted. */
  readonly object: T | undefined;
  readonly warnings: readonly string[];
}

export interface DeleteCollectionResult {
  /** Number of objects that the selectors matched. */
  readonly count: number;
  readonly warnings: readonly string[];
}

type PatchType = 'JSON' | 'MERGE' | 'STRATEGIC' | 'APPLY';

export interface Patch {
  readonly type: PatchType;
  readonly body: unknown;
}

/** Content types of patches. */
export const patchMediaTypes = {
  JSON: 'application/json-patch+json',
  MERGE: 'application/merge-patch+json',
  STRATEGIC: 'application/strategic-merge-patch+json',
  APPLY: 'application/apply-patch+yaml',
} as const satisfies Record<PatchType, string>;

/** Returns the options of a write as query parameters. */
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

/**
 * Returns the options of a deletion as `metav1.DeleteOptions`, the body of the request; undefined if there are none.
 */
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
