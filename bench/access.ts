/**
 * `npm run bench:access`: the cost of permissions on a cluster of many namespaces, of which each viewer sees three. Prints the
 * goals of the project beside the figures. Takes about seven minutes; `--only` runs a part of it.
 *
 * The gateway runs in a process of its own. The simulated API server and the clients run in this one; with
 * `--server kube-apiserver`, that of `KUBEBUILDER_ASSETS` runs in its own. If other work disturbs the times, compare the
 * CPU times.
 */
import { pathToFileURL } from 'node:url';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startGatewayProcess, type GatewayProcess } from '../test/support/gateway-process.ts';
import { namespace, workspace } from '../test/support/manifests.ts';
import { postOperation } from '../test/support/post-operation.ts';
import { cpuMsOf, residentMegabytesOf } from '../test/support/abuse/process-usage.ts';
import { bound, reader } from '../test/support/access/rbac-objects.ts';
import { waitFor } from '../test/support/wait-for.ts';
import { inParallel, startAccessCluster } from './access-cluster.ts';
import { report, reportGoals, timesOf } from './access-figures.ts';
import { endsOf, Subscriber } from './access-subscriber.ts';

const NAMESPACES_PER_VIEWER = 3;
const MAX_WAIT_MS = 60_000;
const FIRST_QUERIES = 20;
const QUERY = '{ workspaces { nodes { name kind { displayName } } } }';
const HEAP_PROBE = pathToFileURL(path.join(import.meta.dirname, 'heap-on-signal.mjs')).href;
/** Goals of the project. */
const GOALS = { reviews: 10, queryMs: 30, reviewsPerMinute: 10, restartS: 10, idlePercent: 5, changeS: 3 };

const { values } = parseArgs({
  options: {
    server: { type: 'string', default: 'simulator' },
    namespaces: { type: 'string', default: '1000' },
    /** Number of namespaces for the measurement of idle viewers. */
    'idle-namespaces': { type: 'string', default: '5000' },
    viewers: { type: 'string', default: '1000' },
    /** Bindings to create and delete. */
    changes: { type: 'string', default: '1000' },
    /** Duration of the idle measurements. Subscriptions are authorized again within 150 s. */
    seconds: { type: 'string', default: '150' },
    authorizer: { type: 'string', default: 'rbac' },
    /** `header`, or `token` for service accounts. */
    auth: { type: 'string', default: 'header' },
    /** Parts to run: queries, memory, restart, changes, idle. */
    only: { type: 'string', default: '' },
    /** Folder for the CPU profiles of the gateway. */
    profile: { type: 'string' },
  },
});
const namespaces = Number(values.namespaces);
const viewers = Number(values.viewers);
const changes = Number(values.changes);
const seconds = Number(values.seconds);

await using cluster = await startAccessCluster(values.server === 'simulator' ? 'simulator' : 'kube-apiserver');

interface BenchViewer {
  readonly name: string;
  /** Headers that authenticate the viewer. */
  readonly headers: Readonly<Record<string, string>>;
  readonly namespaces: readonly string[];
}

function isPart(part: string): boolean {
  return values.only === '' || values.only.split(',').includes(part);
}

async function createViewers(): Promise<readonly BenchViewer[]> {
  const users: BenchViewer[] = [];
  await inParallel([...Array(viewers).keys()], async (index) => {
    const own = Array.from({ length: NAMESPACES_PER_VIEWER }, (_, at) => namespaceAt(index, at));
    const user =
      values.auth === 'token'
        ? await cluster.serviceAccount(`viewer-${index}`)
        : { name: `user-${index}`, headers: { 'kubeflow-userid': `user-${index}` } };
    users[index] = { ...user, namespaces: own };
    await cluster.apply(own.map((at) => bound({ name: user.name, groups: [] }, 'reader', at)));
  });
  return users;
}

/** Returns a namespace of a viewer: the first three, or a further one. */
function namespaceAt(viewer: number, index: number): string {
  return `ns-${(viewer * NAMESPACES_PER_VIEWER + index) % namespaces}`;
}

