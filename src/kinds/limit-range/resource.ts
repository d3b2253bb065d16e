import { listOf, memoizedDecode, object, quantity, record, string, type Decoded } from '../../kubernetes/decoder.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { defineResource } from '../../kubernetes/resource.ts';

const quantities = record(quantity);
const item = object({
  type: string,
  max: quantities,
  min: quantities,
  default: quantities,
  defaultRequest: quantities,
  maxLimitRequestRatio: quantities,
});

/** Limits of a LimitRange on objects of one type. */
export type LimitRangeItem = Decoded<typeof item>;

/** LimitRange. Read it with {@link limitRangeItemsOf}. */
export interface LimitRangeObject extends KubernetesObject {
  readonly spec?: unknown;
}

const readSpec = memoizedDecode(object({ limits: listOf(item) }), {});

export function limitRangeItemsOf({ spec }: LimitRangeObject): readonly LimitRangeItem[] {
  return readSpec(spec).limits ?? [];
}

export const LimitRange = defineResource<LimitRangeObject>({
  kind: 'LimitRange',
  group: '',
  version: 'v1',
  plural: 'limitranges',
  namespaced: true,
  cache: { watched: 'on-demand' },
});
