import { exactAmountsOf, type ResourceAmount } from '../../graphql/resource-amount.ts';
import { addAmount, type Quantity } from '../../kubernetes/quantity.ts';
import { resourceTotalsOf } from '../pod/resource-totals.ts';
import type { PodObject } from '../pod/resource.ts';
import { exactOf, type ResourceRequests } from '../workspace/requests.ts';

const known = new WeakMap<PodObject, ResourceRequests>();

/** Returns the exact requests of a pod. */
function requestsOfPod(pod: PodObject): ResourceRequests {
  let requests = known.get(pod);
  if (!requests) known.set(pod, (requests = exactOf(resourceTotalsOf(pod).requests)));
  return requests;
}

/** Returns the sum of the requests of pods, with their number as the resource `pods`. */
export function sumOfRequests(pods: Iterable<PodObject>): ReadonlyMap<string, Quantity> {
  const sums = new Map<string, Quantity>();
  for (const pod of pods) {
    addAmount(sums, 'pods', ONE);
    for (const [resource, quantity] of requestsOfPod(pod)) addAmount(sums, resource, quantity);
  }
  return sums;
}

const ONE: Quantity = { nanos: 1_000_000_000n, isBinary: false };

/** Returns the sum of the requests of pods, sorted by resource. */
export function requestedOn(pods: Iterable<PodObject>): ResourceAmount[] {
  return exactAmountsOf(sumOfRequests(pods));
}
