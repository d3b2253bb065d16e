import { builder } from '../../graphql/builder.ts';
import { dependsOn } from '../../graphql/field-dependencies.ts';
import { addObjectFields, KubernetesObjectInterface, NodeInterface } from '../../graphql/node.ts';
import { sortedByName } from '../../kubernetes/ordering.ts';
import { amountsOf, ResourceAmountType } from '../../graphql/resource-amount.ts';
import { NamespaceType } from '../namespace/refs.ts';
import { LimitRangeType } from './refs.ts';
import { LimitRange, limitRangeItemsOf, type LimitRangeItem } from './resource.ts';

const LimitTypeEnum = builder.enumType('LimitType', {
  description: 'Type of the objects that a limit of a LimitRange is about.',
  values: {
    CONTAINER: { description: 'Each container of a pod.' },
    POD: { description: 'All containers of a pod together.' },
    PERSISTENT_VOLUME_CLAIM: { description: 'Each PersistentVolumeClaim.' },
    UNKNOWN: { description: 'Another type, of a newer version of Kubernetes.' },
  } as const,
});

const TYPES: ReadonlyMap<string | undefined, typeof LimitTypeEnum.$inferType> = new Map([
  ['Container', 'CONTAINER'],
  ['Pod', 'POD'],
  ['PersistentVolumeClaim', 'PERSISTENT_VOLUME_CLAIM'],
]);

const LimitRangeItemType = builder.objectRef<LimitRangeItem>('LimitRangeItem').implement({
  description: 'Limits of a LimitRange on objects of one type. Amounts are sorted by resource.',
  fields: (t) => ({
    type: t.field({
      type: LimitTypeEnum,
      description: 'Type of the objects.',
      resolve: ({ type }) => TYPES.get(type) ?? 'UNKNOWN',
    }),
    max: t.field({
      type: [ResourceAmountType],
      description: 'Largest amounts that an object may have as limit or request.',
      resolve: ({ max }) => amountsOf(max),
    }),
    min: t.field({
      type: [ResourceAmountType],
      description: 'Smallest amounts that an object may request.',
      resolve: ({ min }) => amountsOf(min),
    }),
    default: t.field({
      type: [ResourceAmountType],
      description: 'Limits of containers that specify none.',
      resolve: (item) => amountsOf(item.default),
    }),
    defaultRequest: t.field({
      type: [ResourceAmountType],
      description: 'Requests of containers that specify none.',
      resolve: ({ defaultRequest }) => amountsOf(defaultRequest),
    }),
    maxLimitRequestRatio: t.field({
      type: [ResourceAmountType],
      description: 'Largest ratios of the limit to the request of a resource.',
      resolve: ({ maxLimitRequestRatio }) => amountsOf(maxLimitRequestRatio),
    }),
  }),
});

addObjectFields(LimitRangeType);

LimitRangeType.implement({
  description: 'LimitRange: limits on each object of a namespace, and defaults of its containers.',
  interfaces: [NodeInterface, KubernetesObjectInterface],
  fields: (t) => ({
    items: t.field({
      type: [LimitRangeItemType],
      description: 'The limits, in the order of the object.',
      resolve: (range) => [...limitRangeItemsOf(range)],
    }),
  }),
});

builder.objectField(NamespaceType, 'limitRanges', (t) =>
  t.field({
    type: [LimitRangeType],
    description:
      'LimitRanges of the namespace, sorted by name. Requires `list` of `limitranges` in the namespace; else it is empty.',
    extensions: dependsOn(LimitRange),
    resolve: ({ metadata }, _, { client }) => sortedByName(client.reader.prefetched(LimitRange).list(metadata.name)),
  }),
);
