import { builder } from '../../../graphql/builder.ts';
import type { Context } from '../../../graphql/context.ts';
import { failure } from '../../../graphql/errors.ts';
import { keyOf, type NamespacedName } from '../../../kubernetes/object.ts';
import { isConflict } from '../../../kubernetes/status-error.ts';
import type { WriteResult } from '../../../kubernetes/verbs.ts';
import { annotationOperations, updateAnnotations } from '../../../mutations/audit-annotations.ts';
import { dryRunField, nameFields } from '../../../mutations/inputs.ts';
import type { Operation } from '../../../mutations/patch.ts';
import { isFailedTest, retryOnConflict } from '../../../mutations/retry.ts';
import { writePayload, type WritePayload } from '../../../mutations/payload.ts';
import { fitWarnings } from '../../workspace-kind/fits.ts';
import { WorkspaceType } from '../refs.ts';
import { specOf, Workspace, type WorkspaceObject } from '../resource.ts';
import { RESTART_ANNOTATION, restartMarkFor, restartRemovalOf } from '../restart.ts';
import { isBeingDeleted, stateOf } from '../state.ts';
import { stateReachedField, type Reached, waitFields, type Waiting, writeAndWait } from './wait.ts';

type PausingPayload = WritePayload & Reached;

const PauseWorkspaceInput = pausingInput('PauseWorkspaceInput', 'Workspace to pause, and options.');
const StartWorkspaceInput = pausingInput('StartWorkspaceInput', 'Workspace to start, and options.');
const PauseWorkspacePayload = pausingPayload('PauseWorkspacePayload');
const StartWorkspacePayload = pausingPayload('StartWorkspacePayload');

function pausingInput(name: string, description: string) {
  return builder.inputType(name, {
    description,
    fields: (t) => ({
      ...nameFields(t, 'workspace'),
      dryRun: dryRunField(t),
      ...waitFields(t),
    }),
  });
}

function pausingPayload(name: string) {
  const payload = writePayload<PausingPayload>(name, { field: 'workspace', type: WorkspaceType });
  stateReachedField(payload);
  return payload;
}

builder.mutationFields((t) => ({
  pauseWorkspace: t.field({
    type: PauseWorkspacePayload,
    nullable: true,
    description:
      'Pauses a workspace: sets `spec.paused`, after which the controller deletes its pod. Its volumes remain. CONFLICT if `paused` is already true, or if the workspace is being deleted.',
    args: { input: t.arg({ type: PauseWorkspaceInput, required: true, description: 'Workspace and options.' }) },
    resolve: (_, { input }, context) => pauseOrStart(context, input, true),
  }),
  startWorkspace: t.field({
    type: StartWorkspacePayload,
    nullable: true,
    description:
      'Starts a paused workspace. CONFLICT unless its state is PAUSED, so also while it is still TERMINATING, or being deleted.',
    args: { input: t.arg({ type: StartWorkspaceInput, required: true, description: 'Workspace and options.' }) },
    resolve: (_, { input }, context) => pauseOrStart(context, input, false),
  }),
}));

interface PausingInput extends Waiting {
  readonly namespace: string;
  readonly name: string;
}

async function pauseOrStart(context: Context, input: PausingInput, paused: boolean): Promise<PausingPayload> {
  const { namespace, name, dryRun } = input;
  const at = { namespace, name };
  const write = async () => {
    // Before the write: its own pod takes resources.
    const unfit = paused ? [] : await startWarnings(context, at);
    const { object, warnings } = await setPaused(context, at, { paused, dryRun });
    return { object, warnings: [...warnings, ...unfit] };
  };
  return writeAndWait(context, { at, write }, input);
}

async function startWarnings({ client }: Context, at: NamespacedName): Promise<string[]> {
  await client.assertCan('update', Workspace, at); // since the object is read without a permission check
  const workspace = client.reader.unrestricted.get(Workspace, at);
  return workspace ? fitWarnings(client, at.namespace, workspace) : [];
}

/** Desired value: true to pause, false to start. */
type Paused = boolean;

interface PausingOptions {
  readonly paused: Paused;
  readonly dryRun: boolean;
  /** Whether the pause is the first half of a restart. Otherwise the write ends a restart. */
  readonly restart?: boolean;
}

/**
 * Pauses or starts a workspace by a JSON Patch that tests its state.
 * @throws {GraphQLError} CONFLICT with the current state, if it does not permit the change
 * @throws {StatusError} another error of the API server
 */
export async function setPaused(
  context: Context,
  at: NamespacedName,
  { paused, dryRun, restart = false }: PausingOptions,
): Promise<WriteResult<WorkspaceObject>> {
  const { client } = context;
  const annotations = updateAnnotations(context);
  await client.assertCan('update', Workspace, at);
  return retryOnConflict<WorkspaceObject, WriteResult<WorkspaceObject>>({
    prepare: async (failed) => {
      if (!failed) return (await client.reader.get(Workspace, at)) ?? client.reader.getUncached(Workspace, at);
      const workspace = await client.reader.getUncached(Workspace, at);
      assertCanSetPaused(workspace, paused);
      // The version is the same, so the error has another reason than a failed test.
      if (workspace.metadata.resourceVersion === failed.prepared.metadata.resourceVersion) throw failed.error;
      return workspace;
    },
    write: (workspace) => {
      const mark = restart ? restartMarkFor(workspace) : undefined;
      const marked = mark ? { ...annotations, [RESTART_ANNOTATION]: mark.value } : annotations;
      const first = mark ? [mark.guard] : restartRemovalOf(workspace);
      const patch = { type: 'JSON', body: [...first, ...guardedPatch(workspace, paused, marked)] } as const;
      return client.writer.patch(Workspace, at, patch, { dryRun, verb: 'update' });
    },
    isRetryable: (error) => isConflict(error) || isFailedTest(error),
  });
}

function assertCanSetPaused(workspace: WorkspaceObject, paused: Paused): void {
  const state = stateOf(workspace);
  const asked = specOf(workspace).paused === true;
  if (!isBeingDeleted(workspace) && asked !== paused && (paused || state === 'PAUSED')) return;
  const { metadata } = workspace;
  const what = `Workspace ${keyOf(metadata)} cannot be ${paused ? 'paused' : 'started'}`;
  const why = isBeingDeleted(workspace)
    ? 'it is being deleted'
    : asked === paused
      ? `spec.paused is already ${paused}`
      : 'expected state PAUSED';
  const { namespace, name } = metadata;
  throw failure('CONFLICT', `${what}: ${why}. Its state is ${state}.`, {
    kind: Workspace.kind,
    namespace,
    name,
    state,
  });
}

/** Returns operations that test the state, change the spec and set the audit annotations. */
function guardedPatch(
  workspace: WorkspaceObject,
  paused: Paused,
  annotations: Readonly<Record<string, string>>,
): Operation[] {
  const materialised = specOf(workspace).paused !== undefined;
  const guards: Operation[] = [{ op: 'test', path: '/metadata/deletionTimestamp', value: null }]; // null: is absent
  if (materialised) guards.push({ op: 'test', path: '/spec/paused', value: !paused });
  if (!paused) guards.push({ op: 'test', path: '/status/state', value: 'Paused' });
  const change: Operation = { op: materialised ? 'replace' : 'add', path: '/spec/paused', value: paused };
  const has = workspace.metadata.annotations ? 'annotations' : 'none';
  return [...guards, change, ...annotationOperations(annotations, has)];
}
