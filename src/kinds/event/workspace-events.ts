import { builder } from '../../graphql/builder.ts';
import { failure } from '../../graphql/errors.ts';
import { dependsOn } from '../../graphql/field-dependencies.ts';
import { inOrder } from '../../graphql/ordering.ts';
import { keyOf } from '../../kubernetes/object.ts';
import type { ViewerClient } from '../../viewer-client/viewer-client.ts';
import { Pod } from '../pod/resource.ts';
import { podNameOf, workspacePodOf } from '../workspace/pod.ts';
import { WorkspaceType } from '../workspace/refs.ts';
import { Workspace, type WorkspaceObject } from '../workspace/resource.ts';
import { KubernetesEventType } from './refs.ts';
import { Event, type EventObject, eventFieldsOf, involvedKeyOf } from './resource.ts';
import { newestFirst } from './times.ts';

const MAX_EVENTS = 100;

builder.objectField(WorkspaceType, 'events', (t) =>
  t.field({
    type: [KubernetesEventType],
    description:
      'Recent Kubernetes events of the workspace, its pod and its StatefulSet, newest first. Empty for viewers who may not list events.',
    args: {
      first: t.arg.int({
        required: true,
        defaultValue: 20,
        description: `Maximum number of events: 0 to ${MAX_EVENTS}. BAD_REQUEST if it is out of range.`,
      }),
    },
    extensions: dependsOn(Event, Pod),
    resolve: (workspace, { first }, { client }) => {
      if (first < 1 || first > MAX_EVENTS)
        throw failure('BAD_REQUEST', `Expected first to be from 1 to ${MAX_EVENTS}, got ${first}.`);
      return inOrder([...eventsOf(client, workspace)], newestFirst)
        .slice(0, first)
        .map(({ item }) => item);
    },
  }),
);

/** Returns each event once. Excludes events of an earlier workspace with the same name. */
function eventsOf(client: ViewerClient, workspace: WorkspaceObject): ReadonlySet<EventObject> {
  const events = client.reader.prefetched(Event);
  const { metadata } = workspace;
  const involving = (kind: string, name: string) =>
    events.byIndex('involved', involvedKeyOf(kind, { namespace: metadata.namespace, name }));
  const parts = workspacePodOf(client, workspace);
  const pod = parts && podNameOf(parts);
  const own = involving('Workspace', metadata.name).filter((event) => isAbout(event, workspace));
  const ofParts = [
    ...events.byIndex('part', keyOf(metadata)),
    ...(pod ? [...involving('Pod', pod), ...involving('StatefulSet', statefulSetOf(pod))] : []),
  ];
  return new Set([
    ...own,
    ...ofParts.filter((event) => event.metadata.creationTimestamp >= metadata.creationTimestamp),
  ]);
}

function isAbout(event: EventObject, { metadata }: WorkspaceObject): boolean {
  const { uid, apiVersion } = eventFieldsOf(event).involvedObject ?? {};
  return (!uid || uid === metadata.uid) && (!apiVersion || apiVersion.startsWith(`${Workspace.group}/`));
}

/** The name of a StatefulSet’s pod is the name of the StatefulSet and an ordinal. */
function statefulSetOf(pod: string): string {
  return pod.replace(/-\d+$/u, '');
}
