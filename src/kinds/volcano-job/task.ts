import { builder } from '../../graphql/builder.ts';
import { jobSpecOf, jobStatusOf, type PartitionPolicy, type Task, type VolcanoJobObject } from './resource.ts';
import { VolcanoNetworkTopology, VolcanoPolicy } from './types.ts';

const VolcanoPartitionPolicy = builder.objectRef<PartitionPolicy>('VolcanoPartitionPolicy').implement({
  description: 'How the pods of a task are divided into groups that are placed together.',
  fields: (t) => ({
    totalPartitions: t.int({
      nullable: true,
      description: 'How many groups. Null where that is not said.',
      resolve: ({ totalPartitions }) => totalPartitions ?? null,
    }),
    partitionSize: t.int({
      nullable: true,
      description: 'How many pods in each. Null where that is not said.',
      resolve: ({ partitionSize }) => partitionSize ?? null,
    }),
    minPartitions: t.int({
      nullable: true,
      description: 'How many groups have to run at least. Null where that is not said.',
      resolve: ({ minPartitions }) => minPartitions ?? null,
    }),
    networkTopology: t.field({
      type: VolcanoNetworkTopology,
      nullable: true,
      description: 'How near to each other the pods of a group have to be. Null: as they come.',
      resolve: ({ networkTopology }) => networkTopology ?? null,
    }),
  }),
});

const VolcanoPhaseCount = builder
  .objectRef<{ readonly phase: string; readonly count: number }>('VolcanoPhaseCount')
  .implement({
    description: 'How many pods are in one phase.',
    fields: (t) => ({
      phase: t.exposeString('phase', { description: 'The phase, e.g. `Running`.' }),
      count: t.exposeInt('count', { description: 'How many.' }),
    }),
  });

interface TaskOfJob {
  readonly job: VolcanoJobObject;
  readonly task: Task;
}

/** The tasks of a job, in its order. */
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
  description: 'Pods of a job that are alike.',
  fields: (t) => ({
    name: t.string({ description: 'Its name, unique in the job.', resolve: ({ task }) => task.name ?? '' }),
    replicas: t.int({ description: 'How many pods.', resolve: ({ task }) => task.replicas ?? 0 }),
    minAvailable: t.int({
      nullable: true,
      description: 'How many of them have to run together. Null: all.',
      resolve: ({ task }) => task.minAvailable ?? null,
    }),
    maxRetry: t.int({
      nullable: true,
      description: 'How often it is tried again before it has failed. Null: as Volcano has it, 3 times.',
      resolve: ({ task }) => task.maxRetry ?? null,
    }),
    policies: t.field({
      type: [VolcanoPolicy],
      description: 'What is done when something happens to its pods.',
      resolve: ({ task }) => [...(task.policies ?? [])],
    }),
  }),
});

builder.objectFields(VolcanoTask, (t) => ({
  topologyPolicy: t.string({
    nullable: true,
    description: 'How its pods are placed on NUMA nodes, e.g. `best-effort`. Null: as they come.',
    resolve: ({ task }) => task.topologyPolicy ?? null,
  }),
  dependsOn: t.stringList({
    description: 'Tasks that have to run before it starts.',
    resolve: ({ task }) => [...(task.dependsOn?.name ?? [])],
  }),
  dependsOnIteration: t.string({
    nullable: true,
    description: 'Whether `any` or `all` of `dependsOn` have to. Null: as Volcano has it, all.',
    resolve: ({ task }) => task.dependsOn?.iteration ?? null,
  }),
  partitionPolicy: t.field({
    type: VolcanoPartitionPolicy,
    nullable: true,
    description: 'How its pods are divided into groups. Null: they are not.',
    resolve: ({ task }) => task.partitionPolicy ?? null,
  }),
  template: t.field({
    type: 'JSON',
    nullable: true,
    description: 'What its pods are made from: a PodTemplateSpec. Null where there is none.',
    resolve: ({ task }) => task.template ?? null,
  }),
  pods: t.field({
    type: [VolcanoPhaseCount],
    description: 'How many of its pods are in which phase, ordered by phase. Empty where Volcano does not count.',
    resolve: podCountsOf,
  }),
}));
