import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { grantIn, grantName, viewing } from '../../../test/support/access/grants.ts';
import { namespace, workspace, workspaceKind } from '../../../test/support/manifests.ts';
import { podOf } from '../../../test/support/pods.ts';
import { startTestGateway, type Subscription } from '../../../test/support/test-gateway.ts';
import { connectUser } from '../../../test/support/user-client.ts';

const requests = { cpu: '100m', 'nvidia.com/gpu': '1' };
const containers = [{ name: 'main', image: 'i', resources: { requests } }];
const objects = [
  namespace('team-a'),
  namespace('team-b'),
  workspaceKind('jupyterlab'),
  ...Array.from({ length: 10 }, (_, i) => workspace(`nb-${i}`, { state: 'Running' })),
  ...Array.from({ length: 10 }, (_, i) => podOf(`nb-${i}`, { spec: { nodeName: 'node-1', containers } })),
  workspace('b', { namespace: 'team-b', state: 'Paused', labels: { tier: 'dev' } }),
];
const amounts = [
  { resource: 'cpu', quantity: '1', value: 1 },
  { resource: 'nvidia.com/gpu', quantity: '10', value: 10 },
];
function group(tier: string, node: string) {
  return [
    { key: 'LABEL', label: 'tier', value: tier },
    { key: 'NODE', label: null, value: node },
    { key: 'LABEL', label: 'constructor', value: '' }, // a valid key of a label, and a property of every object
  ];
}

type Counts = Subscription<{ readonly workspaceTotals: readonly { readonly count: number }[] }>;

/** Reads results until one has the count. Returns their number. */
async function resultsUntil(totals: Counts, count: number): Promise<number> {
  for (let results = 1; ; results += 1) {
    const { value, done } = await totals.next();
    if (done) throw new Error(`Expected the count ${count}, got the end of the subscription.`);
    if (value.data?.workspaceTotals[0]?.count === count) return results;
  }
}

const SUMMARY = 'count requests { resource quantity value }';

describe('totals of workspaces', () => {
  it('returns exact totals, the same of a namespace, a WorkspaceKind and an option', async () => {
    await using gateway = await startTestGateway({ objects });
    const { data, errors } = await gateway.query(`{
      workspaceTotals { group { key } ${SUMMARY} stateCounts { state count } }
      namespace(name: "team-a") { totals { ${SUMMARY} } }
      workspaceKind(name: "jupyterlab") {
        totals { ${SUMMARY} }
        podConfigs { optionId totals(groupBy: [NAMESPACE]) { group { value } ${SUMMARY} } }
      }
    }`);
    expect(errors).toBeUndefined();
    const all = { count: 11, requests: amounts };
    const states = [
      { state: 'PAUSED', count: 1 },
      { state: 'RUNNING', count: 10 },
    ];
    expect(data).toEqual({
      workspaceTotals: [{ group: [], ...all, stateCounts: states }],
      namespace: { totals: [{ count: 10, requests: amounts }] },
      workspaceKind: {
        totals: [all],
        podConfigs: [
          {
            optionId: 'tiny',
            totals: [
              { group: [{ value: 'team-a' }], count: 10, requests: amounts },
              { group: [{ value: 'team-b' }], count: 1, requests: [] },
            ],
          },
          { optionId: 'big', totals: [] },
        ],
      },
    });
  });

  it('returns a group of totals for each combination of values, in the order of groupBy', async () => {
    await using gateway = await startTestGateway({ objects });
    const { data } = await gateway.query(
      '{ workspaceTotals(groupBy: [LABEL, NODE, LABEL], groupByLabels: ["tier", "constructor"]) { count group { key label value } } }',
    );
    expect(data).toEqual({
      workspaceTotals: [
        { count: 10, group: group('', 'node-1') },
        { count: 1, group: group('dev', '') },
      ],
    });
  });

  it.each([
    ['groupBy: [LABEL]', 'Expected one entry in groupByLabels for each LABEL in groupBy, which is 1, got 0.'],
    ['groupByLabels: ["a"]', 'Expected one entry in groupByLabels for each LABEL in groupBy, which is 0, got 1.'],
    [`groupBy: [${'STATE '.repeat(9)}]`, 'Expected at most 8 entries in groupBy, got 9.'],
  ])('refuses totals with %s', async (args, message) => {
    await using gateway = await startTestGateway();
    const refused = [{ message, extensions: { code: 'BAD_REQUEST' } }];
    expect(await gateway.query(`{ workspaceTotals(${args}) { count } }`)).toMatchObject({ errors: refused });
    const live = gateway.subscribe(`subscription { workspaceTotals(${args}) { count } }`);
    expect((await live.next()).value).toMatchObject({ errors: refused });
  });

  it('counts workspaces as idle when the time has passed and nothing has changed', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const activity = { lastActivity: Date.now(), lastUpdate: Date.now() };
    const active = { ...workspace('active'), status: { state: 'Running', activity } };
    await using gateway = await startTestGateway({ objects: [namespace('team-a'), active] });
    const idle = async () => {
      const { data } = await gateway.query(
        '{ namespaces { nodes { name phase createdAt: metadata { createdAt } totals { idle(inactiveForSeconds: 4) { count } } } } }',
      );
      return JSON.stringify(data);
    };
    for (let times = 0; times < 3; times += 1) expect(await idle()).toContain('"idle":{"count":0}');
    vi.setSystemTime(Date.now() + 4_000);
    expect(await idle()).toContain('"idle":{"count":1}');
  });

  it('refuses totals with a negative time', async () => {
    await using gateway = await startTestGateway();
    const { errors } = await gateway.query('{ workspaceTotals { idle(inactiveForSeconds: -1) { count } } }');
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_REQUEST' } }]);
  });
});

