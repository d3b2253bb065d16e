import { builder } from '../../graphql/builder.ts';
import { dependsOn } from '../../graphql/field-dependencies.ts';
import { VolumeMount } from '../workspace/volumes.ts';
import { PersistentVolumeClaimType } from './refs.ts';
import { PersistentVolumeClaim } from './resource.ts';

builder.objectField(VolumeMount, 'claim', (t) =>
  t.field({
    type: PersistentVolumeClaimType,
    nullable: true,
    description: 'The claim itself. Null when it does not exist, and where you may not list claims.',
    extensions: dependsOn(PersistentVolumeClaim),
    resolve: ({ namespace, claimName: name }, _, { client }) =>
      client.reader.prefetched(PersistentVolumeClaim).get({ namespace, name }) ?? null,
  }),
);
