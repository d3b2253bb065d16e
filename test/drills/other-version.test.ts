import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { controlPlaneMissing, oldestAssets } from '../support/control-plane.ts';
import { startGatewayFor, type TestGateway } from '../support/test-gateway.ts';
import { waitFor } from '../support/wait-for.ts';
import { readinessOf } from '../support/workspace-requests.ts';
import { follow, namesIn, pauseCode, startDrillCluster, teamWith, type DrillCluster } from './drill-cluster.ts';

const newestAssets = process.env['KUBEBUILDER_ASSETS'] ?? '';
const missing =
  controlPlaneMissing ??
  (oldestAssets ? undefined : 'KUBEBUILDER_ASSETS_OLDEST does not name a directory with kube-apiserver');
const RECOVERY_MS = 60_000;

if (missing) console.warn(`An API server of another version is not tested: ${missing}.`);

describe.skipIf(missing)('an API server that is replaced by one of the oldest supported version, and back', () => {
  let cluster: DrillCluster;
  beforeAll(async () => {
    cluster = await startDrillCluster();
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  it('keeps queries, subscriptions and mutations going, and reports the version', async () => {
    const team = await teamWith(cluster, 'a', 'b', 'still');
    await using gateway = await startGatewayFor(cluster.kubeconfig);
    const view = await follow(gateway, team);
    const newest = await versionOf(gateway);
    for (const [assets, name] of [
      [oldestAssets ?? '', 'under-oldest'],
      [newestAssets, 'under-newest'],
    ] as const) {
      await cluster.replaceApiServer(assets);
      await team.create(name);
      await view.readTo(`ADDED ${name}`);
      expect(await view.mistakes()).toEqual([]);
      await waitFor(async () => (await readinessOf(gateway)) === 200, 'the gateway is ready', RECOVERY_MS);
      expect(await pauseCode(gateway, team, name)).toBeUndefined();
      await view.readTo(`MODIFIED ${name}`);
      expect(await namesIn(gateway, team)).toContain(name);
      const isNewest = assets === newestAssets;
      await waitFor(
        async () => ((await versionOf(gateway)) === newest) === isNewest,
        'the version is reported',
        RECOVERY_MS,
      );
    }
    expect(view.events.filter((event) => event === 'RESET')).toHaveLength(1); // of the first snapshot
    expect(await unavailableKinds(gateway)).toEqual([]);
  }, 240_000);
});

async function versionOf(gateway: TestGateway): Promise<unknown> {
  const { data } = await gateway.query('{ gateway { kubernetesVersion } }');
  return (data as { gateway: { kubernetesVersion: string } }).gateway.kubernetesVersion;
}

/** Returns the kinds of Kubernetes and of Kubeflow that the gateway reports as not served. */
async function unavailableKinds(gateway: TestGateway): Promise<readonly string[]> {
  const { data } = await gateway.query('{ gateway { kinds { kind group available } } }');
  const { kinds } = (data as { gateway: { kinds: readonly { kind: string; group: string; available: boolean }[] } })
    .gateway;
  return kinds.filter(({ group, available }) => !available && !/loft|volcano/u.test(group)).map(({ kind }) => kind);
}
