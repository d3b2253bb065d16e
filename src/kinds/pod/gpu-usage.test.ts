import { describe, expect, it } from 'vitest';
import { POD_METRICS } from '../../../dev/simulator/aggregated-resource.ts';
import { grantIn, viewing, type Rule } from '../../../test/support/access/grants.ts';
import { namespace, workspace } from '../../../test/support/manifests.ts';
import { podOf } from '../../../test/support/pods.ts';
import { loadsFrom, startLoadServer } from '../../../test/support/prometheus.ts';
import { startTestGateway, type TestGateway } from '../../../test/support/test-gateway.ts';
import { connectUser } from '../../../test/support/user-client.ts';

const HOUR_MS = 3_600_000;
const LONG_AGO = Date.now() - 10 * HOUR_MS;
const seconds = (milliseconds: number) => milliseconds / 1_000;

function runningIn(team: string, name: string, lastActivity = LONG_AGO) {
  const activity = { lastActivity, lastUpdate: 0 };
  return workspace(name, { namespace: team, state: 'Running', status: { activity } });
}

const objects = [
  namespace('team-a'),
  namespace('team-b'),
  ...['busy', 'idle', 'recent'].flatMap((name) => [runningIn('team-a', name), podOf(name)]),
  runningIn('team-b', 'busy'),
  podOf('busy', { namespace: 'team-b', name: 'ws-busy-b' }),
];
const loads = [
  { namespace: 'team-a', pod: 'ws-busy-abcde-0', percent: 87.5, activeAt: seconds(Date.now()) },
  { namespace: 'team-a', pod: 'ws-idle-abcde-0', percent: 0 },
  { namespace: 'team-a', pod: 'ws-recent-abcde-0', percent: 0, activeAt: seconds(Date.now() - 2 * HOUR_MS) },
];
const GPU = 'usage { gpu { percent lastActiveAt } gpuReason }';
const USAGE = `{ workspaces { nodes { name namespaceName ${GPU} } } }`;
const IDLE = `query ($seconds: Int!) {
  workspaceTotals { idle(inactiveForSeconds: $seconds) { count gpuLoadCounted } }
  workspaces(filter: { idleForSeconds: $seconds }) { nodes { namespaceName name } totalCount }
  namespaces(filter: { search: "team-a" }) { nodes { workspaces(filter: { idleForSeconds: $seconds }) { totalCount } } }
}`;

interface Node {
  readonly namespaceName: string;
  readonly name: string;
  readonly usage: unknown;
}

async function usagesIn(gateway: Pick<TestGateway, 'query'>): Promise<Record<string, unknown>> {
  const { data, errors } = await gateway.query(USAGE);
  expect(errors).toBeUndefined();
  const { nodes } = Object(data).workspaces as { nodes: readonly Node[] };
  return Object.fromEntries(nodes.map(({ namespaceName, name, usage }) => [`${namespaceName}/${name}`, usage]));
}

/** Returns the names of the idle workspaces, which all fields agree about. */
async function idleIn(gateway: Pick<TestGateway, 'query'>, inactiveForSeconds: number) {
  const { data, errors } = await gateway.query(IDLE, { seconds: inactiveForSeconds });
  expect(errors).toBeUndefined();
  const { workspaceTotals, workspaces, namespaces } = Object(data);
  const names = (workspaces.nodes as readonly Node[]).map((node) => `${node.namespaceName}/${node.name}`);
  const [{ idle }] = workspaceTotals;
  const inTeamA = names.filter((name) => name.startsWith('team-a/')).length;
  expect([idle.count, workspaces.totalCount, namespaces.nodes[0].workspaces.totalCount]).toEqual([
    names.length,
    names.length,
    inTeamA,
  ]);
  return { names, gpuLoadCounted: idle.gpuLoadCounted as boolean };
}

const unknown = (gpuReason: string) => ({ gpu: null, gpuReason });

