import { expect, it } from 'vitest';
import { startGatewayFor, type TestGateway } from '../../support/test-gateway.ts';
import { waitFor } from '../../support/wait-for.ts';
import type { Cluster } from '../clusters.ts';
import { TcpProxy } from '../../support/tcp-proxy.ts';
import { ReconstructedView } from '../reconstructed-view.ts';
import { TestNamespace } from '../test-namespace.ts';

const PAUSE = 'mutation ($input: PauseWorkspaceInput!) { pauseWorkspace(input: $input) { stateReached } }';
const PATCH_RESPONSE = 'workspaces_gateway_api_requests_total{verb="patch",resource="workspaces",code="200"} 1\n';
const PATIENCE = { timeout: 60_000 };

export function recovery(cluster: () => Cluster): void {
  restarts(cluster);
  brokenConnections(cluster);
  expiredHistory(cluster);
  singleWorkspaces(cluster);
  mutationsDuringRestarts(cluster);
}

async function teamOf(cluster: () => Cluster, ...names: readonly string[]): Promise<TestNamespace> {
  const team = await TestNamespace.in(cluster());
  for (const name of names) await team.create(name);
  return team;
}

function restarts(cluster: () => Cluster): void {
  it('loses and repeats no event when the API server is killed and restarted', PATIENCE, async () => {
    const team = await teamOf(cluster, 'a', 'b', 'old', 'still');
    await using gateway = await startGatewayFor(cluster().kubeconfig);
    const view = await followed(gateway, team);
    await team.change('a', { spec: { paused: true } });
    await cluster().restart();
    await team.change('b', { spec: { paused: true } });
    await team.create('new');
    await team.delete('old');
    expect((await view.next(4)).toSorted()).toEqual(['ADDED new', 'DELETED old', 'MODIFIED a', 'MODIFIED b']);
    await team.create('last');
    expect(await view.next(1)).toEqual(['ADDED last']);
    expect(await view.mistakes()).toEqual([]);
  });

  it('loses and repeats no event in three restarts under constant writes', { timeout: 120_000 }, async () => {
    const team = await teamOf(cluster, 'a', 'b', 'still');
    await using gateway = await startGatewayFor(cluster().kubeconfig);
    const views = [await followed(gateway, team), await followed(gateway, team)];
    const writing = new AbortController();
    const written = write(team, writing.signal);
    for (let round = 1; round <= 3; round += 1) await cluster().restart();
    writing.abort();
    await written;
    await team.create('last');
    for (const view of views) {
      await view.readTo('ADDED last');
      expect(await view.mistakes()).toEqual([]);
      expect(view.events.filter((event) => event === 'RESET')).toEqual(['RESET']); // of the first snapshot
    }
  });
}

function brokenConnections(cluster: () => Cluster): void {
  it('sends the missed events when its connections break and recover', PATIENCE, async () => {
    const team = await teamOf(cluster, 'a', 'b', 'still');
    await using proxy = await TcpProxy.to(cluster());
    await using gateway = await startGatewayFor(proxy.kubeconfig);
    const view = await followed(gateway, team);
    await proxy.disconnect();
    await team.change('a', { spec: { paused: true } });
    await team.create('c');
    await team.delete('b');
    await proxy.reconnect();
    expect((await view.next(3)).toSorted()).toEqual(['ADDED c', 'DELETED b', 'MODIFIED a']);
    await team.create('last');
    expect(await view.next(1)).toEqual(['ADDED last']);
    expect(await view.mistakes()).toEqual([]);
  });

  it('opens another watch when a connection stalls', PATIENCE, async () => {
    const team = await teamOf(cluster, 'a', 'b', 'still');
    await using proxy = await TcpProxy.to(cluster());
    await using gateway = await startGatewayFor(proxy.kubeconfig, { watchIdleTimeoutMs: 1_000 });
    const view = await followed(gateway, team);
    proxy.stall();
    await team.change('a', { spec: { paused: true } });
    await team.create('c');
    await team.delete('b');
    expect((await view.next(3)).toSorted()).toEqual(['ADDED c', 'DELETED b', 'MODIFIED a']);
    expect(await view.mistakes()).toEqual([]);
  });
}

