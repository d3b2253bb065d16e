import { builder } from '../../graphql/builder.ts';
import {
  type JobCondition,
  jobSpecOf,
  type NetworkTopology,
  type Policy,
  type VolcanoJobObject,
  type Volume,
} from './resource.ts';

export const VolcanoNetworkTopology = builder.objectRef<NetworkTopology>('VolcanoNetworkTopology').implement({
  description: 'How near to each other pods have to be in the network.',
  fields: (t) => ({
    mode: t.string({
      nullable: true,
      description: '`hard`: they wait until they can be; `soft`: where possible. Null: as Volcano has it.',
      resolve: ({ mode }) => mode ?? null,
    }),
    highestTierAllowed: t.int({
      nullable: true,
      description: 'The highest tier of the network that may lie between them. Null where a name says, or nothing.',
      resolve: ({ highestTierAllowed }) => highestTierAllowed ?? null,
    }),
    highestTierName: t.string({
      nullable: true,
      description: 'The same by name. Null where a number says, or nothing.',
      resolve: ({ highestTierName }) => highestTierName ?? null,
    }),
  }),
});

export const VolcanoPolicy = builder.objectRef<Policy>('VolcanoPolicy').implement({
  description: 'What is done when something happens.',
  fields: (t) => ({
    action: t.string({
      nullable: true,
      description: 'What is done, e.g. `RestartJob`, `AbortJob` or `CompleteJob`. Null: nothing.',
      resolve: ({ action }) => action ?? null,
    }),
    event: t.string({
      nullable: true,
      description: 'When, e.g. `PodFailed`, `TaskCompleted`; `*` is always. Null where `events` or `exitCode` say.',
      resolve: ({ event }) => event ?? null,
    }),
    events: t.stringList({
      description: 'When: any of these. Empty where `event` or `exitCode` say.',
      resolve: ({ events }) => [...(events ?? [])],
    }),
    exitCode: t.int({
      nullable: true,
      description: 'When: a container ends with this code. Null: whatever the code.',
      resolve: ({ exitCode }) => exitCode ?? null,
    }),
    timeout: t.string({
      nullable: true,
      description: 'How long it is waited before, e.g. `10m0s`. Null: not at all.',
      resolve: ({ timeout }) => timeout ?? null,
    }),
  }),
});

export const VolcanoVolume = builder.objectRef<Volume>('VolcanoVolume').implement({
  description: 'A volume that all pods of a job mount.',
  fields: (t) => ({
    mountPath: t.string({ description: 'Where it appears.', resolve: ({ mountPath }) => mountPath ?? '' }),
    volumeClaimName: t.string({
      nullable: true,
      description: 'Name of its claim. Null where Volcano has not made it yet.',
      resolve: ({ volumeClaimName }) => volumeClaimName ?? null,
    }),
    volumeClaim: t.field({
      type: 'JSON',
      nullable: true,
      description: 'What Volcano makes its claim from: a PersistentVolumeClaimSpec. Null for a claim that is there.',
      resolve: ({ volumeClaim }) => volumeClaim ?? null,
    }),
  }),
});

interface Plugin {
  readonly name: string;
  readonly arguments: readonly string[];
}

export const VolcanoPlugin = builder.objectRef<Plugin>('VolcanoPlugin').implement({
  description: 'Something that Volcano adds to the pods of a job.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Its name, e.g. `ssh`, `env` or `svc`.' }),
    arguments: t.stringList({ description: 'Its arguments.', resolve: (plugin) => [...plugin.arguments] }),
  }),
});

export function pluginsOf(job: VolcanoJobObject): Plugin[] {
  return Object.entries(jobSpecOf(job).plugins ?? {})
    .map(([name, given]) => ({ name, arguments: (given ?? []).filter((each) => typeof each === 'string') }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

export const VolcanoJobCondition = builder.objectRef<JobCondition>('VolcanoJobCondition').implement({
  description: 'A phase that a job has come through.',
  fields: (t) => ({
    phase: t.string({ description: 'The phase.', resolve: ({ status }) => status ?? '' }),
    lastTransitionAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it came into it. Null where that is not told.',
      resolve: ({ lastTransitionTime }) => lastTransitionTime ?? null,
    }),
  }),
});
