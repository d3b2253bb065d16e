import { sortedByName } from '../../kubernetes/ordering.ts';
import { parseExact, ZERO, type Quantity } from '../../kubernetes/quantity.ts';
import type { Derivation, DerivedState, UnrestrictedReader } from '../../viewer-client/derived-states.ts';
import { refusalOf, withDefaults } from '../limit-range/limits.ts';
import { LimitRange, type LimitRangeObject } from '../limit-range/resource.ts';
import type { Quantities } from '../pod/resource-totals.ts';
import { quotaLimitsOf, quotaSpecOf, ResourceQuota, type ResourceQuotaObject } from '../resource-quota/resource.ts';
import { exactOf } from '../workspace/requests.ts';
import { sumOfRequests } from './capacity.ts';
import { ClusterNode, isReady, nodeSpecOf, nodeStatusOf, ScheduledPod, type ClusterNodeObject } from './resource.ts';

/** Whether a pod fits now. Null: it cannot be known. */
export interface Fit {
  readonly limitRange: boolean | null;
  readonly quota: boolean | null;
  readonly node: boolean | null;
  /** Why it does not fit, without amounts: viewers who may not see those get it, too. */
  readonly reason: string | null;
}

/** Resources and scheduling constraints of a pod. */
interface Demand {
  readonly namespace: string;
  readonly requests: Quantities;
  readonly limits: Quantities;
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly tolerations: readonly Readonly<Record<string, unknown>>[];
  /** Whether it has an affinity, which may exclude nodes. */
  readonly hasAffinity: boolean;
}

export const capacityDerivation: Derivation<ClusterCapacity> = {
  key: 'capacity',
  resources: [ClusterNode, ScheduledPod, ResourceQuota, LimitRange],
  create: (reader) => new ClusterCapacity(reader),
};

/** A demand with the defaults of LimitRanges. */
interface EffectiveDemand extends Demand {
  /** Whether the LimitRanges are known. */
  readonly isComplete: boolean;
}

interface FreeNode {
  readonly node: ClusterNodeObject;
  readonly free: (resource: string) => bigint;
}

interface Outcome {
  readonly fits: boolean | null;
  readonly reason?: string;
}

const NOT_KNOWN: Outcome = { fits: null };
const FITS: Outcome = { fits: true };

/** Free resources of the nodes and quotas of the cluster. Those of nodes are computed once after each change. */
class ClusterCapacity implements DerivedState {
  readonly isInUse = false;
  readonly #reader: UnrestrictedReader;
  readonly #removeHandlers: readonly (() => void)[];
  #nodes: readonly FreeNode[] | undefined;

  constructor(reader: UnrestrictedReader) {
    this.#reader = reader;
    const changed = () => void (this.#nodes = undefined);
    const handler = { changed, reset: changed, failed: changed };
    this.#removeHandlers = [
      reader.prefetched(ClusterNode).addEventHandler(handler),
      reader.prefetched(ScheduledPod).addEventHandler(handler),
      // Without a handler their informers would stop while this state is used.
      reader.prefetched(ResourceQuota).addEventHandler(handler),
      reader.prefetched(LimitRange).addEventHandler(handler),
    ];
  }

  fitOf(demand: Demand): Fit {
    const ranges = this.#rangesIn(demand.namespace);
    const defaulted = withDefaults(ranges ?? [], demand);
    const effective = { ...demand, ...defaulted, isComplete: ranges !== undefined };
    const limitRange = ranges ? permission(refusalOf(ranges, defaulted)) : NOT_KNOWN;
    const [quota, node] = [this.#quotaFit(effective), this.#nodeFit(effective)];
    const reason = limitRange.reason ?? quota.reason ?? node.reason ?? null;
    return { limitRange: limitRange.fits, quota: quota.fits, node: node.fits, reason };
  }

  [Symbol.dispose](): void {
    for (const removeHandler of this.#removeHandlers) removeHandler();
  }

  /** Returns the LimitRanges of a namespace. Undefined if they are not known. */
  #rangesIn(namespace: string): readonly LimitRangeObject[] | undefined {
    const ranges = this.#reader.prefetched(LimitRange);
    return ranges.version === '' ? undefined : sortedByName(ranges.list(namespace));
  }

  #quotaFit(demand: EffectiveDemand): Outcome {
    const quotas = this.#reader.prefetched(ResourceQuota);
    if (quotas.version === '') return NOT_KNOWN;
    return worstOf(quotas.list(demand.namespace).map((quota) => fitInto(quota, demand)));
  }

