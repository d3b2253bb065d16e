import {
  formatQuantity,
  parseExact,
  sumOf as exactSumOf,
  ZERO,
  type Quantity as ExactQuantity,
} from '../../kubernetes/quantity.ts';
import { podSpecOf, podStatusOf, type Container, type PodObject } from './resource.ts';

/** Quantities by resource, as Kubernetes writes them. */
export type Quantities = Readonly<Record<string, string | number>>;

/** Requests and limits together. */
export interface ResourceTotals {
  readonly requests: Quantities;
  readonly limits: Quantities;
}

/** Resources whose pod-level amounts replace those of the containers. */
const POD_LEVEL = /^(?:cpu|memory|hugepages-.+)$/u;

/**
 * Returns the requests of a pod as the scheduler counts them, and its limits by the same rules: the containers and sidecars
 * (init containers that are always restarted) run together; an init container runs alone with the sidecars before it, so it
 * counts only as far as it needs more than all containers together; pod-level amounts replace that sum; the overhead is added.
 * A container without a limit adds nothing to the limits. See
 * https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/#resource-sharing-within-containers.
 */
export function resourceTotalsOf(pod: PodObject): ResourceTotals {
  const { overhead = {}, resources } = podSpecOf(pod);
  const requests = withPodLevel(sumOfContainers(pod, 'requests'), resources?.requests);
  const limits = withPodLevel(sumOfContainers(pod, 'limits'), resources?.limits);
  const limited = Object.entries(overhead).filter(([resource]) => resource in limits);
  return { requests: sumOf(requests, overhead), limits: sumOf(limits, Object.fromEntries(limited)) };
}

function sumOfContainers(pod: PodObject, what: keyof ResourceTotals): Quantities {
  const { containers = [], initContainers = [] } = podSpecOf(pod);
  const amountsOf = (container: Container) => containerAmountsOf(pod, container)[what];
  let sidecars: Quantities = {};
  let initialization: Quantities = {};
  for (const container of initContainers) {
    const withSidecars = sumOf(sidecars, amountsOf(container));
    if (container.restartPolicy === 'Always') sidecars = withSidecars;
    initialization = maxOf(initialization, withSidecars);
  }
  return maxOf(containers.map(amountsOf).reduce(sumOf, sidecars), initialization);
}

/**
 * Returns the requests and limits of a container. While its pod is resized in place, these are the larger ones of the specified and
 * the actual ones; the actual ones if the node can never grant those that are specified. See
 * https://kubernetes.io/docs/tasks/configure-pod-container/resize-container-resources/.
 */
export function containerAmountsOf(pod: PodObject, { name, resources }: Container): ResourceTotals {
  const { conditions = [], containerStatuses = [], initContainerStatuses = [] } = podStatusOf(pod);
  const status = [...containerStatuses, ...initContainerStatuses].find((each) => each.name === name);
  const specified = { requests: resources?.requests ?? {}, limits: resources?.limits ?? {} };
  if (!status?.resources) return specified;
  const { requests = {}, limits = {} } = status.resources;
  const actual = { requests: maxOf(requests, status.allocatedResources ?? {}), limits };
  if (conditions.some(({ type, reason }) => type === 'PodResizePending' && reason === 'Infeasible')) return actual;
  return {
    requests: maxOf(specified.requests, actual.requests),
    limits: maxOf(specified.limits, actual.limits),
  };
}

function withPodLevel(ofContainers: Quantities, podLevel: Quantities = {}): Quantities {
  const replacing = Object.entries(podLevel).filter(([resource]) => POD_LEVEL.test(resource));
  return { ...ofContainers, ...Object.fromEntries(replacing) };
}

function sumOf(a: Quantities, b: Quantities): Quantities {
  return merged(a, b, (one, other) => formatQuantity(exactSumOf(amount(one), amount(other))));
}

function maxOf(a: Quantities, b: Quantities): Quantities {
  return merged(a, b, (one, other) => (amount(one).nanos >= amount(other).nanos ? one : other));
}

type Quantity = Quantities[string];

function merged(a: Quantities, b: Quantities, merge: (one: Quantity, other: Quantity) => Quantity): Quantities {
  const both = Object.entries(b).map(([resource, other]): [string, Quantity] => {
    const one = a[resource];
    return [resource, one === undefined ? other : merge(one, other)];
  });
  return { ...a, ...Object.fromEntries(both) };
}

function amount(quantity: Quantity): ExactQuantity {
  return parseExact(String(quantity)) ?? ZERO;
}
