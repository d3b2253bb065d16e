import { addAmount, timesOf, type Quantity } from '../../kubernetes/quantity.ts';
import { exactAmountsOf, type ResourceAmount } from '../../graphql/resource-amount.ts';
import type { GpuLoads } from '../../viewer-client/gpu-loads.ts';
import type { FieldValues } from '../../kubernetes/object-field.ts';
import {
  countRequests,
  ExaminedWorkspaces,
  requestsOf,
  SortedWorkspaces,
  type ActiveWorkspaces,
  type RequestCounts,
} from './active-workspaces.ts';
import { workspaceFields } from './fields.ts';
import { groupValueOf, type Grouping, type GroupValue } from './grouping.ts';
import type { RelatedFields } from './related-fields.ts';
import type { ResourceRequests } from './requests.ts';
import type { WorkspaceObject } from './resource.ts';
import type { WorkspaceState } from './state.ts';

type Values = FieldValues<WorkspaceObject>;

/** Totals of the workspaces of one group that are added one by one, and may be removed again. */
class Tally {
  count = 0;
  readonly #related: RelatedFields;
  readonly #states = new Map<WorkspaceState, number>();
  readonly #requests: RequestCounts = new Map();
  readonly #active: ActiveWorkspaces;

  /** @param isKept whether workspaces are added once and read often */
  constructor(related: RelatedFields, isKept: boolean) {
    this.#related = related;
    this.#active = isKept ? new SortedWorkspaces(related) : new ExaminedWorkspaces(related);
  }

  add(values: Values): void {
    this.#change(values, 1);
    this.#active.add(values);
  }

  /** @param values the same object that was added */
  remove(values: Values): void {
    this.#change(values, -1);
    this.#active.remove(values);
  }

  /** Adds the states to those of other tallies. */
  addStatesTo(states: Map<WorkspaceState, number>): void {
    for (const [state, count] of this.#states) increase(states, state, count);
  }

  addRequestsTo(requests: RequestCounts): void {
    for (const [each, count] of this.#requests) countRequests(requests, each, count);
  }

  /** Adds the requests of the workspaces that have been idle since a time. Returns their number. */
  addIdleTo(requests: RequestCounts, time: number, gpuLoads: GpuLoads | undefined): number {
    return this.#active.addIdleTo(requests, time, gpuLoads);
  }

  #change(values: Values, by: 1 | -1): void {
    this.count += by;
    increase(this.#states, values.read(workspaceFields.state), by);
    countRequests(this.#requests, requestsOf(values, this.#related), by);
  }
}

function increase<K>(counts: Map<K, number>, key: K, by: number): void {
  const count = (counts.get(key) ?? 0) + by;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}

/** Totals of one group, as they were when they were read. */
export interface Totals {
  readonly group: readonly GroupValue[];
  readonly count: number;
  readonly states: ReadonlyMap<WorkspaceState, number>;
  readonly requests: readonly ResourceAmount[];
  readonly tallies: readonly Tally[];
}

/** Tallies by the text of their group values. A group may have several, of different namespaces. */
export type Tallies = Iterable<readonly [group: string, tally: Tally]>;

/** Returns the totals of all groups, sorted by their values. Without a grouping there is one, also of no workspaces. */
export function totalsOf(grouping: Grouping, tallies: Tallies): Totals[] {
  const groups = new Map<string, Tally[]>();
  if (grouping.length === 0) groups.set('[]', []);
  for (const [group, tally] of tallies) {
    const known = groups.get(group);
    if (known) known.push(tally);
    else groups.set(group, [tally]);
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([group, of]) => summaryOf(grouping, group, of));
}

function summaryOf(grouping: Grouping, group: string, tallies: readonly Tally[]): Totals {
  const values: unknown = JSON.parse(group);
  const states = new Map<WorkspaceState, number>();
  const requests = new Map<ResourceRequests, number>();
  let count = 0;
  for (const tally of tallies) {
    count += tally.count;
    tally.addStatesTo(states);
    tally.addRequestsTo(requests);
  }
  return {
    group: grouping.map((criterion, i) => ({ ...criterion, value: Array.isArray(values) ? String(values[i]) : '' })),
    count,
    states,
    requests: amountsIn(requests),
    tallies,
  };
}

/** Returns the totals of the RUNNING workspaces that have been idle for some seconds; see `isIdleSince`. */
export function idleTotalsOf(
  { tallies }: Totals,
  seconds: number,
  gpuLoads: GpuLoads | undefined,
): { count: number; requests: ResourceAmount[]; countsGpuLoads: boolean } {
  const requests = new Map<ResourceRequests, number>();
  const time = Date.now() - seconds * 1_000;
  const count = tallies.reduce((sum, tally) => sum + tally.addIdleTo(requests, time, gpuLoads), 0);
  return { count, requests: amountsIn(requests), countsGpuLoads: gpuLoads?.isCurrent === true };
}

/** Returns the sum of requests, each as often as it is counted, sorted by resource. */
function amountsIn(requests: ReadonlyMap<ResourceRequests, number>): ResourceAmount[] {
  const sums = new Map<string, Quantity>();
  for (const [each, count] of requests)
    for (const [resource, quantity] of each) addAmount(sums, resource, timesOf(quantity, count));
  return exactAmountsOf(sums);
}

/** Returns the totals of some workspaces. */
export function totalsOfValues(workspaces: Iterable<Values>, grouping: Grouping, related: RelatedFields): Totals[] {
  const tallies = new TalliesByGroup(grouping, related, { isKept: false });
  for (const values of workspaces) tallies.add(values);
  return totalsOf(grouping, tallies);
}

/** Tallies of all groups of workspaces that are added one by one, and may be removed again. */
export class TalliesByGroup {
  readonly #grouping: Grouping;
  readonly #related: RelatedFields;
  readonly #isKept: boolean;
  readonly #tallies = new Map<string, Tally>();

  /** @param isKept whether workspaces are added once and read often */
  constructor(grouping: Grouping, related: RelatedFields, { isKept }: { readonly isKept: boolean }) {
    this.#grouping = grouping;
    this.#related = related;
    this.#isKept = isKept;
  }

  get size(): number {
    return this.#tallies.size;
  }

  [Symbol.iterator](): Iterator<readonly [group: string, tally: Tally]> {
    return this.#tallies.entries();
  }

  add(values: Values, group = this.groupOf(values)): void {
    let tally = this.#tallies.get(group);
    if (!tally) this.#tallies.set(group, (tally = new Tally(this.#related, this.#isKept)));
    tally.add(values);
  }

  remove(values: Values, group = this.groupOf(values)): void {
    const tally = this.#tallies.get(group);
    tally?.remove(values);
    if (tally?.count === 0) this.#tallies.delete(group);
  }

  /** Returns a text that identifies the group of a workspace: the values of the grouping, in its order, as JSON. */
  groupOf(values: Values): string {
    if (this.#grouping.length === 0) return '[]';
    return JSON.stringify(this.#grouping.map((criterion) => groupValueOf(values, criterion, this.#related)));
  }
}
