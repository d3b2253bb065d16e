import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestNamespace } from '../contract/test-namespace.ts';
import { controlPlaneMissing } from '../support/control-plane.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';
import { startGatewayFor, type GatewayOptions, type TestGateway } from '../support/test-gateway.ts';
import { waitFor } from '../support/wait-for.ts';
import { readinessOf } from '../support/workspace-requests.ts';
import { follow, namesIn, pauseCode, startDrillCluster, teamWith, type DrillCluster } from './drill-cluster.ts';

const AWAY_MS = 60_000;
const CHECK_MS = 2_000;
/** Time after its return within which changes arrive. */
const RECOVERY_MS = 30_000;

if (controlPlaneMissing) console.warn(`An API server that is away is not tested: ${controlPlaneMissing}.`);

interface Failure {
  readonly begin: (cluster: DrillCluster, proxy: TcpProxy) => Promise<void> | void;
  readonly end: (cluster: DrillCluster, proxy: TcpProxy) => Promise<void> | void;
  readonly options?: GatewayOptions;
}

const failures: Readonly<Record<string, Failure>> = {
  'is killed': {
    begin: (cluster) => cluster.stopApiServer(),
    end: (cluster) => cluster.startApiServer(),
  },
  'is suspended': {
    begin: (cluster) => cluster.pauseApiServer(),
    end: (cluster) => cluster.resumeApiServer(),
  },
  'is behind a network that drops everything': {
    begin: (_, proxy) => proxy.blackHole(),
    end: (_, proxy) => proxy.endBlackHole(),
    // The proxy answers TCP's probes, so only its silence gives a watch away: by default after 90 s, at first after 180 s.
    options: { watchIdleTimeoutMs: 20_000 },
  },
};

describe.skipIf(controlPlaneMissing)('an API server that is away for a minute', () => {
  let cluster: DrillCluster;
  beforeAll(async () => {
    cluster = await startDrillCluster();
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  it.each(Object.entries(failures))(
    'lets queries go on with the age of the copy, and mutations fail as UNAVAILABLE, when it %s',
    async (_, { begin, end, options }) => {
      const team = await teamWith(cluster, 'a', 'b', 'still');
      await using proxy = await TcpProxy.to(cluster);
      await using gateway = await startGatewayFor(proxy.kubeconfig, options);
      const view = await follow(gateway, team);
      await begin(cluster, proxy);
      const startedAt = performance.now();
      const paused = pauseCode(gateway, team, 'a');
      const ages: number[] = [];
      while (performance.now() - startedAt < AWAY_MS) {
        expect(await namesIn(gateway, team)).toEqual(['a', 'b', 'still']);
        expect((await fetch(new URL('/livez', gateway.url))).status).toBe(200);
        ages.push(await ageOf(gateway));
        await delay(CHECK_MS);
      }
      expect(ages.at(-1)).toBeGreaterThan(AWAY_MS - 3 * CHECK_MS);
      expect(await paused).toBe('UNAVAILABLE');
      await end(cluster, proxy);
      const endedAt = performance.now();
      await changeEverything(team);
      await view.readTo('ADDED late');
      console.log(`Changes arrived ${Math.round(performance.now() - endedAt)} ms after the return.`);
      expect(await view.mistakes()).toEqual([]);
      expect(view.events.filter((event) => event === 'RESET')).toHaveLength(1); // of the first snapshot
      await waitFor(async () => (await readinessOf(gateway)) === 200, 'the gateway is ready', RECOVERY_MS);
      expect(await pauseCode(gateway, team, 'still')).toBeUndefined();
    },
    240_000,
  );
});

/** Returns the age of the copy of workspaces in milliseconds. */
async function ageOf(gateway: TestGateway): Promise<number> {
  const { data } = await gateway.query('{ gateway { kinds { kind lastEventAt } } }');
  const { kinds } = (data as { gateway: { kinds: readonly { kind: string; lastEventAt: string | null }[] } }).gateway;
  const { lastEventAt } = kinds.find(({ kind }) => kind === 'Workspace') ?? {};
  return Date.now() - Date.parse(lastEventAt ?? '');
}

async function changeEverything(team: TestNamespace): Promise<void> {
  await team.change('a', { metadata: { labels: { changed: 'true' } } });
  await team.delete('b');
  await team.create('late');
}
