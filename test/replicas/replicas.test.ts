import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildGateway } from '../support/gateway-process.ts';
import { balancerMissing, startBalancer, startNginx, type BalancerName } from '../support/replicas/balancers.ts';
import { drillClusters, type DrillCluster } from '../support/replicas/drill-clusters.ts';
import { ReplicaDrill, replicaSettings } from '../support/replicas/drill.ts';
import type { FailedQuery } from '../support/replicas/query-load.ts';
import { ReplicaSet } from '../support/replicas/replica-set.ts';

const SUBSCRIBERS = Number(process.env['REPLICA_SUBSCRIBERS'] ?? 1_000);
const FEW = 60;
/** Clients that send queries by POST, and as many by GET. */
const CLIENTS = 4;
/** As in deploy/base/deployment.yaml. */
const PRE_STOP_SECONDS = 5;
/** As `fail_timeout` in deploy/balancers/nginx.conf. If no replica is left for that time, nginx answers 502. */
const FAIL_TIMEOUT_SECONDS = 2;
const START_MS = 300_000;
const TIMEOUT_MS = 600_000;

/** Expects a number of failed queries at most, all of which were answered when they were repeated. */
function expectRepeatable(failures: readonly FailedQuery[], max: number): void {
  if (failures.length > 0) console.log(`${failures.length} POST queries failed and were answered when repeated`);
  expect(failures.length).toBeLessThanOrEqual(max);
  expect(failures.filter(({ repeated }) => repeated !== 'answered')).toEqual([]);
}

/** Upper limit of failed POST queries when each replica is killed. Only nginx can distinguish a query that it has sent from a mutation. */
const FAILED_POSTS: Readonly<Record<BalancerName, number>> = { haproxy: CLIENTS * 3, nginx: 0 };

for (const { server, missing, startCluster } of drillClusters)
  for (const name of ['haproxy', 'nginx'] as const)
    drills(name, server, startCluster, missing ?? balancerMissing(name));

