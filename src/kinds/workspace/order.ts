import { builder } from '../../graphql/builder.ts';
import { sortText } from '../../graphql/page-cursor.ts';
import { orderingByFields, type Ordering } from '../../kubernetes/ordering.ts';
import { nameField, namespaceField, ObjectField } from '../../kubernetes/object-field.ts';
import type { Resource } from '../../kubernetes/resource.ts';
import { Pod } from '../pod/resource.ts';
import { WorkspaceKind } from '../workspace-kind/resource.ts';
import { workspaceFields } from './fields.ts';
import type { RelatedFields, RequestKey } from './related-fields.ts';
import { optionIdOf, type WorkspaceObject } from './resource.ts';

const sortedImageConfig = new ObjectField((of: WorkspaceObject) => sortText(optionIdOf(of, 'imageConfig')));
const sortedPodConfig = new ObjectField((of: WorkspaceObject) => sortText(optionIdOf(of, 'podConfig')));

const fields = {
  NAME: { description: 'Name.', field: nameField },
  NAMESPACE: { description: 'Namespace.', field: namespaceField },
  DISPLAY_NAME: {
    description: 'displayName, ignoring case. Its first 1,000 characters count.',
    field: workspaceFields.collationKey,
  },
  KIND: { description: 'Name of the WorkspaceKind.', field: workspaceFields.kindName },
  STATE: { description: 'State, alphabetically.', field: workspaceFields.state },
  CREATED_AT: { description: 'Creation time.', field: workspaceFields.createdAt },
  LAST_ACTIVITY_AT: {
    description: 'Time of the last activity. Workspaces without one come last.',
    field: workspaceFields.lastActivityAt,
  },
  PAUSED_AT: {
    description: 'Time of the last pause. Workspaces that are not paused come last.',
    field: workspaceFields.pausedAt,
  },
  PAUSE_ELIGIBLE_AT: {
    description:
      'Time from which the controller may pause the workspace (`activity.pauseEligibleAt`). Workspaces without one come last.',
    field: workspaceFields.pauseEligibleAt,
  },
  IMAGE_CONFIG: { description: 'ID of the imageConfig option in the spec.', field: sortedImageConfig },
  POD_CONFIG: { description: 'ID of the podConfig option in the spec.', field: sortedPodConfig },
} as const satisfies Record<
  string,
  { readonly description: string; readonly field: ObjectField<WorkspaceObject, string | number | null> }
>;

/** Fields that are read from related objects, too, which viewers may or may not see. */
const requestFields = {
  CPU: { description: requested('CPU') },
  MEMORY: { description: requested('memory') },
  GPU: { description: requested('GPUs of all resources, such as `nvidia.com/gpu`') },
} as const satisfies Record<RequestKey, object>;

function requested(what: string): string {
  return `Requested ${what} (\`resources.requests\`), compared exactly. Workspaces whose requests are not known come last.`;
}

function isRequestKey(field: WorkspaceOrder['field']): field is RequestKey {
  return Object.hasOwn(requestFields, field);
}

const OrderDirection = builder.enumType('OrderDirection', {
  description: 'Sort direction.',
  values: {
    ASC: { description: 'Ascending: smallest or earliest first.' },
    DESC: { description: 'Descending: largest or latest first.' },
  } as const,
});

const WorkspaceOrderField = builder.enumType('WorkspaceOrderField', {
  description: 'Sort field of workspaces.',
  values: {
    NAME: { description: fields.NAME.description },
    NAMESPACE: { description: fields.NAMESPACE.description },
    DISPLAY_NAME: { description: fields.DISPLAY_NAME.description },
    KIND: { description: fields.KIND.description },
    STATE: { description: fields.STATE.description },
    CREATED_AT: { description: fields.CREATED_AT.description },
    LAST_ACTIVITY_AT: { description: fields.LAST_ACTIVITY_AT.description },
    PAUSED_AT: { description: fields.PAUSED_AT.description },
    PAUSE_ELIGIBLE_AT: { description: fields.PAUSE_ELIGIBLE_AT.description },
    IMAGE_CONFIG: { description: fields.IMAGE_CONFIG.description },
    POD_CONFIG: { description: fields.POD_CONFIG.description },
    CPU: { description: requestFields.CPU.description },
    MEMORY: { description: requestFields.MEMORY.description },
    GPU: { description: requestFields.GPU.description },
  } as const satisfies Record<keyof typeof fields | RequestKey, object>,
});

export const WorkspaceOrderInput = builder.inputType('WorkspaceOrder', {
  description: 'Sort criterion. If two workspaces are equal by it, the next one decides.',
  fields: (t) => ({
    field: t.field({ type: WorkspaceOrderField, required: true, description: 'Sort field.' }),
    direction: t.field({ type: OrderDirection, required: true, defaultValue: 'ASC', description: 'Sort direction.' }),
  }),
});

export type WorkspaceOrder = typeof WorkspaceOrderInput.$inferInput;

const byName: readonly WorkspaceOrder[] = [
  { field: 'NAMESPACE', direction: 'ASC' },
  { field: 'NAME', direction: 'ASC' },
];

/** Returns the resources that an order reads besides workspaces. They must be prefetched. */
export function relatedToOrder(orderBy: readonly WorkspaceOrder[] | null | undefined): readonly Resource[] {
  return orderBy?.some(({ field }) => isRequestKey(field)) ? [Pod, WorkspaceKind] : [];
}

/**
 * Returns the requested criteria, followed by namespace and name, so that the order is total.
 * @param related fields that are read from what {@link relatedToOrder} returns. May be undefined if it returns nothing
 */
export function workspaceOrdering(
  orderBy: readonly WorkspaceOrder[] | null | undefined,
  related: RelatedFields | undefined,
): Ordering<WorkspaceObject> {
  const known = new Set<WorkspaceOrder['field']>();
  // A criterion after another one of the same field decides nothing. Without it, clients could ask for any number.
  const criteria = [...(orderBy ?? []), ...byName].filter(({ field }) => {
    const isFirst = !known.has(field);
    known.add(field);
    return isFirst;
  });
  const name = criteria.map(({ field, direction }) => `${field} ${direction}`).join(', ');
  const directions = criteria.map(({ direction }) => (direction === 'ASC' ? 1 : -1));
  const keys = criteria.map(({ field }) => {
    if (!isRequestKey(field)) return fields[field].field;
    if (related) return related.sortKeys[field];
    throw new TypeError(`Expected related fields for an order by ${field}, got none.`);
  });
  const ordering = orderingByFields<WorkspaceObject>(name, keys, directions);
  // An index is of all viewers.
  const isIndexed = related?.areKept || !criteria.some(({ field }) => isRequestKey(field));
  return isIndexed ? ordering : { ...ordering, fields: undefined };
}
