/**
 * `npm run bench:access`: the cost of permissions on a cluster of many namespaces, of which each viewer sees three.
 *
 * The gateway runs in a process of its own, in header mode. The simulated API server and the clients run in this one; with
 * `--server kube-apiserver`, that of `KUBEBUILDER_ASSETS` runs in its own. If other work disturbs the times, compare the
 * CPU times.
 */
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { WebSocket } from 'ws';
import type { Manifest } from '../dev/simulator/api-object.ts';
import { startGatewayProcess, type GatewayProcess } from '../test/support/gateway-process.ts';
import { namespace, workspace } from '../test/support/manifests.ts';
import { cpuMsOf } from '../test/support/abuse/process-usage.ts';
import { bound, reader } from '../test/support/access/rbac-objects.ts';
import { startAccessCluster } from './access-cluster.ts';

const NAMESPACES_PER_VIEWER = 3;
const MAX_WAIT_MS = 60_000;
const RECONNECT_MS = 500;
/** Close code of a connection that the bench has closed. */
const NO_STATUS = 1005;
const FIRST_QUERIES = 20;
const QUERY = '{ workspaces { nodes { name kind { displayName } } } }';
const SUBSCRIPTION = 'subscription { workspaces { type object { name } } }';

const { values } = parseArgs({
  options: {
    server: { type: 'string', default: 'simulator' },
    namespaces: { type: 'string', default: '1000' },
    viewers: { type: 'string', default: '1000' },
    changes: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '60' },
    authorizer: { type: 'string', default: 'rbac' },
    /** Folder for the CPU profiles of the gateway. */
    profile: { type: 'string' },
  },
});
const namespaces = Number(values.namespaces);
const viewers = Number(values.viewers);
const changes = Number(values.changes);
const seconds = Number(values.seconds);

await using cluster = await startAccessCluster(values.server === 'simulator' ? 'simulator' : 'kube-apiserver');

async function fillCluster(): Promise<void> {
  const names = Array.from({ length: namespaces }, (_, index) => `ns-${index}`);
  const bindings = Array.from({ length: viewers }, (_, viewer) =>
    namespacesOf(viewer).map((at) => bound({ name: `user-${viewer}`, groups: [] }, 'reader', at)),
  );
  const half = names.filter((_, index) => index % 2 === 0);
  await cluster.apply([reader, ...names.map((name) => namespace(name))]);
  await cluster.apply(names.map((name) => workspace(`of-${name}`, { namespace: name })));
  await cluster.apply([...bindings.flat(), ...half.map((at) => bound({ name: 'wide', groups: [] }, 'reader', at))]);
}

function namespacesOf(viewer: number): readonly string[] {
  return Array.from(
    { length: NAMESPACES_PER_VIEWER },
    (_, index) => `ns-${(viewer * NAMESPACES_PER_VIEWER + index) % namespaces}`,
  );
}

function report(title: string, ...results: readonly string[]): void {
  console.log(`${title.padEnd(52)} ${results.join(', ')}`);
}

async function ask({ port }: GatewayProcess, user: string): Promise<number> {
  const begun = performance.now();
  const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'kubeflow-userid': user },
    body: JSON.stringify({ query: QUERY }),
  });
  const text = await response.text();
  if (text.includes('"errors"')) throw new Error(text.slice(0, 500));
  return performance.now() - begun;
}

/** Measures the first query of several viewers, one after the other, and the second one of each. */
async function measureQueries(gateway: GatewayProcess): Promise<void> {
  await ask(gateway, 'warm-up');
  const before = { reviews: await cluster.reviews(), cpu: await cpuMsOf(gateway.pid) };
  const users = Array.from({ length: Math.min(FIRST_QUERIES, viewers) }, (_, viewer) => `user-${viewer}`);
  const first: number[] = [];
  for (const user of users) first.push(await ask(gateway, user));
  const reviews = ((await cluster.reviews()) - before.reviews) / users.length;
  const cpu = ((await cpuMsOf(gateway.pid)) - before.cpu) / users.length;
  const again: number[] = [];
  for (const user of users) again.push(await ask(gateway, user));
  report('first query of a viewer', `${reviews} reviews`, timesOf(first), `${cpu.toFixed(1)} ms of CPU`);
  report('same query again', timesOf(again));
}

/** Measures a viewer who is bound in half of the namespaces, each by a binding of its own. */
async function measureWideViewer(gateway: GatewayProcess): Promise<void> {
  const before = await cluster.reviews();
  const first = await ask(gateway, 'wide');
  const reviews = (await cluster.reviews()) - before;
  const again: number[] = [];
  for (let index = 0; index < FIRST_QUERIES; index += 1) again.push(await ask(gateway, 'wide'));
  const title = `first query of a viewer of ${Math.ceil(namespaces / 2)} namespaces`;
  report(title, `${reviews} reviews`, `${first.toFixed(0)} ms`, `again: ${timesOf(again)}`);
}

