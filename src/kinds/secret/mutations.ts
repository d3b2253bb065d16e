import { builder } from '../../graphql/builder.ts';
import type { Context } from '../../graphql/context.ts';
import { apiVersionOf } from '../../kubernetes/resource.ts';
import { isConflict, type StatusCause } from '../../kubernetes/status-error.ts';
import {
  type InputPaths,
  withInputPaths,
  assertNoCauses,
  duplicateValue,
  invalidValue,
} from '../../mutations/field-errors.ts';
import {
  deleteFields,
  dryRunField,
  fieldManagerField,
  writeOptionsOf,
  duplicateKeys,
  KeyValueInput,
  mapOf,
  nameFields,
} from '../../mutations/inputs.ts';
import { type WritePayload, writePayload } from '../../mutations/payload.ts';
import { assertCanUpdate, USER_LABELS } from '../../mutations/permission-labels.ts';
import { deletePayload, deleteUpdatable } from '../../mutations/delete.ts';
import { retryOnConflict } from '../../mutations/retry.ts';
import { creationAnnotations, updateAnnotations } from '../../mutations/audit-annotations.ts';
import { SecretType } from './refs.ts';
import { Secret } from './resource.ts';

const SecretEntryInput = builder.inputType('SecretEntryInput', {
  description: 'Entry of a secret. INVALID unless exactly one of `text` and `base64` is given.',
  fields: (t) => ({
    key: t.string({
      required: true,
      description: 'Key: letters, digits, `-`, `_` and `.`. It is the file name when the secret is mounted.',
    }),
    text: t.string({ description: 'Value as UTF-8 text.' }),
    base64: t.string({ description: 'Value as padded base64 without line breaks.' }),
  }),
});

type SecretEntry = typeof SecretEntryInput.$inferInput;

