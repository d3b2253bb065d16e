import { builder } from '../../../graphql/builder.ts';
import type { Context } from '../../../graphql/context.ts';
import { dependsOn } from '../../../graphql/field-dependencies.ts';
import type { StatusCause } from '../../../kubernetes/status-error.ts';
import type { WriteResult } from '../../../kubernetes/verbs.ts';
import { updateAnnotations } from '../../../mutations/audit-annotations.ts';
import { assertNoCausesBefore, withInputPaths, requiredValue } from '../../../mutations/field-errors.ts';
import { guardedMerge, mergedBy } from '../../../mutations/guarded-merge.ts';
import { KeyValueInput, writeOptionsOf, writeFields, type WriteInput, nameFields } from '../../../mutations/inputs.ts';
import { writePayload } from '../../../mutations/payload.ts';
import { Namespace } from '../../namespace/resource.ts';
import { WorkspaceKind } from '../../workspace-kind/resource.ts';
import { redirectsOf } from '../redirects.ts';
import { WorkspaceType } from '../refs.ts';
import {
  Workspace,
  type ChosenOptions,
  type OptionList,
  type WorkspaceObject,
  type WorkspaceWrite,
} from '../resource.ts';
import { PodMetadataInput } from '../pod-metadata.ts';
import { WorkspaceVolumesInput } from './inputs.ts';
import { mergePatchOf, repeatedKeysIn, updatePaths, type WorkspaceChange } from './manifest.ts';
import { reservedLabelWarnings } from './reserved-labels.ts';
import { violatedRules } from './rules.ts';

const UpdateWorkspaceInput = builder.inputType('UpdateWorkspaceInput', {
  description:
    'Changes of a workspace. Absent fields are kept, null clears a field. The WorkspaceKind cannot be changed.',
  fields: (t) => ({
    ...nameFields(t, 'workspace'),
    revision: t.string({
      required: true,
      description: '`revision` that the changes are based on. CONFLICT if the spec has changed since.',
    }),
    displayName: t.string({ description: 'Display name. If null or empty, the name is used.' }),
    paused: t.boolean({
      description: 'Whether the workspace should be paused, regardless of its state. Cannot be null.',
    }),
    deferUpdates: t.boolean({
      description:
        'Whether the controller keeps redirected options while the workspace is paused, instead of replacing them. Supported only by the oldest version of the CRD; others reject it.',
    }),
    imageConfig: t.id({ description: 'ID of the imageConfig option. Cannot be null. Restarts a running workspace.' }),
    podConfig: t.id({ description: 'ID of the podConfig option. Cannot be null. Restarts a running workspace.' }),
    applyPendingRedirects: t.boolean({
      required: true,
      defaultValue: false,
      description:
        'Whether to set imageConfig and podConfig to their `desiredOptionId` unless they are given here or it is null. Restarts a running workspace.',
    }),
    podMetadata: t.field({
      type: PodMetadataInput,
      description: 'Labels and annotations to add to the pod. Restarts a running workspace.',
    }),
    volumes: t.field({
      type: WorkspaceVolumesInput,
      description: 'Volumes to mount. Restarts a running workspace.',
    }),
    labels: t.field({ type: [KeyValueInput], description: 'All labels of the Workspace.' }),
    annotations: t.field({
      type: [KeyValueInput],
      description:
        'All annotations of the Workspace, except those with the prefix notebooks.kubeflow.org/, which are kept as they are.',
    }),
    ...writeFields(t),
  }),
});

const UpdateWorkspacePayload = writePayload('UpdateWorkspacePayload', { field: 'workspace', type: WorkspaceType });

builder.mutationField('updateWorkspace', (t) =>
  t.field({
    type: UpdateWorkspacePayload,
    nullable: true,
    description: 'Changes the given fields of a workspace. CONFLICT if its spec has changed since `revision`.',
    args: {
      input: t.arg({ type: UpdateWorkspaceInput, required: true, description: 'The changes and write options.' }),
    },
    extensions: dependsOn(WorkspaceKind, Namespace),
    resolve: (_, { input }, context) => updateWorkspace(context, input),
  }),
);

/** Changes of a workspace, and the revision that they are based on. */
interface WorkspaceUpdate extends WorkspaceChange, WriteInput {
  readonly namespace: string;
  readonly name: string;
  readonly revision: string;
  readonly imageConfig?: string | null | undefined;
  readonly podConfig?: string | null | undefined;
  readonly applyPendingRedirects: boolean;
}

const lists = ['imageConfig', 'podConfig'] as const;

/**
 * Updates a workspace by a merge patch with a precondition on the version that was read. If only metadata or
 * status have changed since, the update is repeated with the new version. A write whose outcome is unknown is
 * not repeated.
 * @throws {GraphQLError} CONFLICT if the spec does not have the expected revision
 * @throws {StatusError} Invalid with input paths, or another error of the API server
 */
async function updateWorkspace(context: Context, update: WorkspaceUpdate): Promise<WriteResult<WorkspaceObject>> {
  const { namespace, name, revision } = update;
  const { client } = context;
  const at = { namespace, name };
  const options = writeOptionsOf(update);
  // The patch has a precondition on this version, so its result is known before it is sent.
  const changeOf = async (workspace: WorkspaceObject) => {
    const body = mergePatchOf(workspace, update, optionsOf(workspace, update));
    const send = () =>
      client.writer.patch(Workspace, at, { type: 'MERGE', body }, { ...options, dryRun: true, verb: 'update' });
    const states = { before: workspace, after: mergedBy(body, workspace) };
    await assertAllowed(context, update, { ...states, dryRun: () => withInputPaths(updatePaths, send()) });
    return body;
  };
  const merge = { resource: Workspace, at, annotations: updateAnnotations(context), changeOf };
  const { object, warnings } = await withInputPaths(updatePaths, guardedMerge(client, merge, { ...options, revision }));
  const reserved = update.podMetadata?.labels ? reservedLabelWarnings(object, updatePaths) : [];
  return { object, warnings: [...warnings, ...reserved] };
}

/** Returns the options that the update sets, explicitly or by `applyPendingRedirects`. */
function optionsOf(workspace: WorkspaceObject, update: WorkspaceUpdate): Partial<ChosenOptions> {
  const chosen = (list: OptionList) =>
    update[list] ?? (update.applyPendingRedirects ? redirectsOf(workspace, list)?.desired : undefined);
  const [imageConfig, podConfig] = lists.map(chosen);
  return { ...(imageConfig && { imageConfig }), ...(podConfig && { podConfig }) };
}

interface Change extends Pick<WorkspaceWrite, 'before' | 'after'> {
  readonly dryRun: () => Promise<unknown>;
}

async function assertAllowed(context: Context, update: WorkspaceUpdate, { dryRun, ...states }: Change): Promise<void> {
  const { namespace, name } = update;
  const causes = [
    ...validateNotCleared(update),
    ...repeatedKeysIn(update),
    ...(await violatedRules(context, { namespace, name, ...states }, updatePaths)),
  ];
  await assertNoCausesBefore(dryRun, causes, { kind: Workspace.kind, namespace, name });
}

function validateNotCleared(update: WorkspaceUpdate): StatusCause[] {
  const needed = ['paused', ...lists] as const;
  return needed
    .filter((field) => update[field] === null || update[field] === '')
    .map((field) => requiredValue(`input.${field}`, 'cannot be null or empty; omit it to keep the value'));
}