describe('a subscription to totals', () => {
  const FOLLOW = 'subscription { workspaceTotals { count } }';
  const settings = { authentication: { mode: 'token' }, users: [{ name: 'vic', token: 'vic-token' }] } as const;

  it('sends one result for all changes of a second, and none without a change', async () => {
    await using gateway = await startTestGateway({ objects });
    const followers: readonly Counts[] = [gateway.subscribe(FOLLOW), gateway.subscribe(FOLLOW)];
    const resultsOfEach = (count: number) => Promise.all(followers.map((each) => resultsUntil(each, count)));
    expect(await resultsOfEach(11)).toEqual([1, 1]);
    for (let i = 0; i < 20; i += 1) gateway.cluster.apply(workspace(`more-${i}`));
    // One or two, if the end of a second of this follower is between the changes; more on a busy machine.
    expect(Math.max(...(await resultsOfEach(31)))).toBeLessThan(10);
    gateway.cluster.apply(workspace('more-0', { labels: { changed: 'true' } }));
    gateway.cluster.delete('kubeflow.org/v1beta1', 'Workspace', 'more-1', 'team-a');
    expect(await resultsOfEach(30)).toEqual([1, 1]);
  });

  it('follows permissions, and ends when the last one is revoked', async () => {
    const granted = [...grantIn('team-a', 'vic', viewing), ...grantIn('team-b', 'vic', viewing)];
    await using gateway = await startTestGateway({ ...settings, objects: [...objects, ...granted] });
    await using vic = connectUser(gateway.url, { token: 'vic-token' });
    const totals = vic.subscribe(FOLLOW);
    const next = async () => (await totals.next()).value;
    const revoke = (at: string) =>
      gateway.cluster.delete('rbac.authorization.k8s.io/v1', 'RoleBinding', grantName('vic'), at);
    expect(await next()).toEqual({ data: { workspaceTotals: [{ count: 11 }] } });
    revoke('team-b');
    expect(await next()).toEqual({ data: { workspaceTotals: [{ count: 10 }] } });
    revoke('team-a');
    await expect(next()).rejects.toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });

  it('refuses a subscription to totals in a namespace without permission', async () => {
    await using gateway = await startTestGateway({
      ...settings,
      objects: [...objects, ...grantIn('team-a', 'vic', viewing)],
    });
    await using vic = connectUser(gateway.url, { token: 'vic-token' });
    const inB = 'workspaceTotals(namespace: "team-b") { count }';
    expect(await vic.ask(`{ ${inB} }`)).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] });
    const refused = vic.subscribe(`subscription { ${inB} }`);
    expect((await refused.next()).value).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] });
    expect((await vic.ask('{ workspaceTotals { count } }')).data).toEqual({ workspaceTotals: [{ count: 10 }] });
  });
});
