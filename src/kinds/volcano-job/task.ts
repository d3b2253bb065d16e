import { builder } from '../../graphql/builder.ts';
import { jobSpecOf, jobStatusOf, type PartitionPolicy, type Task, type VolcanoJobObject } from './resource.ts';
import { VolcanoNetworkTopology, VolcanoPolicy } from './types.ts';

const VolcanoPartitionPolicy = builder.objectRef<PartitionPolicy>('VolcanoPartitionPolicy').implement({
  description: 'Partition of the pods of a task into groups that are scheduled together.',
  fields: (t) => ({
    totalPartitions: t.int({
      nullable: true,
      description: 'Number of groups. Null if it is not specified.',
      resolve: ({ totalPartitions }) => totalPartitions ?? null,
    }),
    partitionSize: t.int({
      nullable: true,
      description: 'Number of pods in each group. Null if it is not specified.',
      resolve: ({ partitionSize }) => partitionSize ?? null,
    }),
    minPartitions: t.int({
      nullable: true,
      description: 'Minimum number of groups that must run. Null if it is not specified.',
      resolve: ({ minPartitions }) => minPartitions ?? null,
    }),
    networkTopology: t.field({
      type: VolcanoNetworkTopology,
      nullable: true,
      description: 'Constraint on the network distance between the pods of a group. Null for none.',
      resolve: ({ networkTopology }) => networkTopology ?? null,
    }),
  }),
});

const VolcanoPhaseCount = builder
  .objectRef<{ readonly phase: string; readonly count: number }>('VolcanoPhaseCount')
  .implement({
    description: 'Number of pods in one phase.',
    fields: (t) => ({
      phase: t.exposeString('phase', { description: 'Phase, e.g. `Running`.' }),
      count: t.exposeInt('count', { description: 'Number of pods.' }),
    }),
  });

interface TaskOfJob {
  readonly job: VolcanoJobObject;
  readonly task: Task;
}

/** Returns the tasks of a job in their order. */
export function tasksOf(job: VolcanoJobObject): TaskOfJob[] {
  return (jobSpecOf(job).tasks ?? []).map((task) => ({ job, task }));
}

function podCountsOf({ job, task: { name = '' } }: TaskOfJob): { readonly phase: string; readonly count: number }[] {
  const phases = jobStatusOf(job).taskStatusCount?.[name]?.phase ?? {};
  return Object.entries(phases)
    .map(([phase, count]) => ({ phase, count }))
    .toSorted((a, b) => (a.phase < b.phase ? -1 : 1));
}

export const VolcanoTask = builder.objectRef<TaskOfJob>('VolcanoTask').implement({
  description: 'Task of a Volcano job: a set of identical pods.',
  fields: (t) => ({
    name: t.string({ description: 'Name. Unique in the job.', resolve: ({ task }) => task.name ?? '' }),
    replicas: t.int({ description: 'Number of pods.', resolve: ({ task }) => task.replicas ?? 0 }),
    minAvailable: t.int({
      nullable: true,
      description: 'Minimum number of pods of the task that must run together. Null for all pods.',
      resolve: ({ task }) => task.minAvailable ?? null,
    }),
    maxRetry: t.int({
      nullable: true,
      description: 'Maximum number of retries before the task fails. Null for the default of Volcano, 3.',
      resolve: ({ task }) => task.maxRetry ?? null,
    }),
    policies: t.field({
      type: [VolcanoPolicy],
      description: 'Actions on events of the pods.',
      resolve: ({ task }) => [...(task.policies ?? [])],
    }),
  }),
});

builder.objectFields(VolcanoTask, (t) => ({
  topologyPolicy: t.string({
    nullable: true,
    description: 'NUMA topology policy, e.g. `best-effort`. Null for none.',
    resolve: ({ task }) => task.topologyPolicy ?? null,
  }),
  dependsOn: t.stringList({
    description: 'Names of the tasks that must run before this one starts.',
    resolve: ({ task }) => [...(task.dependsOn?.name ?? [])],
  }),
  dependsOnIteration: t.string({
    nullable: true,
    description: '`any` or `all` of `dependsOn`. Null for the default of Volcano, `all`.',
    resolve: ({ task }) => task.dependsOn?.iteration ?? null,
  }),
  partitionPolicy: t.field({
    type: VolcanoPartitionPolicy,
    nullable: true,
    description: 'Partition of the pods into groups. Null for none.',
    resolve: ({ task }) => task.partitionPolicy ?? null,
  }),
  template: t.field({
    type: 'JSON',
    nullable: true,
    description: 'Pod template: a `PodTemplateSpec`. Null if there is none.',
    resolve: ({ task }) => task.template ?? null,
  }),
  pods: t.field({
    type: [VolcanoPhaseCount],
    description: 'Number of pods by phase, sorted by phase. Empty if the controller has not reported any.',
    resolve: podCountsOf,
  }),
}));
