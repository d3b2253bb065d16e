/**
 * `npm run bench:access`: the cost of permissions on a cluster of many namespaces, of which each viewer sees three.
 *
 * The gateway runs in a process of its own, in header mode. The simulated API server and the clients run in this one.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { WebSocket } from 'ws';
import { workspaceKindCrd } from '../dev/demo/crds/workspace-kind.ts';
import { workspaceCrd } from '../dev/demo/crds/workspace.ts';
import { startSimulator, type Simulator } from '../dev/simulator/simulator.ts';
import { startGatewayProcess, type GatewayProcess } from '../test/support/gateway-process.ts';
import { namespace, workspace } from '../test/support/manifests.ts';
import { bound, reader } from '../test/support/access/rbac-objects.ts';

const NAMESPACES_PER_VIEWER = 3;
const TICKS_PER_SECOND = 100;
const MAX_WAIT_MS = 30_000;
const QUERY = '{ workspaces { nodes { name kind { displayName } } } }';
const SUBSCRIPTION = 'subscription { workspaces { type object { name } } }';

const { values } = parseArgs({
  options: {
    namespaces: { type: 'string', default: '1000' },
    viewers: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '60' },
    authorizer: { type: 'string', default: 'rbac' },
  },
});
const [namespaces, viewers, seconds] = [values.namespaces, values.viewers, values.seconds].map(Number) as [
  number,
  number,
  number,
];

const cluster = await startCluster();

function startCluster(): Promise<Simulator> {
  const names = Array.from({ length: namespaces }, (_, index) => `ns-${index}`);
  const bindings = Array.from({ length: viewers }, (_, viewer) =>
    namespacesOf(viewer).map((at) => bound({ name: `user-${viewer}`, groups: [] }, 'reader', at)),
  );
  const objects = names.flatMap((name) => [namespace(name), workspace(`of-${name}`, { namespace: name })]);
  return startSimulator({
    objects: [workspaceCrd, workspaceKindCrd, reader, ...objects, ...bindings.flat()],
    bookmarkIntervalMs: 60_000,
  });
}

function namespacesOf(viewer: number): readonly string[] {
  return Array.from(
    { length: NAMESPACES_PER_VIEWER },
    (_, index) => `ns-${(viewer * NAMESPACES_PER_VIEWER + index) % namespaces}`,
  );
}

function reviews(): number {
  return cluster.requests.filter(({ resource }) => resource === 'subjectaccessreviews').length;
}

function report(title: string, ...results: readonly string[]): void {
  console.log(`${title.padEnd(52)} ${results.join(', ')}`);
}

async function measureFirstQuery({ port }: GatewayProcess): Promise<void> {
  const ask = async (user: string): Promise<number> => {
    const begun = performance.now();
    const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'kubeflow-userid': user },
      body: JSON.stringify({ query: QUERY }),
    });
    await response.text();
    return performance.now() - begun;
  };
  await ask('warm-up');
  const before = reviews();
  const milliseconds = await ask('user-0');
  report('first query of a viewer', `${reviews() - before} reviews`, `${milliseconds.toFixed(1)} ms`);
}

/** Resolves when each viewer has received its snapshot. */
async function subscribe({ port }: GatewayProcess, count: number): Promise<readonly Subscriber[]> {
  const subscribers = Array.from({ length: count }, (_, viewer) => new Subscriber(port, `user-${viewer}`));
  await Promise.all(subscribers.map(async (subscriber) => subscriber.synced));
  return subscribers;
}

async function measureIdle({ pid }: GatewayProcess, subscribers: readonly Subscriber[]): Promise<void> {
  const before = { reviews: reviews(), cpu: cpuSeconds(pid) };
  await delay(seconds * 1_000);
  const perMinute = ((reviews() - before.reviews) / subscribers.length) * (60 / seconds);
  const cpu = ((cpuSeconds(pid) - before.cpu) / seconds) * 100;
  const title = `${subscribers.length} idle subscribers`;
  report(title, `${perMinute.toFixed(1)} reviews each per minute`, `${cpu.toFixed(1)} % of a core`);
}

/** Grants one more namespace to half of the viewers within a second. */
async function measureChanges(subscribers: readonly Subscriber[]): Promise<void> {
  const affected = subscribers.filter((_, index) => index % 2 === 0);
  const others = subscribers.filter((_, index) => index % 2 === 1);
  const frames = others.map((subscriber) => subscriber.frames);
  const before = { reviews: reviews(), frames: affected.map((subscriber) => subscriber.frames) };
  for (const [index, { user }] of affected.entries()) {
    const at = `ns-${(index * 7 + 5) % namespaces}`;
    cluster.apply({
      ...bound({ name: user, groups: [] }, 'reader', at),
      metadata: { name: `more-${index}`, namespace: at },
    });
    if (index % 50 === 49) await delay(50);
  }
  const begun = performance.now();
  const isRight = () => affected.every(({ frames: now }, index) => now > (before.frames[index] ?? 0));
  while (!isRight() && performance.now() - begun < MAX_WAIT_MS) await delay(10);
  const disturbed = others.filter((subscriber, index) => subscriber.frames !== frames[index]).length;
  report(
    `${affected.length} bindings of other viewers created in a second`,
    `${reviews() - before.reviews} reviews`,
    isRight() ? `all right ${Math.round(performance.now() - begun)} ms later` : 'not all right in time',
    `${disturbed} others disturbed`,
  );
}

function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** A subscription of one viewer on a WebSocket of its own. */
class Subscriber {
  readonly user: string;
  readonly synced: Promise<void>;
  /** Messages with events so far. */
  frames = 0;

  constructor(port: number, user: string) {
    this.user = user;
    const socket = new WebSocket(`ws://127.0.0.1:${port}/graphql`, 'graphql-transport-ws', {
      headers: { 'kubeflow-userid': user },
    });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.synced = promise;
    socket.once('open', () => socket.send('{"type":"connection_init"}'));
    socket.once('error', reject);
    socket.on('message', (data: Buffer) => {
      const text = data.toString();
      if (text.includes('connection_ack'))
        socket.send(JSON.stringify({ type: 'subscribe', id: '1', payload: { query: SUBSCRIPTION } }));
      if (!text.includes('"next"')) return;
      this.frames += 1;
      if (text.includes('SYNCED')) resolve();
    });
  }
}

const settings = { AUTH_MODE: 'header', AUTHORIZER: values.authorizer, LOG_LEVEL: 'error' };
console.log(
  `${namespaces} namespaces, ${viewers} viewers of ${NAMESPACES_PER_VIEWER} each, AUTHORIZER=${values.authorizer}`,
);
{
  await using gateway = await startGatewayProcess(cluster.kubeconfig, { ...settings, LOG_LEVEL: 'info' });
  await measureFirstQuery(gateway);
  const few = await subscribe(gateway, 20);
  await measureIdle(gateway, few);
}
{
  await using gateway = await startGatewayProcess(cluster.kubeconfig, { ...settings, LOG_LEVEL: 'info' });
  const begun = performance.now();
  const all = await subscribe(gateway, viewers);
  report(`${viewers} viewers have their subscriptions again`, `${Math.round(performance.now() - begun)} ms`);
  await measureIdle(gateway, all);
  await measureChanges(all);
}
process.exit(0);
