import { keyOf } from '../../kubernetes/object.ts';
import type { Resource } from '../../kubernetes/resource.ts';
import type { Derivation, DerivedState, UnrestrictedReader } from '../../viewer-client/derived-states.ts';
import type { PrefetchedReader } from '../../viewer-client/reader.ts';
import { Pod } from '../pod/resource.ts';
import { WorkspaceKind } from '../workspace-kind/resource.ts';
import type { Grouping } from './grouping.ts';
import { workspacesRelatedTo } from './related.ts';
import { Workspace, type WorkspaceObject } from './resource.ts';
import { contributionOf, tallyIn, type Contribution, type Tallies, type Tally } from './totals.ts';

/** Returns the resources that totals read: without pods if viewers see none, so that their informer is not started for them. */
export function totaledResources(readsPods: boolean): readonly Resource[] {
  return readsPods ? [Workspace, Pod, WorkspaceKind] : [Workspace, WorkspaceKind];
}

export interface TotalsView {
  readonly grouping: Grouping;
  /** Whether requests and nodes are read from pods. Without pods, they come from podConfig options and from the status. */
  readonly readsPods: boolean;
  /** Whether requests of podConfig options are known. */
  readonly readsKinds: boolean;
}

/** Returns the derivation of the index for a grouping and a view of the related objects. */
export function totalsDerivation(view: TotalsView): Derivation<TotalsIndex> {
  return {
    key: `totals ${JSON.stringify(view)}`,
    resources: totaledResources(view.readsPods),
    create: (reader) => new TotalsIndex(view, reader),
  };
}

type TalliesByGroup = Map<string, Tally>;

/**
 * Totals of all workspaces of the cluster for one grouping, by namespace, so that viewers of some namespaces add those. Each
 * change of a workspace, of its pod or of its WorkspaceKind replaces the contribution of the workspace; a new epoch counts
 * again. Reading takes time in the number of groups.
 *
 * Holds one contribution for each workspace. It is unrestricted: callers select the namespaces that a viewer may see.
 */
export class TotalsIndex implements DerivedState {
  readonly isInUse = false;
  readonly #grouping: Grouping;
  readonly #reader: PrefetchedReader;
  readonly #contributions = new Map<string, Contribution>();
  readonly #byObject = new WeakMap<WorkspaceObject, Contribution>();
  readonly #all: TalliesByGroup = new Map();
  readonly #byNamespace = new Map<string, TalliesByGroup>();
  readonly #removeHandlers: readonly (() => void)[];

  constructor({ grouping, readsPods, readsKinds }: TotalsView, reader: UnrestrictedReader) {
    this.#grouping = grouping;
    const hidden = [...(readsPods ? [] : [Pod]), ...(readsKinds ? [] : [WorkspaceKind])];
    this.#reader = reader.without(...hidden);
    const workspaces = reader.prefetched(Workspace);
    const recount = () => this.#recount();
    this.#removeHandlers = [
      workspaces.addEventHandler({
        changed: ({ after, last }) => this.#replace(last, after),
        reset: recount,
        failed: recount,
      }),
      ...[Pod, WorkspaceKind]
        .filter((related) => !hidden.includes(related))
        .map((related) =>
          reader.prefetched(related).addEventHandler({
            changed: ({ last }) => {
              for (const workspace of workspacesRelatedTo(related, last, workspaces))
                this.#replace(workspace, workspace);
            },
            reset: recount,
            failed: recount,
          }),
        ),
    ];
    this.#recount();
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

  /** Returns the contribution of a workspace. Undefined if the cache has another state of it. */
  contributionOf(workspace: WorkspaceObject): Contribution | undefined {
    return this.#byObject.get(workspace);
  }

  [Symbol.dispose](): void {
    for (const removeHandler of this.#removeHandlers) removeHandler();
  }

  #recount(): void {
    for (const map of [this.#contributions, this.#all, this.#byNamespace]) map.clear();
    for (const workspace of this.#reader.prefetched(Workspace).list()) this.#replace(workspace, workspace);
  }

  /** @param after undefined if the workspace was deleted */
  #replace({ metadata }: WorkspaceObject, after: WorkspaceObject | undefined): void {
    const key = keyOf(metadata);
    const before = this.#contributions.get(key);
    if (before) this.#remove(before);
    if (!after) return void this.#contributions.delete(key);
    const contribution = contributionOf(this.#reader, after, this.#grouping);
    this.#contributions.set(key, contribution);
    const { namespace } = contribution;
    let inNamespace = this.#byNamespace.get(namespace);
    if (!inNamespace) this.#byNamespace.set(namespace, (inNamespace = new Map()));
    this.#byObject.set(after, contribution);
    for (const tallies of [this.#all, inNamespace]) tallyIn(tallies, contribution.group).add(contribution);
  }

  #remove(contribution: Contribution): void {
    const inNamespace = this.#byNamespace.get(contribution.namespace);
    removeFrom(this.#all, contribution);
    if (!inNamespace) return;
    removeFrom(inNamespace, contribution);
    if (inNamespace.size === 0) this.#byNamespace.delete(contribution.namespace);
  }
}

function removeFrom(tallies: TalliesByGroup, contribution: Contribution): void {
  const tally = tallies.get(contribution.group);
  tally?.remove(contribution);
  if (tally?.count === 0) tallies.delete(contribution.group);
}
