import type { Resource } from '../kubernetes/resource.ts';

/** What a field says of itself, for what is to be known before an operation that selects it is executed. */
export type FieldReads = {
  /** The resources that its resolver asks `loaders.related` for. */
  readonly reads: readonly Resource[];
};

/**
 * Declares, as the `extensions` of a field, which resources its resolver reads beside those that its parent came from:
 * `extensions: reads(WorkspaceKind)`. What the viewer may see of them is found out, and a copy that is kept on demand is
 * waited for, before the operation is executed; so the resolver reads without a promise.
 */
export function reads(...resources: readonly Resource[]): FieldReads {
  return { reads: resources };
}
