import { describe, expect, it } from 'vitest';
import { namespace, workspace } from '../../../test/support/manifests.ts';
import { startTestGateway, type SimulatedGateway } from '../../../test/support/test-gateway.ts';

const NOON = Date.parse('2026-09-21T12:00:00Z');
const activity = (lastActivity: number) => ({ activity: { lastActivity, lastUpdate: lastActivity } });

const objects = [
  namespace('team-a'),
  namespace('team-b'),
  workspace('ada', {
    state: 'Running',
    labels: { team: 'ml', tier: 'dev' },
    spec: { displayName: 'Notebook of Ada' },
    status: { ...activity(NOON), pendingRestart: true },
  }),
  workspace('bob', {
    namespace: 'team-b',
    kind: 'rstudio',
    imageConfig: 'r',
    paused: true,
    state: 'Paused',
    labels: { team: 'web' },
    status: activity(NOON / 1_000 - 3_600),
  }),
  workspace('eve', { podConfig: 'big' }),
];

async function start(): Promise<SimulatedGateway> {
  return startTestGateway({ objects });
}

const NAMES = `query ($filter: WorkspaceFilter, $namespace: String) {
  workspaces(filter: $filter, namespace: $namespace) { nodes { name } totalCount }
}`;

function listed(...names: readonly string[]) {
  return { workspaces: { nodes: names.map((name) => ({ name })), totalCount: names.length } };
}

describe('WorkspaceFilter', () => {
  it.each(['ΚΟΣ', 'κος', 'Κοσμ', 'κοσμοσ'])('finds the display name ΚΟΣΜΟΣ by %s', async (search) => {
    const cosmos = workspace('cosmos', { spec: { displayName: 'ΚΟΣΜΟΣ' } });
    await using gateway = await startTestGateway({ objects: [namespace('team-a'), cosmos] });
    const { data } = await gateway.query(NAMES, { filter: { search } });
    expect(data).toEqual(listed('cosmos'));
  });

  it.each([
    { filter: null, names: ['ada', 'eve', 'bob'] },
    { filter: {}, names: ['ada', 'eve', 'bob'] },
    { filter: { search: 'B' }, names: ['ada', 'bob'] },
    { filter: { search: 'OF ADA' }, names: ['ada'] },
    { filter: { search: '' }, names: ['ada', 'eve', 'bob'] },
    { filter: { search: 'nobody' }, names: [] },
    { filter: { kinds: ['rstudio', 'unknown'] }, names: ['bob'] },
    { filter: { kinds: [] }, names: [] },
    { filter: { states: ['RUNNING', 'UNKNOWN'] }, names: ['ada', 'eve'] },
    { filter: { states: ['ERROR'] }, names: [] },
    { filter: { namespaces: ['team-b', 'team-c'] }, names: ['bob'] },
    { filter: { paused: true }, names: ['bob'] },
    { filter: { paused: false }, names: ['ada', 'eve'] },
    { filter: { paused: null }, names: ['ada', 'eve', 'bob'] },
    { filter: { pendingRestart: true }, names: ['ada'] },
    { filter: { pendingRestart: false }, names: ['eve', 'bob'] },
    { filter: { imageConfigs: ['r', 'x'] }, names: ['bob'] },
    { filter: { podConfigs: ['big'] }, names: ['eve'] },
    { filter: { inactiveSince: '2026-09-21T12:00:00Z' }, names: ['bob'] },
    { filter: { inactiveSince: '2026-09-21T14:00:00+01:00' }, names: ['ada', 'bob'] },
    { filter: { inactiveSince: '2026-09-21T11:00:00.000Z' }, names: [] },
    { filter: { labelSelector: 'team=ml' }, names: ['ada'] },
    { filter: { labelSelector: 'team!=ml' }, names: ['eve', 'bob'] },
    { filter: { labelSelector: 'team in (ml,web),!tier' }, names: ['bob'] },
    { filter: { labelSelector: 'team notin (web)' }, names: ['ada', 'eve'] },
    { filter: { labelSelector: '' }, names: ['ada', 'eve', 'bob'] },
    { filter: { paused: false, states: ['RUNNING'], search: 'ada' }, names: ['ada'] },
    { filter: { paused: true, states: ['RUNNING'] }, names: [] },
  ])('selects $names when the filter is $filter', async ({ filter, names }) => {
    await using gateway = await start();
    expect((await gateway.query(NAMES, { filter })).data).toEqual(listed(...names));
  });

  it.each([
    ['team-a', ['ada', 'eve']],
    ['team-c', []],
    [null, ['ada', 'eve', 'bob']],
  ])('filters inside namespace %s: %s', async (name, names) => {
    await using gateway = await start();
    expect((await gateway.query(NAMES, { namespace: name })).data).toEqual(listed(...names));
  });

  it('filters Namespace.workspaces and WorkspaceKind.workspaces as it does Query.workspaces', async () => {
    await using gateway = await start();
    const filtered = 'workspaces(filter: { paused: true }) { nodes { name } }';
    const { data } = await gateway.query(
      `{ a: namespace(name: "team-a") { ${filtered} } b: namespace(name: "team-b") { ${filtered} } }`,
    );
    expect(data).toEqual({ a: { workspaces: { nodes: [] } }, b: { workspaces: { nodes: [{ name: 'bob' }] } } });
  });

  it.each(['team in ml', 'team=ml,', '!', 'a b', 'cpu>many'])(
    'refuses the label selector %j',
    async (labelSelector) => {
      await using gateway = await start();
      const { errors } = await gateway.query(NAMES, { filter: { labelSelector } });
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_REQUEST' } }]);
      expect(errors?.[0]?.message).toContain('Expected a label selector');
    },
  );

  it.each(['yesterday', '2026-09-21', 7])('rejects inactiveSince %j', async (inactiveSince) => {
    await using gateway = await start();
    const { errors } = await gateway.query(NAMES, { filter: { inactiveSince } });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_REQUEST' } }]);
  });
});
