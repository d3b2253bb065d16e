import { builder } from '../../graphql/builder.ts';
import { failure } from '../../graphql/errors.ts';
import { namespaceField, type FieldValues, type ObjectField } from '../../kubernetes/object-field.ts';
import { workspaceFields } from './fields.ts';
import type { RelatedFields } from './related-fields.ts';
import type { WorkspaceObject } from './resource.ts';

const WorkspaceGroupKey = builder.enumType('WorkspaceGroupKey', {
  description: 'Property by which totals of workspaces are grouped.',
  values: {
    NAMESPACE: { description: 'Namespace.' },
    KIND: { description: 'Name of the WorkspaceKind.' },
    IMAGE_CONFIG: {
      description: 'ID of the imageConfig option. Options of several WorkspaceKinds may have the same ID.',
    },
    POD_CONFIG: { description: 'ID of the podConfig option. Options of several WorkspaceKinds may have the same ID.' },
    STATE: { description: 'State.' },
    CREATED_BY: { description: 'Name of the user who created the workspace. Empty if it is not recorded.' },
    NODE: { description: 'Name of the node of the pod. Empty while there is none.' },
    LABEL: {
      description: 'Value of a label of the Workspace, whose key is in `groupByLabels`. Empty without the label.',
    },
  } as const,
});

type GroupKey = typeof WorkspaceGroupKey.$inferType;

/** One property that workspaces are grouped by. */
interface Criterion {
  readonly key: GroupKey;
  /** Key of the label. Null unless `key` is LABEL. */
  readonly label: string | null;
}

export type Grouping = readonly Criterion[];

/** Value of one property, which all workspaces of a group have. */
export interface GroupValue extends Criterion {
  readonly value: string;
}

export const WorkspaceGroup = builder.objectRef<GroupValue>('WorkspaceGroup').implement({
  description: 'Value that all workspaces of a group have.',
  fields: (t) => ({
    key: t.field({ type: WorkspaceGroupKey, description: 'Property of the workspaces.', resolve: ({ key }) => key }),
    label: t.string({
      nullable: true,
      description: 'Key of the label. Null unless `key` is LABEL.',
      resolve: ({ label }) => label,
    }),
    value: t.exposeString('value', { description: 'Value of the property. May be empty.' }),
  }),
});

export const groupingArgs = builder.args((t) => ({
  groupBy: t.field({
    type: [WorkspaceGroupKey],
    description: 'Properties to group by, up to 8. Null or empty for one total of all.',
  }),
  groupByLabels: t.stringList({ description: 'Keys of labels: one for each LABEL in `groupBy`, in its order.' }),
}));

const MAX_CRITERIA = 8;

/** @throws {GraphQLError} BAD_REQUEST if there are too many properties, or the labels do not fit them */
export function groupingOf({
  groupBy,
  groupByLabels,
}: {
  readonly groupBy?: readonly GroupKey[] | null | undefined;
  readonly groupByLabels?: readonly string[] | null | undefined;
}): Grouping {
  const keys = groupBy ?? [];
  const labels = (groupByLabels ?? []).values();
  const expected = keys.filter((key) => key === 'LABEL').length;
  if (keys.length > MAX_CRITERIA)
    throw failure('BAD_REQUEST', `Expected at most ${MAX_CRITERIA} entries in groupBy, got ${keys.length}.`);
  if (expected !== (groupByLabels ?? []).length)
    throw failure(
      'BAD_REQUEST',
      `Expected one entry in groupByLabels for each LABEL in groupBy, which is ${expected}, got ${(groupByLabels ?? []).length}.`,
    );
  return keys.map((key) => ({ key, label: key === 'LABEL' ? (labels.next().value ?? null) : null }));
}

/** Fields that the properties are, except labels. Empty if a workspace has none. */
const groupFields = {
  NAMESPACE: namespaceField,
  KIND: workspaceFields.kindName,
  IMAGE_CONFIG: workspaceFields.imageConfig,
  POD_CONFIG: workspaceFields.podConfig,
  STATE: workspaceFields.state,
  CREATED_BY: workspaceFields.createdBy,
} as const satisfies Partial<Record<GroupKey, ObjectField<WorkspaceObject, string | null>>>;

/** Returns the field that a property is. Undefined for labels. */
export function groupFieldOf(
  { key }: Criterion,
  { nodeName }: RelatedFields,
): ObjectField<WorkspaceObject, string | null> | undefined {
  if (key === 'LABEL') return undefined;
  return key === 'NODE' ? nodeName : groupFields[key];
}

/** Returns the value of one property. */
export function groupValueOf(
  values: FieldValues<WorkspaceObject>,
  criterion: Criterion,
  related: RelatedFields,
): string {
  const field = groupFieldOf(criterion, related);
  return (field ? values.read(field) : labelOf(values.object, criterion.label ?? '')) ?? '';
}

/** Undefined without the label. Keys such as `constructor` are properties of every object. */
function labelOf({ metadata: { labels = {} } }: WorkspaceObject, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}
