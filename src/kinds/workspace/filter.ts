import { builder } from '../../graphql/builder.ts';
import {
  flagCondition,
  labelCondition,
  matchesAll,
  oneOfCondition,
  searchCondition,
  valueCondition,
} from '../../graphql/filter.ts';
import {
  namespaceField,
  type FieldCondition,
  type ObjectField,
  type ObjectFilter,
} from '../../kubernetes/object-field.ts';
import type { Resource } from '../../kubernetes/resource.ts';
import type { PrefetchedReader } from '../../viewer-client/reader.ts';
import { Pod } from '../pod/resource.ts';
import { spawnerOptionOf } from '../workspace-kind/option.ts';
import { WorkspaceKind } from '../workspace-kind/resource.ts';
import { workspaceFields } from './fields.ts';
import { nodeNameOf, workspacePodOf } from './pod.ts';
import { requestsOf, type Requests } from './requests.ts';
import { workspaceKindNameOf, optionIdOf, type OptionList, type WorkspaceObject } from './resource.ts';
import { WorkspaceStateEnum } from './state.ts';

export const WorkspaceFilterInput = builder.inputType('WorkspaceFilter', {
  description: 'Filter for workspaces. A workspace matches if it meets every given condition.',
  fields: (t) => ({
    search: t.string({ description: 'Substring of the name or `displayName`, case-insensitive.' }),
    kinds: t.stringList({ description: 'Names of WorkspaceKinds, one of which the workspace has.' }),
    states: t.field({ type: [WorkspaceStateEnum], description: 'States, one of which the workspace is in.' }),
    namespaces: t.stringList({ description: 'Namespaces, one of which the workspace is in.' }),
    paused: t.boolean({
      description: 'Value of `paused`, the desired state. For the observed state see `states`.',
    }),
    pendingRestart: t.boolean({ description: 'Value of `pendingRestart`.' }),
    imageConfigs: t.idList({
      description: 'IDs or display names of imageConfig options, one of which is in the spec.',
    }),
    podConfigs: t.idList({
      description: 'IDs or display names of podConfig options, one of which is in the spec.',
    }),
    labelSelector: t.string({
      description:
        'Kubernetes label selector on the labels of the Workspace, e.g. `team=ml,tier in (dev,test),!legacy`. BAD_REQUEST if it is malformed.',
    }),
    inactiveSince: t.field({
      type: 'DateTime',
      description:
        'Matches workspaces whose last activity is before this time. Workspaces without known activity do not match.',
    }),
    pauseEligibleBefore: t.field({
      type: 'DateTime',
      description:
        'Matches RUNNING workspaces that the controller may pause for inactivity before this time (`activity.pauseEligibleAt`).',
    }),
    requests: t.stringList({
      description:
        'Resources, such as `nvidia.com/gpu`, of one of which the workspace requests at least one unit (`resources.requests`).',
    }),
    createdBy: t.stringList({ description: 'Names of users, one of whom created the workspace (`audit.createdBy`).' }),
    nodes: t.stringList({ description: 'Names of nodes, one of which the pod is on (`pod.nodeName`).' }),
  }),
});

export type WorkspaceFilter = typeof WorkspaceFilterInput.$inferInput;

/** Returns the resources that a filter reads besides workspaces. They must be prefetched. */
export function relatedToFilter(filter: WorkspaceFilter | null | undefined): readonly Resource[] {
  const { requests, nodes, imageConfigs, podConfigs } = filter ?? {};
  return [...(requests || nodes ? [Pod] : []), ...(requests || imageConfigs || podConfigs ? [WorkspaceKind] : [])];
}

/**
 * Returns the filter as a predicate.
 * @param reader reads what {@link relatedToFilter} returns
 * @param requestsFor returns the requests of a workspace, for callers that have computed them
 * @throws {GraphQLError} BAD_REQUEST if the label selector is malformed
 */
export function workspaceMatcher(
  filter: WorkspaceFilter | null | undefined,
  reader: PrefetchedReader,
  requestsFor = (workspace: WorkspaceObject) => requestsOf(reader, workspace),
): ObjectFilter<WorkspaceObject> {
  return matchesAll<WorkspaceObject>([
    oneOfCondition(filter?.namespaces, namespaceField),
    oneOfCondition(filter?.kinds, workspaceFields.kindName),
    oneOfCondition(filter?.states, workspaceFields.state),
    oneOfCondition<WorkspaceObject, string | null>(filter?.createdBy, workspaceFields.createdBy),
    flagCondition(filter?.paused, workspaceFields.paused),
    flagCondition(filter?.pendingRestart, workspaceFields.pendingRestart),
    beforeCondition(filter?.inactiveSince, workspaceFields.lastActivityAt),
    beforeCondition(filter?.pauseEligibleBefore, workspaceFields.pauseEligibleAt),
    labelCondition(filter?.labelSelector),
    searchCondition(filter?.search, workspaceFields.texts),
    optionCondition(reader, 'imageConfig', filter?.imageConfigs),
    optionCondition(reader, 'podConfig', filter?.podConfigs),
    nodeCondition(reader, filter?.nodes),
    requestsCondition(filter?.requests, requestsFor),
  ]);
}

type Condition = FieldCondition<WorkspaceObject> | undefined;
type Values = readonly string[] | null | undefined;

function beforeCondition(
  limit: number | null | undefined,
  field: ObjectField<WorkspaceObject, number | null>,
): Condition {
  return typeof limit === 'number' ? valueCondition(field, (time) => time !== null && time < limit) : undefined;
}

function optionCondition(reader: PrefetchedReader, list: OptionList, values: Values): Condition {
  if (!values) return undefined;
  const wanted = new Set(values);
  return (workspace) => {
    const id = workspace.read(workspaceFields[list]);
    return wanted.has(id) || wanted.has(optionDisplayNameOf(reader, workspace.object, list) ?? id);
  };
}

/** Undefined if the WorkspaceKind or the option does not exist. */
function optionDisplayNameOf(
  reader: PrefetchedReader,
  workspace: WorkspaceObject,
  list: OptionList,
): string | undefined {
  const workspaceKind = reader.prefetched(WorkspaceKind).get({ name: workspaceKindNameOf(workspace) });
  return workspaceKind && spawnerOptionOf(workspaceKind, list, optionIdOf(workspace, list))?.spec.spawner?.displayName;
}

/** Condition that the pod is on one of the nodes. Reads Pod. */
export function nodeCondition(reader: PrefetchedReader, nodes: Values): Condition {
  return oneOfCondition(nodes, (workspace: WorkspaceObject) => {
    const pod = workspacePodOf(reader, workspace);
    return pod ? nodeNameOf(pod) : undefined;
  });
}

const ONE_UNIT = 1_000_000_000n;

function requestsCondition(
  resources: Values,
  requestsFor: (workspace: WorkspaceObject) => Requests | undefined,
): Condition {
  if (!resources) return undefined;
  return ({ object }) => {
    const requests = requestsFor(object);
    return resources.some((resource) => (requests?.get(resource)?.nanos ?? 0n) >= ONE_UNIT);
  };
}
