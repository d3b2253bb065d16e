import { expect, it } from 'vitest';
import { kubeflowRoles, bindingTo } from '../../dev/demo/roles.ts';
import { workspaceCrd } from '../../dev/demo/crds/workspace.ts';
import { workspaceKindCrd } from '../../dev/demo/crds/workspace-kind.ts';
import { startSimulator, type Simulator } from '../../dev/simulator/simulator.ts';
import { alwaysWatchedKinds } from '../support/always-watched.ts';
import { freePort } from '../../dev/simulator/free-port.ts';
import { startGatewayProcess, type GatewayProcess } from '../support/gateway-process.ts';
import { namespace, workspace } from '../support/manifests.ts';
import { createScratchDirectory } from '../support/scratch-directory.ts';
import { connectUser, type UserClient } from '../support/user-client.ts';
import { waitFor } from '../support/wait-for.ts';
import { createWallClock, wallClockMissing } from '../support/wall-clock.ts';

const HOUR = 3_600;
const YEAR = 365 * 24 * HOUR;
const CHANGES = 'subscription { workspaces(namespace: "team-a") { type object { name } } }';
const PAUSE = `mutation { pauseWorkspace(input: { namespace: "team-a", name: "nb-1", dryRun: true }) { workspace { name } } }`;

const missing = wallClockMissing;
if (missing) console.warn(`Changes of the clock are not tested: ${missing}.`);

/** A gateway in token mode whose wall clock, but not its monotonic clock, can be set. */
interface Situation extends AsyncDisposable {
  readonly cluster: Simulator;
  readonly gateway: GatewayProcess;
  readonly user: UserClient;
  readonly metricsUrl: string;
  /** Token of the user: a JWT that expires in half an hour. */
  readonly token: string;
  /** Sets the clock of the gateway to the time of this process plus some seconds. */
  setClock(seconds: number): Promise<void>;
}

async function startSituation(): Promise<Situation> {
  const started = new AsyncDisposableStack();
  const token = jsonWebToken(Date.now() / 1_000 + HOUR / 2);
  const cluster = started.use(
    await startSimulator({
      bookmarkIntervalMs: 200,
      users: [{ name: 'erin', token, groups: [] }],
      objects: [
        workspaceCrd,
        workspaceKindCrd,
        namespace('team-a'),
        workspace('nb-1', { state: 'Running' }),
        ...kubeflowRoles(),
        bindingTo('kubeflow-edit', { kind: 'User', name: 'erin' }, 'team-a'),
      ],
    }),
  );
  const directory = started.use(await createScratchDirectory());
  const clock = await createWallClock(directory);
  const metricsPort = await freePort();
  const settings = {
    AUTH_MODE: 'token',
    AUTHORIZER: 'reviews',
    AUTHORIZATION_TTL_SECONDS: '1',
    WATCH_IDLE_TIMEOUT_MS: '20000', // a hundred bookmarks
    METRICS_PORT: String(metricsPort),
    ...clock.settings,
  };
  const gateway = started.use(await startGatewayProcess(cluster.kubeconfig, settings));
  const user = started.use(connectUser(new URL('/graphql', `http://127.0.0.1:${gateway.port}`).href, { token }));
  return {
    cluster,
    gateway,
    user,
    token,
    metricsUrl: `http://127.0.0.1:${metricsPort}/metrics`,
    async setClock(seconds) {
      await clock.set(seconds);
      await waitFor(async () => {
        await user.ask('{ __typename }');
        return Math.abs((await lastLogTime(gateway)) - Date.now() / 1_000 - seconds) < 60;
      }, 'the log has the new time');
    },
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

function jsonWebToken(expirySeconds: number): string {
  const [header, claims] = [{ alg: 'none' }, { exp: Math.round(expirySeconds) }].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  );
  return `${header}.${claims}.c2ln`;
}

/** Returns the time of the last whole line of the log in seconds. */
async function lastLogTime(gateway: GatewayProcess): Promise<number> {
  const last = (await gateway.log()).split('\n').at(-2) ?? '';
  return (JSON.parse(last) as { readonly time: number }).time / 1_000;
}

async function agesIn({ metricsUrl }: Situation): Promise<readonly number[]> {
  const metrics = await (await fetch(metricsUrl)).text();
  const samples = metrics.matchAll(/^workspaces_gateway_cache_age_seconds\{[^}]*\} (\S+)$/gmu);
  return Array.from(samples, ([, age]) => Number(age));
}

function watchesIn({ cluster }: Situation): number {
  return cluster.requests.filter(({ verb }) => verb === 'watch').length;
}

it.skipIf(missing).each([
  ['forward by an hour, past the expiry of tokens,', HOUR],
  ['back by two hours', -2 * HOUR],
])(
  'serves queries, subscriptions and mutations without interruption, and notices a revoked token, when the clock is set %s',
  async (_, seconds) => {
    await using situation = await startSituation();
    const { cluster, user, token } = situation;
    await waitFor(() => cluster.openWatches >= alwaysWatchedKinds.length, 'every kind is watched');
    const events = user.subscribe<{ workspaces: { type: string; object: { name: string } | null } }>(CHANGES);
    const readTo = async (name: string) => {
      while ((await events.next()).value?.data?.workspaces.object?.name !== name);
    };
    await readTo('nb-1');
    const watches = watchesIn(situation);
    await situation.setClock(seconds);
    cluster.apply(workspace('nb-2'));
    await readTo('nb-2');
    expect(await user.ask('{ workspaces { totalCount } }')).toMatchObject({ data: { workspaces: { totalCount: 2 } } });
    expect(await user.ask(PAUSE)).toMatchObject({ data: { pauseWorkspace: { workspace: { name: 'nb-1' } } } });
    const ages = await agesIn(situation);
    expect(ages.length).toBeGreaterThanOrEqual(alwaysWatchedKinds.length);
    expect(Math.max(...ages)).toBeLessThan(30);
    expect(watchesIn(situation)).toBe(watches);
    cluster.revokeToken(token);
    await waitFor(async () => (await user.ask('{ __typename }')).status === 401, 'the revoked token is refused');
    await expect(readTo('none')).rejects.toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    // A copy that gets no events has an age after another change of the clock, too.
    await cluster.faults.stop();
    await situation.setClock(-4 * HOUR);
    await waitFor(async () => Math.max(...(await agesIn(situation))) > 1, 'the age grows');
  },
  60_000,
);

it.skipIf(missing)(
  'serves its copy, with its age, and recovers with the clock, when the time is after the end of the certificate of the API server',
  async () => {
    await using situation = await startSituation();
    const { cluster, user, gateway } = situation;
    const total = async () => JSON.stringify(await user.ask('{ workspaces { totalCount } }'));
    expect(await total()).toContain('"totalCount":1');
    await situation.setClock(40 * YEAR);
    cluster.faults.dropWatches();
    await waitFor(async () => (await gateway.log()).includes('certificate has expired'), 'the log has the reason');
    cluster.apply(workspace('nb-2'));
    await waitFor(async () => Math.max(...(await agesIn(situation))) > 1, 'the age grows');
    expect(await total()).toContain('"totalCount":1');
    await situation.setClock(0);
    await waitFor(async () => (await total()).includes('"totalCount":2'), 'the change arrives', 40_000);
    expect(Math.max(...(await agesIn(situation)))).toBeLessThan(30);
  },
  90_000,
);
