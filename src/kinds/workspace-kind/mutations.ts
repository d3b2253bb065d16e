import { builder } from '../../graphql/builder.ts';
import { anyObject } from '../../kubernetes/decoder.ts';
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
import { deletePayload, deleteReadable } from '../../mutations/delete.ts';
import { guardedMerge } from '../../mutations/guarded-merge.ts';
import { writeFields, writeOptionsOf, deleteFields, type WriteInput } from '../../mutations/inputs.ts';
import { manifestOf, objectIn, type Pauses } from '../../mutations/manifest.ts';
import { patchFields, patchOf, patchPathsOf } from '../../mutations/patch.ts';
import { writePayload } from '../../mutations/payload.ts';
import { WorkspaceKindType } from './refs.ts';
import { WorkspaceKind, type WorkspaceKindObject } from './resource.ts';
import { duplicatesIn, specPatchOf, specPaths, type SpecChange } from './spec-patch.ts';
import { workspaceKindFields } from './update-inputs.ts';

const payloadOptions = { field: 'workspaceKind', type: WorkspaceKindType };

const CreateWorkspaceKindInput = builder.inputType('CreateWorkspaceKindInput', {
  description: 'Fields of a new WorkspaceKind.',
  fields: (t) => ({
    manifest: t.field({
      type: 'JSON',
      required: true,
      description: 'The complete object, or its YAML as a string. apiVersion and kind are optional.',
    }),
    ...writeFields(t),
  }),
});

const CreateWorkspaceKindPayload = writePayload('CreateWorkspaceKindPayload', payloadOptions);

builder.mutationField('createWorkspaceKind', (t) =>
  t.field({
    type: CreateWorkspaceKindPayload,
    nullable: true,
    description: 'Creates a WorkspaceKind.',
    args: {
      input: t.arg({ type: CreateWorkspaceKindInput, required: true, description: 'The manifest and write options.' }),
    },
    resolve: async (_, { input }, context) => {
      await context.client.assertCan('create', WorkspaceKind, {}); // before the manifest is parsed
      const manifest = withAnnotations(
        await manifestOf({ value: input.manifest, pauses: context.client.cost }, WorkspaceKind, {}),
        creationAnnotations(context),
      );
      return withInputPaths(
        manifestPaths,
        context.client.writer.create(WorkspaceKind, manifest, writeOptionsOf(input)),
      );
    },
  }),
);

const UpdateWorkspaceKindInput = builder.inputType('UpdateWorkspaceKindInput', {
  description: 'Changes of a WorkspaceKind. Absent fields are kept, null clears a field.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'Name of the WorkspaceKind.' }),
    revision: t.string({
      required: true,
      description: '`revision` that the changes are based on. CONFLICT if the spec has changed since.',
    }),
    displayName: t.string({ description: 'Display name. Cannot be null.' }),
    description: t.string({ description: 'Human-readable description. Cannot be null.' }),
    hidden: t.boolean({ description: 'Whether user interfaces should hide the WorkspaceKind.' }),
    deprecated: t.boolean({ description: 'Whether the WorkspaceKind should no longer be used for new workspaces.' }),
    deprecationMessage: t.string({ description: 'Message about the deprecation.' }),
    ...workspaceKindFields(t),
    manifest: t.field({
      type: 'JSON',
      description:
        'Further changes as a JSON Merge Patch, or its YAML as a string, such as `{ spec: { activityRules: [] } }`. Absent fields are kept, null clears a field, and a list replaces the complete list. The other fields of the input take precedence.',
    }),
    ...writeFields(t),
  }),
});

const UpdateWorkspaceKindPayload = writePayload('UpdateWorkspaceKindPayload', payloadOptions);

builder.mutationField('updateWorkspaceKind', (t) =>
  t.field({
    type: UpdateWorkspaceKindPayload,
    nullable: true,
    description:
      'Changes the given fields of a WorkspaceKind. CONFLICT if its spec has changed since `revision`. INVALID if an option that workspaces use would change or be removed.',
    args: {
      input: t.arg({ type: UpdateWorkspaceKindInput, required: true, description: 'The changes and write options.' }),
    },
    resolve: (_, { input }, context) => updateWorkspaceKind(context, input),
  }),
);

