import type { ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';
import { FleetTotalsDocument, type FleetTotalsSubscription, type WorkspaceState } from '../../__generated__/graphql.ts';
import { Choice } from '../../components/choice.tsx';
import { Fact } from '../../components/fact.tsx';
import { Notice } from '../../components/notice.tsx';
import { StateCounts } from '../../components/state-counts.tsx';
import { useLiveObject } from '../../data/use-live.ts';
import { namespacePath, query } from '../../router.ts';
import { numberText } from '../../data/resources.ts';
import { columns, gpuColumn } from './amounts.ts';
import { PauseIdle } from './pause-idle.tsx';

type Group = FleetTotalsSubscription['workspaceTotals'][number];

const HOUR = 3_600;
const DAY = 24 * HOUR;
const idleTimes: readonly (readonly [seconds: string, title: string])[] = [
  [String(8 * HOUR), 'Idle for 8 hours'],
  [String(DAY), 'Idle for a day'],
  [String(7 * DAY), 'Idle for 7 days'],
];

const groupings = {
  namespace: { key: 'NAMESPACE', title: 'Namespace' },
  user: { key: 'CREATED_BY', title: 'User' },
  kind: { key: 'KIND', title: 'Kind' },
  size: { key: 'POD_CONFIG', title: 'Size' },
  image: { key: 'IMAGE_CONFIG', title: 'Image' },
  node: { key: 'NODE', title: 'Node' },
} as const;
/** Rows of the largest groups. The others are added up in one. */
const MAX_ROWS = 100;

interface TotalsProps {
  /** Namespace of the workspaces. Empty for all. */
  readonly namespace: string;
  /** Sections below, which are shown after the totals so that they do not move. */
  readonly children?: ComponentChildren;
}

/** Choices of the page: the groups, and the time without activity after which a workspace is idle. */
export function TotalsChoices({ namespace }: Pick<TotalsProps, 'namespace'>) {
  const [first = ['', { title: '' }], ...others] = groupingsOf(namespace);
  return (
    <>
      <Choice
        label="Groups"
        name="by"
        all={`By ${first[1].title.toLowerCase()}`}
        value={query.value.get('by') ?? ''}
        options={others.map(([name, { title }]) => [name, `By ${title.toLowerCase()}`])}
      />
      <Choice
        label="Idle time"
        name="idle"
        all="Idle for an hour"
        value={query.value.get('idle') ?? ''}
        options={idleTimes}
      />
    </>
  );
}

function groupingsOf(namespace: string) {
  return Object.entries(groupings).filter(([name]) => namespace === '' || name !== 'namespace');
}

/** Totals of the workspaces that the viewer may list, and of groups of them, kept up to date. */
export function Totals({ namespace, children }: TotalsProps) {
  const choices = groupingsOf(namespace);
  const grouping = (choices.find(([name]) => name === query.value.get('by')) ?? choices[0])?.[1] ?? groupings.user;
  const idleSeconds = Number(query.value.get('idle')) || HOUR;
  const { data, error } = useLiveObject(FleetTotalsDocument, {
    namespace: namespace || null,
    by: grouping.key,
    idleSeconds,
  });
  const rows = useMemo(() => data && byDemand(data.workspaceTotals), [data]);
  const total = useMemo(() => rows && sumOf(rows), [rows]);
  return (
    <>
      {error && <Notice state="ERROR">{error.message}</Notice>}
      <section class="card" aria-label="Totals" aria-busy={!total}>
        <StateCounts namespace={namespace} counts={total && countsOf(total)} />
        <dl class="tiles">
          {columns.map(({ title, of, text }) => (
            <Fact key={title} title={title}>
              {total ? text(of(total.requests)) : '–'}
              <small class="muted">{total ? text(of(total.idle.requests)) : '–'} idle</small>
            </Fact>
          ))}
          <Fact title="Idle workspaces">
            {total ? numberText(total.idle.count) : '–'}
            <PauseIdle namespace={namespace} idleSeconds={idleSeconds} count={total?.idle.count ?? 0} />
          </Fact>
        </dl>
      </section>
      {rows && (
        <section class="card wide" aria-label="Groups" tabIndex={0}>
          <Groups title={grouping.title} rows={rows} />
        </section>
      )}
      {rows && children}
    </>
  );
}

interface GroupsProps {
  readonly title: string;
  /** Sorted by demand. */
  readonly rows: readonly Group[];
}

function Groups({ title, rows }: GroupsProps) {
  const others = rows.slice(MAX_ROWS);
  if (rows.length === 0) return <p class="muted">There are no workspaces that you may list.</p>;
  return (
    <table class="plain-table totals">
      <thead>
        <tr>
          <th scope="col">{title}</th>
          {['Workspaces', ...columns.map((column) => column.title), 'Idle'].map((name) => (
            <th key={name} scope="col" class="number">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.slice(0, MAX_ROWS).map((row) => (
          <GroupRow key={valueOf(row)} row={row}>
            {title === 'Namespace' ? (
              <a href={namespacePath(valueOf(row))} data-page>
                {valueOf(row)}
              </a>
            ) : (
              valueOf(row) || <span class="muted">not known</span>
            )}
          </GroupRow>
        ))}
        {others.length > 0 && <GroupRow row={sumOf(others)}>{numberText(others.length)} more</GroupRow>}
      </tbody>
    </table>
  );
}

function GroupRow({ row, children }: { readonly row: Group; readonly children: ComponentChildren }) {
  const running = countsOf(row).get('RUNNING') ?? 0;
  const idleGpus = gpuColumn.of(row.idle.requests);
  return (
    <tr>
      <th scope="row">{children}</th>
      <td class="number">
        {numberText(row.count)}
        <small class="muted">{numberText(running)} running</small>
      </td>
      {columns.map(({ title, of, text }) => (
        <td key={title} class="number">
          {text(of(row.requests))}
        </td>
      ))}
      <td class="number">
        {numberText(row.idle.count)}
        {idleGpus > 0 && (
          <small class="muted">
            {numberText(idleGpus)} GPU{idleGpus !== 1 && 's'}
          </small>
        )}
      </td>
    </tr>
  );
}

function valueOf({ group }: Group): string {
  return group[0]?.value ?? '';
}

/** Returns the groups with the most GPUs first, then with the most CPU, memory and workspaces. */
function byDemand(groups: readonly Group[]): readonly Group[] {
  const demandOf = (group: Group) =>
    [2, 0, 1].map((index) => columns[index]?.of(group.requests) ?? 0).concat(group.count);
  const entries = groups.map((group) => [demandOf(group), group] as const);
  return entries
    .sort(
      ([a], [b]) =>
        (b.find((value, index) => value !== a[index]) ?? 0) - (a.find((value, index) => value !== b[index]) ?? 0),
    )
    .map(([, group]) => group);
}

/** Adds groups up. The counts and amounts of the result may name a state or resource several times. */
function sumOf(groups: readonly Group[]): Group {
  return {
    group: [],
    count: groups.reduce((sum, { count }) => sum + count, 0),
    stateCounts: groups.flatMap(({ stateCounts }) => stateCounts),
    requests: groups.flatMap(({ requests }) => requests),
    idle: {
      count: groups.reduce((sum, { idle }) => sum + idle.count, 0),
      requests: groups.flatMap(({ idle }) => idle.requests),
    },
  };
}

function countsOf({ stateCounts }: Group): ReadonlyMap<WorkspaceState, number> {
  const counts = new Map<WorkspaceState, number>();
  for (const { state, count } of stateCounts) counts.set(state, (counts.get(state) ?? 0) + count);
  return counts;
}
