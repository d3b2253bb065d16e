import { builder } from '../../../graphql/builder.ts';
import type { Context } from '../../../graphql/context.ts';
import { apiVersionOf } from '../../../kubernetes/resource.ts';
import { type InputPaths, withInputPaths } from '../../../mutations/input-paths.ts';
import { dryRunField, fieldManagerField, writeOptionsOf } from '../../../mutations/inputs.ts';
import { assertNone } from '../../../mutations/invalid-input.ts';
import { duplicateKeys, KeyValueInput, mapOf } from '../../../mutations/key-value-input.ts';
import { writePayload, type WritePayload } from '../../../mutations/payload.ts';
import { MOUNTABLE_LABELS } from '../../workspace/mountable.ts';
import { creationNotes } from '../../workspace/noting.ts';
import { SecretType } from '../refs.ts';
import { Secret } from '../resource.ts';
import { encoded, entryCauses, SecretEntryInput } from './entries.ts';

const CreateSecretInput = builder.inputType('CreateSecretInput', {
  description: 'What the new secret is to be.',
  fields: (t) => ({
    namespace: t.string({ required: true, description: 'The namespace to create it in.' }),
    name: t.string({ required: true, description: 'Its name: lower case letters, digits, "-" and ".".' }),
    type: t.string({
      required: true,
      defaultValue: 'Opaque',
      description: 'What it is for, e.g. `kubernetes.io/basic-auth`. It cannot be changed later.',
    }),
    immutable: t.boolean({
      required: true,
      defaultValue: false,
      description: 'Whether nobody is to change it, ever. It can still be deleted.',
    }),
    entries: t.field({ type: [SecretEntryInput], required: true, description: 'What is in it.' }),
    labels: t.field({ type: [KeyValueInput], description: 'Further labels of it.' }),
    dryRun: dryRunField(t),
    fieldManager: fieldManagerField(t),
  }),
});

const CreateSecretPayload = writePayload('CreateSecretPayload', {
  field: 'secret',
  type: SecretType,
  description: 'A secret that has been created.',
});

builder.mutationField('createSecret', (t) =>
  t.field({
    type: CreateSecretPayload,
    description:
      'Creates a secret for workspaces: labelled so that they can mount it, and users can change and delete it.',
    args: { input: t.arg({ type: CreateSecretInput, required: true, description: 'What it is to be.' }) },
    resolve: (_, { input }, context) => create(context, input),
  }),
);

type CreateInput = typeof CreateSecretInput.$inferInput;

const paths: InputPaths = {
  'metadata.name': 'input.name',
  'metadata.namespace': 'input.namespace',
  'metadata.labels': 'input.labels',
  type: 'input.type',
  immutable: 'input.immutable',
  data: 'input.entries',
};

async function create(context: Context, input: CreateInput): Promise<WritePayload> {
  const { namespace, name, type, immutable, entries, labels } = input;
  const { client } = context;
  await client.assertCan('create', Secret, { namespace });
  const causes = [...entryCauses('input.entries', entries), ...duplicateKeys('input.labels', labels)];
  assertNone(causes, { kind: Secret.kind, namespace, name });
  const manifest = {
    apiVersion: apiVersionOf(Secret),
    kind: Secret.kind,
    metadata: {
      name,
      namespace,
      labels: { ...mapOf(labels), ...MOUNTABLE_LABELS },
      annotations: creationNotes(context),
    },
    type,
    ...(immutable && { immutable }),
    data: encoded(entries),
  };
  return withInputPaths(paths, client.writer.create(Secret, manifest, { ...writeOptionsOf(input), namespace }));
}
