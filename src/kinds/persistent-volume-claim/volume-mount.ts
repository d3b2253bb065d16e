import { builder } from '../../graphql/builder.ts';
import { reads } from '../../graphql/reads.ts';
import { VolumeMount } from '../workspace/volumes.ts';
import { PersistentVolumeClaim } from './resource.ts';
import { PersistentVolumeClaimType } from './schema.ts';

builder.objectField(VolumeMount, 'claim', (t) =>
  t.field({
    type: PersistentVolumeClaimType,
    nullable: true,
    description: 'The claim itself. Null when it does not exist, and where you may not list claims.',
    extensions: reads(PersistentVolumeClaim),
    resolve: ({ namespace, claimName: name }, _, { loaders }) =>
      loaders.related(PersistentVolumeClaim).get({ namespace, name }) ?? null,
  }),
);