/** Returns `data` of a manifest. */
function encoded(entries: readonly SecretEntry[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    entries.map(({ key, text, base64 }) => [key, base64 ?? Buffer.from(text ?? '').toString('base64')]),
  );
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/u;

/** Returns the invalid entries. The messages do not quote values, which are secret. */
function validateEntries(field: string, entries: readonly SecretEntry[]): StatusCause[] {
  const known = new Set<string>();
  return entries.flatMap(({ key, text, base64 }, index) => {
    const place = `${field}[${index}]`;
    const isAgain = known.has(key);
    known.add(key);
    const given = [text, base64].filter((value) => typeof value === 'string').length;
    return [
      ...(isAgain ? [duplicateValue(`${place}.key`, `duplicate key ${JSON.stringify(key)}`)] : []),
      ...(given === 1 ? [] : [invalidValue(place, 'expected exactly one of text and base64')]),
      ...(typeof base64 === 'string' && !BASE64.test(base64)
        ? [invalidValue(`${place}.base64`, 'expected padded base64 without line breaks')]
        : []),
    ];
  });
}

const CreateSecretInput = builder.inputType('CreateSecretInput', {
  description: 'Input of createSecret.',
  fields: (t) => ({
    namespace: t.string({ required: true, description: 'Namespace of the secret.' }),
    name: t.string({ required: true, description: 'Name of the secret: lower-case letters, digits, `-` and `.`.' }),
    type: t.string({
      required: true,
      defaultValue: 'Opaque',
      description: 'Type, e.g. `kubernetes.io/basic-auth`. It cannot be changed later.',
    }),
    immutable: t.boolean({
      required: true,
      defaultValue: false,
      description: 'True to prevent all later changes of the secret, except its deletion.',
    }),
    entries: t.field({
      type: [SecretEntryInput],
      required: true,
      description: 'Entries. INVALID if a key is repeated.',
    }),
    labels: t.field({ type: [KeyValueInput], description: 'Labels, in addition to those that the gateway sets.' }),
    dryRun: dryRunField(t),
    fieldManager: fieldManagerField(t),
  }),
});

const CreateSecretPayload = writePayload('CreateSecretPayload', { field: 'secret', type: SecretType });

builder.mutationField('createSecret', (t) =>
  t.field({
    type: CreateSecretPayload,
    nullable: true,
    description:
      'Creates a secret that workspaces may mount and updateSecret and deleteSecret may change. Requires `create` of `secrets` in the namespace.',
    args: { input: t.arg({ type: CreateSecretInput, required: true, description: 'The new secret.' }) },
    resolve: (_, { input }, context) => create(context, input),
  }),
);

type CreateInput = typeof CreateSecretInput.$inferInput;

const createPaths: InputPaths = {
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
  const causes = [...validateEntries('input.entries', entries), ...duplicateKeys('input.labels', labels)];
  assertNoCauses(causes, { kind: Secret.kind, namespace, name });
  const manifest = {
    apiVersion: apiVersionOf(Secret),
    kind: Secret.kind,
    metadata: {
      name,
      namespace,
      labels: { ...mapOf(labels), ...USER_LABELS },
      annotations: creationAnnotations(context),
    },
    type,
    ...(immutable && { immutable }),
    data: encoded(entries),
  };
  return withInputPaths(createPaths, client.writer.create(Secret, manifest, { ...writeOptionsOf(input), namespace }));
}

const UpdateSecretInput = builder.inputType('UpdateSecretInput', {
  description: 'Input of updateSecret. Entries in neither `set` nor `remove` are kept.',
  fields: (t) => ({
    ...nameFields(t, 'secret'),
    set: t.field({ type: [SecretEntryInput], description: 'Entries to add or to overwrite. Null for none.' }),
    remove: t.stringList({ description: 'Keys to remove. Keys that do not exist are ignored. Null for none.' }),
    immutable: t.boolean({
      description:
        'True to prevent all later changes of the secret, except its deletion. Null or false to leave it unchanged.',
    }),
    resourceVersion: t.string({
      description:
        'Expected `metadata.resourceVersion`: CONFLICT if the secret has another one. Null to apply the change to the current version.',
    }),
    dryRun: dryRunField(t),
    fieldManager: fieldManagerField(t),
  }),
});

const UpdateSecretPayload = writePayload('UpdateSecretPayload', { field: 'secret', type: SecretType });

builder.mutationField('updateSecret', (t) =>
  t.field({
    type: UpdateSecretPayload,
    nullable: true,
    description:
      'Sets and removes entries of a secret. Existing values are neither read nor returned. Requires `get` and `update`. FORBIDDEN if `canUpdate` is false, INVALID if the secret is immutable.',
    args: { input: t.arg({ type: UpdateSecretInput, required: true, description: 'The secret, and its changes.' }) },
    resolve: (_, { input }, context) => update(context, input),
  }),
);

type UpdateInput = typeof UpdateSecretInput.$inferInput;

const updatePaths: InputPaths = { data: 'input.set', immutable: 'input.immutable' };

/** Sends a merge patch for the version whose label was checked. Values are not needed, so none are read. */
async function update(context: Context, input: UpdateInput): Promise<WritePayload> {
  const { namespace, name, set, remove, resourceVersion } = input;
  const { client } = context;
  const at = { namespace, name };
  await client.assertCan('update', Secret, at);
  assertNoCauses(validateUpdate(input), { kind: Secret.kind, namespace, name });
  const removed = Object.fromEntries((remove ?? []).map((key) => [key, null]));
  const change = { data: { ...encoded(set ?? []), ...removed }, ...(input.immutable && { immutable: true }) };
  return retryOnConflict({
    prepare: async () => {
      const secret = await client.reader.getUncached(Secret, at);
      assertCanUpdate(secret);
      const version = resourceVersion || secret.metadata.resourceVersion; // an empty one would be no precondition
      return { ...change, metadata: { resourceVersion: version, annotations: updateAnnotations(context) } };
    },
    write: (body) => {
      const options = { ...writeOptionsOf(input), verb: 'update' } as const;
      return withInputPaths(updatePaths, client.writer.patch(Secret, at, { type: 'MERGE', body }, options));
    },
    isRetryable: (error) => !resourceVersion && isConflict(error),
  });
}

function validateUpdate({ set, remove }: UpdateInput) {
  const kept = new Set((set ?? []).map(({ key }) => key));
  return [
    ...validateEntries('input.set', set ?? []),
    ...(remove ?? []).flatMap((key, index) =>
      kept.has(key) ? [duplicateValue(`input.remove[${index}]`, `${JSON.stringify(key)} is also in input.set`)] : [],
    ),
  ];
}

const DeleteSecretInput = builder.inputType('DeleteSecretInput', {
  description: 'Input of deleteSecret.',
  fields: (t) => ({
    ...nameFields(t, 'secret'),
    ...deleteFields(t),
  }),
});

const DeleteSecretPayload = deletePayload('DeleteSecretPayload', { field: 'secret', type: SecretType });

builder.mutationField('deleteSecret', (t) =>
  t.field({
    type: DeleteSecretPayload,
    nullable: true,
    description:
      'Deletes a secret. Workspaces that mount it are not checked: see `Secret.workspaces`. Requires `get` and `delete`. FORBIDDEN if `canUpdate` is false.',
    args: {
      input: t.arg({
        type: DeleteSecretInput,
        required: true,
        description: 'The secret, and options of the deletion.',
      }),
    },
    resolve: (_, { input }, { client }) => deleteUpdatable(client, Secret, input),
  }),
);
