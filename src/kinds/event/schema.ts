import { builder } from '../../graphql/builder.ts';
import { KubernetesObjectInterface, NodeInterface } from '../../graphql/node.ts';
import { timestampOf } from '../../graphql/scalars.ts';
import { defineKind } from '../define-kind.ts';
import { EventFilterInput, eventMatcher, EventTypeEnum, typeOf } from './filter.ts';
import { KubernetesEventConnection, KubernetesEventEvent, KubernetesEventType } from './refs.ts';
import { Event, eventFieldsOf, type InvolvedObject } from './resource.ts';
import { countOf, firstTimeOf, lastTimeOf, newestFirst } from './times.ts';

const InvolvedObjectType = builder.objectRef<InvolvedObject>('InvolvedObject').implement({
  description: 'The object that an event is about. It may be gone.',
  fields: (t) => ({
    apiVersion: t.string({
      description: 'API group and version, e.g. `kubeflow.org/v1beta1`. Possibly empty.',
      resolve: ({ apiVersion }) => apiVersion ?? '',
    }),
    kind: t.string({ description: 'Its kind, e.g. `Pod`.', resolve: ({ kind }) => kind ?? '' }),
    namespace: t.string({
      nullable: true,
      description: 'The namespace it is in. Null for an object of the whole cluster.',
      resolve: ({ namespace }) => namespace || null,
    }),
    name: t.string({ description: 'Its name.', resolve: ({ name }) => name ?? '' }),
    uid: t.id({
      nullable: true,
      description: 'Its uid. Null where it was not noted.',
      resolve: ({ uid }) => uid || null,
    }),
    fieldPath: t.string({
      nullable: true,
      description: 'The part of it that is meant, e.g. `spec.containers{main}`. Null: all of it.',
      resolve: ({ fieldPath }) => fieldPath || null,
    }),
  }),
});

KubernetesEventType.implement({
  description:
    'Something that a component of the cluster has noted of an object: that a pod was scheduled, or why not. The cluster forgets events after about an hour.',
  interfaces: [NodeInterface, KubernetesObjectInterface],
  fields: (t) => ({
    type: t.field({ type: EventTypeEnum, description: 'Whether it is bad news.', resolve: typeOf }),
    reason: t.string({
      description: 'What happened, in one word for programs, e.g. `FailedScheduling`. Possibly empty.',
      resolve: (event) => eventFieldsOf(event).reason ?? '',
    }),
    message: t.string({
      description: 'What happened, for people. Possibly empty.',
      resolve: (event) => eventFieldsOf(event).message ?? '',
    }),
    count: t.int({ description: 'How often it has happened, since `firstAt`.', resolve: countOf }),
    firstAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it happened first. Null where no time was noted.',
      resolve: (event) => timestampOf(firstTimeOf(event)),
    }),
    lastAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it happened last. Null where no time was noted.',
      resolve: (event) => timestampOf(lastTimeOf(event)),
    }),
  }),
});

builder.objectFields(KubernetesEventType, (t) => ({
  source: t.string({
    nullable: true,
    description: 'Which component noted it, e.g. `kubelet`. Null where it did not say.',
    resolve: (event) => {
      const { source, reportingComponent } = eventFieldsOf(event);
      return reportingComponent || source?.component || null;
    },
  }),
  host: t.string({
    nullable: true,
    description: 'On which node that was. Null where it did not say.',
    resolve: (event) => eventFieldsOf(event).source?.host || null,
  }),
  involvedObject: t.field({
    type: InvolvedObjectType,
    description: 'What it is about.',
    resolve: (event) => eventFieldsOf(event).involvedObject ?? {},
  }),
}));

defineKind({
  resource: Event,
  type: KubernetesEventType,
  connection: KubernetesEventConnection,
  event: KubernetesEventEvent,
  filter: { type: EventFilterInput, description: 'Which events. Null: all that you may see.' },
  matcher: eventMatcher,
  ordering: newestFirst,
  list: {
    name: 'events',
    description: 'The events that match, newest first. For those of one workspace see `Workspace.events`.',
  },
  subscribe: {
    name: 'events',
    description:
      'The events that match, then SYNCED, then what happens to them: one that happens again is MODIFIED, one that the cluster forgets is DELETED.',
  },
});
