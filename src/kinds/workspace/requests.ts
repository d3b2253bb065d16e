import { isRedacted } from '../../graphql/node.ts';
import { parseExact, sumOf, ZERO, type Quantity } from '../../kubernetes/quantity.ts';
import type { PrefetchedReader } from '../../viewer-client/prefetched-reader.ts';
import { resourceTotalsOf, type Quantities, type ResourceTotals } from '../pod/resource-totals.ts';
import type { PodObject } from '../pod/resource.ts';
import { spawnerOptionOf } from '../workspace-kind/option.ts';
import { podSpecOf } from '../workspace-kind/option-spec.ts';
import { WorkspaceKind } from '../workspace-kind/resource.ts';
import { workspacePodOf } from './pod.ts';
import { optionIdOf, workspaceKindNameOf, type WorkspaceObject } from './resource.ts';

/** Requests and limits of a workspace, and where they come from. */
export interface WorkspaceAmounts extends ResourceTotals {
  readonly source: 'POD' | 'POD_CONFIG' | 'NONE';
}

const NONE: WorkspaceAmounts = { requests: {}, limits: {}, source: 'NONE' };

/**
 * Returns the resources of the pod or, if there is none or the viewer may not list pods, of the podConfig option. Depends on
 * Pod and WorkspaceKind.
 */
export function resourcesOf(reader: PrefetchedReader, workspace: WorkspaceObject): WorkspaceAmounts {
  const pod = workspacePodOf(reader, workspace)?.pod;
  if (pod) return amountsOfPod(pod);
  const workspaceKind = reader.prefetched(WorkspaceKind).get({ name: workspaceKindNameOf(workspace) });
  const option = workspaceKind && spawnerOptionOf(workspaceKind, 'podConfig', optionIdOf(workspace, 'podConfig'));
  return !option || isRedacted(workspaceKind) ? NONE : amountsOfPodConfig(podSpecOf(option.spec.spec));
}

const ofPods = new WeakMap<PodObject, WorkspaceAmounts>();

function amountsOfPod(pod: PodObject): WorkspaceAmounts {
  let amounts = ofPods.get(pod);
  if (!amounts) ofPods.set(pod, (amounts = { ...resourceTotalsOf(pod), source: 'POD' }));
  return amounts;
}

const ofPodConfigs = new WeakMap<object, WorkspaceAmounts>();

/** Returns the amounts of the pod spec of a podConfig option. A request that it omits defaults to its limit, as in the pod. */
export function amountsOfPodConfig(spec: ReturnType<typeof podSpecOf>): WorkspaceAmounts {
  let amounts = ofPodConfigs.get(spec);
  if (!amounts) {
    const { requests, limits = {} } = spec.resources ?? {};
    ofPodConfigs.set(spec, (amounts = { requests: { ...limits, ...requests }, limits, source: 'POD_CONFIG' }));
  }
  return amounts;
}

/** Exact amounts by resource. */
export type ResourceRequests = ReadonlyMap<string, Quantity>;

const exact = new WeakMap<Quantities, ResourceRequests>();

/** Returns the exact amounts of quantities, without malformed ones. Most equal amounts are one object. */
export function exactOf(quantities: Quantities): ResourceRequests {
  let amounts = exact.get(quantities);
  if (!amounts) {
    const parsed = Object.entries(quantities).flatMap(([resource, text]): [string, Quantity][] => {
      const quantity = parseExact(text);
      return quantity ? [[resource, quantity]] : [];
    });
    exact.set(quantities, (amounts = shared(new Map(parsed))));
  }
  return amounts;
}

const MAX_SHARED = 10_000;
const sharedRequests = new Map<string, ResourceRequests>();

/** Returns the same object for equal requests, so that totals hold each once and add a multiple of it. */
function shared(requests: ResourceRequests): ResourceRequests {
  const key = [...requests].map(([resource, { nanos, isBinary }]) => `${resource}=${nanos}${isBinary}`).join();
  const known = sharedRequests.get(key);
  if (known) return known;
  if (sharedRequests.size >= MAX_SHARED) sharedRequests.clear();
  sharedRequests.set(key, requests);
  return requests;
}

/** Returns the exact requests of a workspace. Undefined if they are not known. */
export function requestsOf(reader: PrefetchedReader, workspace: WorkspaceObject): ResourceRequests | undefined {
  const { requests, source } = resourcesOf(reader, workspace);
  return source === 'NONE' ? undefined : exactOf(requests);
}

/** Extended resources of whole GPUs and of their partitions. */
const GPU = /^(?:[^/]+\/gpu(?:\.shared)?|nvidia\.com\/mig-.+|gpu\.intel\.com\/(?:i915|xe))$/u;

function isGpu(resource: string): boolean {
  return GPU.test(resource);
}

/** Returns the sum of all GPU resources. */
export function gpusOf(requests: ResourceRequests): Quantity {
  let sum = ZERO;
  for (const [resource, quantity] of requests) if (isGpu(resource)) sum = sumOf(sum, quantity);
  return sum;
}
