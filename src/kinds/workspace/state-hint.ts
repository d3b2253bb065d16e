import type { WorkspaceObject } from './resource.ts';
import { restartStageOf } from './restart.ts';
import { isBeingDeleted, LONGEST_NAME, stateOf } from './state.ts';

/** Returns why the state of a workspace will not change by itself, or will change. Undefined if no reason is known. */
export function stateHintOf(workspace: WorkspaceObject): string | undefined {
  return deletionHintOf(workspace) ?? nameHintOf(workspace) ?? restartHintOf(workspace);
}

function restartHintOf(workspace: WorkspaceObject): string | undefined {
  switch (restartStageOf(workspace)) {
    case 'pausing':
      return 'The workspace is being restarted: the gateway starts it when it is PAUSED.';
    case 'due':
      return 'The workspace is being restarted: it is PAUSED, and its start is due. If it is not started within seconds, the gateway that restarts it has ended: start it.';
    case 'interrupted':
      return 'The restart of the workspace was interrupted by another change of it, so it stays paused. Start it.';
    case 'over':
    case undefined:
      break;
  }
  return undefined;
}

/** Finalizers of the garbage collector of Kubernetes, and what they wait for. */
const garbageCollection = new Map([
  ['foregroundDeletion', 'the deletion of the objects that the workspace owns, such as its pod'],
  ['orphan', 'the garbage collector, which releases the objects that the workspace owns'],
]);

function deletionHintOf(workspace: WorkspaceObject): string | undefined {
  const { finalizers = [] } = workspace.metadata;
  if (!isBeingDeleted(workspace) || finalizers.length === 0) return undefined;
  const awaited = finalizers.map(
    (finalizer) =>
      garbageCollection.get(finalizer) ?? `the finalizer ${JSON.stringify(finalizer)}, which its controller removes`,
  );
  return `The workspace is being deleted. The deletion waits for ${awaited.join(', and for ')}.`;
}

function nameHintOf(workspace: WorkspaceObject): string | undefined {
  const { name } = workspace.metadata;
  const state = stateOf(workspace);
  if (state !== 'UNKNOWN' && state !== 'ERROR') return undefined; // the controller does run it
  if (name.length > LONGEST_NAME) {
    const why = `the name has ${name.length} characters, but it becomes a label value of at most ${LONGEST_NAME}`;
    return `The controller cannot run this workspace: ${why}. Create a workspace with a shorter name.`;
  }
  if (!name.includes('.')) return undefined;
  const why = 'the name contains a dot, but it becomes part of the name of a Service';
  return `The controller cannot run this workspace: ${why}. Create a workspace with a name without dots.`;
}