function drills(name: BalancerName, server: string, startCluster: () => Promise<DrillCluster>, missing?: string): void {
  if (missing !== undefined) console.warn(`Drills with ${name} and ${server} are skipped: ${missing}.`);
  describe.skipIf(missing)(`three replicas behind ${name}, with ${server}`, { timeout: TIMEOUT_MS }, () => {
    let cluster: DrillCluster;
    let replicas: ReplicaSet;

    beforeAll(async () => {
      const program = buildGateway();
      cluster = await startCluster();
      const { kubeconfig } = cluster;
      replicas = await ReplicaSet.start({ kubeconfig, size: 3, program, settings: replicaSettings });
    }, START_MS);
    afterAll(async () => {
      await replicas[Symbol.asyncDispose]();
      await cluster[Symbol.asyncDispose]();
    });

    it('answers each query and loses no event when all replicas restart, one after the other', async () => {
      await using balancer = await startBalancer(name, replicas);
      await using drill = await ReplicaDrill.start(cluster, balancer);
      await drill.subscribe(FEW);
      const [posts, gets] = [drill.startQueries('POST', CLIENTS), drill.startQueries('GET', CLIENTS)];
      const changes = drill.startChanges(50);
      const exitCodes = await replicas.restartAll();
      for (const load of [posts, gets]) await load.moreAnswers(100);
      await changes[Symbol.asyncDispose]();
      expect([...gets.failures, ...posts.failures]).toEqual([]);
      expect(exitCodes).toEqual([0, 0, 0]);
      expect(await drill.violations()).toEqual([]);
    });

    it.skipIf(name === 'nginx')('answers each mutation when all replicas restart, one after the other', async () => {
      await using balancer = await startBalancer(name, replicas);
      await using drill = await ReplicaDrill.start(cluster, balancer);
      const mutations = drill.startMutations(CLIENTS, { keepAlive: true });
      expect(await replicas.restartAll()).toEqual([0, 0, 0]);
      await mutations.moreAnswers(100);
      expect(mutations.failures).toEqual([]);
    });

    // In the order of Kubernetes: no endpoint, the preStop hook, and the signal. Each mutation has a connection of its own, because a
    // process of nginx that ends closes idle connections of clients.
    it.skipIf(name !== 'nginx')(
      'answer each mutation when each is removed from the configuration before it restarts',
      async () => {
        await using balancer = await startNginx(replicas);
        await using drill = await ReplicaDrill.start(cluster, balancer);
        const mutations = drill.startMutations(CLIENTS, { keepAlive: false });
        for (const port of replicas.ports) {
          await mutations.moreAnswers(50);
          await balancer.avoid(port);
          await drill.idle(PRE_STOP_SECONDS);
          expect(await replicas.stop(port)).toBe(0);
          await replicas.start(port);
          await balancer.avoid(undefined);
        }
        await mutations.moreAnswers(50);
        expect(mutations.failures).toEqual([]);
      },
    );

    it('answers each GET query and loses no event when a replica is killed', async () => {
      await using balancer = await startBalancer(name, replicas);
      await using drill = await ReplicaDrill.start(cluster, balancer);
      await drill.subscribe(FEW);
      const [posts, gets] = [drill.startQueries('POST', CLIENTS), drill.startQueries('GET', CLIENTS)];
      const changes = drill.startChanges(50);
      for (const port of replicas.ports) {
        await gets.moreAnswers(100);
        await replicas.kill(port);
        await gets.moreAnswers(100);
        await replicas.start(port);
        await drill.idle(FAIL_TIMEOUT_SECONDS + 1); // the balancer uses it again
      }
      await changes[Symbol.asyncDispose]();
      expect(gets.failures).toEqual([]);
      expectRepeatable(posts.failures, FAILED_POSTS[name]);
      expect(await drill.violations()).toEqual([]);
    });

    it('loses no event when the balancer cuts connections that are idle for two seconds', async () => {
      await using balancer = await startBalancer(name, { ...replicas, idleSeconds: 2 });
      await using drill = await ReplicaDrill.start(cluster, balancer);
      await drill.subscribe(FEW);
      const before = drill.connections;
      await drill.reconnected(FEW);
      await using changes = drill.startChanges(300);
      await drill.moreChanges(40);
      await changes[Symbol.asyncDispose]();
      expect(drill.connections).toBeGreaterThan(before);
      expect(await drill.violations()).toEqual([]);
    });

    it('keeps idle subscribers connected when the balancer cuts connections that are idle for 20 seconds', async () => {
      await using balancer = await startBalancer(name, { ...replicas, idleSeconds: 20 });
      await using drill = await ReplicaDrill.start(cluster, balancer);
      await drill.subscribe(FEW);
      await drill.idle(45);
      expect(drill.connections).toBe(drill.clients.length);
      expect(await drill.violations()).toEqual([]);
    });

    it('brings 2,000 subscribers to the state of the cluster when a replica is killed and all restart', async () => {
      await using balancer = await startBalancer(name, replicas);
      await using drill = await ReplicaDrill.start(cluster, balancer);
      await drill.subscribe(SUBSCRIBERS);
      const changes = drill.startChanges(250);
      await drill.moreChanges(20);
      const [killed = 0] = replicas.ports;
      await replicas.kill(killed);
      await drill.moreChanges(20);
      await replicas.start(killed);
      expect(await replicas.restartAll()).toEqual([0, 0, 0]);
      await changes[Symbol.asyncDispose]();
      expect(await drill.violations()).toEqual([]);
    });

    it('answers queries from the copies of the replicas when the API server cannot be reached', async () => {
      await using balancer = await startBalancer(name, replicas);
      await using drill = await ReplicaDrill.start(cluster, balancer);
      const queries = drill.startQueries('POST', 2);
      await queries.moreAnswers(20);
      await cluster.stop();
      await drill.idle(15);
      await queries.moreAnswers(20);
      await cluster.start();
      await queries.moreAnswers(20);
      expect(queries.failures).toEqual([]);
    });
  });
}