describe('the load of GPUs', () => {
  it('returns the load of the pods that the source has measured, which are not idle', async () => {
    await using source = await startLoadServer(loads);
    await using gateway = await startTestGateway({ objects, ...loadsFrom(source) });
    await expect
      .poll(async () => usagesIn(gateway))
      .toEqual({
        'team-a/busy': { gpu: { percent: 87.5, lastActiveAt: expect.any(String) }, gpuReason: null },
        'team-a/idle': { gpu: { percent: 0, lastActiveAt: null }, gpuReason: null },
        'team-a/recent': { gpu: { percent: 0, lastActiveAt: expect.any(String) }, gpuReason: null },
        'team-b/busy': unknown('NOT_MEASURED'),
      });
    expect(await idleIn(gateway, 3_600)).toEqual({
      names: ['team-a/idle', 'team-a/recent', 'team-b/busy'],
      gpuLoadCounted: true,
    });
    expect((await idleIn(gateway, 3 * 3_600)).names).toEqual(['team-a/idle', 'team-b/busy']);
    expect((await idleIn(gateway, 11 * 3_600)).names).toEqual([]);
    source.serve([]);
    await expect.poll(async () => (await idleIn(gateway, 3_600)).names.length).toBe(4);
  });

  it('returns no load of GPUs, and counts only the last activity, when there is no source', async () => {
    await using gateway = await startTestGateway({ objects });
    expect(Object.values(await usagesIn(gateway))).toEqual(Array(4).fill(unknown('NOT_CONFIGURED')));
    const all = ['team-a/busy', 'team-a/idle', 'team-a/recent', 'team-b/busy'];
    expect(await idleIn(gateway, 3_600)).toEqual({ names: all, gpuLoadCounted: false });
    expect((await gateway.query('{ gateway { gpuLoads { available } } }')).data).toEqual({
      gateway: { gpuLoads: null },
    });
  });

  it('returns null and keeps the known times of activity while the source does not answer', async () => {
    await using source = await startLoadServer(loads);
    await using gateway = await startTestGateway({ objects, ...loadsFrom(source, 0.05) });
    await expect.poll(async () => (await idleIn(gateway, 3_600)).names.length).toBe(3);
    source.serve((response) => void response.writeHead(503).end());
    await expect
      .poll(async () => Object.values(await usagesIn(gateway)))
      .toEqual(Array(4).fill(unknown('SOURCE_NOT_AVAILABLE')));
    expect(await idleIn(gateway, 3_600)).toEqual({
      names: ['team-a/idle', 'team-a/recent', 'team-b/busy'],
      gpuLoadCounted: false,
    });
    const status = await gateway.query('{ gateway { gpuLoads { available updatedAt } } }');
    expect(status.data).toEqual({ gateway: { gpuLoads: { available: false, updatedAt: expect.any(String) } } });
    source.serve(loads);
    await expect.poll(async () => Object(await usagesIn(gateway))['team-a/idle']).toMatchObject({ gpuReason: null });
  });

  it('counts no values that cannot be loads, and no times in the future', async () => {
    const lies = [
      { namespace: 'team-a', pod: 'ws-idle-abcde-0', percent: -5, activeAt: -1e300 },
      { namespace: 'team-a', pod: 'ws-recent-abcde-0', percent: 101, activeAt: 1e300 },
      { namespace: 'team-b', pod: 'ws-busy-abcde-0', percent: 100, activeAt: seconds(Date.now()) },
      { namespace: '__proto__', pod: 'constructor', percent: 100 },
      { namespace: 'team-a', pod: '', percent: 100 },
      { namespace: 'team-a', pod: 'ws-busy-abcde-0', percent: 'NaN' },
      ...Array.from({ length: 5_000 }, (_, index) => ({ namespace: 'team-a', pod: `none-${index}`, percent: 50 })),
    ];
    await using source = await startLoadServer(lies);
    await using gateway = await startTestGateway({ objects, ...loadsFrom(source) });
    await expect
      .poll(async () => Object(await usagesIn(gateway))['team-a/recent'])
      .toMatchObject({
        gpu: { percent: null, lastActiveAt: expect.any(String) },
      });
    const usages = Object(await usagesIn(gateway));
    expect(Date.parse(usages['team-a/recent'].gpu.lastActiveAt)).toBeLessThanOrEqual(Date.now());
    expect(usages).toMatchObject({
      'team-a/busy': unknown('NOT_MEASURED'),
      'team-a/idle': unknown('NOT_MEASURED'),
      'team-b/busy': unknown('NOT_MEASURED'),
    });
    expect((await idleIn(gateway, 3_600)).names).toEqual(['team-a/busy', 'team-a/idle', 'team-b/busy']);
  });

  it('returns the load of GPUs only to viewers who may list the metrics of pods in the namespace', async () => {
    const metrics: Rule = { apiGroups: ['metrics.k8s.io'], resources: ['pods'], verbs: ['list'] };
    const pods: Rule = { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] };
    const granted = [...grantIn('team-a', 'eve', viewing, pods, metrics), ...grantIn('team-b', 'eve', viewing, pods)];
    await using source = await startLoadServer([...loads, { namespace: 'team-b', pod: 'ws-busy-b', percent: 99 }]);
    await using gateway = await startTestGateway({
      objects: [...objects, ...granted],
      authentication: { mode: 'token' },
      users: [{ token: 'eve-token', name: 'eve' }],
      ...loadsFrom(source),
    });
    await using eve = connectUser(gateway.url, { token: 'eve-token' });
    const asked = { query: (query: string) => eve.ask(query) };
    await expect.poll(async () => Object(await usagesIn(asked))['team-a/idle']).toMatchObject({ gpu: { percent: 0 } });
    expect(Object(await usagesIn(asked))['team-b/busy']).toEqual(unknown('NOT_PERMITTED'));
  });

  it('reads the load of GPUs once in an interval for all viewers', async () => {
    await using source = await startLoadServer(loads);
    await using gateway = await startTestGateway({ objects, ...loadsFrom(source, 60) });
    await expect.poll(async () => Object(await usagesIn(gateway))['team-a/idle']).toMatchObject({ gpuReason: null });
    await Promise.all(Array.from({ length: 20 }, () => usagesIn(gateway)));
    await idleIn(gateway, 3_600);
    expect(source.queries).toBe(2);
  });

  it.each(['-1', '2147483648'])('refuses a filter by the load of GPUs of %s seconds', async (value) => {
    await using gateway = await startTestGateway({ objects });
    const { errors } = await gateway.query(`{ workspaces(filter: { idleForSeconds: ${value} }) { totalCount } }`);
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_REQUEST' } }]);
  });

  it('refuses the load of GPUs in the filter of a subscription to workspaces, and counts it in one to totals', async () => {
    await using source = await startLoadServer(loads);
    await using gateway = await startTestGateway({ objects, ...loadsFrom(source) });
    const filter = 'filter: { idleForSeconds: 3600 }';
    const refused = gateway.subscribe(`subscription { workspaces(${filter}) { type } }`);
    expect((await refused.next()).value).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
    await expect.poll(async () => (await idleIn(gateway, 3_600)).names.length).toBe(3);
    const totals = gateway.subscribe(`subscription { workspaceTotals(${filter}) { count } }`);
    expect((await totals.next()).value).toMatchObject({ data: { workspaceTotals: [{ count: 3 }] } });
  });
});

