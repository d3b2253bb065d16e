import type { WorkspaceState } from '../../__generated__/graphql.ts';
import { Choice, NamespaceChoice } from '../../components/choice.tsx';
import { Heading } from '../../components/heading.tsx';
import { Search } from '../../components/search.tsx';
import { stateNames } from '../../components/state-badge.tsx';
import type { KindRow } from '../../data/store.ts';
import { setQuery } from '../../router.ts';
import { numberText } from '../../data/resources.ts';
import { states, type Filters } from './filters.ts';
import { NewButton } from './new-button.tsx';

interface ToolbarProps {
  readonly filters: Filters;
  readonly counts: ReadonlyMap<WorkspaceState, number>;
  readonly total: number;
  readonly namespaces: readonly string[];
  readonly kinds: ReadonlyMap<string, KindRow>;
  /** Whether all rows are loaded, so that the counts are right. */
  readonly isCounted: boolean;
}

/** Filters of the table. All of them are in the URL. */
export function Toolbar(props: ToolbarProps) {
  const { filters, namespaces, kinds } = props;
  const kindOptions = [...kinds.values()].map(({ name, displayName }) => [name, displayName] as const);
  return (
    <div class="toolbar">
      <Heading class="visually-hidden">Workspaces</Heading>
      <StateChips {...props} />
      <div class="filters">
        <NamespaceChoice value={filters.namespace} names={namespaces} />
        <Choice label="Kind" name="kind" all="All kinds" value={filters.kind} options={kindOptions} />
        <Search label="Search workspaces by name, namespace, kind or image" value={filters.search} />
        <NewButton namespace={filters.namespace} kind={filters.kind} />
      </div>
    </div>
  );
}

function StateChips({ filters, counts, total, isCounted }: ToolbarProps) {
  const isChosen = (state: WorkspaceState) => filters.states.includes(state);
  const choose = (state: WorkspaceState) => {
    const next = isChosen(state) ? filters.states.filter((other) => other !== state) : [...filters.states, state];
    setQuery({ state: next.join(',').toLowerCase() });
  };
  return (
    <fieldset class="chips">
      <legend class="visually-hidden">States</legend>
      <button
        type="button"
        class="chip"
        aria-pressed={filters.states.length === 0}
        onClick={() => setQuery({ state: undefined })}
      >
        All <b>{isCounted ? numberText(total) : '–'}</b>
      </button>
      {states.map((state) => (
        <button
          key={state}
          type="button"
          class="chip"
          data-state={state}
          data-empty={!counts.get(state)}
          aria-pressed={isChosen(state)}
          onClick={() => choose(state)}
        >
          {stateNames[state]} <b>{isCounted ? numberText(counts.get(state) ?? 0) : '–'}</b>
        </button>
      ))}
    </fieldset>
  );
}
