import type { FieldValues } from '../../kubernetes/object-field.ts';
import type { IndexDefinition, ObjectIndex } from '../../viewer-client/scoped-lister.ts';
import { workspaceFields } from './fields.ts';
import { groupFieldOf, type Grouping } from './grouping.ts';
import type { RelatedFields } from './related-fields.ts';
import type { WorkspaceObject } from './resource.ts';
import { TalliesByGroup, type Tallies } from './totals.ts';

/** Returns the definition of the index for a grouping. */
export function totalsIndexFor(
  grouping: Grouping,
  related: RelatedFields,
): IndexDefinition<WorkspaceObject, TotalsIndex> {
  const groupFields = grouping.flatMap((criterion) => groupFieldOf(criterion, related) ?? []);
  const { state, lastActivityAt } = workspaceFields;
  return {
    key: `totals ${related.requests.id} ${JSON.stringify(grouping)}`,
    fields: [state, lastActivityAt, related.requests, related.podName, ...groupFields],
    create: () => new TotalsIndex(grouping, related),
  };
}

/**
 * Totals of all workspaces of the cluster for one grouping, by namespace, so that viewers of some namespaces add those. Reading takes
 * time in the number of groups.
 */
class TotalsIndex implements ObjectIndex<WorkspaceObject> {
  readonly #grouping: Grouping;
  readonly #related: RelatedFields;
  readonly #all: TalliesByGroup;
  readonly #byNamespace = new Map<string, TalliesByGroup>();

  constructor(grouping: Grouping, related: RelatedFields) {
    this.#grouping = grouping;
    this.#related = related;
    this.#all = new TalliesByGroup(grouping, related, { isKept: true });
  }

  /** Returns the tallies of all namespaces. */
  get all(): Tallies {
    return this.#all;
  }

  /** Returns the names of the namespaces that have workspaces. */
  get namespaces(): Iterable<string> {
    return this.#byNamespace.keys();
  }

  talliesIn(namespace: string): Tallies {
    return this.#byNamespace.get(namespace) ?? [];
  }

  add(values: FieldValues<WorkspaceObject>): void {
    const namespace = values.object.metadata.namespace ?? '';
    let inNamespace = this.#byNamespace.get(namespace);
    if (!inNamespace) {
      inNamespace = new TalliesByGroup(this.#grouping, this.#related, { isKept: true });
      this.#byNamespace.set(namespace, inNamespace);
    }
    const group = this.#all.groupOf(values);
    this.#all.add(values, group);
    inNamespace.add(values, group);
  }

  remove(values: FieldValues<WorkspaceObject>): void {
    const namespace = values.object.metadata.namespace ?? '';
    const inNamespace = this.#byNamespace.get(namespace);
    const group = this.#all.groupOf(values);
    this.#all.remove(values, group);
    inNamespace?.remove(values, group);
    if (inNamespace?.size === 0) this.#byNamespace.delete(namespace);
  }
}