function timesOf(milliseconds: readonly number[]): string {
  const sorted = milliseconds.toSorted((a, b) => a - b);
  const [first = 0, median = 0] = [milliseconds[0], sorted[Math.floor(sorted.length / 2)]];
  return `first ${first.toFixed(1)} ms, median ${median.toFixed(1)} ms, worst ${(sorted.at(-1) ?? 0).toFixed(1)} ms`;
}

/** Resolves when each viewer has received its snapshot. */
async function subscribe({ port }: GatewayProcess, count: number): Promise<readonly Subscriber[]> {
  const subscribers = Array.from({ length: count }, (_, viewer) => new Subscriber(port, viewer));
  await Promise.all(subscribers.map(async (subscriber) => subscriber.synced));
  return subscribers;
}

async function measureIdle({ pid }: GatewayProcess, subscribers: readonly Subscriber[]): Promise<void> {
  const before = { reviews: await cluster.reviews(), cpu: await cpuMsOf(pid), server: await serverMs() };
  await delay(seconds * 1_000);
  const cpu = shareOf((await cpuMsOf(pid)) - before.cpu);
  const server = cluster.pid === undefined ? [] : [`API server ${shareOf((await serverMs()) - before.server)}`];
  const perMinute = (((await cluster.reviews()) - before.reviews) / subscribers.length) * (60 / seconds);
  report(
    `${subscribers.length} idle subscribers`,
    `${perMinute.toFixed(1)} reviews each per minute`,
    `gateway ${cpu} of a core`,
    ...server,
  );
}

async function measureServerAlone(): Promise<void> {
  if (cluster.pid === undefined) return;
  const before = await serverMs();
  await delay(seconds * 500);
  report('API server without a gateway', shareOf(((await serverMs()) - before) * 2));
}

async function serverMs(): Promise<number> {
  return cluster.pid === undefined ? 0 : cpuMsOf(cluster.pid);
}

function inSeconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

function shareOf(cpuMs: number): string {
  return `${(cpuMs / seconds / 10).toFixed(1)} %`;
}

/** Creates a binding of half of the viewers in one more namespace, and deletes one of their three. */
async function measureChanges(subscribers: readonly Subscriber[]): Promise<void> {
  const affected = subscribers.filter((_, index) => index % 2 === 0).slice(0, changes / 2);
  const others = subscribers.filter((subscriber) => !affected.includes(subscriber));
  const frames = others.map((subscriber) => subscriber.frames);
  const before = await cluster.reviews();
  const begun = performance.now();
  const created: Manifest[] = [];
  const deleted: Manifest[] = [];
  for (const { viewer, expected } of affected) {
    const user = { name: `user-${viewer}`, groups: [] };
    const [lost = ''] = namespacesOf(viewer);
    const gained = `ns-${(viewer * NAMESPACES_PER_VIEWER + NAMESPACES_PER_VIEWER) % namespaces}`;
    created.push(bound(user, 'reader', gained));
    deleted.push(bound(user, 'reader', lost));
    expected.delete(`of-${lost}`);
    expected.add(`of-${gained}`);
  }
  await Promise.all([cluster.apply(created), cluster.delete(deleted)]);
  const written = performance.now();
  const isRight = () => affected.every((subscriber) => subscriber.isRight);
  while (!isRight() && performance.now() - written < MAX_WAIT_MS) await delay(10);
  const rightAt = performance.now();
  const disturbed = others.filter((subscriber, index) => subscriber.frames !== frames[index]).length;
  report(
    `${created.length + deleted.length} bindings of ${affected.length} viewers changed`,
    `written in ${((written - begun) / 1_000).toFixed(1)} s`,
    `${(await cluster.reviews()) - before} reviews`,
    isRight() ? `all right ${((rightAt - written) / 1_000).toFixed(2)} s later` : 'not all right in time',
    `${disturbed} others disturbed`,
  );
}

function endsOf(subscribers: readonly Subscriber[]): string {
  const counts = Map.groupBy(
    subscribers.flatMap(({ ends }) => ends),
    (end) => end,
  );
  return counts.size === 0 ? 'none ended' : [...counts].map(([end, all]) => `${all.length} ended by ${end}`).join(', ');
}

interface Message {
  readonly type: string;
  readonly payload?: {
    readonly data?: { readonly workspaces?: WorkspaceEvent } | null;
    readonly errors?: readonly { readonly extensions?: { readonly code?: string } }[];
  };
}

