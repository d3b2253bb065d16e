import { afterEach, describe, expect, it } from 'vitest';
import { workspaceCrd } from '../../dev/demo/crds/workspace.ts';
import { workspaceKindCrd } from '../../dev/demo/crds/workspace-kind.ts';
import { startSimulator, type Simulator } from '../../dev/simulator/simulator.ts';
import { grant, grantIn, viewing } from '../support/access/grants.ts';
import { LiveNames, shownNames } from '../support/access/live-names.ts';
import { Caller, testUser, type TestUser } from '../support/access/users.ts';
import { kubeconfigText } from '../support/kubeconfig.ts';
import { namespace, workspace } from '../support/manifests.ts';
import { startTamperingProxy } from '../support/tampering-proxy.ts';
import { startGatewayFor } from '../support/test-gateway.ts';
import { waitFor } from '../support/wait-for.ts';
import { recordingLog } from '../support/recording-log.ts';

const TEAMS = ['team-a', 'team-b', 'team-c'];
const WARNING = 'the cluster has an authorizer other than RBAC';
const [ann, bob] = [testUser('ann'), testUser('bob')];

/** Attributes of an access review for workspaces, as the API server repeats them. */
interface Reviewed {
  readonly verb: string;
  readonly resource: string;
  readonly namespace?: string;
}

/** Returns the decision of an authorizer that the API server asks before RBAC; undefined if it has no opinion. */
type Webhook = (reviewed: Reviewed) => boolean | undefined;

interface Scenario {
  readonly cluster: Simulator;
  readonly callerOf: (user: TestUser) => Caller;
  readonly warnings: () => number;
}

const parts: AsyncDisposableStack[] = [];

afterEach(async () => {
  for (const each of parts.splice(0)) await each.disposeAsync();
});

/** Starts a cluster in which RBAC grants ann and bob team-a, with a webhook before RBAC. */
async function start(webhook: Webhook): Promise<Scenario> {
  const stack = new AsyncDisposableStack();
  parts.push(stack);
  const cluster = stack.use(
    await startSimulator({
      users: [ann, bob],
      objects: [
        workspaceCrd,
        workspaceKindCrd,
        ...TEAMS.flatMap((team) => [namespace(team), workspace(`of-${team}`, { namespace: team })]),
        ...[ann, bob].flatMap(({ name }) => grantIn('team-a', name, viewing)),
      ],
    }),
  );
  const proxy = stack.use(await startTamperingProxy(cluster.url));
  proxy.tamper = ({ path, body }) => (path.endsWith('accessreviews') ? decided(body, webhook) : body);
  const { log, texts: lines } = recordingLog('warn');
  const kubeconfig = kubeconfigText({ server: proxy.url }, { token: cluster.token });
  const gateway = stack.use(await startGatewayFor(kubeconfig, { authentication: { mode: 'token' }, log }));
  return {
    cluster,
    callerOf: (user) => stack.use(new Caller(user, { mode: 'token', url: () => gateway.url })),
    warnings: () => lines.filter((line) => line.includes(WARNING)).length,
  };
}

function decided(body: string, webhook: Webhook): string {
  const review = JSON.parse(body) as { readonly spec: { readonly resourceAttributes: Reviewed } };
  const { resourceAttributes } = review.spec;
  const allowed = resourceAttributes.resource === 'workspaces' ? webhook(resourceAttributes) : undefined;
  return allowed === undefined ? body : JSON.stringify({ ...review, status: { allowed, reason: 'by the webhook' } });
}

function shows(live: LiveNames, names: readonly string[]): Promise<void> {
  return waitFor(() => live.names.join() === names.join(), `the subscription shows ${names.join(', ')}`);
}

const may = (team: string) =>
  `${team}: can(verb: "create", group: "kubeflow.org", resource: "workspaces", namespace: "team-${team}")`;
const viewOnly = ['get', 'list', 'watch'];

describe('a webhook that allows more than RBAC', () => {
  it('lets viewers see its namespaces, at rest and live, with one warning, when a sampled namespace is allowed', async () => {
    const { cluster, callerOf, warnings } = await start(({ verb, namespace: at = '' }) =>
      // All but one of the namespaces that RBAC does not grant, so that one of two samples is allowed.
      viewOnly.includes(verb) && !['', 'team-a', 'team-c', 'team-e'].includes(at) ? true : undefined,
    );
    const caller = callerOf(ann);
    await using live = new LiveNames(caller);
    await shows(live, ['of-team-a', 'of-team-b']);
    expect(await shownNames(caller)).toEqual(['of-team-a', 'of-team-b']);
    expect(await shownNames(callerOf(bob))).toEqual(['of-team-a', 'of-team-b']);
    for (const team of ['team-d', 'team-e']) {
      cluster.apply(namespace(team));
      cluster.apply(workspace(`of-${team}`, { namespace: team }));
    }
    await shows(live, ['of-team-a', 'of-team-b', 'of-team-d']);
    expect(warnings()).toBe(1);
  });

  it('lets viewers see everything when it allows the whole cluster', async () => {
    const { callerOf, warnings } = await start(({ verb }) => viewOnly.includes(verb) || undefined);
    await using live = new LiveNames(callerOf(ann));
    await shows(
      live,
      TEAMS.map((team) => `of-${team}`),
    );
    expect(warnings()).toBe(1);
  });
});

describe('viewer.can', () => {
  it('returns true when only the webhook grants the permission, also as the first question of the viewer', async () => {
    const { callerOf } = await start(({ verb, namespace: at }) => (verb === 'create' && at === 'team-b') || undefined);
    const { data } = await callerOf(ann).ask(`{ viewer { ${may('a')} ${may('b')} ${may('c')} } }`);
    expect(data).toEqual({ viewer: { a: false, b: true, c: false } });
  });

  it('returns true for a subresource when a rule grants it for all resources', async () => {
    const { cluster, callerOf } = await start(() => undefined);
    const rule = { verbs: ['get'], apiGroups: [''], resources: ['*/log'] };
    for (const object of grantIn('team-b', 'ann', rule)) cluster.apply(object);
    const can = 'can(verb: "get", group: "", resource: "pods/log", namespace: "team-b")';
    const { data } = await callerOf(ann).ask(`{ viewer { ${can} } }`);
    expect(data).toEqual({ viewer: { can: true } });
  });
});

describe('a webhook that allows less than RBAC', () => {
  it.each(viewOnly.slice(1))('hides a namespace from subscriptions when it denies %s', async (denied) => {
    const { cluster, callerOf, warnings } = await start(({ verb, namespace: at }) =>
      verb === denied && at === 'team-a' ? false : undefined,
    );
    for (const object of grantIn('team-c', 'ann', viewing)) cluster.apply(object);
    const caller = callerOf(ann);
    await using live = new LiveNames(caller);
    await shows(live, ['of-team-c']);
    expect(await shownNames(caller)).toEqual(denied === 'watch' ? ['of-team-a', 'of-team-c'] : ['of-team-c']);
    expect(warnings()).toBe(0);
  });

  it('hides a namespace from no list when it denies list in this namespace and RBAC allows it in all', async () => {
    const { cluster, callerOf } = await start(({ verb, namespace: at }) =>
      verb === 'list' && at === 'team-a' ? false : undefined,
    );
    for (const object of grant('ann', viewing)) cluster.apply(object);
    const caller = callerOf(ann);
    await waitFor(async () => (await shownNames(caller))?.includes('of-team-c') === true, 'the list shows team-c');
    expect(await shownNames(caller)).toEqual(['of-team-a', 'of-team-b', 'of-team-c']);
  });
});
