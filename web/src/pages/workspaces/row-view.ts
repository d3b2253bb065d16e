import { gpusOf, resourcesOf } from '../../data/resources.ts';
import type { KindRow, WorkspaceRow } from '../../data/store.ts';

/** Change that was requested and has not been observed yet. */
export type Transition = 'starting' | 'pausing' | 'deleting';

/** A row of the table: a workspace with the names of its kind's options. */
export interface RowView {
  readonly workspace: WorkspaceRow;
  readonly kind: KindRow | undefined;
  readonly kindName: string;
  readonly image: string;
  readonly size: string;
  /** Requested CPU and memory, such as `4 CPU · 16Gi`. Empty if unknown. */
  readonly resources: string;
  /** Number of GPUs, 0 if none. */
  readonly gpus: number;
  readonly transition: Transition | undefined;
  /** Reason for which the workspace does not run. Empty if it runs, or if it is paused as requested. */
  readonly reason: string;
  /** Lower-case text in which a search finds the row. */
  readonly searchText: string;
}

/** Returns views of workspaces. The view of an unchanged workspace is the same object, until the kinds change. */
export function createRowViews(kinds: ReadonlyMap<string, KindRow>): (workspace: WorkspaceRow) => RowView {
  const views = new WeakMap<WorkspaceRow, RowView>();
  return (workspace) => {
    const known = views.get(workspace);
    if (known) return known;
    const view = rowViewOf(workspace, kinds.get(workspace.kindName));
    views.set(workspace, view);
    return view;
  };
}

function rowViewOf(workspace: WorkspaceRow, kind: KindRow | undefined): RowView {
  const imageId = workspace.imageConfig.optionId;
  const image = kind?.imageConfigs.find(({ optionId }) => optionId === imageId)?.displayName ?? imageId;
  const size = kind?.podConfigs.find(({ optionId }) => optionId === workspace.podConfig.optionId);
  const kindName = kind?.displayName ?? workspace.kindName;
  const names = [workspace.displayName, workspace.name, workspace.namespaceName, kindName, image];
  return {
    workspace,
    kind,
    kindName,
    image,
    size: size?.displayName ?? workspace.podConfig.optionId,
    resources: resourcesOf(size?.pod?.requests ?? []),
    gpus: size?.pod ? gpusOf(size.pod) : 0,
    transition: transitionOf(workspace),
    reason: reasonOf(workspace),
    searchText: names.join('\n').toLowerCase(),
  };
}

/** Returns the change that is in progress. A failed workspace that should run is not starting. */
export function transitionOf({
  state,
  paused,
  audit,
}: Pick<WorkspaceRow, 'state' | 'paused' | 'audit'>): Transition | undefined {
  if (audit.deletedAt !== null) return 'deleting';
  if (paused) return state === 'PAUSED' ? undefined : 'pausing';
  return state === 'PAUSED' || state === 'PENDING' || state === 'TERMINATING' ? 'starting' : undefined;
}

/** Whether the pods of a workspace end, or the workspace itself. The API refuses to start it in the meantime. */
export function isEnding(transition: Transition | undefined): boolean {
  return transition === 'deleting' || transition === 'pausing';
}

function reasonOf({ state, paused, stateMessage, stateHint }: WorkspaceRow): string {
  if (stateHint) return stateHint;
  if (state === 'RUNNING' || (state === 'PAUSED' && paused)) return '';
  return stateMessage;
}
