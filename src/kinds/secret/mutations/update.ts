import { builder } from '../../../graphql/builder.ts';
import type { Context } from '../../../graphql/context.ts';
import { isConflict } from '../../../kubernetes/status-error.ts';
import { type InputPaths, withInputPaths } from '../../../mutations/input-paths.ts';
import { dryRunField, fieldManagerField, writeOptionsOf } from '../../../mutations/inputs.ts';
import { assertNone, duplicateValue } from '../../../mutations/invalid-input.ts';
import { writePayload, type WritePayload } from '../../../mutations/payload.ts';
import { assertCanUpdate } from '../../workspace/mountable.ts';
import { updateNotes } from '../../workspace/noting.ts';
import { SecretType } from '../refs.ts';
import { Secret } from '../resource.ts';
import { encoded, entryCauses, SecretEntryInput } from './entries.ts';

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

const paths: InputPaths = { data: 'input.set', immutable: 'input.immutable' };

/** By a merge patch of the version that has the label, so that no value has to be read. */
async function update(context: Context, input: UpdateInput): Promise<WritePayload> {
  const { namespace, name, set, remove, resourceVersion } = input;
  const { client } = context;
  const at = { namespace, name };
  await client.assertCan('update', Secret, at);
  assertNone(causesIn(input), { kind: Secret.kind, namespace, name });
  const removed = Object.fromEntries((remove ?? []).map((key) => [key, null]));
  const change = { data: { ...encoded(set ?? []), ...removed }, ...(input.immutable && { immutable: true }) };
  for (let attempt = 1; ; attempt += 1) {
    const { metadata, ...secret } = await client.reader.getUncached(Secret, at);
    assertCanUpdate({ ...secret, metadata });
    const version = resourceVersion ?? metadata.resourceVersion;
    const body = { ...change, metadata: { resourceVersion: version, annotations: updateNotes(context) } };
    try {
      const options = { ...writeOptionsOf(input), verb: 'update' } as const;
      return await withInputPaths(paths, client.writer.patch(Secret, at, { type: 'MERGE', body }, options));
    } catch (error) {
      if (resourceVersion || attempt === ATTEMPTS || !isConflict(error)) throw error;
    }
  }
}

function causesIn({ set, remove }: UpdateInput) {
  const kept = new Set((set ?? []).map(({ key }) => key));
  return [
    ...entryCauses('input.set', set ?? []),
    ...(remove ?? []).flatMap((key, index) =>
      kept.has(key) ? [duplicateValue(`input.remove[${index}]`, `${JSON.stringify(key)} is to be set, too`)] : [],
    ),
  ];
}
