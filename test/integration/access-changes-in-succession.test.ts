import { describe, expect, it } from 'vitest';
import { workspaceCrd } from '../../dev/demo/crds/workspace.ts';
import { workspaceKindCrd } from '../../dev/demo/crds/workspace-kind.ts';
import { startSimulator, type Simulator } from '../../dev/simulator/simulator.ts';
import { grant, grantIn, grantName, viewing } from '../support/access/grants.ts';
import { kubeconfigText } from '../support/kubeconfig.ts';
import { namespace, workspace } from '../support/manifests.ts';
import { podOf } from '../support/pods.ts';
import { startTamperingProxy } from '../support/tampering-proxy.ts';
import { startGatewayFor } from '../support/test-gateway.ts';
import { waitFor } from '../support/wait-for.ts';
import { connectUser } from '../support/user-client.ts';

const RBAC = 'rbac.authorization.k8s.io/v1';
const TEAMS = ['team-a', 'team-b', 'team-c'];
const FOLLOW = 'subscription { workspaces { type object { name } } }';
/** No test outlives the decisions: only changes of RBAC end them. */
const settings = { authentication: { mode: 'token' }, authorizationTtlSeconds: 600 } as const;

/** Starts a cluster in which vic may view all namespaces, and two of them by a binding of their own, too. */
function startCluster(): Promise<Simulator> {
  return startSimulator({
    users: ['vic', 'wim'].map((name) => ({ name, token: name })),
    objects: [
      workspaceCrd,
      workspaceKindCrd,
      ...TEAMS.flatMap((team) => [namespace(team), workspace(`of-${team}`, { namespace: team })]),
      ...grant('vic', viewing),
      ...['vic', 'wim'].flatMap((name) => ['team-a', 'team-b'].flatMap((team) => grantIn(team, name, viewing))),
    ],
  });
}

interface Totals {
  readonly count: number;
  readonly group: readonly { readonly value: string }[];
}

interface Change {
  readonly workspaces: { readonly type: string; readonly object: { readonly name: string } | null };
}

