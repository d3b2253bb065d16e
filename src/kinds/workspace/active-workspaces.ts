import type { FieldValues } from '../../kubernetes/object-field.ts';
import type { GpuLoads } from '../../viewer-client/gpu-loads.ts';
import { workspaceFields } from './fields.ts';
import { idleFactsOf, isIdleSince } from './idle.ts';
import type { RelatedFields } from './related-fields.ts';
import type { ResourceRequests } from './requests.ts';
import type { WorkspaceObject } from './resource.ts';

type Values = FieldValues<WorkspaceObject>;
type Related = Pick<RelatedFields, 'podName' | 'requests'>;

/** Numbers of workspaces by their requests. */
export type RequestCounts = Map<ResourceRequests, number>;

/** The RUNNING workspaces of one group whose last activity is known: those that may be idle. */
export interface ActiveWorkspaces {
  add(values: Values): void;
  /** @param values the same object that was added */
  remove(values: Values): void;
  /** Adds the requests of those that have been idle since a time in milliseconds. Returns their number. */
  addIdleTo(counts: RequestCounts, time: number, gpuLoads: GpuLoads | undefined): number;
}

/** Examines each workspace when it is read. */
export class ExaminedWorkspaces implements ActiveWorkspaces {
  readonly #related: Related;
  readonly #active = new Set<Values>();

  constructor(related: Related) {
    this.#related = related;
  }

  add(values: Values): void {
    if (idleFactsOf(values, this.#related).activeAt !== undefined) this.#active.add(values);
  }

  remove(values: Values): void {
    this.#active.delete(values);
  }

  addIdleTo(counts: RequestCounts, time: number, gpuLoads: GpuLoads | undefined): number {
    return addIdleOf(this.#active, { related: this.#related, counts, time, gpuLoads });
  }
}

/** Workspaces of one block, before it is divided. */
const MAX_BLOCK = 128;

/** Some workspaces in the order of their last activity, and the sums of their requests. */
interface Block {
  readonly active: Values[];
  readonly counts: RequestCounts;
}

/**
 * Keeps the workspaces in the order of their last activity, in blocks with sums. A change takes time in the number of blocks and of
 * workspaces in one; so does reading, unless loads of GPUs have to be examined.
 *
 * Memory: 8 bytes for each workspace, and some hundred for each block.
 */
export class SortedWorkspaces implements ActiveWorkspaces {
  readonly #related: Related;
  /** None is empty. */
  readonly #blocks: Block[] = [];

  constructor(related: Related) {
    this.#related = related;
  }

  add(values: Values): void {
    if (idleFactsOf(values, this.#related).activeAt === undefined) return;
    if (this.#blocks.length === 0) this.#blocks.push({ active: [], counts: new Map() });
    const index = Math.min(this.#blockOf(values), this.#blocks.length - 1);
    const block = this.#blocks[index];
    if (!block) return;
    block.active.splice(placeIn(block, values), 0, values);
    countRequests(block.counts, requestsOf(values, this.#related), 1);
    if (block.active.length > MAX_BLOCK) this.#divide(index, block);
  }

  remove(values: Values): void {
    const index = this.#blockOf(values);
    const block = this.#blocks[index];
    const place = block ? placeIn(block, values) : 0;
    if (block?.active[place] !== values) return; // it may not be idle
    block.active.splice(place, 1);
    countRequests(block.counts, requestsOf(values, this.#related), -1);
    if (block.active.length === 0) this.#blocks.splice(index, 1);
  }

  addIdleTo(counts: RequestCounts, time: number, gpuLoads: GpuLoads | undefined): number {
    let count = 0;
    for (const block of this.#blocks) {
      const { active, counts: all } = block;
      if (!gpuLoads && activeAtOf(active.at(-1)) <= time) {
        count += active.length;
        for (const [requests, number] of all) countRequests(counts, requests, number);
        continue;
      }
      count += addIdleOf(active, { related: this.#related, counts, time, gpuLoads });
      if (activeAtOf(active.at(-1)) > time) break;
    }
    return count;
  }

  /** Returns the index of the first block that does not end before a workspace. */
  #blockOf(values: Values): number {
    return firstIndex(this.#blocks.length, (index) => {
      const last = this.#blocks[index]?.active.at(-1);
      return last !== undefined && compareActivity(last, values) >= 0;
    });
  }

  #divide(index: number, { active }: Block): void {
    const half = active.length >>> 1;
    const halves = [active.slice(0, half), active.slice(half)].map((part): Block => {
      const counts: RequestCounts = new Map();
      for (const values of part) countRequests(counts, requestsOf(values, this.#related), 1);
      return { active: part, counts };
    });
    this.#blocks.splice(index, 1, ...halves);
  }
}

interface IdleOptions {
  readonly related: Related;
  readonly counts: RequestCounts;
  readonly time: number;
  readonly gpuLoads: GpuLoads | undefined;
}

function addIdleOf(active: Iterable<Values>, { related, counts, time, gpuLoads }: IdleOptions): number {
  let count = 0;
  for (const values of active) {
    if (activeAtOf(values) > time) continue;
    if (gpuLoads && !isIdleSince(idleFactsOf(values, related), time, gpuLoads)) continue;
    count += 1;
    countRequests(counts, requestsOf(values, related), 1);
  }
  return count;
}

function activeAtOf(values: Values | undefined): number {
  return values?.read(workspaceFields.lastActivityAt) ?? Infinity;
}

/** Null if the workspace has no pod, or its requests are not known. */
export function requestsOf(values: Values, related: Related): ResourceRequests | null {
  return values.read(related.podName) === null ? null : values.read(related.requests);
}

export function countRequests(counts: RequestCounts, requests: ResourceRequests | null, by: number): void {
  if (!requests) return;
  const count = (counts.get(requests) ?? 0) + by;
  if (count === 0) counts.delete(requests);
  else counts.set(requests, count);
}

/** Total order by the time of the last activity. */
function compareActivity(a: Values, b: Values): number {
  const difference = activeAtOf(a) - activeAtOf(b);
  if (difference !== 0) return difference;
  const [first, second] = [a.object.metadata.uid, b.object.metadata.uid];
  return first === second ? 0 : first < second ? -1 : 1;
}

function placeIn({ active }: Block, values: Values): number {
  return firstIndex(active.length, (index) => {
    const other = active[index];
    return other !== undefined && compareActivity(other, values) >= 0;
  });
}

/** Returns the first index for which a condition holds that holds for all later ones, or the length. */
function firstIndex(length: number, holds: (index: number) => boolean): number {
  let [from, to] = [0, length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (holds(middle)) to = middle;
    else from = middle + 1;
  }
  return from;
}
