import { expect, it } from 'vitest';
import { workspaceCrd } from '../../dev/demo/crds/workspace.ts';
import { workspaceKindCrd } from '../../dev/demo/crds/workspace-kind.ts';
import { startSimulator, type Simulator } from '../../dev/simulator/simulator.ts';
import { alwaysWatched } from '../support/always-watched.ts';
import { kubeconfigText } from '../support/kubeconfig.ts';
import { namespace, workspace } from '../support/manifests.ts';
import { startTamperingProxy, type TamperingProxy } from '../support/tampering-proxy.ts';
import { startGatewayFor, type TestGateway } from '../support/test-gateway.ts';
import { waitFor } from '../support/wait-for.ts';
import { followWorkspaces } from '../support/workspace-view.ts';

interface Behind extends TestGateway {
  readonly cluster: Simulator;
  readonly proxy: TamperingProxy;
}

const VERSION = /("resourceVersion":")(\d+)"/gu;
const OPAQUE_PARAMETER = /([?&]resourceVersion=)v-([\da-f]+)-x/u;

/** Returns an opaque version. Later versions are not greater as text. */
function opaque(version: string): string {
  return `v-${(2 ** 40 - Number(version)).toString(16)}-x`;
}

it('delivers every change when resourceVersions are not numbers, and RESET to clients that resume', async () => {
  await using gateway = await startBehind((proxy) => {
    proxy.tamper = ({ body }) => body.replaceAll(VERSION, (_, name, version) => `${name}${opaque(version)}"`);
    proxy.redirect = (target) =>
      target.replace(OPAQUE_PARAMETER, (_, name, hex) => `${name}${2 ** 40 - Number.parseInt(hex, 16)}`);
  });
  const { cluster } = gateway;
  const query = 'workspaces { type cursor object { metadata { name } paused } }';
  using events = eventsOf(gateway, `subscription { ${query} }`);
  expect(await events.synced()).toContain('ADDED nb-1');
  cluster.apply(workspace('nb-2'));
  await events.next('ADDED nb-2');
  cluster.apply(workspace('nb-2', { paused: true }));
  await events.next('MODIFIED nb-2');
  cluster.delete('kubeflow.org/v1beta1', 'Workspace', 'nb-1', 'team-a');
  await events.next('DELETED nb-1');
  const cursor = events.lastCursor();
  cluster.faults.dropWatches();
  cluster.apply(workspace('nb-3'));
  await events.next('ADDED nb-3');
  using resumed = eventsOf(
    gateway,
    `subscription { ${query.replace('workspaces', `workspaces(after: "${cursor}")`)} }`,
  );
  expect(await resumed.synced()).toEqual(['RESET', 'ADDED nb-2', 'ADDED nb-3', 'SYNCED']);
  expect(gateway.statistics().kinds.find(({ resource }) => resource.plural === 'workspaces')?.watch.malformed).toBe(0);
});

it.each<[string, (body: string) => string]>([
  ['cannot be decoded', () => '{"type":"MODIFIED","object":{"metadata":{"name":"nb-1"}}}'],
  ['is cut', (body) => body.slice(0, body.length / 2)],
])('converges when the event of a change %s', async (_, tampered) => {
  await using gateway = await startBehind();
  const { cluster, proxy } = gateway;
  const view = followWorkspaces(gateway);
  await view.next(3);
  let isPending = true;
  proxy.tamper = ({ path, body }) => {
    if (!isPending || !path.includes('/workspaces?') || !body.startsWith('{"type":"MODIFIED"')) return body;
    isPending = false;
    return tampered(body);
  };
  cluster.apply(workspace('nb-1', { state: 'Paused', paused: true }));
  cluster.apply(workspace('nb-2'));
  // The list that replaces the event has another order, if the second change has not arrived before it.
  expect((await view.next(2)).toSorted()).toEqual(['ADDED nb-2', 'MODIFIED nb-1']);
  await view.converges();
  expect(isPending).toBe(false);
});

it('states that the list lacks its resourceVersion when it has none', async () => {
  await using gateway = await startBehind((proxy) => {
    proxy.tamper = ({ path, body }) =>
      path.includes('/workspaces?')
        ? body.replace(/"metadata":\{"resourceVersion":"\d+"/u, '"metadata":{"x":"y"')
        : body;
    proxy.redirect = (target) => target.replace('&sendInitialEvents=true', '&sendInitialEvents=maybe');
  });
  await waitFor(async () => (await messageOf(gateway)).includes('metadata.resourceVersion'), 'the list was refused');
  expect(await messageOf(gateway)).toContain(
    'Expected a list with metadata.resourceVersion, got nothing there. The API server, or the aggregated one that serves this kind, has to set it.',
  );
});

async function messageOf(gateway: TestGateway): Promise<string> {
  const { errors } = await gateway.query('{ workspaces { totalCount } }');
  return errors?.[0]?.message ?? '';
}

async function startBehind(before?: (proxy: TamperingProxy) => void): Promise<Behind & AsyncDisposable> {
  await using started = new AsyncDisposableStack();
  const objects = [workspaceCrd, workspaceKindCrd, namespace('team-a'), workspace('nb-1', { state: 'Running' })];
  const cluster = started.use(await startSimulator({ objects, bookmarkIntervalMs: 100 }));
  const proxy = started.use(await startTamperingProxy(cluster.url));
  before?.(proxy);
  const kubeconfig = kubeconfigText({ server: proxy.url }, { token: cluster.token });
  const gateway = started.use(await startGatewayFor(kubeconfig, { when: before ? 'at once' : 'ready' }));
  await waitFor(() => cluster.openWatches >= alwaysWatched.length - 1, 'the kinds are watched');
  const running = started.move();
  return { ...gateway, cluster, proxy, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

interface Events extends Disposable {
  /** Waits for exactly these events, such as `ADDED nb-1`. */
  next(...expected: readonly string[]): Promise<void>;
  /** Returns the events up to SYNCED. */
  synced(): Promise<readonly string[]>;
  lastCursor(): string;
}

function eventsOf(gateway: TestGateway, query: string): Events {
  interface Event {
    readonly type: string;
    readonly cursor: string;
    readonly object: { readonly metadata: { readonly name: string } } | null;
  }
  const stream = gateway.subscribe<{ readonly workspaces: Event }>(query);
  let cursor = '';
  async function read(): Promise<string> {
    const { value } = await stream.next();
    if (!value?.data) throw new Error(`Expected an event, got ${JSON.stringify(value)}.`);
    const { type, object, cursor: next } = value.data.workspaces;
    cursor = next;
    return object ? `${type} ${object.metadata.name}` : type;
  }
  return {
    async next(...expected) {
      for (const event of expected) expect(await read()).toBe(event);
    },
    async synced() {
      const received: string[] = [];
      while (received.at(-1) !== 'SYNCED') received.push(await read());
      return received;
    },
    lastCursor: () => cursor,
    [Symbol.dispose]: () => void stream.return(),
  };
}
