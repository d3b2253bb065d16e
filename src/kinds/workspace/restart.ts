import type { Operation } from '../../mutations/patch.ts';
import { specOf, type WorkspaceObject } from './resource.ts';
import { isBeingDeleted, stateOf } from './state.ts';

/**
 * Annotation of a workspace that is paused in order to be restarted. Its value is the generation of the paused spec, so a later
 * change of the spec by a client ends the restart. Written with the pause, so that another gateway can finish the restart.
 */
export const RESTART_ANNOTATION = 'notebooks.kubeflow.org/gateway-restart';
const POINTER = '/metadata/annotations/notebooks.kubeflow.org~1gateway-restart';

/**
 * Stage of a restart: `pausing` until the workspace can be started, then `due`; `interrupted` if the spec has been changed
 * meanwhile; `over` if another client has started the workspace without removing the annotation.
 */
type RestartStage = 'pausing' | 'due' | 'interrupted' | 'over';

/** Returns the stage of the restart that the workspace is paused for. Undefined if there is none. */
export function restartStageOf(workspace: WorkspaceObject): RestartStage | undefined {
  const marked = restartMarkOf(workspace);
  if (marked === undefined || isBeingDeleted(workspace)) return undefined;
  if (specOf(workspace).paused !== true) return 'over';
  if (!generationsOf(workspace).includes(marked)) return 'interrupted';
  return stateOf(workspace) === 'PAUSED' ? 'due' : 'pausing';
}

/**
 * Returns the generations that the paused spec may have had. With the oldest CRD, the controller itself changes it once: it replaces
 * redirected options while the workspace is paused, unless `deferUpdates` is true. Other controllers do not.
 */
function generationsOf(workspace: WorkspaceObject): readonly string[] {
  const { generation = 0 } = workspace.metadata;
  const replaced = specOf(workspace).deferUpdates === false ? [generation - 1] : [];
  return [generation, ...replaced].map(String);
}

function restartMarkOf({ metadata }: WorkspaceObject): string | undefined {
  return metadata.annotations?.[RESTART_ANNOTATION];
}

/** Returns the value of the annotation for a pause of this version, and an operation that tests that it is still this spec. */
export function restartMarkFor({ metadata: { generation = 0 } }: WorkspaceObject): {
  readonly value: string;
  readonly guard: Operation;
} {
  return {
    value: String(generation + 1),
    guard: { op: 'test', path: '/metadata/generation', value: generation },
  };
}

/** Returns operations that remove the annotation. None if there is none. */
export function restartRemovalOf(workspace: WorkspaceObject): readonly Operation[] {
  const value = restartMarkOf(workspace);
  if (value === undefined) return [];
  return [
    { op: 'test', path: POINTER, value },
    { op: 'remove', path: POINTER },
  ];
}

/** Returns operations that start a workspace, unless it has changed in the meantime, and end its restart. */
export function secondHalfOf(workspace: WorkspaceObject): readonly Operation[] {
  return [
    { op: 'test', path: POINTER, value: restartMarkOf(workspace) },
    { op: 'test', path: '/metadata/generation', value: workspace.metadata.generation },
    { op: 'test', path: '/metadata/deletionTimestamp', value: null },
    { op: 'test', path: '/status/state', value: 'Paused' },
    { op: 'remove', path: POINTER },
    { op: 'replace', path: '/spec/paused', value: false },
  ];
}
