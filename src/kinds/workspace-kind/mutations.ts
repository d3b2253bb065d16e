import { builder } from '../../graphql/builder.ts';
import type { Context } from '../../graphql/context.ts';
import type { WriteResult } from '../../kubernetes/verbs.ts';
import {
  creationAnnotations,
  withAnnotations,
  updateAnnotations,
  patchWithAudit,
  replaceWithAudit,
} from '../../mutations/audit-annotations.ts';
import {
  manifestPaths,
  withInputPaths,
  type InputPaths,
  assertNoCauses,
  requiredValue,
} from '../../mutations/field-errors.ts';
import { deleteObject, deletePayload, type DeletePayload } from '../../mutations/delete.ts';
import { guardedMerge } from '../../mutations/guarded-merge.ts';
import { writeFields, writeOptionsOf, deleteFields } from '../../mutations/inputs.ts';
import { manifestOf, objectOf } from '../../mutations/manifest.ts';
import { patchFields, patchOf } from '../../mutations/patch.ts';
import { writePayload } from '../../mutations/payload.ts';
import { WorkspaceKindType } from './refs.ts';
import { WorkspaceKind, type WorkspaceKindObject } from './resource.ts';

const CreateWorkspaceKindInput = builder.inputType('CreateWorkspaceKindInput', {
  description: 'What the new kind is to be.',
  fields: (t) => ({
    manifest: t.field({
      type: 'JSON',
      required: true,
      description: 'The whole object, or its YAML as text. apiVersion and kind may be left out.',
    }),
    ...writeFields(t),
  }),
});

const CreateWorkspaceKindPayload = writePayload('CreateWorkspaceKindPayload', {
  field: 'workspaceKind',
  type: WorkspaceKindType,
  description: 'A kind that has been created.',
});

builder.mutationField('createWorkspaceKind', (t) =>
  t.field({
    type: CreateWorkspaceKindPayload,
    description: 'Creates a kind of workspaces, from JSON or from YAML.',
    args: {
      input: t.arg({ type: CreateWorkspaceKindInput, required: true, description: 'What it is to be, and how.' }),
    },
    resolve: (_, { input }, context) => {
      const manifest = withAnnotations(manifestOf(input.manifest, WorkspaceKind, {}), creationAnnotations(context));
      return withInputPaths(
        manifestPaths,
        context.client.writer.create(WorkspaceKind, manifest, writeOptionsOf(input)),
      );
    },
  }),
);

const UpdateWorkspaceKindInput = builder.inputType('UpdateWorkspaceKindInput', {
  description: 'What to change of a kind: what is absent stays as it is, null clears.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'Its name.' }),
    revision: t.string({
      required: true,
      description: 'The `revision` that you have seen. CONFLICT when the spec has changed since.',
    }),
    displayName: t.string({ description: 'Its name for people. Cannot be null.' }),
    description: t.string({ description: 'What it is, for people. Cannot be null.' }),
    hidden: t.boolean({ description: 'Not to be offered unless asked for.' }),
    deprecated: t.boolean({ description: 'Not to be used for new workspaces.' }),
    deprecationMessage: t.string({ description: 'What to use instead.' }),
    manifest: t.field({
      type: 'JSON',
      description:
        'What else to change, in the form of the object, or its YAML as text: absent keeps, null clears, and a list replaces the whole list, e.g. `{ spec: { activityRules: [] } }`.',
    }),
    ...writeFields(t),
  }),
});

const UpdateWorkspaceKindPayload = writePayload('UpdateWorkspaceKindPayload', {
  field: 'workspaceKind',
  type: WorkspaceKindType,
  description: 'A kind that has been changed.',
});

builder.mutationField('updateWorkspaceKind', (t) =>
  t.field({
    type: UpdateWorkspaceKindPayload,
    description:
      'Changes a kind, and nothing of it but what is given. CONFLICT when its spec is not the one that you have seen; INVALID where an option that workspaces use would change or go.',
    args: { input: t.arg({ type: UpdateWorkspaceKindInput, required: true, description: 'What to change.' }) },
    resolve: (_, { input }, context) => updateWorkspaceKind(context, input),
  }),
);

/** A kind, the revision of it that is known, and what to change. */
export interface WorkspaceKindUpdate {
  readonly name: string;
  readonly revision: string;
  readonly displayName?: string | null | undefined;
  readonly description?: string | null | undefined;
  readonly hidden?: boolean | null | undefined;
  readonly deprecated?: boolean | null | undefined;
  readonly deprecationMessage?: string | null | undefined;
  readonly manifest?: unknown;
  readonly dryRun: boolean;
  readonly fieldValidation: 'IGNORE' | 'WARN' | 'STRICT';
  readonly fieldManager?: string | null | undefined;
}

const spawnerFields = ['displayName', 'description', 'hidden', 'deprecated', 'deprecationMessage'] as const;

const workspaceKindPaths: InputPaths = {
  ...manifestPaths,
  ...Object.fromEntries(spawnerFields.map((field) => [`spec.spawner.${field}`, `input.${field}`])),
};

/**
 * Changes a kind by a patch of the version that was looked at; what the controller reports meanwhile does not count.
 * @throws {GraphQLError} CONFLICT when the spec is not the one that the viewer knows
 * @throws {StatusError} whatever the API server says, with the places in the input
 */
