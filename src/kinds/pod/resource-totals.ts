import { formatQuantity, parseExact, sumOf as exactSumOf, ZERO, type Quantity } from '../../kubernetes/quantity.ts';
import { podSpecOf, podStatusOf, type Container, type PodObject } from './resource.ts';

/** Quantities by resource, as Kubernetes writes them. */
export type Quantities = Readonly<Record<string, string>>;

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
  const { overhead = {} } = podSpecOf(pod);
  const podLevel = podLevelAmountsOf(pod);
  const requests = withPodLevel(sumOfContainers(pod, 'requests'), podLevel.requests);
  const limits = withPodLevel(sumOfContainers(pod, 'limits'), podLevel.limits);
  const limited = Object.entries(overhead).filter(([resource]) => amount(limits[resource] ?? '0').nanos > 0n);
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

/** Returns the requests and limits of a container; see {@link inEffect}. */
export function containerAmountsOf(pod: PodObject, { name, resources }: Container): ResourceTotals {
  const { containerStatuses = [], initContainerStatuses = [] } = podStatusOf(pod);
  const status = [...containerStatuses, ...initContainerStatuses].find((each) => each.name === name);
  return inEffect(pod, resources, status);
}

/** Returns the pod-level requests and limits, without the overhead; see {@link inEffect}. Empty if none are specified. */
export function podLevelAmountsOf(pod: PodObject): ResourceTotals {
  const { resources: { requests = {}, limits = {} } = {}, overhead = {} } = podSpecOf(pod);
  const { resources, allocatedResources } = podStatusOf(pod);
  const reported = {
    resources: resources && {
      requests: difference(resources.requests, overhead),
      limits: difference(resources.limits, overhead),
    },
    allocatedResources: difference(allocatedResources, overhead),
  };
  const [hasRequests, hasLimits] = [requests, limits].map((each) => Object.keys(each).length > 0);
  const amounts = inEffect(pod, { requests, limits }, reported);
  return {
    requests: hasRequests ? amounts.requests : {},
    limits: hasRequests || hasLimits ? amounts.limits : {},
  };
}

/** Resources that the kubelet reports. */
interface ReportedResources {
  readonly resources?: Partial<ResourceTotals> | undefined;
  readonly allocatedResources?: Quantities;
}

/**
 * Returns the requests and limits that count: while a pod is resized in place, the larger ones of the specified and the actual ones, or
 * only the actual ones if the node can never grant those that are specified. See
 * https://kubernetes.io/docs/tasks/configure-pod-container/resize-container-resources/.
 */
function inEffect(
  pod: PodObject,
  { requests: wanted = {}, limits: most = {} }: Partial<ResourceTotals> = {},
  { resources, allocatedResources = {} }: ReportedResources = {},
): ResourceTotals {
  if (!resources) return { requests: wanted, limits: most };
  const actual = { requests: maxOf(resources.requests ?? {}, allocatedResources), limits: resources.limits ?? {} };
  const { conditions = [] } = podStatusOf(pod);
  if (conditions.some(({ type, reason }) => type === 'PodResizePending' && reason === 'Infeasible')) return actual;
  return { requests: maxOf(wanted, actual.requests), limits: maxOf(most, actual.limits) };
}

function withPodLevel(ofContainers: Quantities, podLevel: Quantities): Quantities {
  const replacing = Object.entries(podLevel).filter(([resource]) => POD_LEVEL.test(resource));
  return { ...ofContainers, ...Object.fromEntries(replacing) };
}

function sumOf(a: Quantities, b: Quantities): Quantities {
  return merged(a, b, (one, other) => formatQuantity(exactSumOf(amount(one), amount(other))));
}

/** Returns the amounts of a map minus those of another one, at least 0. */
function difference(from: Quantities = {}, subtracted: Quantities): Quantities {
  const less = Object.entries(subtracted).flatMap(([resource, quantity]): [string, string][] => {
    const { nanos, isBinary } = amount(from[resource] ?? '0');
    const left = nanos - amount(quantity).nanos;
    return resource in from ? [[resource, formatQuantity({ nanos: left > 0n ? left : 0n, isBinary })]] : [];
  });
  return { ...from, ...Object.fromEntries(less) };
}

function maxOf(a: Quantities, b: Quantities): Quantities {
  return merged(a, b, (one, other) => (amount(one).nanos >= amount(other).nanos ? one : other));
}

function merged(a: Quantities, b: Quantities, merge: (one: string, other: string) => string): Quantities {
  const both = Object.entries(b).map(([resource, other]): [string, string] => {
    const one = a[resource];
    return [resource, one === undefined ? other : merge(one, other)];
  });
  return { ...a, ...Object.fromEntries(both) };
}

function amount(quantity: string): Quantity {
  return parseExact(quantity) ?? ZERO;
}