interface WorkspaceEvent {
  readonly type: string;
  readonly object: { readonly name: string } | null;
}

/** A subscription of one viewer on a WebSocket of its own. */
class Subscriber {
  readonly viewer: number;
  readonly synced: Promise<void>;
  /** Names of the workspaces that the viewer should see. */
  readonly expected: Set<string>;
  readonly #shown = new Set<string>();
  /** Messages with events so far. */
  frames = 0;
  /** Codes with which connections were closed or subscriptions ended. */
  readonly ends: (number | string)[] = [];
  #socket: WebSocket | undefined;
  #isStopped = false;

  constructor(port: number, viewer: number) {
    this.viewer = viewer;
    this.expected = new Set(namespacesOf(viewer).map((name) => `of-${name}`));
    const { promise, resolve } = Promise.withResolvers<void>();
    this.synced = promise;
    this.#connect(port, resolve);
  }

  stop(): void {
    this.#isStopped = true;
    this.#socket?.close();
  }

  /** Connects again when the gateway closes the connection or ends the subscription, as one that is not served in time. */
  #connect(port: number, synced: () => void): void {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/graphql`, 'graphql-transport-ws', {
      headers: { 'kubeflow-userid': `user-${this.viewer}` },
    });
    socket.once('open', () => socket.send('{"type":"connection_init"}'));
    this.#socket = socket;
    socket.on('error', () => undefined); // the socket is closed, too
    socket.once('close', (code) => {
      if (code !== NO_STATUS) this.ends.push(code);
      if (!this.#isStopped) setTimeout(() => this.#connect(port, synced), RECONNECT_MS);
    });
    socket.on('message', (data: Buffer) => {
      const { type, payload } = JSON.parse(data.toString()) as Message;
      if (type === 'ping') return socket.send('{"type":"pong"}');
      if (type === 'connection_ack')
        return socket.send(JSON.stringify({ type: 'subscribe', id: '1', payload: { query: SUBSCRIPTION } }));
      const [error] = payload?.errors ?? [];
      if (error || type === 'error' || type === 'complete') {
        this.ends.push(error?.extensions?.code ?? type);
        return socket.close();
      }
      const event = payload?.data?.workspaces;
      if (event) this.#receive(event, synced);
      return undefined;
    });
  }

  get isRight(): boolean {
    return this.#shown.size === this.expected.size && [...this.expected].every((name) => this.#shown.has(name));
  }

  #receive({ type, object }: WorkspaceEvent, synced: () => void): void {
    this.frames += 1;
    if (type === 'SYNCED') return synced();
    if (type === 'RESET') return this.#shown.clear();
    if (type === 'DELETED') this.#shown.delete(object?.name ?? '');
    else this.#shown.add(object?.name ?? '');
    return undefined;
  }
}

const settings = {
  AUTH_MODE: 'header',
  AUTHORIZER: values.authorizer,
  LOG_LEVEL: 'info',
  MAX_ACCESS_REVIEWS_PER_REQUEST: '20000',
  ...(values.profile !== undefined && { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${path.resolve(values.profile)}` }),
};
const facts = [`${namespaces} namespaces`, `${viewers} viewers of ${NAMESPACES_PER_VIEWER} each`];
console.log(`${facts.join(', ')}, AUTHORIZER=${values.authorizer}, ${values.server}`);
await fillCluster();
await measureServerAlone();
{
  await using gateway = await startGatewayProcess(cluster.kubeconfig, settings);
  await measureQueries(gateway);
  await measureWideViewer(gateway);
  const few = await subscribe(gateway, Math.min(20, viewers));
  await measureIdle(gateway, few);
  for (const subscriber of few) subscriber.stop();
  await gateway.stop();
}
{
  await using gateway = await startGatewayProcess(cluster.kubeconfig, settings);
  const begun = { time: performance.now(), cpu: await cpuMsOf(gateway.pid), server: await serverMs() };
  const all = await subscribe(gateway, viewers);
  report(
    `${viewers} viewers have their subscriptions again`,
    `${Math.round(performance.now() - begun.time)} ms`,
    `gateway ${inSeconds((await cpuMsOf(gateway.pid)) - begun.cpu)} of CPU`,
    `API server ${inSeconds((await serverMs()) - begun.server)}`,
    all.every((subscriber) => subscriber.isRight) ? 'all right' : 'not all right',
    `${endsOf(all)} meanwhile`,
  );
  await measureIdle(gateway, all);
  await measureChanges(all);
  for (const subscriber of all) subscriber.stop();
  await gateway.stop();
}
await cluster[Symbol.asyncDispose]();
process.exit(0);
