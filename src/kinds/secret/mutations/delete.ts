import { builder } from '../../../graphql/builder.ts';
import { deleteFields } from '../../../mutations/inputs.ts';
import { writePayload } from '../../../mutations/payload.ts';
import { deleteMountable, type DeletePayload } from '../../workspace/mountable.ts';
import { SecretType } from '../refs.ts';
import { Secret } from '../resource.ts';

const DeleteSecretInput = builder.inputType('DeleteSecretInput', {
  description: 'Which secret to delete, and how.',
  fields: (t) => ({
    namespace: t.string({ required: true, description: 'The namespace it is in.' }),
    name: t.string({ required: true, description: 'Its name.' }),
    ...deleteFields(t),
  }),
});

const DeleteSecretPayload = writePayload<DeletePayload>('DeleteSecretPayload', {
  field: 'secret',
  type: SecretType,
  description: 'A secret whose deletion has been asked for.',
});
builder.objectField(DeleteSecretPayload, 'deletionPending', (t) =>
  t.boolean({
    description: 'Whether it is still there, until its finalizers are done. False: it is gone.',
    resolve: ({ deletionPending }) => deletionPending,
  }),
);

builder.mutationField('deleteSecret', (t) =>
  t.field({
    type: DeleteSecretPayload,
    description:
      'Deletes a secret. FORBIDDEN for one without `canUpdate`. Nobody looks whether workspaces mount it: see its `workspaces`. Needs `get` and `delete`.',
    args: { input: t.arg({ type: DeleteSecretInput, required: true, description: 'Which, and how.' }) },
    resolve: (_, { input }, { client }) => deleteMountable(client, Secret, input),
  }),
);
