import { failure } from '../../graphql/errors.ts';
import type { Written } from '../../kubernetes/verbs.ts';
import { keyOf } from '../../kubernetes/object.ts';
import { isConflict, isInvalid, StatusError } from '../../kubernetes/status-error.ts';
import type { Context } from '../../graphql/context.ts';
import type { Operation } from '../../mutations/patch.ts';
import { noteOperations, updateNotes } from './noting.ts';
import { specOf, Workspace, type WorkspaceObject } from './resource.ts';
import { stateOf } from './state.ts';

/** What is asked for: `true` to pause, `false` to start. */
type Paused = boolean;

const ATTEMPTS = 5;

/**
 * Pauses or starts a workspace by a patch that holds only in the right state.
 * @throws {GraphQLError} CONFLICT naming the present state, when that is the wrong one
 * @throws {StatusError} whatever else the API server says: NotFound, Invalid with its causes, …
 */
export async function setPaused(
  context: Context,
  at: { readonly namespace: string; readonly name: string },
  paused: Paused,
  dryRun: boolean,
): Promise<Written<WorkspaceObject>> {
  const { client } = context;
  const notes = updateNotes(context);
  await client.assertCan('update', Workspace, at);
  let workspace = (await client.reader.get(Workspace, at)) ?? (await client.reader.getUncached(Workspace, at));
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await client.writer.patch(
        Workspace,
        at,
        { type: 'JSON', body: guardedPatch(workspace, paused, notes) },
        { dryRun, verb: 'update' },
      );
    } catch (error) {
      if (attempt === ATTEMPTS || !mayHaveMoved(error)) throw error;
      const fresh = await client.reader.getUncached(Workspace, at);
      refuseWrongState(fresh, paused);
      if (fresh.metadata.resourceVersion === workspace.metadata.resourceVersion) throw error; // it was not a guard that failed
      workspace = fresh;
    }
  }
}

/** A failed guard is 422 like any refusal, but names no cause. */
function mayHaveMoved(error: unknown): boolean {
  return (
    isConflict(error) || (isInvalid(error) && error instanceof StatusError && (error.details.causes ?? []).length === 0)
  );
}

function refuseWrongState(workspace: WorkspaceObject, paused: Paused): void {
  const state = stateOf(workspace);
  const asked = specOf(workspace).paused === true;
  if (asked !== paused && (paused || state === 'PAUSED')) return;
  const { metadata } = workspace;
  const what = `Workspace ${keyOf(metadata)} cannot be ${paused ? 'paused' : 'started'}`;
  const why = asked === paused ? `it is ${paused ? 'already' : 'not'} asked to be paused` : 'it has to be PAUSED first';
  const { namespace, name } = metadata;
  throw failure('CONFLICT', `${what}: ${why}. Its state is ${state}.`, {
    kind: Workspace.kind,
    namespace,
    name,
    state,
  });
}

/** Tests what must hold, then changes the spec and notes who did it. */
function guardedPatch(
  workspace: WorkspaceObject,
  paused: Paused,
  notes: Readonly<Record<string, string>>,
): Operation[] {
  const materialised = specOf(workspace).paused !== undefined;
  const guards: Operation[] = [];
  if (materialised) guards.push({ op: 'test', path: '/spec/paused', value: !paused });
  if (!paused) guards.push({ op: 'test', path: '/status/state', value: 'Paused' });
  const change: Operation = { op: materialised ? 'replace' : 'add', path: '/spec/paused', value: paused };
  const has = workspace.metadata.annotations ? 'annotations' : 'none';
  return [...guards, change, ...noteOperations(notes, has)];
}
