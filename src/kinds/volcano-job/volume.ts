import { builder } from '../../graphql/builder.ts';
import type { Volume } from './resource.ts';

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