/** Creates namespaces with a workspace each. */
async function createNamespaces(from: number, to: number): Promise<void> {
  const names = Array.from({ length: Math.max(0, to - from) }, (_, index) => `ns-${from + index}`);
  await cluster.apply(names.map((name) => namespace(name)));
  await cluster.apply(names.map((name) => workspace(`of-${name}`, { namespace: name })));
}

function start(settings: Readonly<Record<string, string>> = {}): Promise<GatewayProcess> {
  const profile = values.profile === undefined ? '' : ` --cpu-prof --cpu-prof-dir=${path.resolve(values.profile)}`;
  return startGatewayProcess(cluster.kubeconfig, {
    AUTH_MODE: values.auth,
    AUTHORIZER: values.authorizer,
    LOG_LEVEL: 'info',
    MAX_ACCESS_REVIEWS_PER_REQUEST: '20000',
    NODE_OPTIONS: `--import ${HEAP_PROBE}${profile}`,
    ...settings,
  });
}

async function ask({ port }: GatewayProcess, headers: Readonly<Record<string, string>>): Promise<number> {
  const begun = performance.now();
  const response = await postOperation(`http://127.0.0.1:${port}/graphql`, QUERY, { headers });
  const text = await response.text();
  if (text.includes('"errors"')) throw new Error(text.slice(0, 500));
  return performance.now() - begun;
}

/** Measures the first query of several viewers, one after the other, and the second one of each. */
async function measureQueries(gateway: GatewayProcess, users: readonly BenchViewer[]): Promise<void> {
  const [warmUp, ...measured] = users.slice(0, FIRST_QUERIES + 1);
  await ask(gateway, warmUp?.headers ?? {});
  const before = { reviews: await cluster.reviews(), cpu: await cpuMsOf(gateway.pid) };
  const first: number[] = [];
  for (const { headers } of measured) first.push(await ask(gateway, headers));
  const reviews = ((await cluster.reviews()) - before.reviews) / measured.length;
  const cpu = ((await cpuMsOf(gateway.pid)) - before.cpu) / measured.length;
  const again: number[] = [];
  for (const { headers } of measured) again.push(await ask(gateway, headers));
  report(
    'first query of a viewer',
    { value: reviews, unit: 'reviews', digits: 1, max: GOALS.reviews },
    ...timesOf(first, GOALS.queryMs),
    `${cpu.toFixed(1)} ms of CPU`,
  );
  report('same query again', ...timesOf(again));
}

/** Measures a viewer who is bound in half of the namespaces, each by a binding of its own. */
async function measureWideViewer(gateway: GatewayProcess): Promise<void> {
  if (values.auth === 'token') return;
  const wide = { 'kubeflow-userid': 'wide' };
  const half = Array.from({ length: Math.ceil(namespaces / 2) }, (_, index) => `ns-${index * 2}`);
  await cluster.apply(half.map((at) => bound({ name: 'wide', groups: [] }, 'reader', at)));
  const before = await cluster.reviews();
  const first = await ask(gateway, wide);
  const reviews = (await cluster.reviews()) - before;
  const again: number[] = [];
  for (let index = 0; index < FIRST_QUERIES; index += 1) again.push(await ask(gateway, wide));
  const title = `first query of a viewer of ${half.length} namespaces`;
  report(title, `${reviews} reviews`, `${first.toFixed(0)} ms`, 'again', ...timesOf(again));
}

/** Resolves when each viewer has received its snapshot. */
async function subscribe({ port }: GatewayProcess, users: readonly BenchViewer[]): Promise<readonly Subscriber[]> {
  const subscribers = users.map(
    ({ headers, namespaces: own }) => new Subscriber({ port, headers, expected: own.map((name) => `of-${name}`) }),
  );
  await Promise.all(subscribers.map(async ({ synced }) => synced));
  return subscribers;
}

