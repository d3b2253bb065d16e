import { expect, it } from 'vitest';
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
const LIST = '{ workspaces(namespace: "team-b") { totalCount } }';
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
      ...grantIn('team-a', 'vic', viewing),
      ...['vic', 'wim'].flatMap((name) => grantIn('team-b', name, viewing)),
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

it('hides a namespace whose permission is revoked while a subscription is authorized after another revocation', async () => {
  await using cluster = await startCluster();
  await using proxy = await startTamperingProxy(cluster.url);
  const [held, released] = [1, 2].map(() => Promise.withResolvers<void>());
  const decided: string[] = [];
  await using gateway = await startGatewayFor(
    kubeconfigText({ server: proxy.url }, { token: cluster.token }),
    settings,
  );
  await using vic = connectUser(gateway.url, { token: 'vic' });
  await using wim = connectUser(gateway.url, { token: 'wim' });
  expect((await wim.ask(LIST)).data).toEqual({ workspaces: { totalCount: 1 } });
  const stream = vic.subscribe<Change>('subscription { workspaces { type object { name } } }');
  const next = async (): Promise<string> => {
    const { type, object } = (await stream.next()).value.data.workspaces;
    return object ? `${type} ${object.name}` : type;
  };
  const first = ['RESET', ...TEAMS.map((team) => `ADDED of-${team}`), 'SYNCED'];
  for (const event of first) expect(await next()).toBe(event);

  proxy.tamper = async ({ path, body }) => {
    if (!path.endsWith('accessreviews')) return body;
    if (body.includes('"team-b"')) decided.push(body);
    if (!body.includes('"team-a"')) return body;
    held?.resolve();
    await released?.promise;
    return body;
  };
  cluster.delete(RBAC, 'ClusterRoleBinding', grantName('vic'));
  await held?.promise;
  await waitFor(() => decided.length === 2, 'list and watch in team-b are allowed');
  expect((await wim.ask(LIST)).data).toEqual({ workspaces: { totalCount: 1 } });
  for (const name of ['vic', 'wim']) cluster.delete(RBAC, 'RoleBinding', grantName(name), 'team-b');
  const refusal = async () => (await wim.ask(LIST)).errors?.[0]?.extensions['code'];
  await expect.poll(refusal).toBe('FORBIDDEN'); // so the gateway has received both deletions
  released?.resolve();
  expect([await next(), await next()].toSorted()).toEqual(['DELETED of-team-b', 'DELETED of-team-c']);
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