it('pauses only idle workspaces when the filter selects them', async () => {
  await using source = await startLoadServer(loads);
  await using gateway = await startTestGateway({ objects, ...loadsFrom(source) });
  await expect.poll(async () => (await idleIn(gateway, 3_600)).names.length).toBe(3);
  const { data } = await gateway.query(
    'mutation { pauseWorkspaces(input: { filter: { idleForSeconds: 3600 } }) { results { namespace name ok } } }',
  );
  const paused = ['team-a/idle', 'team-a/recent', 'team-b/busy'].map((key) => {
    const [team, name] = key.split('/');
    return { namespace: team, name, ok: true };
  });
  expect(data).toEqual({ pauseWorkspaces: { results: paused } });
});

it('reads the metrics of many namespaces with one request', async () => {
  const teams = Array.from({ length: 12 }, (_, index) => `team-${index}`);
  const many = teams.flatMap((team) => [namespace(team), runningIn(team, 'nb'), podOf('nb', { namespace: team })]);
  const usage = { cpu: '100m', memory: '1Mi' };
  await using gateway = await startTestGateway({ objects: many, aggregated: [POD_METRICS] });
  for (const team of teams)
    gateway.cluster.apply({
      apiVersion: 'metrics.k8s.io/v1beta1',
      kind: 'PodMetrics',
      metadata: { name: 'ws-nb-abcde-0', namespace: team },
      timestamp: '2026-11-25T10:00:00Z',
      window: '15s',
      containers: ['a', 'b'].map((name) => ({ name, usage })),
    });
  const query = '{ workspaces { nodes { usage { cpu { quantity value } memory { quantity } } } } }';
  const expected = { usage: { cpu: { quantity: '200m', value: 0.2 }, memory: { quantity: '2Mi' } } };
  expect((await gateway.query(query)).data).toEqual({ workspaces: { nodes: teams.map(() => expected) } });
  const lists = () =>
    gateway.cluster.requests.filter(({ group, verb }) => group === 'metrics.k8s.io' && verb === 'list');
  expect(lists().length).toBeLessThanOrEqual(4);
  expect(lists().filter((request) => request.namespace === undefined)).toHaveLength(1);
  expect((await gateway.query(query)).data).toEqual({ workspaces: { nodes: teams.map(() => expected) } });
  expect(lists().length).toBeLessThanOrEqual(4);
});
