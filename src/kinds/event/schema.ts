import { builder } from '../../graphql/builder.ts';
import { addObjectFields, KubernetesObjectInterface, NodeInterface, PARTIAL_MANIFEST } from '../../graphql/node.ts';
import { timestampOf } from '../../graphql/scalars.ts';
import { defineKind } from '../define-kind.ts';
import { EventFilterInput, eventMatcher, EventTypeEnum, typeOf } from './filter.ts';
import { KubernetesEventConnection, KubernetesEventChange, KubernetesEventType } from './refs.ts';
import { Event, eventFieldsOf, type InvolvedObject } from './resource.ts';
import { countOf, firstTimeOf, lastTimeOf, newestFirst } from './times.ts';

const InvolvedObjectType = builder.objectRef<InvolvedObject>('InvolvedObject').implement({
  description: 'Reference to the object that an event is about, which may no longer exist.',
  fields: (t) => ({
    apiVersion: t.string({
      description: 'API group and version, e.g. `kubeflow.org/v1beta1`. May be empty.',
      resolve: ({ apiVersion }) => apiVersion ?? '',
    }),
    kind: t.string({ description: 'Kind, e.g. `Pod`.', resolve: ({ kind }) => kind ?? '' }),
    namespace: t.string({
      nullable: true,
      description: 'Namespace. Null for cluster-scoped objects.',
      resolve: ({ namespace }) => namespace || null,
    }),
    name: t.string({ description: 'Name.', resolve: ({ name }) => name ?? '' }),
    uid: t.id({
      nullable: true,
      description: 'UID. Null if the event does not contain it.',
      resolve: ({ uid }) => uid || null,
    }),
    fieldPath: t.string({
      nullable: true,
      description: 'Part of the object, e.g. `spec.containers{main}`. Null for the whole object.',
      resolve: ({ fieldPath }) => fieldPath || null,
    }),
  }),
});

addObjectFields(KubernetesEventType, PARTIAL_MANIFEST);

KubernetesEventType.implement({
  description:
    'Event of the core API group: a report of a cluster component about an object, e.g. why a pod was not scheduled. Clusters usually delete events after one hour.',
  interfaces: [NodeInterface, KubernetesObjectInterface],
  fields: (t) => ({
    type: t.field({ type: EventTypeEnum, description: 'Type of the event.', resolve: typeOf }),
    reason: t.string({
      description: 'Machine-readable reason, e.g. `FailedScheduling`. May be empty.',
      resolve: (event) => eventFieldsOf(event).reason ?? '',
    }),
    message: t.string({
      description: 'Human-readable message. May be empty.',
      resolve: (event) => eventFieldsOf(event).message ?? '',
    }),
    count: t.int({ description: 'Number of occurrences since `firstAt`.', resolve: countOf }),
    firstAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Time of the first occurrence. Null if the event has no valid timestamp.',
      resolve: (event) => timestampOf(firstTimeOf(event)),
    }),
    lastAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Time of the last occurrence. Null if the event has no valid timestamp.',
      resolve: (event) => timestampOf(lastTimeOf(event)),
    }),
  }),
});

builder.objectFields(KubernetesEventType, (t) => ({
  source: t.string({
    nullable: true,
    description: 'Component that reported the event, e.g. `kubelet`. Null if the event does not contain it.',
    resolve: (event) => {
      const { source, reportingComponent } = eventFieldsOf(event);
      return reportingComponent || source?.component || null;
    },
  }),
  host: t.string({
    nullable: true,
    description: 'Node on which the component runs. Null if the event does not contain it.',
    resolve: (event) => eventFieldsOf(event).source?.host || null,
  }),
  involvedObject: t.field({
    type: InvolvedObjectType,
    description: 'Object that the event is about.',
    resolve: (event) => eventFieldsOf(event).involvedObject ?? {},
  }),
}));

defineKind({
  resource: Event,
  type: KubernetesEventType,
  connection: KubernetesEventConnection,
  event: KubernetesEventChange,
  filter: { type: EventFilterInput, description: 'Filter for events. Null for all events that you may list.' },
  matcher: eventMatcher,
  ordering: newestFirst,
  list: {
    name: 'events',
    description: 'Matching Kubernetes events, newest first. `Workspace.events` has those of one workspace.',
  },
  subscribe: {
    name: 'events',
    description:
      'Sends RESET, the matching Kubernetes events as ADDED, SYNCED, then their changes. A repeated event is MODIFIED, one that the cluster deletes is DELETED.',
  },
});
