import { builder } from '../../graphql/builder.ts';
import { timestampOf } from '../../graphql/scalars.ts';
import {
  type JobCondition,
  jobSpecOf,
  type NetworkTopology,
  type Policy,
  type VolcanoJobObject,
  type Volume,
} from './resource.ts';

export const VolcanoNetworkTopology = builder.objectRef<NetworkTopology>('VolcanoNetworkTopology').implement({
  description: 'Constraint on the network distance between pods.',
  fields: (t) => ({
    mode: t.string({
      nullable: true,
      description: '`hard` to wait until the constraint is met, `soft` to prefer it. Null for the default of Volcano.',
      resolve: ({ mode }) => mode ?? null,
    }),
    highestTierAllowed: t.int({
      nullable: true,
      description:
        'Highest network tier that the pods may span. Null if `highestTierName` specifies it, or for no limit.',
      resolve: ({ highestTierAllowed }) => highestTierAllowed ?? null,
    }),
    highestTierName: t.string({
      nullable: true,
      description:
        'Name of the highest network tier that the pods may span. Null if `highestTierAllowed` specifies it, or for no limit.',
      resolve: ({ highestTierName }) => highestTierName ?? null,
    }),
  }),
});

export const VolcanoPolicy = builder.objectRef<Policy>('VolcanoPolicy').implement({
  description: 'Action on an event.',
  fields: (t) => ({
    action: t.string({
      nullable: true,
      description: 'Action, e.g. `RestartJob`, `AbortJob` or `CompleteJob`. Null for none.',
      resolve: ({ action }) => action ?? null,
    }),
    event: t.string({
      nullable: true,
      description:
        'Event, e.g. `PodFailed` or `TaskCompleted`. `*` is any event. Null if `events` or `exitCode` is specified.',
      resolve: ({ event }) => event ?? null,
    }),
    events: t.stringList({
      description: 'Events, any of which triggers the action. Empty if `event` or `exitCode` is specified.',
      resolve: ({ events }) => [...(events ?? [])],
    }),
    exitCode: t.int({
      nullable: true,
      description: 'Exit code of a container that triggers the action. Null for any.',
      resolve: ({ exitCode }) => exitCode ?? null,
    }),
    timeout: t.string({
      nullable: true,
      description: 'Delay of the action, e.g. `10m0s`. Null for none.',
      resolve: ({ timeout }) => timeout ?? null,
    }),
  }),
});

export const VolcanoVolume = builder.objectRef<Volume>('VolcanoVolume').implement({
  description: 'Volume that all pods of a job mount.',
  fields: (t) => ({
    mountPath: t.string({ description: 'Mount path.', resolve: ({ mountPath }) => mountPath ?? '' }),
    volumeClaimName: t.string({
      nullable: true,
      description: 'Name of the claim. Null until the controller has created it.',
      resolve: ({ volumeClaimName }) => volumeClaimName ?? null,
    }),
    volumeClaim: t.field({
      type: 'JSON',
      nullable: true,
      description: 'Template of the claim: a `PersistentVolumeClaimSpec`. Null if the claim exists already.',
      resolve: ({ volumeClaim }) => volumeClaim ?? null,
    }),
  }),
});

interface Plugin {
  readonly name: string;
  readonly arguments: readonly string[];
}

export const VolcanoPlugin = builder.objectRef<Plugin>('VolcanoPlugin').implement({
  description: 'Volcano plugin that extends the pods of a job.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Name of the plugin, e.g. `ssh`, `env` or `svc`.' }),
    arguments: t.stringList({ description: 'Arguments of the plugin.', resolve: (plugin) => [...plugin.arguments] }),
  }),
});

export function pluginsOf(job: VolcanoJobObject): Plugin[] {
  return Object.entries(jobSpecOf(job).plugins ?? {})
    .map(([name, given]) => ({ name, arguments: (given ?? []).filter((each) => typeof each === 'string') }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

export const VolcanoJobCondition = builder.objectRef<JobCondition>('VolcanoJobCondition').implement({
  description: 'Phase that a job has been in.',
  fields: (t) => ({
    phase: t.string({ description: 'Phase.', resolve: ({ status }) => status ?? '' }),
    lastTransitionAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Time at which the job entered the phase. Null if it is not reported.',
      resolve: ({ lastTransitionTime }) => timestampOf(lastTransitionTime),
    }),
  }),
});
