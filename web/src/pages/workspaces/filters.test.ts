import { expect, it } from 'vitest';
import type { KindRow, WorkspaceRow } from '../../data/store.ts';
import { arranged, countStates, filtersOf, matching } from './filters.ts';
import { createRowViews, transitionOf } from './row-view.ts';

function workspace(name: string, changes: Partial<WorkspaceRow> = {}): WorkspaceRow {
  return {
    id: name,
    name,
    displayName: name,
    namespaceName: 'team-a',
    state: 'RUNNING',
    paused: false,
    stateMessage: 'message',
    stateHint: null,
    pendingRestart: false,
    kindName: 'jupyterlab',
    imageConfig: { optionId: 'scipy' },
    podConfig: { optionId: 'big' },
    activity: { lastActivityAt: null },
    audit: { deletedAt: null },
    metadata: { uid: name },
    services: [],
    ...changes,
  };
}

const requests = [
  { resource: 'cpu', quantity: '4000m' },
  { resource: 'memory', quantity: '16Gi' },
];
const kind: KindRow = {
  id: 'kind',
  name: 'jupyterlab',
  displayName: 'JupyterLab',
  icon: { url: null },
  imageConfigs: [{ optionId: 'scipy', displayName: 'SciPy' }],
  podConfigs: [
    {
      optionId: 'big',
      displayName: 'Big',
      pod: { requests, limits: [{ resource: 'nvidia.com/gpu', quantity: '2' }] },
    },
  ],
};
const viewOf = createRowViews(new Map([[kind.name, kind]]));

it('shows the names, the resources and the GPUs of the options of a kind', () => {
  expect(viewOf(workspace('a'))).toMatchObject({
    kindName: 'JupyterLab',
    image: 'SciPy',
    size: 'Big',
    resources: '4 CPU · 16Gi',
    gpus: 2,
    reason: '',
  });
});

it('shows the names of a workspace whose kind is missing', () => {
  expect(viewOf(workspace('a', { kindName: 'gone' }))).toMatchObject({
    kind: undefined,
    kindName: 'gone',
    image: 'scipy',
    gpus: 0,
  });
});

it('returns the same view for the same workspace', () => {
  const row = workspace('a');
  expect(viewOf(row)).toBe(viewOf(row));
});

it.each([
  ['RUNNING', true, 'pausing'],
  ['TERMINATING', true, 'pausing'],
  ['PAUSED', true, undefined],
  ['PAUSED', false, 'starting'],
  ['PENDING', false, 'starting'],
  ['RUNNING', false, undefined],
  ['ERROR', false, undefined],
] as const)('shows for %s and paused %s the transition %s', (state, paused, transition) => {
  expect(transitionOf(workspace('a', { state, paused }))).toBe(transition);
});

it('reads filters from the URL and ignores unknown values', () => {
  expect(filtersOf(new URLSearchParams('state=error,none,PAUSED&sort=-activity&q=a+b&namespace=x'))).toEqual({
    states: ['ERROR', 'PAUSED'],
    namespace: 'x',
    kind: '',
    search: 'a b',
    sort: 'activity',
    isDescending: true,
  });
  expect(filtersOf(new URLSearchParams('sort=color'))).toMatchObject({ sort: 'name', isDescending: false });
});

it('finds rows that contain all words of the search, in any field', () => {
  const rows = [workspace('Churn'), workspace('other'), workspace('churn-2', { namespaceName: 'team-b' })].map(viewOf);
  const found = (query: string) =>
    matching(rows, filtersOf(new URLSearchParams(query))).map(({ workspace: { name } }) => name);
  expect(found('q=churn scipy')).toEqual(['Churn', 'churn-2']);
  expect(found('q=churn&namespace=team-b')).toEqual(['churn-2']);
  expect(found('q=none')).toEqual([]);
});

it('counts all states, and arranges the rows of the chosen ones', () => {
  const rows = [workspace('b'), workspace('a', { state: 'ERROR' }), workspace('c')].map(viewOf);
  expect([...countStates(rows)]).toEqual([
    ['RUNNING', 2],
    ['ERROR', 1],
  ]);
  const names = (query: string) =>
    arranged(rows, filtersOf(new URLSearchParams(query))).map(({ workspace: { name } }) => name);
  expect(names('')).toEqual(['a', 'b', 'c']);
  expect(names('sort=-name')).toEqual(['c', 'b', 'a']);
  expect(names('state=running')).toEqual(['b', 'c']);
});
