import { builder } from '../../graphql/builder.ts';
import type { NetworkTopology } from './resource.ts';

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
