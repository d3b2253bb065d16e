import { builder } from '../../graphql/builder.ts';
import { dependsOn } from '../../graphql/field-dependencies.ts';
import { KubernetesObjectInterface, NodeInterface } from '../../graphql/node.ts';
import { entriesOf, KeyValueType, ObjectMetaType } from '../../graphql/object-meta.ts';
import { defineKind } from '../define-kind.ts';
import { namespaceNamed, NamespaceType } from '../namespace/refs.ts';
import { Namespace } from '../namespace/resource.ts';
import { jobMatcher, VolcanoJobFilterInput } from './filter.ts';
import { VolcanoJobConnection, VolcanoJobEvent, VolcanoJobType } from './refs.ts';
import { controlledResourcesOf, jobSpecOf, jobStatusOf, phaseOf, succeededOf, VolcanoJob } from './resource.ts';
import { tasksOf, VolcanoTask } from './task.ts';
import {
  pluginsOf,
  VolcanoJobCondition,
  VolcanoNetworkTopology,
  VolcanoPlugin,
  VolcanoPolicy,
  VolcanoVolume,
} from './types.ts';

VolcanoJobType.implement({
  description: 'A batch job of Volcano: pods that are scheduled together. Kubernetes calls its kind `Job`.',
  interfaces: [NodeInterface, KubernetesObjectInterface],
  fields: (t) => ({
    metadata: t.field({
      type: ObjectMetaType,
      description: 'What Kubernetes keeps of every object.',
      resolve: ({ metadata }) => metadata,
    }),
    manifest: t.field({
      type: 'JSON',
      description: 'The whole object as the API server has it, without managedFields and last-applied-configuration.',
      resolve: (job) => job,
    }),
    namespace: t.field({
      type: NamespaceType,
      description: 'The namespace it is in.',
      extensions: dependsOn(Namespace),
      resolve: ({ metadata }, _, { client }) => namespaceNamed(client, metadata.namespace ?? ''),
    }),
  }),
});

builder.objectFields(VolcanoJobType, (t) => ({
  queue: t.string({
    nullable: true,
    description: 'The queue that it stands in. Null: the default one.',
    resolve: (job) => jobSpecOf(job).queue ?? null,
  }),
  schedulerName: t.string({
    nullable: true,
    description: 'Who schedules its pods. Null: Volcano.',
    resolve: (job) => jobSpecOf(job).schedulerName ?? null,
  }),
  priorityClassName: t.string({
    nullable: true,
    description: 'How urgent it is. Null: as the cluster has it.',
    resolve: (job) => jobSpecOf(job).priorityClassName ?? null,
  }),
  minAvailable: t.int({
    nullable: true,
    description: 'How many pods have to run together. Null: all.',
    resolve: (job) => jobSpecOf(job).minAvailable ?? null,
  }),
  minSuccess: t.int({
    nullable: true,
    description: 'How many pods have to succeed for the job to have. Null: all.',
    resolve: (job) => jobSpecOf(job).minSuccess ?? null,
  }),
  maxRetry: t.int({
    nullable: true,
    description: 'How often it is tried again before it has failed. Null: as Volcano has it, 3 times.',
    resolve: (job) => jobSpecOf(job).maxRetry ?? null,
  }),
  ttlSecondsAfterFinished: t.int({
    nullable: true,
    description: 'How long it is kept when it has finished. Null: for ever.',
    resolve: (job) => jobSpecOf(job).ttlSecondsAfterFinished ?? null,
  }),
}));

builder.objectFields(VolcanoJobType, (t) => ({
  runningEstimate: t.string({
    nullable: true,
    description: 'How long its author expects it to run, e.g. `1h0m0s`. Null where nobody has said.',
    resolve: (job) => jobSpecOf(job).runningEstimate ?? null,
  }),
  networkTopology: t.field({
    type: VolcanoNetworkTopology,
    nullable: true,
    description: 'How near to each other its pods have to be. Null: as they come.',
    resolve: (job) => jobSpecOf(job).networkTopology ?? null,
  }),
  plugins: t.field({
    type: [VolcanoPlugin],
    description: 'What Volcano adds to its pods, ordered by name.',
    resolve: pluginsOf,
  }),
  policies: t.field({
    type: [VolcanoPolicy],
    description: 'What is done when something happens to its pods, unless their task says otherwise.',
    resolve: (job) => [...(jobSpecOf(job).policies ?? [])],
  }),
  tasks: t.field({ type: [VolcanoTask], description: 'What it consists of.', resolve: tasksOf }),
  volumes: t.field({
    type: [VolcanoVolume],
    description: 'What all its pods mount.',
    resolve: (job) => [...(jobSpecOf(job).volumes ?? [])],
  }),
}));

