import type { WorkspaceState } from '../__generated__/graphql.ts';
import type { Transition } from '../pages/workspaces/row-view.ts';

export const stateNames: Readonly<Record<WorkspaceState, string>> = {
  ERROR: 'Error',
  PENDING: 'Pending',
  RUNNING: 'Running',
  TERMINATING: 'Terminating',
  PAUSED: 'Paused',
  UNKNOWN: 'Unknown',
};

interface StateBadgeProps {
  readonly state: WorkspaceState;
  /** Requested change. The observed state differs from it until the controller has made the change. */
  readonly transition: Transition | undefined;
}

/** The observed state and, if it differs, the requested change. The color only repeats the text. */
export function StateBadge({ state, transition }: StateBadgeProps) {
  return (
    <span class="state">
      <span class="badge" data-state={state}>
        {stateNames[state]}
      </span>
      {transition && <span class="transition">{transition}…</span>}
    </span>
  );
}