async function measureIdle({ pid }: GatewayProcess, subscribers: readonly Subscriber[], title: string): Promise<void> {
  const before = { reviews: await cluster.reviews(), cpu: await cpuMsOf(pid), server: await serverMs() };
  await delay(seconds * 1_000);
  const perMinute = (((await cluster.reviews()) - before.reviews) / subscribers.length) * (60 / seconds);
  const [cpu, server] = [(await cpuMsOf(pid)) - before.cpu, (await serverMs()) - before.server];
  report(
    `${subscribers.length} idle subscribers${title}, ${seconds} s`,
    { value: perMinute, unit: 'reviews each per minute', digits: 1, max: GOALS.reviewsPerMinute },
    { label: 'gateway', value: cpu / seconds / 10, unit: '% of a core', digits: 1, max: GOALS.idlePercent },
    ...(cluster.pid === undefined
      ? []
      : [{ label: 'API server', value: server / seconds / 10, unit: '%', digits: 1, max: GOALS.idlePercent }]),
  );
}

async function measureServerAlone(): Promise<void> {
  if (cluster.pid === undefined) return;
  const [before, begun] = [await serverMs(), performance.now()];
  await delay(10_000);
  const share = ((await serverMs()) - before) / (performance.now() - begun);
  report('API server without a gateway', { value: share * 100, unit: '% of a core', digits: 1 });
}

async function serverMs(): Promise<number> {
  return cluster.pid === undefined ? 0 : cpuMsOf(cluster.pid);
}

/** Subscribes all viewers at once, to a gateway that has just started or to one that has their decisions. */
async function measureSubscribing(
  gateway: GatewayProcess,
  users: readonly BenchViewer[],
  title: string,
): Promise<readonly Subscriber[]> {
  const begun = {
    time: performance.now(),
    reviews: await cluster.reviews(),
    cpu: await cpuMsOf(gateway.pid),
    server: await serverMs(),
  };
  const all = await subscribe(gateway, users);
  const wall = (performance.now() - begun.time) / 1_000;
  const [cpu, server] = [(await cpuMsOf(gateway.pid)) - begun.cpu, (await serverMs()) - begun.server];
  report(
    `${all.length} viewers subscribe at once, ${title}`,
    { value: wall, unit: 's', digits: 1, max: GOALS.restartS },
    `${(((await cluster.reviews()) - begun.reviews) / all.length).toFixed(1)} reviews each`,
    `gateway ${(cpu / 1_000).toFixed(1)} s of CPU`,
    `API server ${(server / 1_000).toFixed(1)} s`,
    all.every(({ isRight }) => isRight) ? 'all right' : 'NOT ALL RIGHT',
    endsOf(all),
  );
  return all;
}

function isAffected(index: number): boolean {
  return index % 2 === 0 && index < changes;
}

interface AffectedViewer {
  readonly user: BenchViewer;
  readonly index: number;
  readonly subscriber: Subscriber;
  /** When both of its changes were written, of `performance.now`. */
  writtenAt: number;
}

/** Creates a binding of a viewer in one more namespace, and deletes one of their three. */
async function changeBindings(affected: AffectedViewer): Promise<void> {
  const { subscriber, index } = affected;
  const user = { name: affected.user.name, groups: [] };
  const [lost = ''] = affected.user.namespaces;
  const gained = namespaceAt(index, NAMESPACES_PER_VIEWER);
  subscriber.expected.delete(`of-${lost}`);
  subscriber.expected.add(`of-${gained}`);
  await Promise.all([cluster.apply([bound(user, 'reader', gained)]), cluster.delete([bound(user, 'reader', lost)])]);
  affected.writtenAt = performance.now();
}

/** Returns the seconds from the writes of a viewer until the subscription was right. */
function delayOf({ subscriber, writtenAt }: AffectedViewer): number {
  return subscriber.isRight ? Math.max(0, subscriber.lastEventAt - writtenAt) / 1_000 : Infinity;
}

