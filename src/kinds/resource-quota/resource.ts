import { listOf, memoizedDecode, object, quantity, record, string, type Decoded } from '../../kubernetes/decoder.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { defineResource } from '../../kubernetes/resource.ts';

const quantities = record(quantity);
const scopeSelector = object({ matchExpressions: listOf(object({ scopeName: string })) });
const spec = object({ hard: quantities, scopes: listOf(string), scopeSelector });
const status = object({ hard: quantities, used: quantities });

/** ResourceQuota. Read it with {@link quotaSpecOf} and {@link quotaLimitsOf}. */
export interface ResourceQuotaObject extends KubernetesObject {
  readonly spec?: unknown;
  readonly status?: unknown;
}

const readSpec = memoizedDecode(spec, {});
const readStatus = memoizedDecode(status, {});

export function quotaSpecOf(quota: ResourceQuotaObject): Decoded<typeof spec> {
  return readSpec(quota.spec);
}

/** Returns the limits that are enforced: those of the status or, until the controller has reported one, of the spec. */
export function quotaLimitsOf(quota: ResourceQuotaObject): Required<Decoded<typeof status>> {
  const { hard = quotaSpecOf(quota).hard ?? {}, used = {} } = readStatus(quota.status);
  return { hard, used };
}

export const ResourceQuota = defineResource<ResourceQuotaObject>({
  kind: 'ResourceQuota',
  group: '',
  version: 'v1',
  plural: 'resourcequotas',
  namespaced: true,
  cache: { watched: 'on-demand' },
});