function expiredHistory(cluster: () => Cluster): void {
  it('sends the missed changes when the history is compacted', PATIENCE, async () => {
    const team = await teamOf(cluster, 'a', 'b', 'still');
    await using proxy = await TcpProxy.to(cluster());
    await using gateway = await startGatewayFor(proxy.kubeconfig);
    const view = await followed(gateway, team);
    await proxy.disconnect();
    await team.change('a', { spec: { paused: true } });
    await team.create('c');
    await team.delete('b');
    await cluster().compact();
    await cluster().restart();
    await proxy.reconnect();
    expect((await view.next(3)).toSorted()).toEqual(['ADDED c', 'DELETED b', 'MODIFIED a']);
    await team.create('last');
    expect(await view.next(1)).toEqual(['ADDED last']);
    expect(await view.mistakes()).toEqual([]);
  });

  it.each([
    ['history is kept', false],
    ['history is gone', true],
  ])(
    'sends DELETED and ADDED for an object created again during an interruption, when %s',
    PATIENCE,
    async (_, forgets) => {
      const team = await teamOf(cluster, 'a');
      await using proxy = await TcpProxy.to(cluster());
      await using gateway = await startGatewayFor(proxy.kubeconfig);
      const view = await followed(gateway, team);
      await proxy.disconnect();
      await team.delete('a');
      await team.create('a');
      if (forgets) await cluster().compact();
      await cluster().restart();
      await proxy.reconnect();
      expect(await view.next(2)).toEqual(['DELETED a', 'ADDED a']);
      expect(await view.mistakes()).toEqual([]);
    },
  );
}

function singleWorkspaces(cluster: () => Cluster): void {
  it('sends the states of one workspace through a restart and its re-creation', PATIENCE, async () => {
    const team = await teamOf(cluster, 'a');
    await using proxy = await TcpProxy.to(cluster());
    await using gateway = await startGatewayFor(proxy.kubeconfig);
    const life = gateway.subscribe(
      'subscription ($in: String!) { workspace(namespace: $in, name: "a") { metadata { uid } } }',
      { in: team.name },
    );
    await life.next();
    await proxy.disconnect();
    await team.delete('a');
    const { metadata } = await team.create('a');
    await cluster().restart();
    await proxy.reconnect();
    const uids: unknown[] = [];
    while (uids.at(-1) !== metadata?.uid) {
      const workspace = (await life.next()).value?.data?.['workspace'];
      uids.push((workspace as { metadata: { uid: string } } | null)?.metadata.uid);
    }
    expect(uids.length).toBeLessThanOrEqual(2);
  });
}

function mutationsDuringRestarts(cluster: () => Cluster): void {
  it('continues to wait for a state when the API server restarts', PATIENCE, async () => {
    const team = await teamOf(cluster, 'a');
    await using gateway = await startGatewayFor(cluster().kubeconfig, { metricsPort: 0 });
    const input = { namespace: team.name, name: 'a', waitFor: 'PAUSED' };
    const paused = gateway.query(PAUSE, { input });
    // Not that the API server has stored the change: a restart before it has responded ends the mutation as UNAVAILABLE.
    await waitFor(
      async () => (await gateway.metrics()).includes(PATCH_RESPONSE),
      'the gateway has the response of the patch',
    );
    await cluster().restart();
    await team.report('a', 'Paused');
    expect((await paused).data).toEqual({ pauseWorkspace: { stateReached: true } });
  });

  it('serves the cache when the API server is down, and writes when it is back', PATIENCE, async () => {
    const team = await teamOf(cluster, 'a');
    await using gateway = await startGatewayFor(cluster().kubeconfig);
    const input = { namespace: team.name, name: 'a' };
    const pause = () => gateway.query(PAUSE, { input });
    const read = () =>
      gateway.query('query ($in: String!) { workspace(namespace: $in, name: "a") { name } }', { in: team.name });
    await read(); // the access decisions are cached from here on
    await cluster().stop();
    expect(await read()).toEqual({ data: { workspace: { name: 'a' } } });
    expect((await pause()).errors).toMatchObject([{ extensions: { code: 'UNAVAILABLE' } }]);
    await cluster().start();
    expect((await pause()).errors).toBeUndefined();
  });
}

/** Updates, creates and deletes workspaces until the signal aborts. Ignores failures while the API server is down. */
async function write(team: TestNamespace, signal: AbortSignal): Promise<void> {
  for (let round = 0; !signal.aborted; round += 1) {
    const name = `nb-${round % 5}`;
    const writes = [
      () => team.change('a', { spec: { paused: round % 2 === 0 } }),
      () => team.change('b', { metadata: { labels: { round: String(round) } } }),
      () => (round % 10 < 5 ? team.create(name) : team.delete(name)),
    ];
    for (const attempt of writes) await attempt().catch(() => undefined);
  }
}

/** Subscribes to a namespace with these workspaces, and resolves after their initial events. */
async function followed(gateway: TestGateway, team: TestNamespace): Promise<ReconstructedView> {
  const view = ReconstructedView.follow(gateway, team);
  await view.readTo('SYNCED');
  return view;
}