/** Starts a gateway behind a proxy of its cluster, with clients of vic and wim. */
async function startProxiedGateway(cluster: Simulator) {
  const resources = new AsyncDisposableStack();
  const proxy = resources.use(await startTamperingProxy(cluster.url));
  const kubeconfig = kubeconfigText({ server: proxy.url }, { token: cluster.token });
  const gateway = resources.use(await startGatewayFor(kubeconfig, settings));
  const [vic, wim] = ['vic', 'wim'].map((token) => resources.use(connectUser(gateway.url, { token })));
  if (!vic || !wim) throw new TypeError('Expected two clients.');
  return { cluster, proxy, vic, wim, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

type ProxiedGateway = Awaited<ReturnType<typeof startProxiedGateway>>;

interface Revocation {
  /** Namespace about which the API server decides late. */
  readonly late: string;
  /** Namespace in which the permissions are revoked, after the decision about it. */
  readonly revoked: string;
}

/** Revokes permissions of vic and wim in a namespace while those of vic are authorized. */
async function revokeDuring(
  authorize: () => unknown,
  { late, revoked }: Revocation,
  { cluster, proxy, wim }: ProxiedGateway,
): Promise<void> {
  const list = () => wim.ask(`{ workspaces(namespace: "${revoked}") { totalCount } }`);
  expect((await list()).data).toEqual({ workspaces: { totalCount: 1 } });
  const [held, released] = [1, 2].map(() => Promise.withResolvers<void>());
  const decided: string[] = [];
  proxy.tamper = async ({ path, body }) => {
    if (!path.endsWith('accessreviews')) return body;
    if (body.includes(`"workspaces","namespace":"${revoked}"`)) decided.push(body);
    if (!body.includes(`"${late}"`)) return body;
    held?.resolve();
    await released?.promise;
    return body;
  };
  authorize();
  await held?.promise;
  await waitFor(() => decided.length === 2, `list and watch in ${revoked} are allowed`);
  expect((await list()).data).toEqual({ workspaces: { totalCount: 1 } });
  for (const name of ['vic', 'wim']) cluster.delete(RBAC, 'RoleBinding', grantName(name), revoked);
  const refusal = async () => (await list()).errors?.[0]?.extensions['code'];
  await expect.poll(refusal).toBe('FORBIDDEN'); // so the gateway has received both deletions
  released?.resolve();
}

it('hides a namespace whose permission is revoked while a subscription is authorized after another revocation', async () => {
  await using cluster = await startCluster();
  await using gateway = await startProxiedGateway(cluster);
  const stream = gateway.vic.subscribe<Change>(FOLLOW);
  const next = async (): Promise<string> => {
    const { type, object } = (await stream.next()).value.data.workspaces;
    return object ? `${type} ${object.name}` : type;
  };
  const first = ['RESET', ...TEAMS.map((team) => `ADDED of-${team}`), 'SYNCED'];
  for (const event of first) expect(await next()).toBe(event);
  const authorize = () => cluster.delete(RBAC, 'ClusterRoleBinding', grantName('vic'));
  await revokeDuring(authorize, { late: 'team-a', revoked: 'team-b' }, gateway);
  expect([await next(), await next()].toSorted()).toEqual(['DELETED of-team-b', 'DELETED of-team-c']);
});

describe('a namespace whose permission is revoked while a subscription is authorized for the first time', () => {
  it('is hidden from a subscriber of workspaces', async () => {
    await using cluster = await startCluster();
    cluster.delete(RBAC, 'ClusterRoleBinding', grantName('vic'));
    await using gateway = await startProxiedGateway(cluster);
    const stream = gateway.vic.subscribe<Change>(FOLLOW);
    let first: Promise<unknown> | undefined;
    await revokeDuring(() => (first = stream.next()), { late: 'team-a', revoked: 'team-b' }, gateway);
    await first;
    const names = new Set<string>();
    let isComplete = false;
    while (!isComplete || names.size > 1) {
      const { type, object } = (await stream.next()).value.data.workspaces;
      if (type === 'DELETED') names.delete(object?.name ?? '');
      else if (object) names.add(object.name);
      isComplete ||= type === 'SYNCED';
    }
    expect([...names]).toEqual(['of-team-a']);
  });

  it('is not counted for a subscriber of totals', async () => {
    await using cluster = await startCluster();
    cluster.delete(RBAC, 'ClusterRoleBinding', grantName('vic'));
    await using gateway = await startProxiedGateway(cluster);
    const stream = gateway.vic.subscribe<{ workspaceTotals: readonly Totals[] }>(
      'subscription { workspaceTotals { count } }',
    );
    const next = async () => (await stream.next()).value.data.workspaceTotals[0]?.count;
    let first: Promise<number | undefined> | undefined;
    await revokeDuring(() => (first = next()), { late: 'team-b', revoked: 'team-a' }, gateway);
    expect([await first, await next()]).toEqual([2, 1]);
  });
});

it('groups by the nodes of no pods in a namespace when their permission is revoked there after that for all', async () => {
  await using cluster = await startCluster();
  const pods = { verbs: ['get', 'list', 'watch'], apiGroups: [''], resources: ['pods'] };
  const own = ['team-a', 'team-b'].flatMap((team) => grantIn(team, 'vic', viewing, pods));
  for (const object of [...grant('vic', viewing, pods), ...own]) cluster.apply(object);
  for (const team of TEAMS) cluster.apply(podOf(`of-${team}`, { namespace: team }));
  await using gateway = await startGatewayFor(cluster.kubeconfig, settings);
  await using vic = connectUser(gateway.url, { token: 'vic' });
  const stream = vic.subscribe<{ workspaceTotals: readonly Totals[] }>(
    'subscription { workspaceTotals(groupBy: [NODE]) { count group { value } } }',
  );
  const next = async () => {
    const { workspaceTotals } = (await stream.next()).value.data;
    return workspaceTotals.map(({ count, group }: Totals) => `${count} on "${group[0]?.value}"`);
  };
  expect(await next()).toEqual(['3 on "node-1"']);
  cluster.delete(RBAC, 'ClusterRoleBinding', grantName('vic'));
  expect(await next()).toEqual(['2 on "node-1"']);
  cluster.apply(grantIn('team-b', 'vic', viewing)[0]);
  expect(await next()).toEqual(['1 on ""', '1 on "node-1"']);
});

it('ends after AUTHORIZATION_TTL_SECONDS when the API server notices a revocation after more than a second', async () => {
  await using cluster = await startCluster();
  cluster.delete(RBAC, 'ClusterRoleBinding', grantName('vic'));
  await using proxy = await startTamperingProxy(cluster.url);
  const kubeconfig = kubeconfigText({ server: proxy.url }, { token: cluster.token });
  await using gateway = await startGatewayFor(kubeconfig, { ...settings, authorizationTtlSeconds: 1 });
  await using vic = connectUser(gateway.url, { token: 'vic' });
  const stream = vic.subscribe('subscription { workspaces(namespace: "team-b") { type } }');
  for (const type of ['RESET', 'ADDED', 'SYNCED'])
    expect((await stream.next()).value?.data).toEqual({ workspaces: { type } });

  let allowed = 0;
  proxy.tamper = ({ path, body }) => {
    if (!path.endsWith('accessreviews') || !body.includes('"team-b"')) return body;
    allowed += 1;
    const review = JSON.parse(body) as object;
    return JSON.stringify({ ...review, status: { allowed: true, reason: 'RBAC: allowed by a RoleBinding' } });
  };
  cluster.delete(RBAC, 'RoleBinding', grantName('vic'), 'team-b');
  await waitFor(() => allowed >= 12, 'the reviews of list and watch have been repeated for a second');
  proxy.tamper = ({ body }) => body;
  await expect(stream.next()).rejects.toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
});
