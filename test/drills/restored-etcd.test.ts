import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { controlPlaneMissing } from '../support/control-plane.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';
import { startGatewayFor } from '../support/test-gateway.ts';
import { waitFor } from '../support/wait-for.ts';
import { follow, namesIn, pauseCode, startDrillCluster, teamWith, type DrillCluster } from './drill-cluster.ts';

/** Longer than the time after which the gateway lists again. */
const LONG_INTERRUPTION_MS = 12_000;
const RECOVERY_MS = 60_000;

if (controlPlaneMissing) console.warn(`A restored etcd is not tested: ${controlPlaneMissing}.`);

describe.skipIf(controlPlaneMissing)('an etcd that is restored from a backup', () => {
  let cluster: DrillCluster;
  beforeAll(async () => {
    cluster = await startDrillCluster();
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  /** Takes a backup of the workspaces `changed`, `deleted` and `still`, and then changes them, so that all of that is lost. */
  async function lostChanges() {
    const team = await teamWith(cluster, 'changed', 'deleted', 'still');
    await cluster.backUp();
    return team;
  }

  it('shows the restored objects, and misses no later change, when the gateway is connected', async () => {
    const team = await lostChanges();
    await using gateway = await startGatewayFor(cluster.kubeconfig);
    const view = await follow(gateway, team);
    await team.change('changed', { spec: { paused: true } });
    await team.delete('deleted');
    for (let count = 0; count < 20; count += 1) await team.create(`lost-${count}`);
    await view.readTo('ADDED lost-19');
    await cluster.restore();
    await waitFor(
      async () => (await namesIn(gateway, team)).join() === 'changed,deleted,still',
      'queries return the restored objects',
      RECOVERY_MS,
    );
    await view.readTo('RESET');
    await team.create('later');
    await team.change('still', { spec: { paused: true } });
    await view.readTo('MODIFIED still');
    expect(await view.mistakes()).toEqual([]);
    expect(await namesIn(gateway, team)).toEqual(['changed', 'deleted', 'later', 'still']);
    expect(await pauseCode(gateway, team, 'changed')).toBeUndefined();
  }, 240_000);

  it('shows the restored objects when the gateway was disconnected until the versions had grown past those that it knows', async () => {
    const team = await lostChanges();
    await using proxy = await TcpProxy.to(cluster);
    await using gateway = await startGatewayFor(proxy.kubeconfig);
    const view = await follow(gateway, team);
    await team.change('changed', { spec: { paused: true } });
    await team.delete('deleted');
    await team.create('lost');
    await view.readTo('ADDED lost');
    await proxy.disconnect();
    await cluster.restore();
    await team.create('early'); // at a version that the gateway has passed
    for (let count = 0; count < 50; count += 1)
      await team.change('still', { metadata: { labels: { count: `${count}` } } });
    await delay(LONG_INTERRUPTION_MS);
    await proxy.reconnect();
    await waitFor(
      async () => (await namesIn(gateway, team)).join() === 'changed,deleted,early,still',
      'queries return the restored objects',
      RECOVERY_MS,
    );
    await team.create('later');
    await view.readTo('ADDED later');
    expect(await view.mistakes()).toEqual([]);
  }, 240_000);
});
