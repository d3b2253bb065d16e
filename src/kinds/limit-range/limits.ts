import { parseExact } from '../../kubernetes/quantity.ts';
import type { Quantities, ResourceTotals } from '../pod/resource-totals.ts';
import { limitRangeItemsOf, type LimitRangeItem, type LimitRangeObject } from './resource.ts';

/** Amounts of a container, and the name of the LimitRange that has set each default limit. */
interface Defaulted extends ResourceTotals {
  readonly defaultedBy: ReadonlyMap<string, string>;
}

/**
 * Returns the amounts of a container after the admission of the API server has set the defaults of LimitRanges. See
 * https://kubernetes.io/docs/concepts/policy/limit-range/.
 */
export function withDefaults(ranges: readonly LimitRangeObject[], container: ResourceTotals): Defaulted {
  let { requests, limits } = container;
  const defaultedBy = new Map<string, string>();
  for (const range of ranges) {
    for (const item of limitRangeItemsOf(range)) {
      if (item.type !== 'Container') continue;
      const defaults = defaultsOf(item);
      for (const resource of Object.keys(defaults.limits))
        if (limits[resource] === undefined) defaultedBy.set(resource, range.metadata.name);
      limits = { ...defaults.limits, ...limits };
      requests = { ...defaults.requests, ...requests };
    }
  }
  return { requests, limits, defaultedBy };
}

/** Returns the defaults of an item. Those that it omits follow from others, as in the API server. */
function defaultsOf({ max, min, default: limit, defaultRequest }: LimitRangeItem): ResourceTotals {
  const limits = { ...max, ...limit };
  return { limits, requests: { ...min, ...limits, ...defaultRequest } };
}

/**
 * Returns why LimitRanges do not permit a pod with one container, without amounts. Undefined if they permit it, or if an amount is
 * malformed.
 */
export function refusalOf(ranges: readonly LimitRangeObject[], container: Defaulted): string | undefined {
  for (const range of ranges) {
    for (const item of limitRangeItemsOf(range)) {
      if (item.type !== 'Container' && item.type !== 'Pod') continue;
      const reason = refusalByItem(item, container);
      if (reason) return `${reason} LimitRange ${range.metadata.name}.`;
    }
  }
  for (const [resource, name] of container.defaultedBy)
    if (isMore(container.requests[resource], container.limits[resource]))
      return `The default limit of ${resource} in LimitRange ${name} is less than the request.`;
  return undefined;
}

/** Returns the reason up to the name of the LimitRange. */
function refusalByItem(
  { max = {}, min = {}, maxLimitRequestRatio = {} }: LimitRangeItem,
  { requests, limits }: ResourceTotals,
): string | undefined {
  for (const [resource, most] of Object.entries(max)) {
    if (isMissing(limits, resource)) return `The limit of ${resource} is missing, which is required by`;
    if (isMore(limits[resource], most) || isMore(requests[resource], most))
      return `The ${resource} exceeds the maximum of`;
  }
  for (const [resource, least] of Object.entries(min)) {
    if (isMissing(requests, resource)) return `The request of ${resource} is missing, which is required by`;
    if (isMore(least, requests[resource]) || isMore(least, limits[resource]))
      return `The ${resource} is less than the minimum of`;
  }
  for (const [resource, ratio] of Object.entries(maxLimitRequestRatio))
    if (exceedsRatio({ request: requests[resource], limit: limits[resource] }, ratio))
      return `The ratio of limit to request of ${resource} exceeds the maximum of`;
  return undefined;
}

function isMissing(quantities: Quantities, resource: string): boolean {
  return quantities[resource] === undefined;
}

function nanosOf(text: string | undefined): bigint | undefined {
  return text === undefined ? undefined : parseExact(text)?.nanos;
}

/** Returns whether an amount is larger than another one. False if one of them is not known. */
function isMore(a: string | undefined, b: string | undefined): boolean {
  const [left, right] = [nanosOf(a), nanosOf(b)];
  return left !== undefined && right !== undefined && left > right;
}

/** Returns whether limit / request is larger than a ratio. The API server refuses amounts that are missing or zero, too. */
function exceedsRatio(
  { request, limit }: { readonly [What in 'request' | 'limit']: string | undefined },
  most: string,
): boolean {
  const [dividend, divisor, ratio] = [nanosOf(limit), nanosOf(request), nanosOf(most)];
  if (ratio === undefined) return false;
  if (!dividend || !divisor) return true;
  return dividend * ONE_IN_NANOS > ratio * divisor;
}

const ONE_IN_NANOS = 10n ** 9n;
