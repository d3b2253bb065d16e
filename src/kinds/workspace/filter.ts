import { builder } from '../../graphql/builder.ts';
import { failure } from '../../graphql/errors.ts';
import {
  flagCondition,
  labelCondition,
  matchesAll,
  oneOfCondition,
  searchCondition,
  valueCondition,
} from '../../graphql/filter.ts';
import { namespaceField, type ObjectField } from '../../kubernetes/object-field.ts';
import type { FieldCondition, ObjectFilter } from '../../kubernetes/object-filter.ts';
import type { Resource } from '../../kubernetes/resource.ts';
import type { PrefetchedReader } from '../../viewer-client/prefetched-reader.ts';
import { Pod } from '../pod/resource.ts';
import { spawnerOptionOf } from '../workspace-kind/option.ts';
import { WorkspaceKind } from '../workspace-kind/resource.ts';
import { workspaceFields } from './fields.ts';
import { idleFactsOf, isIdleSince } from './idle.ts';
import { relatedFieldsFor, type RelatedFields } from './related-fields.ts';
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
        'Matches workspaces whose last activity is before this time, whatever the load of their GPUs. Workspaces without known activity do not match.',
    }),
    idleForSeconds: t.int({
      description:
        'Matches RUNNING workspaces without activity, and without a load of their GPUs, for this time, as `WorkspaceTotals.idle` counts them. BAD_REQUEST if it is negative, and in a subscription to workspaces, since they match later without a change.',
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
  const { requests, nodes, imageConfigs, podConfigs, idleForSeconds } = filter ?? {};
  const readsPods = requests || nodes || typeof idleForSeconds === 'number';
  return [...(readsPods ? [Pod] : []), ...(requests || imageConfigs || podConfigs ? [WorkspaceKind] : [])];
}

/**
 * Returns the filter as a predicate.
 * @param reader reads what {@link relatedToFilter} returns
 * @param known related fields that indexes may keep. Default: they are derived by the reader
 * @throws {GraphQLError} BAD_REQUEST if the label selector is malformed
 */
export function workspaceMatcher(
  filter: WorkspaceFilter | null | undefined,
  reader: PrefetchedReader,
  known?: RelatedFields,
): ObjectFilter<WorkspaceObject> {
  const { nodes, requests, idleForSeconds } = filter ?? {};
  const readsRelated = nodes || requests || typeof idleForSeconds === 'number';
  const related = readsRelated ? (known ?? relatedFieldsFor(reader)) : undefined;
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
    related && idleCondition(related, filter?.idleForSeconds, reader),
    related && nodeCondition(related, filter?.nodes),
    related && requestsCondition(related, filter?.requests),
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

/** Reads Pod, and the clock and the load of GPUs in each call, as a subscription to totals keeps the condition. */
function idleCondition(
  related: RelatedFields,
  seconds: number | null | undefined,
  reader: PrefetchedReader,
): Condition {
  if (typeof seconds !== 'number') return undefined;
  if (seconds < 0) throw failure('BAD_REQUEST', `Expected filter.idleForSeconds to be at least 0, got ${seconds}.`);
  return (workspace) => isIdleSince(idleFactsOf(workspace, related), Date.now() - seconds * 1_000, reader.gpuLoads);
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
export function nodeCondition({ nodeName }: RelatedFields, nodes: Values): Condition {
  if (!nodes) return undefined;
  const wanted = new Set(nodes);
  // Not one of the conditions by which changes are dispatched: the node changes without the workspace.
  return valueCondition(nodeName, (name) => name !== '' && wanted.has(name));
}

const ONE_UNIT = 1_000_000_000n;

function requestsCondition({ requests }: RelatedFields, resources: Values): Condition {
  if (!resources) return undefined;
  const wanted = new Set(resources);
  return valueCondition(requests, (amounts) => {
    for (const [resource, { nanos }] of amounts ?? []) if (nanos >= ONE_UNIT && wanted.has(resource)) return true;
    return false;
  });
}

/**
 * Like {@link workspaceMatcher}, for a subscription.
 * @throws {GraphQLError} BAD_REQUEST also for a condition that changes without an object
 */
export function subscribedMatcher(
  filter: WorkspaceFilter | null | undefined,
  reader: PrefetchedReader,
): ObjectFilter<WorkspaceObject> {
  if (typeof filter?.idleForSeconds === 'number')
    throw failure(
      'BAD_REQUEST',
      'Expected no idleForSeconds in the filter of a subscription to workspaces, got one. Subscribe to workspaceTotals, or send a query.',
    );
  return workspaceMatcher(filter, reader);
}