/** Changes of a WorkspaceKind, and the revision that they are based on. */
interface WorkspaceKindUpdate extends SpecChange, WriteInput {
  readonly name: string;
  readonly revision: string;
  readonly displayName?: string | null | undefined;
  readonly description?: string | null | undefined;
  readonly hidden?: boolean | null | undefined;
  readonly deprecated?: boolean | null | undefined;
  readonly deprecationMessage?: string | null | undefined;
  readonly manifest?: unknown;
}

/** Fields of the input that the definition requires. */
const REQUIRED_FIELDS = [
  'displayName',
  'description',
  'icon',
  'logo',
  'ports',
  'podTemplate',
  'imageConfigs',
  'podConfigs',
] as const satisfies readonly (keyof WorkspaceKindUpdate)[];

const spawnerFields = ['displayName', 'description', 'hidden', 'deprecated', 'deprecationMessage'] as const;

const typedPaths: InputPaths = {
  ...specPaths,
  ...Object.fromEntries(spawnerFields.map((field) => [`spec.spawner.${field}`, `input.${field}`])),
};

/** Returns the paths of the manifest, and of the typed fields that the input has. */
function inputPathsOf(update: WorkspaceKindUpdate): InputPaths {
  const fields = new Set(Object.entries(update).flatMap(([field, value]) => (value === undefined ? [] : [field])));
  const isGiven = (path: string) => fields.has(/^input\.(\w+)/u.exec(path)?.[1] ?? '');
  return { ...manifestPaths, ...Object.fromEntries(Object.entries(typedPaths).filter(([, path]) => isGiven(path))) };
}

/**
 * Updates a WorkspaceKind by a merge patch. If only metadata or status have changed since the read, the update is
 * repeated.
 * @throws {GraphQLError} CONFLICT if the spec does not have the expected revision
 * @throws {StatusError} an error of the API server, with input paths
 */
async function updateWorkspaceKind(
  context: Context,
  update: WorkspaceKindUpdate,
): Promise<WriteResult<WorkspaceKindObject>> {
  const { name, revision } = update;
  const cleared = REQUIRED_FIELDS.filter((field) => update[field] === null);
  const missing = cleared.map((field) => requiredValue(`input.${field}`, 'cannot be null; omit it to keep the value'));
  await context.client.assertCan('update', WorkspaceKind, { name }); // before the manifest is parsed
  assertNoCauses([...missing, ...duplicatesIn(update)], { kind: WorkspaceKind.kind, name });
  const { cost: pauses } = context.client;
  const change = await plainChangeOf(update, pauses);
  const changeOf = async (stored: WorkspaceKindObject) =>
    combined(change, { spec: await specPatchOf(stored, update, pauses) });
  const merge = { resource: WorkspaceKind, at: { name }, annotations: updateAnnotations(context), changeOf };
  const options = { ...writeOptionsOf(update), revision };
  return withInputPaths(inputPathsOf(update), guardedMerge(context.client, merge, options));
}

/** Returns the part of the merge patch that does not depend on the stored object: the manifest and the fields of the spawner. */
async function plainChangeOf(update: WorkspaceKindUpdate, pauses: Pauses): Promise<AnyObject> {
  const given = { value: update.manifest ?? {}, pauses };
  const {
    apiVersion: _apiVersion,
    kind: _kind,
    ...rest
  } = await manifestOf(given, WorkspaceKind, { name: update.name });
  const spec = objectIn(rest, 'spec', 'input.manifest');
  const spawner = objectIn(spec, 'spawner', 'input.manifest.spec');
  const named = Object.fromEntries(
    spawnerFields.filter((field) => update[field] !== undefined).map((field) => [field, update[field]]),
  );
  return { ...rest, spec: { ...spec, spawner: { ...spawner, ...named } } };
}

