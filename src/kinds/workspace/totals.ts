import { addAmount, timesOf, type Quantity } from '../../kubernetes/quantity.ts';
import { exactAmountsOf, type ResourceAmount } from '../../graphql/resource-amount.ts';
import type { PrefetchedReader } from '../../viewer-client/reader.ts';
import { groupValueOf, type Grouping, type GroupValue } from './grouping.ts';
import { workspacePodOf } from './pod.ts';
import { requestsOf, type Requests } from './requests.ts';
import { millisecondsOf, statusOf, type WorkspaceObject } from './resource.ts';
import { stateOf, type WorkspaceState } from './state.ts';

/** Share of one workspace in the totals. */
export interface Contribution {
  readonly namespace: string;
  /** Identifies its group: the values of the grouping, in its order, as JSON. */
  readonly group: string;
  readonly state: WorkspaceState;
  /** Undefined if it has no pod, or its requests are not known. */
  readonly requests: Requests | undefined;
  /** Also while there is no pod. */
  readonly anyRequests: Requests | undefined;
  /** Time of the last activity in milliseconds. Undefined unless the workspace is RUNNING and the time is known. */
  readonly activeAt: number | undefined;
}

/** Returns the contribution of a workspace. Reads Pod and WorkspaceKind. */
export function contributionOf(reader: PrefetchedReader, workspace: WorkspaceObject, grouping: Grouping): Contribution {
  const state = stateOf(workspace);
  const known = requestsOf(reader, workspace);
  const requests = known && shared(known);
  return {
    namespace: workspace.metadata.namespace ?? '',
    group: JSON.stringify(grouping.map((criterion) => groupValueOf(reader, workspace, criterion))),
    state,
    requests: workspacePodOf(reader, workspace) ? requests : undefined,
    anyRequests: requests,
    activeAt: state === 'RUNNING' ? millisecondsOf(statusOf(workspace).activity?.lastActivity) : undefined,
  };
}

const MAX_SHARED = 10_000;
const sharedRequests = new Map<string, Requests>();

/** Returns the same object for equal requests, so that totals hold each once and add a multiple of it. */
function shared(requests: Requests): Requests {
  const key = [...requests].map(([resource, { nanos, isBinary }]) => `${resource}=${nanos}${isBinary}`).join();
  const known = sharedRequests.get(key);
  if (known) return known;
  if (sharedRequests.size >= MAX_SHARED) sharedRequests.clear();
  sharedRequests.set(key, requests);
  return requests;
}

/** Totals of the workspaces of one group that are added one by one, and may be removed again. */
export class Tally {
  count = 0;
  readonly #states = new Map<WorkspaceState, number>();
  readonly #requests = new Map<Requests, number>();
  /** The workspaces that may be idle. */
  readonly #active = new Set<Contribution>();

  add(contribution: Contribution): void {
    this.#change(contribution, 1);
    if (contribution.activeAt !== undefined) this.#active.add(contribution);
  }

  /** @param contribution the same object that was added */
  remove(contribution: Contribution): void {
    this.#change(contribution, -1);
    this.#active.delete(contribution);
  }

  /** Adds the states to those of other tallies. */
  addStatesTo(states: Map<WorkspaceState, number>): void {
    for (const [state, count] of this.#states) increase(states, state, count);
  }

  addRequestsTo(requests: Map<Requests, number>): void {
    for (const [each, count] of this.#requests) increase(requests, each, count);
  }

  /** Adds the requests of the workspaces whose last activity is at or before a time. Returns their number. */
  addIdleTo(requests: Map<Requests, number>, time: number): number {
    let count = 0;
    for (const contribution of this.#active) {
      if (contribution.activeAt === undefined || contribution.activeAt > time) continue;
      count += 1;
      if (contribution.requests) increase(requests, contribution.requests, 1);
    }
    return count;
  }

  #change({ state, requests }: Contribution, by: 1 | -1): void {
    this.count += by;
    increase(this.#states, state, by);
    if (requests) increase(this.#requests, requests, by);
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
  const requests = new Map<Requests, number>();
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

/** Returns the totals of the RUNNING workspaces whose last activity is at least some seconds ago. */
export function idleTotalsOf({ tallies }: Totals, seconds: number): { count: number; requests: ResourceAmount[] } {
  const requests = new Map<Requests, number>();
  const time = Date.now() - seconds * 1_000;
  const count = tallies.reduce((sum, tally) => sum + tally.addIdleTo(requests, time), 0);
  return { count, requests: amountsIn(requests) };
}

/** Returns the sum of requests, each as often as it is counted, sorted by resource. */
function amountsIn(requests: ReadonlyMap<Requests, number>): ResourceAmount[] {
  const sums = new Map<string, Quantity>();
  for (const [each, count] of requests)
    for (const [resource, quantity] of each) addAmount(sums, resource, timesOf(quantity, count));
  return exactAmountsOf(sums);
}

/** Returns the totals of some contributions. */
export function totalsOfContributions(contributions: Iterable<Contribution>, grouping: Grouping): Totals[] {
  const tallies = new Map<string, Tally>();
  for (const contribution of contributions) tallyIn(tallies, contribution.group).add(contribution);
  return totalsOf(grouping, tallies);
}

/** Returns the tally of a group, which is created if there is none. */
export function tallyIn(tallies: Map<string, Tally>, group: string): Tally {
  let tally = tallies.get(group);
  if (!tally) tallies.set(group, (tally = new Tally()));
  return tally;
}
