import { builder } from '../../graphql/builder.ts';
import { failure } from '../../graphql/errors.ts';
import { createdByOf } from '../../mutations/audit-annotations.ts';
import type { PrefetchedReader } from '../../viewer-client/reader.ts';
import { nodeNameOf, workspacePodOf } from './pod.ts';
import { optionIdOf, workspaceKindNameOf, type WorkspaceObject } from './resource.ts';
import { stateOf } from './state.ts';

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

/** Returns the value of one property. */
export function groupValueOf(reader: PrefetchedReader, workspace: WorkspaceObject, { key, label }: Criterion): string {
  const { metadata } = workspace;
  switch (key) {
    case 'NAMESPACE':
      return metadata.namespace ?? '';
    case 'KIND':
      return workspaceKindNameOf(workspace);
    case 'IMAGE_CONFIG':
      return optionIdOf(workspace, 'imageConfig');
    case 'POD_CONFIG':
      return optionIdOf(workspace, 'podConfig');
    case 'STATE':
      return stateOf(workspace);
    case 'CREATED_BY':
      return createdByOf(workspace) ?? '';
    case 'NODE': {
      const pod = workspacePodOf(reader, workspace);
      return (pod && nodeNameOf(pod)) ?? '';
    }
    case 'LABEL':
      return metadata.labels?.[label ?? ''] ?? '';
    default:
      throw new TypeError(`Unknown property ${JSON.stringify(key satisfies never)}`);
  }
}
