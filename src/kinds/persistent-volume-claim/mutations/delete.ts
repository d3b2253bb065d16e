import { builder } from '../../../graphql/builder.ts';
import { deleteFields } from '../../../mutations/inputs.ts';
import { writePayload } from '../../../mutations/payload.ts';
import { deleteMountable, type DeletePayload } from '../../workspace/mountable.ts';
import { PersistentVolumeClaimType } from '../refs.ts';
import { PersistentVolumeClaim } from '../resource.ts';

const DeletePersistentVolumeClaimInput = builder.inputType('DeletePersistentVolumeClaimInput', {
  description: 'Which claim to delete, and how.',
  fields: (t) => ({
    namespace: t.string({ required: true, description: 'The namespace it is in.' }),
    name: t.string({ required: true, description: 'Its name.' }),
    ...deleteFields(t),
  }),
});

const DeletePersistentVolumeClaimPayload = writePayload<DeletePayload>('DeletePersistentVolumeClaimPayload', {
  field: 'persistentVolumeClaim',
  type: PersistentVolumeClaimType,
  description: 'A claim whose deletion has been asked for.',
});
builder.objectField(DeletePersistentVolumeClaimPayload, 'deletionPending', (t) =>
  t.boolean({
    description: 'Whether it is still there, until no pod mounts it any more. False: it is gone.',
    resolve: ({ deletionPending }) => deletionPending,
  }),
);

builder.mutationField('deletePersistentVolumeClaim', (t) =>
  t.field({
    type: DeletePersistentVolumeClaimPayload,
    description:
      'Deletes a claim, and with most classes what is stored. FORBIDDEN for one without `canUpdate`. Nobody looks whether workspaces mount it: see its `workspaces`.',
    args: {
      input: t.arg({ type: DeletePersistentVolumeClaimInput, required: true, description: 'Which, and how.' }),
    },
    resolve: (_, { input }, { client }) => deleteMountable(client, PersistentVolumeClaim, input),
  }),
);