  #nodeFit(demand: Demand): Outcome {
    const isKnown = [ClusterNode, ScheduledPod].every((each) => this.#reader.prefetched(each).version !== '');
    if (!isKnown) return NOT_KNOWN;
    this.#nodes ??= this.#reader
      .prefetched(ClusterNode)
      .list()
      .map((node) => this.#free(node));
    if (this.#nodes.length === 0) return NOT_KNOWN; // pods run elsewhere
    const candidates = this.#nodes.filter(({ node }) => accepts(node, demand));
    if (candidates.length === 0)
      return { fits: false, reason: 'No node that accepts new pods matches its node selector and tolerations.' };
    const needed = [...exactOf({ pods: '1', ...demand.requests })].filter(([, { nanos }]) => nanos > 0n);
    const hasFree = ({ free }: FreeNode) => needed.every(([resource, { nanos }]) => free(resource) >= nanos);
    if (candidates.some(hasFree)) return demand.hasAffinity ? NOT_KNOWN : FITS;
    const missing = needed.find(([resource, { nanos }]) => candidates.every(({ free }) => free(resource) < nanos));
    const what = missing ? `enough free ${missing[0]}` : 'all requested resources free together';
    return { fits: false, reason: `No node has ${what}.` };
  }

  #free(node: ClusterNodeObject): FreeNode {
    const allocatable = exactOf(nodeStatusOf(node).allocatable ?? {});
    const requested = sumOfRequests(this.#reader.prefetched(ScheduledPod).byIndex('node', node.metadata.name));
    return { node, free: (resource) => amountIn(allocatable, resource) - amountIn(requested, resource) };
  }
}

function amountIn(amounts: ReadonlyMap<string, Quantity>, resource: string): bigint {
  return (amounts.get(resource) ?? ZERO).nanos;
}

const COMPUTE_RESOURCES: readonly string[] = ['cpu', 'memory'];

/** Returns whether the pod of a workspace is in a scope. False also if that depends on more than the option. */
function isInScope(scope: string, { requests, limits }: Demand): boolean {
  if (scope === 'NotTerminating') return true;
  const hasAmounts = COMPUTE_RESOURCES.some((each) => each in requests || each in limits);
  return scope === 'NotBestEffort' && hasAmounts;
}

function permission(refusal: string | undefined): Outcome {
  return refusal === undefined ? FITS : { fits: false, reason: refusal };
}

function fitInto(quota: ResourceQuotaObject, demand: EffectiveDemand): Outcome {
  const { scopes = [], scopeSelector } = quotaSpecOf(quota);
  const { hard, used } = quotaLimitsOf(quota);
  const isScoped = scopeSelector !== undefined || scopes.some((scope) => !isInScope(scope, demand));
  const outcomes = Object.entries(hard).map(([resource, limit]): Outcome => {
    const needed = neededOf(resource, demand);
    if (needed === 'nothing') return FITS;
    if (needed === undefined) return demand.isComplete ? unspecified(quota, resource) : NOT_KNOWN;
    const [most, taken] = [limit, used[resource] ?? '0'].map((text) => parseExact(text)?.nanos);
    if (most === undefined || taken === undefined) return NOT_KNOWN;
    if (taken + needed.nanos <= most) return FITS;
    return { fits: false, reason: `ResourceQuota ${quota.metadata.name} does not leave enough ${resource}.` };
  });
  const outcome = worstOf(outcomes);
  return isScoped && outcome.fits === false ? NOT_KNOWN : outcome;
}

function unspecified({ metadata }: ResourceQuotaObject, resource: string): Outcome {
  const reason = `ResourceQuota ${metadata.name} limits ${resource}, for which neither the pod nor a LimitRange has an amount.`;
  return { fits: false, reason };
}

/** Returns the first refusal or, without one, whether any outcome is not known. */
function worstOf(outcomes: readonly Outcome[]): Outcome {
  return outcomes.find(({ fits }) => fits === false) ?? outcomes.find(({ fits }) => fits === null) ?? FITS;
}

/**
 * Returns the amount of a quota's resource that a pod takes. Undefined if the pod does not specify it: the API server then refuses
 * the pod.
 */
function neededOf(resource: string, { requests, limits }: Demand): Quantity | 'nothing' | undefined {
  if (resource === 'pods' || resource === 'count/pods') return parseExact('1');
  if (COMPUTE_RESOURCES.includes(resource)) return quantityIn(requests, resource);
  if (resource === 'ephemeral-storage' || resource.startsWith('hugepages-'))
    return quantityIn(requests, resource) ?? 'nothing';
  const [, kind, name = ''] = /^(?<kind>requests|limits)\.(?<name>.+)$/u.exec(resource) ?? [];
  if (kind === undefined || name === 'storage') return 'nothing';
  const quantity = quantityIn(kind === 'requests' ? requests : limits, name);
  return quantity ?? (COMPUTE_RESOURCES.includes(name) ? undefined : 'nothing');
}

function quantityIn(quantities: Quantities, resource: string): Quantity | undefined {
  const text = quantities[resource];
  return text === undefined ? undefined : parseExact(text);
}

/** Whether the scheduler would consider a node: ready, not cordoned, with the labels of the selector and no other taint. */
function accepts(node: ClusterNodeObject, { nodeSelector, tolerations }: Demand): boolean {
  const { unschedulable, taints = [] } = nodeSpecOf(node);
  if (unschedulable === true || !isReady(node)) return false;
  const { labels = {} } = node.metadata;
  if (Object.entries(nodeSelector).some(([key, value]) => labels[key] !== value)) return false;
  const repelling = taints.filter(({ effect }) => effect !== 'PreferNoSchedule');
  return repelling.every((taint) => tolerations.some((toleration) => tolerates(toleration, taint)));
}

/** See https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/. */
function tolerates(
  { key, operator = 'Equal', value = '', effect }: Readonly<Record<string, unknown>>,
  taint: { readonly key?: string; readonly value?: string; readonly effect?: string },
): boolean {
  if (effect && effect !== taint.effect) return false;
  if (!key) return operator === 'Exists';
  if (key !== taint.key) return false;
  if (operator === 'Gt' || operator === 'Lt') return isOnSide(operator, taint.value, value);
  return operator === 'Exists' || value === (taint.value ?? '');
}

/** Integers of 64 bits without leading zeros, as the API server requires them in tolerations of these operators. */
const INTEGER = /^-?(?:0|[1-9]\d{0,18})$/u;

/** Whether the value of a taint is an integer greater, or less, than that of a toleration (Kubernetes 1.35 and later). */
function isOnSide(operator: 'Gt' | 'Lt', taintValue: unknown, limit: unknown): boolean {
  const [actual, bound] = [String(taintValue), String(limit)];
  if (!INTEGER.test(actual) || !INTEGER.test(bound)) return false;
  return operator === 'Gt' ? BigInt(actual) > BigInt(bound) : BigInt(actual) < BigInt(bound);
}
