import { builder } from '../../graphql/builder.ts';
import { dependsOn } from '../../graphql/field-dependencies.ts';
import { addObjectFields, KubernetesObjectInterface, NodeInterface } from '../../graphql/node.ts';
import { sortedByName } from '../../kubernetes/ordering.ts';
import { amountOf, ResourceAmountType, type ResourceAmount } from '../../graphql/resource-amount.ts';
import { NamespaceType } from '../namespace/refs.ts';
import { ResourceQuotaType } from './refs.ts';
import { quotaLimitsOf, quotaSpecOf, ResourceQuota, type ResourceQuotaObject } from './resource.ts';

interface QuotaItem {
  readonly resource: string;
  readonly hard: ResourceAmount;
  readonly used: ResourceAmount;
}

function itemsOf(quota: ResourceQuotaObject): QuotaItem[] {
  const { hard, used } = quotaLimitsOf(quota);
  return Object.entries(hard)
    .flatMap(([resource, text]) => {
      const limit = amountOf(resource, text);
      const amount = amountOf(resource, used[resource] ?? '0');
      return limit && amount ? [{ resource, hard: limit, used: amount }] : [];
    })
    .sort((a, b) => (a.resource < b.resource ? -1 : 1));
}

function scopesOf(quota: ResourceQuotaObject): string[] {
  const { scopes = [], scopeSelector } = quotaSpecOf(quota);
  const selected = (scopeSelector?.matchExpressions ?? []).flatMap(({ scopeName }) => scopeName ?? []);
  return [...new Set([...scopes, ...selected])];
}

const ResourceQuotaItem = builder.objectRef<QuotaItem>('ResourceQuotaItem').implement({
  description: 'Limit of a ResourceQuota on one resource.',
  fields: (t) => ({
    resource: t.exposeString('resource', {
      description: 'Name of the limited resource, e.g. `requests.cpu`, `requests.nvidia.com/gpu` or `pods`.',
    }),
    hard: t.field({ type: ResourceAmountType, description: 'The limit.', resolve: ({ hard }) => hard }),
    used: t.field({
      type: ResourceAmountType,
      description: 'Amount that the objects of the namespace use, as last counted by the cluster.',
      resolve: ({ used }) => used,
    }),
  }),
});

addObjectFields(ResourceQuotaType);

ResourceQuotaType.implement({
  description: 'ResourceQuota: limits on the resources that all objects of a namespace request together.',
  interfaces: [NodeInterface, KubernetesObjectInterface],
  fields: (t) => ({
    scopes: t.stringList({
      description:
        'Scopes, such as `BestEffort`, by which the quota is restricted to some objects, including those of its scope selector, such as `PriorityClass`. Empty for all objects.',
      resolve: scopesOf,
    }),
    items: t.field({
      type: [ResourceQuotaItem],
      description: 'Limits with the used amounts, sorted by resource.',
      resolve: itemsOf,
    }),
  }),
});

builder.objectField(NamespaceType, 'resourceQuotas', (t) =>
  t.field({
    type: [ResourceQuotaType],
    description:
      'ResourceQuotas of the namespace, sorted by name. Requires `list` of `resourcequotas` in the namespace; else it is empty.',
    extensions: dependsOn(ResourceQuota),
    resolve: ({ metadata }, _, { client }) => sortedByName(client.reader.prefetched(ResourceQuota).list(metadata.name)),
  }),
);