/** Changes the bindings of half of the viewers, and observes whether all subscriptions follow. */
async function measureChanges(
  { pid }: GatewayProcess,
  users: readonly BenchViewer[],
  subscribers: readonly Subscriber[],
): Promise<void> {
  const affected = users.flatMap((user, index): AffectedViewer[] => {
    const subscriber = subscribers[index];
    return subscriber && isAffected(index) ? [{ user, index, subscriber, writtenAt: 0 }] : [];
  });
  const others = subscribers.filter((_, index) => !isAffected(index));
  const events = others.map((subscriber) => subscriber.events);
  const before = { reviews: await cluster.reviews(), cpu: await cpuMsOf(pid), server: await serverMs() };
  const begun = performance.now();
  await inParallel(affected, changeBindings);
  const written = performance.now();
  const isRight = () => affected.every(({ subscriber }) => subscriber.isRight);
  while (!isRight() && performance.now() - written < MAX_WAIT_MS) await delay(10);
  const delays = affected.map(delayOf);
  report(
    `${2 * affected.length} bindings of ${affected.length} viewers changed`,
    `written in ${((written - begun) / 1_000).toFixed(1)} s`,
    `${(await cluster.reviews()) - before.reviews} reviews`,
    `gateway ${(((await cpuMsOf(pid)) - before.cpu) / 1_000).toFixed(1)} s of CPU`,
    `API server ${(((await serverMs()) - before.server) / 1_000).toFixed(1)} s`,
    {
      label: 'each right after its own writes within',
      value: Math.max(...delays),
      unit: 's',
      digits: 2,
      max: GOALS.changeS,
    },
    {
      label: 'others disturbed:',
      value: others.filter((other, index) => other.events !== events[index]).length,
      unit: '',
      max: 0,
    },
  );
}

/** Compares gateways with and without the RBAC index. */
async function measureMemory(): Promise<void> {
  const heaps: number[] = [];
  let resident = 0;
  for (const AUTHORIZER of ['rbac', 'reviews']) {
    await using gateway = await start({ AUTHORIZER });
    const isSynced = async () => AUTHORIZER === 'reviews' || (await gateway.log()).includes('RBAC index synced');
    await waitFor(isSynced, 'the RBAC index has synced');
    heaps.push(await heapOf(gateway));
    resident ||= await residentMegabytesOf(gateway.pid);
  }
  const bindings =
    viewers * NAMESPACES_PER_VIEWER + (isPart('queries') && values.auth === 'header' ? namespaces / 2 : 0);
  const perBinding = ((heaps[0] ?? 0) - (heaps[1] ?? 0)) / bindings;
  report(
    'RBAC index',
    `${bindings} bindings`,
    `${perBinding.toFixed(0)} bytes of heap each`,
    `process ${resident.toFixed(0)} MB`,
  );
}

async function heapOf(gateway: GatewayProcess): Promise<number> {
  process.kill(gateway.pid, 'SIGUSR2');
  const heap = async () => Number(/heapUsed=(\d+)/u.exec(await gateway.log())?.[1] ?? 0);
  await waitFor(async () => (await heap()) > 0, 'the gateway writes its heap to its log');
  return heap();
}

const facts = [`${namespaces} namespaces`, `${viewers} viewers of ${NAMESPACES_PER_VIEWER} each`];
console.log(`${facts.join(', ')}, AUTH_MODE=${values.auth}, AUTHORIZER=${values.authorizer}, ${values.server}`);
await cluster.apply([reader]);
await createNamespaces(0, namespaces);
const users = await createViewers();
await measureServerAlone();
if (isPart('queries')) {
  await using gateway = await start();
  await measureQueries(gateway, users);
  await measureWideViewer(gateway);
  const few = await subscribe(gateway, users.slice(0, FIRST_QUERIES));
  await measureIdle(gateway, few, '');
  for (const subscriber of few) subscriber.stop();
  await gateway.stop();
}
if (isPart('memory')) await measureMemory();
if (['restart', 'changes', 'idle'].some(isPart)) {
  await using gateway = await start();
  const first = await measureSubscribing(gateway, users, 'after a restart');
  for (const subscriber of first) subscriber.stop();
  const all = await measureSubscribing(gateway, users, 'again');
  if (isPart('changes')) await measureChanges(gateway, users, all);
  if (isPart('idle')) {
    await createNamespaces(namespaces, Number(values['idle-namespaces']));
    await measureIdle(gateway, all, ` of ${values['idle-namespaces']} namespaces`);
  }
  for (const subscriber of all) subscriber.stop();
  await gateway.stop();
}
reportGoals();
await cluster[Symbol.asyncDispose]();
process.exit(0);
