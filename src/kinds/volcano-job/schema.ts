import { builder } from '../../graphql/builder.ts';
import { addObjectFields, KubernetesObjectInterface, NodeInterface } from '../../graphql/node.ts';
import { entriesOf, KeyValueType } from '../../graphql/object-meta.ts';
import { timestampOf } from '../../graphql/scalars.ts';
import { defineKind } from '../define-kind.ts';
import { addNamespaceFields } from '../namespace/refs.ts';
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

addNamespaceFields(VolcanoJobType);
addObjectFields(VolcanoJobType);

VolcanoJobType.implement({
  description:
    'Volcano batch job: pods that are scheduled together. Its Kubernetes kind is `Job` of `batch.volcano.sh`.',
  interfaces: [NodeInterface, KubernetesObjectInterface],
});

builder.objectFields(VolcanoJobType, (t) => ({
  queue: t.string({
    nullable: true,
    description: 'Name of the queue. Null for the default queue.',
    resolve: (job) => jobSpecOf(job).queue ?? null,
  }),
  schedulerName: t.string({
    nullable: true,
    description: 'Name of the scheduler. Null for Volcano.',
    resolve: (job) => jobSpecOf(job).schedulerName ?? null,
  }),
  priorityClassName: t.string({
    nullable: true,
    description: 'Name of the priority class. Null for the default of the cluster.',
    resolve: (job) => jobSpecOf(job).priorityClassName ?? null,
  }),
  minAvailable: t.int({
    nullable: true,
    description: 'Minimum number of pods that must run together. Null for all pods.',
    resolve: (job) => jobSpecOf(job).minAvailable ?? null,
  }),
  minSuccess: t.int({
    nullable: true,
    description: 'Minimum number of pods that must succeed for the job to succeed. Null for `minAvailable`.',
    resolve: (job) => jobSpecOf(job).minSuccess ?? null,
  }),
  maxRetry: t.int({
    nullable: true,
    description: 'Maximum number of retries before the job fails. Null for the default of Volcano, 3.',
    resolve: (job) => jobSpecOf(job).maxRetry ?? null,
  }),
  ttlSecondsAfterFinished: t.int({
    nullable: true,
    description: 'Time in seconds after which a finished job is deleted. Null if it is kept.',
    resolve: (job) => jobSpecOf(job).ttlSecondsAfterFinished ?? null,
  }),
}));

builder.objectFields(VolcanoJobType, (t) => ({
  runningEstimate: t.string({
    nullable: true,
    description: 'Expected run time, e.g. `1h0m0s`. Null if it is not specified.',
    resolve: (job) => jobSpecOf(job).runningEstimate ?? null,
  }),
  networkTopology: t.field({
    type: VolcanoNetworkTopology,
    nullable: true,
    description: 'Constraint on the network distance between the pods. Null for none.',
    resolve: (job) => jobSpecOf(job).networkTopology ?? null,
  }),
  plugins: t.field({
    type: [VolcanoPlugin],
    description: 'Volcano plugins that extend the pods, sorted by name.',
    resolve: pluginsOf,
  }),
  policies: t.field({
    type: [VolcanoPolicy],
    description: 'Actions on events of the pods, unless their task overrides them.',
    resolve: (job) => [...(jobSpecOf(job).policies ?? [])],
  }),
  tasks: t.field({ type: [VolcanoTask], description: 'Tasks.', resolve: tasksOf }),
  volumes: t.field({
    type: [VolcanoVolume],
    description: 'Volumes that all pods mount.',
    resolve: (job) => [...(jobSpecOf(job).volumes ?? [])],
  }),
}));

