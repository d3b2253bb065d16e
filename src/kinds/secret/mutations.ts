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
} from '../../mutations/inputs.ts';
import { type WritePayload, writePayload } from '../../mutations/payload.ts';
import {
  assertCanUpdate,
  deleteUpdatable,
  type DeletePayload,
  USER_LABELS,
} from '../../mutations/permission-labels.ts';
import { creationAnnotations, updateAnnotations } from '../../mutations/audit-annotations.ts';
import { SecretType } from './refs.ts';
import { Secret } from './resource.ts';

const SecretEntryInput = builder.inputType('SecretEntryInput', {
  description: 'One entry of a secret: a key, and a value as `text` or as `base64`.',
  fields: (t) => ({
    key: t.string({ required: true, description: 'Its key: letters, digits, "-", "_" and ".". The name of a file.' }),
    text: t.string({ description: 'The value, where it is text.' }),
    base64: t.string({ description: 'The value in base64, where it is anything else.' }),
  }),
});

type SecretEntry = typeof SecretEntryInput.$inferInput;

/** As a manifest has them. */
function encoded(entries: readonly SecretEntry[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    entries.map(({ key, text, base64 }) => [key, base64 ?? Buffer.from(text ?? '').toString('base64')]),
  );
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/u;

/** What is wrong with entries. Values are not quoted: they are secret. */
function validateEntries(field: string, entries: readonly SecretEntry[]): StatusCause[] {
  const known = new Set<string>();
  return entries.flatMap(({ key, text, base64 }, index) => {
    const place = `${field}[${index}]`;
    const isAgain = known.has(key);
    known.add(key);
    const given = [text, base64].filter((value) => typeof value === 'string').length;
    return [
      ...(isAgain ? [duplicateValue(`${place}.key`, `the key ${JSON.stringify(key)} stands twice`)] : []),
      ...(given === 1 ? [] : [invalidValue(place, 'expected either text or base64')]),
      ...(typeof base64 === 'string' && !BASE64.test(base64)
        ? [invalidValue(`${place}.base64`, 'expected base64, with padding and without line breaks')]
        : []),
    ];
  });
}

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

const ATTEMPTS = 5;

const UpdateSecretInput = builder.inputType('UpdateSecretInput', {
  description: 'Which secret to change, and how. Entries that are named in neither `set` nor `remove` stay.',
  fields: (t) => ({
    namespace: t.string({ required: true, description: 'The namespace it is in.' }),
    name: t.string({ required: true, description: 'Its name.' }),
    set: t.field({ type: [SecretEntryInput], description: 'Entries to add, or to give another value.' }),
    remove: t.stringList({ description: 'Keys of entries to take out. Those that are not there do not matter.' }),
    immutable: t.boolean({
      description: 'True: nobody is to change it any more, ever, after this. Null: as it is. False changes nothing.',
    }),
    resourceVersion: t.string({
      description: 'Only if it is unchanged since this version; else CONFLICT. Null: whatever has changed meanwhile.',
    }),
    dryRun: dryRunField(t),
    fieldManager: fieldManagerField(t),
  }),
});

const UpdateSecretPayload = writePayload('UpdateSecretPayload', {
  field: 'secret',
  type: SecretType,
  description: 'A secret that has been changed.',
});

builder.mutationField('updateSecret', (t) =>
  t.field({
    type: UpdateSecretPayload,
    description:
      'Changes entries of a secret. FORBIDDEN for one without `canUpdate`, INVALID for one that is immutable. Needs `get` and `update`.',
    args: { input: t.arg({ type: UpdateSecretInput, required: true, description: 'Which, and how.' }) },
    resolve: (_, { input }, context) => update(context, input),
  }),
);

type UpdateInput = typeof UpdateSecretInput.$inferInput;

const updatePaths: InputPaths = { data: 'input.set', immutable: 'input.immutable' };

/** By a merge patch of the version that has the label, so that no value has to be read. */
async function update(context: Context, input: UpdateInput): Promise<WritePayload> {
  const { namespace, name, set, remove, resourceVersion } = input;
  const { client } = context;
  const at = { namespace, name };
  await client.assertCan('update', Secret, at);
  assertNoCauses(validateUpdate(input), { kind: Secret.kind, namespace, name });
  const removed = Object.fromEntries((remove ?? []).map((key) => [key, null]));
  const change = { data: { ...encoded(set ?? []), ...removed }, ...(input.immutable && { immutable: true }) };
  for (let attempt = 1; ; attempt += 1) {
    const { metadata, ...secret } = await client.reader.getUncached(Secret, at);
    assertCanUpdate({ ...secret, metadata });
    const version = resourceVersion ?? metadata.resourceVersion;
    const body = { ...change, metadata: { resourceVersion: version, annotations: updateAnnotations(context) } };
    try {
      const options = { ...writeOptionsOf(input), verb: 'update' } as const;
      return await withInputPaths(updatePaths, client.writer.patch(Secret, at, { type: 'MERGE', body }, options));
    } catch (error) {
      if (resourceVersion || attempt === ATTEMPTS || !isConflict(error)) throw error;
    }
  }
}

function validateUpdate({ set, remove }: UpdateInput) {
  const kept = new Set((set ?? []).map(({ key }) => key));
  return [
    ...validateEntries('input.set', set ?? []),
    ...(remove ?? []).flatMap((key, index) =>
      kept.has(key) ? [duplicateValue(`input.remove[${index}]`, `${JSON.stringify(key)} is to be set, too`)] : [],
    ),
  ];
}

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
    resolve: (_, { input }, { client }) => deleteUpdatable(client, Secret, input),
  }),
);
