import { foldedText, searchedTexts } from '../../graphql/filter.ts';
import { sortText } from '../../graphql/page-cursor.ts';
import { ObjectField } from '../../kubernetes/object-field.ts';
import { createdByOf } from '../../mutations/audit-annotations.ts';
import { pauseEligibleAtOf } from './activity.ts';
import { isRestartPending } from './redirects.ts';
import {
  displayNameOf,
  millisecondsOf,
  optionIdOf,
  specOf,
  statusOf,
  workspaceKindNameOf,
  type WorkspaceObject,
} from './resource.ts';
import { stateOf } from './state.ts';

/** Fields of a workspace that lists are filtered, sorted and counted by. Indexes keep their values. */
export const workspaceFields = {
  state: new ObjectField(stateOf),
  kindName: new ObjectField(workspaceKindNameOf),
  imageConfig: new ObjectField((workspace: WorkspaceObject) => optionIdOf(workspace, 'imageConfig')),
  podConfig: new ObjectField((workspace: WorkspaceObject) => optionIdOf(workspace, 'podConfig')),
  paused: new ObjectField((workspace: WorkspaceObject) => specOf(workspace).paused === true),
  pendingRestart: new ObjectField(isRestartPending),
  createdBy: new ObjectField<WorkspaceObject, string | null>(createdByOf),
  createdAt: new ObjectField(({ metadata }: WorkspaceObject) => Date.parse(metadata.creationTimestamp) || 0),
  /** Milliseconds since the epoch; null if there was none. So are the other times. */
  lastActivityAt: new ObjectField(
    (workspace: WorkspaceObject) => millisecondsOf(statusOf(workspace).activity?.lastActivity) ?? null,
  ),
  pausedAt: new ObjectField((workspace: WorkspaceObject) => millisecondsOf(statusOf(workspace).pauseTime) ?? null),
  pauseEligibleAt: new ObjectField((workspace: WorkspaceObject) => pauseEligibleAtOf(workspace) ?? null),
  texts: searchedTexts((workspace: WorkspaceObject) => [workspace.metadata.name, displayNameOf(workspace)]),
  collationKey: new ObjectField((workspace: WorkspaceObject) => collationKeyOf(displayNameOf(workspace))),
} as const;

const PRINTABLE_ASCII = /^[ -~]*$/u;

/** Sorts letters with marks next to those without, `é` after `e` and before `f`, in the same way in every locale. */
function collationKeyOf(text: string): string {
  // Short, as the key has the text once. It sorts before one with the same letters and marks, whose key continues with them.
  if (PRINTABLE_ASCII.test(text)) return sortText(text.toLowerCase());
  const folded = foldedText(text);
  const base = folded.normalize('NFD').replaceAll(/\p{M}/gu, '');
  return `${sortText(base)}\u0000${sortText(folded)}`;
}
