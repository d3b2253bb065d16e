/**
 * `npm run bench:replicas`: the cost of one replica to the API server, and its CPU time and memory for subscribers and queries.
 *
 * The replicas are processes of their own, and only their CPU time is counted, so that the clients and the simulated API server
 * in this process do not matter.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { startSimulator, type Simulator } from '../dev/simulator/simulator.ts';
import { cpuMsOf, residentMegabytesOf } from '../test/support/abuse/process-usage.ts';
import { buildGateway } from '../test/support/gateway-process.ts';
import { customResourceDefinitions } from '../test/support/live/environment.ts';
import { namespace, workspace, workspaceKind } from '../test/support/manifests.ts';
import { QueryLoad } from '../test/support/replicas/query-load.ts';
import { ReplicaSet } from '../test/support/replicas/replica-set.ts';
import { subscribeRaw, type Protocol } from './raw-client.ts';

const WORKSPACES = 1_000;
const SUBSCRIBERS = 1_000;
const BATCH = 50;
const CHANGES_PER_SECOND = 20;
const SECONDS = 10;
const FOLLOW = 'subscription { workspaces { type cursor object { id name state kind { displayName } } } }';
const LIST = '{ workspaces(first: 50) { totalCount nodes { id name state kind { displayName } } } }';

const objects = [
  namespace('team-a'),
  workspaceKind('jupyterlab'),
  ...Array.from({ length: WORKSPACES }, (_, index) => workspace(`nb-${index}`, { state: 'Running' })),
];
await using cluster = await startSimulator({ objects: [...customResourceDefinitions, ...objects] });
await using replicas = await ReplicaSet.start({ kubeconfig: cluster.kubeconfig, size: 1, program: buildGateway() });
const [port = 0] = replicas.ports;
const { pid } = replicas.process(port);
await delay(1_000);
console.log(
  `start: ${requestsOf(cluster)}, ${cluster.openWatches} open watches, ${await cpuSeconds()} s CPU, ${await memory()}`,
);

const idle = await cpuSeconds();
const before = cluster.requests.length;
await delay(SECONDS * 1_000);
console.log(
  `idle: ${percent((await cpuSeconds()) - idle)} CPU, ${cluster.requests.length - before} requests in ${SECONDS} s`,
);

for (const protocol of ['graphql-ws', 'sse'] as const) await measureSubscribers(protocol);
for (const method of ['POST', 'GET'] as const) await measureQueries(method);

async function measureSubscribers(protocol: Protocol): Promise<void> {
  const started = await cpuSeconds();
  const earlier = cluster.requests.length;
  let leaving = false;
  const sockets: { destroy(): unknown }[] = [];
  const url = new URL(replicas.url(port));
  const onLost = (error: Error) => void (leaving || console.error(error.message));
  for (let first = 0; first < SUBSCRIBERS; first += BATCH) {
    const opened = Array.from({ length: BATCH }, () =>
      subscribeRaw({ url, protocol, query: FOLLOW, onBytes: () => undefined, onLost }),
    );
    sockets.push(...(await Promise.all(opened)));
  }
  await delay(2_000);
  const snapshots = (await cpuSeconds()) - started;
  const changing = await cpuSeconds();
  for (let change = 0; change < CHANGES_PER_SECOND * SECONDS; change += 1) {
    const state = change % 2 === 0 ? 'Pending' : 'Running';
    cluster.apply(workspace(`nb-${change % WORKSPACES}`, { state }));
    await delay(1_000 / CHANGES_PER_SECOND);
  }
  const perChange = (((await cpuSeconds()) - changing) * 1_000) / (CHANGES_PER_SECOND * SECONDS);
  console.log(
    `${SUBSCRIBERS} × ${protocol}: ${snapshots.toFixed(2)} s CPU for snapshots of ${WORKSPACES}, ${perChange.toFixed(1)} ms CPU for each change, ${await memory()}, ${cluster.requests.length - earlier} requests`,
  );
  leaving = true;
  for (const socket of sockets) socket.destroy();
  await delay(1_000);
}

async function measureQueries(method: 'GET' | 'POST'): Promise<void> {
  const started = await cpuSeconds();
  await using load = new QueryLoad({ url: replicas.url(port), method, query: LIST, clients: 8 });
  await delay(SECONDS * 1_000);
  const each = (((await cpuSeconds()) - started) * 1_000) / load.answers;
  console.log(
    `${method} queries of 50 workspaces: ${each.toFixed(2)} ms CPU each, ${load.answers} answered, ${await memory()}`,
  );
}

/** Returns the requests that the API server has answered, by verb. Watches are counted when they end. */
function requestsOf({ requests }: Simulator): string {
  const counts = new Map<string, number>();
  for (const { verb } of requests) counts.set(verb, (counts.get(verb) ?? 0) + 1);
  return [...counts].map(([verb, count]) => `${count} ${verb}`).join(', ');
}

/** User and system time of the replica. */
async function cpuSeconds(): Promise<number> {
  return (await cpuMsOf(pid)) / 1_000;
}

async function memory(): Promise<string> {
  return `${Math.round(await residentMegabytesOf(pid))} MB resident`;
}

function percent(seconds: number): string {
  return `${((seconds / SECONDS) * 100).toFixed(1)} %`;
}
