import { builder } from '../../graphql/builder.ts';
import { failure } from '../../graphql/errors.ts';
import { dependsOn } from '../../graphql/field-dependencies.ts';
import { inOrder } from '../../kubernetes/ordering.ts';
import { keyOf, type KubernetesObject } from '../../kubernetes/object.ts';
import type { ScopedLister } from '../../viewer-client/scoped-lister.ts';
import type { ViewerClient } from '../../viewer-client/viewer-client.ts';
import { Pod, type PodObject } from '../pod/resource.ts';
import { podNameOf, workspacePodOf } from '../workspace/pod.ts';
import { WorkspaceType } from '../workspace/refs.ts';
import { claimNamesOf, Workspace, type WorkspaceObject } from '../workspace/resource.ts';
import { ownerOf, StatefulSet } from '../workspace/stateful-set.ts';
import { KubernetesEventType } from './refs.ts';
import { type EventObject, eventFieldsOf, involvedKeyOf, WorkspacePartEvent } from './resource.ts';
import { newestFirst } from './times.ts';

const MAX_EVENTS = 100;

builder.objectField(WorkspaceType, 'events', (t) =>
  t.field({
    type: [KubernetesEventType],
    description:
      'Recent Kubernetes events of the workspace, its StatefulSet, its pods and the claims that it mounts, newest first. Empty for viewers who may not list events.',
    args: {
      first: t.arg.int({
        required: true,
        defaultValue: 20,
        description: `Maximum number of events: 1 to ${MAX_EVENTS}. BAD_REQUEST if it is out of range.`,
      }),
      currentPodOnly: t.arg.boolean({
        required: true,
        defaultValue: false,
        description:
          'True to leave out events of earlier pods, as from before a restart. For viewers who may not list pods, it leaves out those of all pods.',
      }),
    },
    extensions: dependsOn(WorkspacePartEvent, Pod, StatefulSet),
    resolve: (workspace, { first, currentPodOnly }, { client }) => {
      if (first < 1 || first > MAX_EVENTS)
        throw failure('BAD_REQUEST', `Expected first to be from 1 to ${MAX_EVENTS}, got ${first}.`);
      return client.reader.prefetchedIn(WorkspacePartEvent, workspace.metadata.namespace ?? '', (lister) => {
        const events = eventsOf(client, workspace, lister);
        return inOrder(currentPodOnly ? withoutEarlierPods(client, workspace, events) : events, newestFirst)
          .slice(0, first)
          .map(({ item }) => item);
      });
    },
  }),
);

/**
 * Returns the events of a workspace and its parts. Parts are found by the owner's uid and the label with the workspace's name.
 * Excludes events of an earlier workspace with the same name.
 */
function eventsOf(
  client: ViewerClient,
  workspace: WorkspaceObject,
  events: ScopedLister<EventObject>,
): readonly EventObject[] {
  const { metadata } = workspace;
  const involving = (kind: string, name: string) =>
    events.byIndex('involved', involvedKeyOf(kind, { namespace: metadata.namespace, name }));
  const own = involving('Workspace', metadata.name).filter((event) => isAbout(event, workspace));
  const { sets, pods } = partsOf(client, workspace);
  const ofParts = [
    ...[...sets].flatMap((name) => involving('StatefulSet', name)),
    ...[...pods].flatMap((name) => involving('Pod', name)),
  ].filter((event) => event.metadata.creationTimestamp >= metadata.creationTimestamp);
  return [...own, ...ofParts, ...claimNamesOf(workspace).flatMap((name) => involving('PersistentVolumeClaim', name))];
}

interface PartNames {
  readonly sets: ReadonlySet<string>;
  readonly pods: ReadonlySet<string>;
}

/** A StatefulSet gives its pod, and each later one, its own name and the ordinal 0. */
function partsOf(client: ViewerClient, workspace: WorkspaceObject): PartNames {
  const { uid } = workspace.metadata;
  const owned = client.reader.prefetched(StatefulSet).byIndex('owner', uid);
  const pods = client.reader
    .prefetched(Pod)
    .byIndex('workspace', keyOf(workspace.metadata))
    .filter((pod) => isPart(pod, workspace, owned));
  const setsOfPods = pods.flatMap((pod) => ownerOf(pod, 'StatefulSet')?.name ?? []);
  const current = workspacePodOf(client.reader, workspace);
  return {
    sets: new Set([...owned.map(({ metadata: { name } }) => name), ...setsOfPods]),
    pods: new Set([
      ...owned.map(({ metadata: { name } }) => `${name}-0`),
      ...pods.map(({ metadata: { name } }) => name),
      ...(current?.pod === undefined && current ? [podNameOf(current)] : []),
    ]),
  };
}

/** Without a StatefulSet that can be read, a pod with the label of the workspace counts unless it is older. */
function isPart(pod: PodObject, { metadata }: WorkspaceObject, owned: readonly KubernetesObject[]): boolean {
  const workspace = ownerOf(pod, 'Workspace');
  if (workspace) return workspace.uid === metadata.uid;
  const set = ownerOf(pod, 'StatefulSet');
  if (set && owned.length > 0) return owned.some((each) => each.metadata.uid === set.uid);
  return pod.metadata.creationTimestamp >= metadata.creationTimestamp;
}

function withoutEarlierPods(
  client: ViewerClient,
  workspace: WorkspaceObject,
  events: readonly EventObject[],
): readonly EventObject[] {
  const current = workspacePodOf(client.reader, workspace)?.pod?.metadata.uid;
  return events.filter((event) => {
    const { kind, uid } = eventFieldsOf(event).involvedObject ?? {};
    return kind !== 'Pod' || uid === current;
  });
}

function isAbout(event: EventObject, { metadata }: WorkspaceObject): boolean {
  const { uid, apiVersion } = eventFieldsOf(event).involvedObject ?? {};
  return (!uid || uid === metadata.uid) && (!apiVersion || apiVersion.startsWith(`${Workspace.group}/`));
}
