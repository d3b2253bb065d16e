import { builder } from '../../graphql/builder.ts';
import type { Policy } from './resource.ts';

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