builder.objectFields(VolcanoJobType, (t) => ({
  phase: t.string({
    nullable: true,
    description:
      'Phase: `Pending`, `Running`, `Aborting`, `Aborted`, `Restarting`, `Completing`, `Completed`, `Terminating`, `Terminated`, `Failed`, or another one of the installed version, e.g. `Inqueue`. Null until the controller has reported one.',
    resolve: (job) => phaseOf(job) ?? null,
  }),
  reason: t.string({
    nullable: true,
    description: 'Machine-readable reason of the phase. Null if none is reported.',
    resolve: (job) => jobStatusOf(job).state?.reason ?? null,
  }),
  message: t.string({
    nullable: true,
    description: 'Human-readable details of the phase. Null if none are reported.',
    resolve: (job) => jobStatusOf(job).state?.message ?? null,
  }),
  phaseSince: t.field({
    type: 'DateTime',
    nullable: true,
    description: 'Time of the last change of the phase. Null if it is not reported.',
    resolve: (job) => timestampOf(jobStatusOf(job).state?.lastTransitionTime),
  }),
}));

builder.objectFields(VolcanoJobType, (t) => ({
  conditions: t.field({
    type: [VolcanoJobCondition],
    description: 'Past phases. Empty if the installed version does not record them.',
    resolve: (job) => [...(jobStatusOf(job).conditions ?? [])],
  }),
  runningDuration: t.string({
    nullable: true,
    description:
      'Time from the creation of the job until it last stopped its pods, e.g. `5m12s`, for example because it finished, or was suspended or restarted. Null before, or if it is not reported.',
    resolve: (job) => jobStatusOf(job).runningDuration ?? null,
  }),
  controlledResources: t.field({
    type: [KeyValueType],
    description: 'Resources that the controller created for the job, e.g. for volumes and plugins, sorted by key.',
    resolve: (job) => entriesOf(controlledResourcesOf(job)),
  }),
}));

builder.objectFields(VolcanoJobType, (t) => ({
  pending: t.int({
    description: 'Number of pending pods.',
    resolve: (job) => jobStatusOf(job).pending ?? 0,
  }),
  running: t.int({
    description: 'Number of running pods.',
    resolve: (job) => jobStatusOf(job).running ?? 0,
  }),
  succeeded: t.int({
    description: 'Number of succeeded pods.',
    resolve: succeededOf,
  }),
  failed: t.int({
    description: 'Number of failed pods.',
    resolve: (job) => jobStatusOf(job).failed ?? 0,
  }),
  terminating: t.int({
    description: 'Number of terminating pods.',
    resolve: (job) => jobStatusOf(job).terminating ?? 0,
  }),
  unknown: t.int({
    description: 'Number of pods in an unknown phase.',
    resolve: (job) => jobStatusOf(job).unknown ?? 0,
  }),
  retryCount: t.int({
    description: 'Number of retries.',
    resolve: (job) => jobStatusOf(job).retryCount ?? 0,
  }),
  version: t.int({
    nullable: true,
    description: 'Number of restarts of the job, from 0. Null until the controller has reported it.',
    resolve: (job) => jobStatusOf(job).version ?? null,
  }),
  reportedMinAvailable: t.int({
    nullable: true,
    description: '`minAvailable` that the controller has observed. Null until it has reported one.',
    resolve: (job) => jobStatusOf(job).minAvailable ?? null,
  }),
}));

defineKind({
  resource: VolcanoJob,
  type: VolcanoJobType,
  connection: VolcanoJobConnection,
  event: VolcanoJobEvent,
  filter: { type: VolcanoJobFilterInput, description: 'Filter for Volcano jobs. Null for all jobs that you may list.' },
  matcher: jobMatcher,
  get: { name: 'volcanoJob', description: 'Volcano job by name. Null if it does not exist.' },
  list: { name: 'volcanoJobs', description: 'Matching Volcano jobs, sorted by namespace and name.' },
  subscribeOne: {
    name: 'volcanoJob',
    description:
      'Sends the Volcano job, and again whenever a selected field has changed. Null while it does not exist.',
  },
  subscribe: {
    name: 'volcanoJobs',
    description:
      'Sends RESET, the matching Volcano jobs as ADDED, SYNCED, then their changes. A job that starts to match is ADDED, one that stops is DELETED.',
  },
});