/** Returns both merge patches as one. The second takes precedence. */
function combined(first: AnyObject, second: AnyObject): AnyObject {
  const both = Object.entries(second).map(([field, value]) => {
    const earlier = first[field];
    return [field, anyObject.is(earlier) && anyObject.is(value) ? combined(earlier, value) : value];
  });
  return { ...first, ...Object.fromEntries(both) };
}

type AnyObject = Readonly<Record<string, unknown>>;

const PatchWorkspaceKindInput = builder.inputType('PatchWorkspaceKindInput', {
  description: 'Patch of a WorkspaceKind.',
  fields: (t) => ({ name: t.string({ required: true, description: 'Name of the WorkspaceKind.' }), ...patchFields(t) }),
});

const PatchWorkspaceKindPayload = writePayload('PatchWorkspaceKindPayload', payloadOptions);

builder.mutationField('patchWorkspaceKind', (t) =>
  t.field({
    type: PatchWorkspaceKindPayload,
    nullable: true,
    description:
      'Patches a WorkspaceKind, except its status. APPLY creates the WorkspaceKind if it does not exist. INVALID if a `test` of a JSON Patch fails, or if an option that workspaces use would change or be removed.',
    args: {
      input: t.arg({ type: PatchWorkspaceKindInput, required: true, description: 'The patch and write options.' }),
    },
    resolve: async (_, { input }, context) => {
      const at = { name: input.name };
      await context.client.assertCan('patch', WorkspaceKind, at); // before the patch is parsed
      const patch = await patchOf({ ...input, pauses: context.client.cost }, WorkspaceKind, at);
      const options = { ...writeOptionsOf(input), force: input.force };
      const patching = { resource: WorkspaceKind, at, patch };
      return withInputPaths(patchPathsOf(patch), patchWithAudit(context, patching, options));
    },
  }),
);

const ReplaceWorkspaceKindInput = builder.inputType('ReplaceWorkspaceKindInput', {
  description: 'Manifest that replaces a WorkspaceKind.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'Name of the WorkspaceKind.' }),
    manifest: t.field({
      type: 'JSON',
      required: true,
      description:
        'The complete object, or its YAML as a string, with the `metadata.resourceVersion` that it is based on. CONFLICT if the object has changed since.',
    }),
    ...writeFields(t),
  }),
});

const ReplaceWorkspaceKindPayload = writePayload('ReplaceWorkspaceKindPayload', payloadOptions);

builder.mutationField('replaceWorkspaceKind', (t) =>
  t.field({
    type: ReplaceWorkspaceKindPayload,
    nullable: true,
    description:
      'Replaces a WorkspaceKind, except its status, by a complete manifest (PUT). Fields that are missing in the manifest are removed. INVALID if an option that workspaces use would change or be removed.',
    args: {
      input: t.arg({ type: ReplaceWorkspaceKindInput, required: true, description: 'The manifest and write options.' }),
    },
    resolve: async (_, { input }, context) => {
      const at = { name: input.name };
      await context.client.assertCan('update', WorkspaceKind, at); // before the manifest is parsed
      const manifest = await manifestOf({ value: input.manifest, pauses: context.client.cost }, WorkspaceKind, at);
      const replacing = { resource: WorkspaceKind, at, manifest };
      return withInputPaths(manifestPaths, replaceWithAudit(context, replacing, writeOptionsOf(input)));
    },
  }),
);

const DeleteWorkspaceKindInput = builder.inputType('DeleteWorkspaceKindInput', {
  description: 'WorkspaceKind to delete, and options of the deletion.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'Name of the WorkspaceKind.' }),
    ...deleteFields(t),
  }),
});

const DeleteWorkspaceKindPayload = deletePayload('DeleteWorkspaceKindPayload', payloadOptions);

builder.mutationField('deleteWorkspaceKind', (t) =>
  t.field({
    type: DeleteWorkspaceKindPayload,
    nullable: true,
    description: 'Deletes a WorkspaceKind. CONFLICT, with the reason as a cause, while workspaces use it.',
    args: {
      input: t.arg({ type: DeleteWorkspaceKindInput, required: true, description: 'WorkspaceKind and options.' }),
    },
    resolve: (_, { input }, { client }) => deleteReadable(client, WorkspaceKind, input),
  }),
);