export function updateWorkspaceKind(
  context: Context,
  update: WorkspaceKindUpdate,
): Promise<WriteResult<WorkspaceKindObject>> {
  const { name, revision } = update;
  const cleared = (['displayName', 'description'] as const).filter((field) => update[field] === null);
  assertNoCauses(
    cleared.map((field) => requiredValue(`input.${field}`, 'cannot be null; leave it out to keep it as it is')),
    { kind: WorkspaceKind.kind, name },
  );
  const {
    apiVersion: _apiVersion,
    kind: _kind,
    metadata,
    ...rest
  } = manifestOf(update.manifest ?? {}, WorkspaceKind, { name });
  const spec = objectOf(rest['spec'] ?? {}, 'input.manifest.spec');
  const spawner = objectOf(spec['spawner'] ?? {}, 'input.manifest.spec.spawner');
  const named = Object.fromEntries(
    spawnerFields.filter((field) => update[field] !== undefined).map((field) => [field, update[field]]),
  );
  const change = { ...rest, metadata, spec: { ...spec, spawner: { ...spawner, ...named } } };
  const options = { ...writeOptionsOf(update), revision };
  const guarded = { resource: WorkspaceKind, at: { name }, changeOf: () => Promise.resolve(change) };
  return withInputPaths(
    workspaceKindPaths,
    guardedMerge(context.client, { ...guarded, annotations: updateAnnotations(context) }, options),
  );
}

const PatchWorkspaceKindInput = builder.inputType('PatchWorkspaceKindInput', {
  description: 'A patch of a kind.',
  fields: (t) => ({ name: t.string({ required: true, description: 'Its name.' }), ...patchFields(t) }),
});

const PatchWorkspaceKindPayload = writePayload('PatchWorkspaceKindPayload', {
  field: 'workspaceKind',
  type: WorkspaceKindType,
  description: 'A kind that has been patched.',
});

builder.mutationField('patchWorkspaceKind', (t) =>
  t.field({
    type: PatchWorkspaceKindPayload,
    description:
      'Patches a kind; its status stays. INVALID where a `test` of a JSON Patch fails, or an option that workspaces use would change or go. An APPLY creates what does not exist.',
    args: { input: t.arg({ type: PatchWorkspaceKindInput, required: true, description: 'The patch, and how.' }) },
    resolve: (_, { input }, context) => {
      const at = { name: input.name };
      const patch = patchOf(input, WorkspaceKind, at);
      const options = { ...writeOptionsOf(input), force: input.force };
      return withInputPaths({}, patchWithAudit(context, { resource: WorkspaceKind, at, patch }, options));
    },
  }),
);

const ReplaceWorkspaceKindInput = builder.inputType('ReplaceWorkspaceKindInput', {
  description: 'A whole kind.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'Its name.' }),
    manifest: t.field({
      type: 'JSON',
      required: true,
      description:
        'The whole object, or its YAML as text, with the `metadata.resourceVersion` that you have seen: CONFLICT when it has changed since.',
    }),
    ...writeFields(t),
  }),
});

const ReplaceWorkspaceKindPayload = writePayload('ReplaceWorkspaceKindPayload', {
  field: 'workspaceKind',
  type: WorkspaceKindType,
  description: 'A kind that has been replaced.',
});

builder.mutationField('replaceWorkspaceKind', (t) =>
  t.field({
    type: ReplaceWorkspaceKindPayload,
    description:
      'Replaces a kind by a whole manifest (PUT); its status stays. What the manifest does not have is lost. INVALID where an option that workspaces use would change or go.',
    args: {
      input: t.arg({ type: ReplaceWorkspaceKindInput, required: true, description: 'What it is to be, and how.' }),
    },
    resolve: (_, { input }, context) => {
      const at = { name: input.name };
      const manifest = manifestOf(input.manifest, WorkspaceKind, at);
      const replacing = { resource: WorkspaceKind, at, manifest };
      return withInputPaths(manifestPaths, replaceWithAudit(context, replacing, writeOptionsOf(input)));
    },
  }),
);

const DeleteWorkspaceKindInput = builder.inputType('DeleteWorkspaceKindInput', {
  description: 'Which kind to delete, and how.',
  fields: (t) => ({ name: t.string({ required: true, description: 'Its name.' }), ...deleteFields(t) }),
});

const DeleteWorkspaceKindPayload = deletePayload('DeleteWorkspaceKindPayload', {
  field: 'workspaceKind',
  type: WorkspaceKindType,
  description: 'A kind whose deletion has been asked for.',
});

builder.mutationField('deleteWorkspaceKind', (t) =>
  t.field({
    type: DeleteWorkspaceKindPayload,
    description: 'Deletes a kind. CONFLICT, with the reason as cause, while workspaces use it.',
    args: { input: t.arg({ type: DeleteWorkspaceKindInput, required: true, description: 'Which, and how.' }) },
    resolve: (_, { input }, context) => deleteWorkspaceKind(context, input),
  }),
);

type DeleteInput = typeof DeleteWorkspaceKindInput.$inferInput;

async function deleteWorkspaceKind({ client }: Context, input: DeleteInput): Promise<DeletePayload> {
  const at = { name: input.name };
  await client.assertCan('delete', WorkspaceKind, at);
  const before = (await client.reader.get(WorkspaceKind, at)) ?? (await client.reader.getUncached(WorkspaceKind, at));
  return deleteObject(client, { resource: WorkspaceKind, at, before }, input);
}
