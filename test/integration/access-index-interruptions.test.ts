import { expect, it } from 'vitest';
import { RBAC_GROUP } from '../../dev/simulator/access/rbac-objects.ts';
import type { Manifest } from '../../dev/simulator/api-object.ts';
import { startSimulator, type Simulator } from '../../dev/simulator/simulator.ts';
import { workspaceCrd } from '../../dev/demo/crds/workspace.ts';
import { workspaceKindCrd } from '../../dev/demo/crds/workspace-kind.ts';
import { gatewayRoles, gatewayServiceAccount } from '../../dev/demo/users.ts';
import { grantIn, grantName, viewing } from '../support/access/grants.ts';
import { LiveNames, shownNames } from '../support/access/live-names.ts';
import { RBAC } from '../support/access/rbac-objects.ts';
import { Caller, testUser } from '../support/access/users.ts';
import { namespace, workspace } from '../support/manifests.ts';
import { startGatewayFor } from '../support/test-gateway.ts';
import { waitFor } from '../support/wait-for.ts';
import { recordingLog } from '../support/recording-log.ts';

const TEAMS = ['team-a', 'team-b', 'team-c'];
const ann = testUser('ann');
const WARNING = 'cannot watch roles and bindings';
const SYNCED = 'RBAC index synced';

interface Scenario extends AsyncDisposable {
  readonly cluster: Simulator;
  readonly live: LiveNames;
  /** Returns the number of log lines with a text. */
  readonly logged: (text: string) => number;
  readonly ask: () => Promise<readonly string[] | undefined>;
}

/** Starts a gateway with its deployed roles, and a subscription of Ann, who may see `team-a` and `team-b`. */
async function start(roles: readonly Manifest[] = gatewayRoles('token')): Promise<Scenario> {
  const parts = new AsyncDisposableStack();
  const objects = TEAMS.flatMap((team) => [namespace(team), workspace(`of-${team}`, { namespace: team })]);
  const rights = ['team-a', 'team-b'].flatMap((team) => grantIn(team, 'ann', viewing));
  const definitions = [workspaceCrd, workspaceKindCrd];
  const cluster = parts.use(
    await startSimulator({
      users: [ann, gatewayServiceAccount],
      objects: [...definitions, ...objects, ...roles, ...rights],
    }),
  );
  const { log, texts: lines } = recordingLog();
  const kubeconfig = cluster.kubeconfigFor(gatewayServiceAccount.token);
  const ttl = { authorizationTtlSeconds: 1, denialTtlSeconds: 1 };
  const gateway = parts.use(await startGatewayFor(kubeconfig, { authentication: { mode: 'token' }, log, ...ttl }));
  const caller = parts.use(new Caller(ann, { mode: 'token', url: () => gateway.url }));
  const live = parts.use(new LiveNames(caller));
  await shows(live, ['of-team-a', 'of-team-b']);
  return {
    cluster,
    live,
    logged: (text) => lines.filter((line) => line.includes(text)).length,
    ask: () => shownNames(caller),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

function shows(live: LiveNames, names: readonly string[]): Promise<void> {
  return waitFor(() => live.names.join() === names.join(), `the subscription shows ${names.join(', ')}`);
}

function revoke(cluster: Simulator, team: string): void {
  cluster.delete(RBAC, 'RoleBinding', grantName('ann'), team);
}

function grant(cluster: Simulator, team: string): void {
  for (const object of grantIn(team, 'ann', viewing)) cluster.apply(object);
}

/** Refuses requests for roles and bindings, and cuts all watches. */
function cutRbacWatches({ faults }: Simulator): () => void {
  const undo = faults.refuse({ status: 503, when: ({ group }) => group === RBAC_GROUP });
  faults.dropWatches();
  return undo;
}

it.each([
  { title: 'are cut', expire: () => undefined },
  { title: 'are cut and too old to continue', expire: ({ faults }: Simulator) => faults.compact() },
])('applies changes of roles that happen while the watches $title', async ({ expire }) => {
  await using scenario = await start();
  const { cluster, live, logged } = scenario;
  const undo = cutRbacWatches(cluster);
  await waitFor(() => logged('"resource":"rolebindings"') > 1, 'the gateway notices the cut');
  revoke(cluster, 'team-b');
  grant(cluster, 'team-c');
  expire(cluster);
  await shows(live, ['of-team-a']); // without the watches, revoked permissions end after the time to live
  expect(await scenario.ask()).toEqual(['of-team-a']);
  undo();
  await shows(live, ['of-team-a', 'of-team-c']);
  expect(await scenario.ask()).toEqual(['of-team-a', 'of-team-c']);
  expect(logged(WARNING)).toBe(0);
});

it('reviews every namespace while it may not watch roles, logs one warning, and uses the index again afterwards', async () => {
  const roles = gatewayRoles('token');
  await using scenario = await start(roles);
  const { cluster, live, logged } = scenario;
  for (const role of roles) cluster.apply(withoutRbac(role));
  cluster.faults.endWatches();
  await waitFor(() => logged(WARNING) > 0, 'the gateway warns that it may not watch roles');
  grant(cluster, 'team-c');
  await shows(live, ['of-team-a', 'of-team-b', 'of-team-c']);
  revoke(cluster, 'team-b');
  await shows(live, ['of-team-a', 'of-team-c']);
  expect([logged(WARNING), logged(SYNCED)]).toEqual([1, 1]);
  for (const role of roles) cluster.apply(role);
  await waitFor(() => logged(SYNCED) === 2, 'the gateway watches roles again');
  grant(cluster, 'team-b');
  await shows(live, ['of-team-a', 'of-team-b', 'of-team-c']);
  expect(logged(WARNING)).toBe(1);
});

it('uses the index when the permission to watch roles is granted after the start', async () => {
  const roles = gatewayRoles('token');
  await using scenario = await start(roles.map(withoutRbac));
  const { cluster, live, logged } = scenario;
  expect([logged(WARNING), logged(SYNCED)]).toEqual([1, 0]);
  for (const role of roles) cluster.apply(role);
  await waitFor(() => logged(SYNCED) === 1, 'the gateway watches roles');
  for (let index = 0; index < 50; index += 1) cluster.apply(namespace(`other-${index}`));
  grant(cluster, 'team-c');
  await shows(live, ['of-team-a', 'of-team-b', 'of-team-c']);
  const reviewed = cluster.requests.filter(({ resource }) => resource === 'selfsubjectaccessreviews').length;
  await waitFor(async () => (await scenario.ask())?.length === 3, 'a query shows the same');
  const more = cluster.requests.filter(({ resource }) => resource === 'selfsubjectaccessreviews').length - reviewed;
  expect(more).toBeLessThan(50); // those of the granted namespaces, each second
});

/** Removes the rules about RBAC from a role. */
function withoutRbac(manifest: Manifest): Manifest {
  const rules = manifest['rules'] as readonly { readonly apiGroups: readonly string[] }[] | undefined;
  return rules ? { ...manifest, rules: rules.filter(({ apiGroups }) => !apiGroups.includes(RBAC_GROUP)) } : manifest;
}
