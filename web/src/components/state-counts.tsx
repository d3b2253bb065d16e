import type { WorkspaceState } from '../__generated__/graphql.ts';
import { states } from '../pages/workspaces/filters.ts';
import { tablePath } from '../router.ts';
import { stateNames } from './state-badge.tsx';
import { numberText } from '../data/resources.ts';

interface StateCountsProps {
  /** Namespace of the workspaces. Empty for all. */
  readonly namespace: string;
  /** Undefined until they are loaded. */
  readonly counts: ReadonlyMap<WorkspaceState, number> | undefined;
}

/** Number of workspaces, and a link to those in each state. */
export function StateCounts({ namespace, counts }: StateCountsProps) {
  const total = counts?.values().reduce((sum, count) => sum + count, 0);
  return (
    <div class="state-counts">
      <span class="muted">
        {total === undefined ? '–' : `${numberText(total)} ${total === 1 ? 'workspace' : 'workspaces'}`}
      </span>
      {states
        .filter((state) => counts?.get(state))
        .map((state) => (
          <a
            key={state}
            class="badge"
            data-state={state}
            href={tablePath({ namespace, state: state.toLowerCase() })}
            data-page
          >
            {numberText(counts?.get(state) ?? 0)} {stateNames[state]}
            {namespace && <span class="visually-hidden"> in {namespace}</span>}
          </a>
        ))}
    </div>
  );
}
