import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildGateway } from '../support/gateway-process.ts';
import { startSimulatedCluster, type DrillCluster } from '../support/replicas/drill-clusters.ts';
import { ReplicaDrill, replicaSettings } from '../support/replicas/drill.ts';
import { startReadinessRelay } from '../support/replicas/readiness-relay.ts';
import { ReplicaSet } from '../support/replicas/replica-set.ts';

// Short versions of the drills in test/replicas, which need HAProxy and nginx.
const SUBSCRIBERS = 12;
const QUERY_CLIENTS = 2;

let cluster: DrillCluster;
let replicas: ReplicaSet;

beforeAll(async () => {
  const program = buildGateway();
  cluster = await startSimulatedCluster();
  const settings = { ...replicaSettings, SHUTDOWN_DELAY_SECONDS: '3', DRAIN_SECONDS: '2' };
  replicas = await ReplicaSet.start({ kubeconfig: cluster.kubeconfig, size: 3, settings, program });
});
afterAll(async () => {
  await replicas[Symbol.asyncDispose]();
  await cluster[Symbol.asyncDispose]();
});

async function startDrill() {
  await using started = new AsyncDisposableStack();
  const drill = started.use(await ReplicaDrill.start(cluster, started.use(await startReadinessRelay(replicas))));
  await drill.subscribe(SUBSCRIBERS);
  const running = started.move();
  return { drill, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

it('answers each query and loses no event when three replicas restart, one after the other', async () => {
  await using started = await startDrill();
  const { drill } = started;
  const queries = [drill.startQueries('POST', QUERY_CLIENTS), drill.startQueries('GET', QUERY_CLIENTS)];
  const changes = drill.startChanges(20);
  const exitCodes = await replicas.restartAll();
  for (const load of queries) await load.moreAnswers(20);
  await changes[Symbol.asyncDispose]();
  expect(queries.flatMap(({ failures }) => failures)).toEqual([]);
  expect(exitCodes).toEqual([0, 0, 0]);
  expect(await drill.violations()).toEqual([]);
}, 120_000);

it('sends each change once when a replica is killed', async () => {
  await using started = await startDrill();
  const { drill } = started;
  const { resets } = drill;
  const queries = drill.startQueries('POST', QUERY_CLIENTS);
  const changes = drill.startChanges(20);
  await drill.moreChanges(10);
  const [killed = 0] = replicas.ports;
  await replicas.kill(killed);
  await queries.moreAnswers(20);
  await drill.moreChanges(10);
  await changes[Symbol.asyncDispose]();
  // The queries that the replica had received are not answered. The same queries are, by another one.
  expect(queries.failures.length).toBeLessThanOrEqual(QUERY_CLIENTS);
  expect(queries.failures.filter(({ repeated }) => repeated !== 'answered')).toEqual([]);
  expect(await drill.violations()).toEqual([]);
  expect(drill.resets).toBe(resets);
}, 120_000);