builder.objectFields(VolcanoJobType, (t) => ({
  phase: t.string({
    nullable: true,
    description:
      'What it is doing, in Volcano’s word: `Pending`, `Running`, `Aborting`, `Aborted`, `Restarting`, `Completing`, `Completed`, `Terminating`, `Terminated`, `Failed`, or what another version says, e.g. `Inqueue`. Null until it has looked.',
    resolve: (job) => phaseOf(job) ?? null,
  }),
  reason: t.string({
    nullable: true,
    description: 'Why it is in this phase, for programs. Null where that is not told.',
    resolve: (job) => jobStatusOf(job).state?.reason ?? null,
  }),
  message: t.string({
    nullable: true,
    description: 'Why it is in this phase, for people. Null where that is not told.',
    resolve: (job) => jobStatusOf(job).state?.message ?? null,
  }),
  phaseSince: t.field({
    type: 'DateTime',
    nullable: true,
    description: 'Since when it is in this phase. Null where that is not told.',
    resolve: (job) => jobStatusOf(job).state?.lastTransitionTime ?? null,
  }),
}));

builder.objectFields(VolcanoJobType, (t) => ({
  conditions: t.field({
    type: [VolcanoJobCondition],
    description: 'The phases that it has come through. Empty where Volcano does not keep them.',
    resolve: (job) => [...(jobStatusOf(job).conditions ?? [])],
  }),
  runningDuration: t.string({
    nullable: true,
    description: 'How long it has been running, e.g. `5m12s`. Null before it has finished, or where that is not told.',
    resolve: (job) => jobStatusOf(job).runningDuration ?? null,
  }),
  controlledResources: t.field({
    type: [KeyValueType],
    description: 'What has been made for it, such as its volumes and plugins, ordered by key.',
    resolve: (job) => {
      const told = Object.entries(controlledResourcesOf(job));
      return entriesOf(Object.fromEntries(told.map(([key, value]) => [key, String(value)])));
    },
  }),
}));

builder.objectFields(VolcanoJobType, (t) => ({
  pending: t.int({
    description: 'How many of its pods wait.',
    resolve: (job) => jobStatusOf(job).pending ?? 0,
  }),
  running: t.int({
    description: 'How many of its pods run.',
    resolve: (job) => jobStatusOf(job).running ?? 0,
  }),
  succeeded: t.int({
    description: 'How many of its pods have succeeded.',
    resolve: succeededOf,
  }),
  failed: t.int({
    description: 'How many of its pods have failed.',
    resolve: (job) => jobStatusOf(job).failed ?? 0,
  }),
  terminating: t.int({
    description: 'How many of its pods are being stopped.',
    resolve: (job) => jobStatusOf(job).terminating ?? 0,
  }),
  unknown: t.int({
    description: 'Of how many of its pods nobody knows.',
    resolve: (job) => jobStatusOf(job).unknown ?? 0,
  }),
  retryCount: t.int({
    description: 'How often it has been tried again.',
    resolve: (job) => jobStatusOf(job).retryCount ?? 0,
  }),
  version: t.int({
    nullable: true,
    description: 'How often it has been started, counted from 0. Null until Volcano has looked.',
    resolve: (job) => jobStatusOf(job).version ?? null,
  }),
  reportedMinAvailable: t.int({
    nullable: true,
    description: 'The `minAvailable` that Volcano has taken in. Null until it has looked.',
    resolve: (job) => jobStatusOf(job).minAvailable ?? null,
  }),
}));

defineKind({
  resource: VolcanoJob,
  type: VolcanoJobType,
  connection: VolcanoJobConnection,
  event: VolcanoJobEvent,
  filter: { type: VolcanoJobFilterInput, description: 'Which jobs. Null: all that you may see.' },
  matcher: jobMatcher,
  get: { name: 'volcanoJob', description: 'One Volcano job. Null when it does not exist.' },
  list: { name: 'volcanoJobs', description: 'The Volcano jobs that match, sorted by namespace and name.' },
  subscribeOne: {
    name: 'volcanoJob',
    description:
      'One Volcano job as it is now, and again whenever something that you select has changed; null while it does not exist.',
  },
  subscribe: {
    name: 'volcanoJobs',
    description:
      'The Volcano jobs that match, then SYNCED, then what happens to them. Leaving the filter is DELETED, entering it is ADDED.',
  },
});
