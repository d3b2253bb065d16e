import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { FollowedWorkspacesDocument, type FollowedWorkspacesSubscription } from '../../test/__generated__/graphql.ts';
import { grantIn, grantName, viewing } from '../../test/support/access/grants.ts';
import { namespace, workspace } from '../../test/support/manifests.ts';
import { seededRandom, type SeededRandom } from '../../test/support/seeded-random.ts';
import { TcpProxy } from '../../test/support/tcp-proxy.ts';
import { startTestGateway, type SimulatedGateway } from '../../test/support/test-gateway.ts';
import { waitFor } from '../../test/support/wait-for.ts';
import { followList, type ListState, type LiveList, type RowOf } from '../src/index.ts';
import { transports } from './clients.ts';

type Row = RowOf<FollowedWorkspacesSubscription>;

const WORKSPACE = ['kubeflow.org/v1beta1', 'Workspace'] as const;
const LIST = '{ workspaces { nodes { id name state } } }';
const CUTS = 10;
const token = { mode: 'token', audiences: [] } as const;
const users = [{ token: 'erins', name: 'erin' }];
const objects = [namespace('team-a'), workspace('nb-0', { state: 'Running' }), ...grantIn('team-a', 'erin', viewing)];
/** The default waits a second. */
const soon = { minRetryMs: 10, maxRetryMs: 50 };

function write(random: SeededRandom, { cluster }: SimulatedGateway): void {
  for (let count = 1 + random.below(4); count > 0; count -= 1) {
    const name = `nb-${random.below(6)}`;
    const exists = cluster.list(...WORKSPACE).some(({ metadata }) => metadata.name === name);
    if (exists && random.below(2) === 0) cluster.delete(...WORKSPACE, name, 'team-a');
    else cluster.apply(workspace(name, { state: random.pick(['Running', 'Paused', 'Error']) }));
  }
}

function textOf(rows: readonly Row[]): string {
  return JSON.stringify(rows.toSorted((a, b) => (a.id < b.id ? -1 : 1)));
}

async function listed(gateway: SimulatedGateway): Promise<string> {
  const { data } = await gateway.query(LIST);
  return textOf((data as { workspaces: { nodes: readonly Row[] } }).workspaces.nodes);
}

async function untilStatus(list: LiveList<Row>, status: ListState<Row>['status']): Promise<ListState<Row>> {
  await waitFor(() => list.state.status === status, `the list is ${status}`);
  return list.state;
}

describe.each(transports)('a followed list over %s', (_, connect) => {
  it.each([
    ['client', true],
    ['package', false],
  ])(
    `shows the right rows after each of ${CUTS} cuts of the connection when the %s retries`,
    async (_name, retries) => {
      const random = seededRandom(CUTS);
      await using gateway = await startTestGateway({ objects });
      await using proxy = await TcpProxy.to(gateway);
      await using connected = connect(proxy.url, { retries });
      const list = followList(connected.client, FollowedWorkspacesDocument, {}, { ...soon, onChange: () => undefined });
      for (let cut = 0; cut <= CUTS; cut += 1) {
        await gateway.caughtUp();
        await waitFor(
          async () => textOf(list.state.rows) === (await listed(gateway)),
          `the rows are right after cut ${cut}`,
        );
        await proxy.disconnect();
        await untilStatus(list, 'stale');
        write(random, gateway);
        await proxy.reconnect();
        if (random.below(2) === 0) write(random, gateway);
      }
      await untilStatus(list, 'live');
      await gateway.caughtUp();
      await expect.poll(async () => textOf(list.state.rows) === (await listed(gateway))).toBe(true);
      list.stop();
    },
  );

  it.each([true, false])(
    'resumes after its last event, without a second snapshot, when retries is %s',
    async (retries) => {
      await using gateway = await startTestGateway({ objects });
      await using proxy = await TcpProxy.to(gateway);
      await using connected = connect(proxy.url, { retries });
      const seen: string[] = [];
      const onChange = ({ status, error }: ListState<Row>) => {
        const change = error ? `${status} ${error.recovery}` : status;
        if (seen.at(-1) !== change) seen.push(change);
      };
      const list = followList(connected.client, FollowedWorkspacesDocument, {}, { ...soon, onChange });
      const { rows } = await untilStatus(list, 'live');
      await proxy.disconnect();
      await untilStatus(list, 'stale');
      gateway.cluster.apply(workspace('nb-1', { state: 'Running' }));
      await gateway.caughtUp();
      await proxy.reconnect();
      const { rows: later } = await untilStatus(list, 'live');
      list.stop();
      // A snapshot would have created the first row again.
      expect(later[0]).toBe(rows[0]);
      expect(later.map(({ name }) => name)).toEqual(['nb-0', 'nb-1']);
      expect(seen).toEqual(['live', 'stale retry', 'live']);
    },
  );

  it('reports why it has no rows yet, and connects later, when the gateway cannot be reached', async () => {
    await using gateway = await startTestGateway({ objects });
    await using proxy = await TcpProxy.to(gateway);
    await proxy.disconnect();
    await using connected = connect(proxy.url);
    const list = followList(connected.client, FollowedWorkspacesDocument, {}, { ...soon, onChange: () => undefined });
    await waitFor(() => list.state.error !== undefined, 'an attempt has failed');
    expect(list.state).toMatchObject({ status: 'connecting', error: { recovery: 'retry' } });
    await proxy.reconnect();
    expect(await untilStatus(list, 'live')).toMatchObject({ error: undefined, rows: [{ name: 'nb-0' }] });
    list.stop();
  });

  it('follows another gateway when the first one stops', async () => {
    await using first = await startTestGateway({ objects });
    await using proxy = await TcpProxy.to(first);
    await using connected = connect(proxy.url);
    const list = followList(connected.client, FollowedWorkspacesDocument, {}, { ...soon, onChange: () => undefined });
    await untilStatus(list, 'live');
    await first[Symbol.asyncDispose]();
    expect((await untilStatus(list, 'stale')).rows).toHaveLength(1);
    list.stop();
  });

  it('fails with the code, and keeps its rows, when the viewer loses the permission', async () => {
    const authorization = { authorizationTtlSeconds: 0.1, denialTtlSeconds: 0.1 };
    await using gateway = await startTestGateway({ objects, users, authentication: token, ...authorization });
    await using connected = connect(gateway.url, { token: () => 'erins' });
    const variables = { namespace: 'team-a' };
    const list = followList(connected.client, FollowedWorkspacesDocument, variables, { onChange: () => undefined });
    await untilStatus(list, 'live');
    gateway.cluster.delete('rbac.authorization.k8s.io/v1', 'RoleBinding', grantName('erin'), 'team-a');
    expect(await untilStatus(list, 'failed')).toMatchObject({ error: { code: 'FORBIDDEN', recovery: 'stop' } });
    const iteration = followList(connected.client, FollowedWorkspacesDocument, variables)[Symbol.asyncIterator]();
    await expect(iteration.next()).rejects.toMatchObject({ name: 'ListError', code: 'FORBIDDEN' });
    await expect(iteration.next()).resolves.toEqual({ done: true, value: undefined });
  });

  it('subscribes without a cursor when the gateway refuses the one it has', async () => {
    await using gateway = await startTestGateway({ objects });
    await using connected = connect(gateway.url);
    const initial = { rows: [{ id: 'gone', name: 'gone', state: 'RUNNING' as const }], liveCursor: 'unknown' };
    const list = followList(connected.client, FollowedWorkspacesDocument, {}, { initial, onChange: () => undefined });
    expect((await untilStatus(list, 'live')).rows.map(({ name }) => name)).toEqual(['nb-0']);
    list.stop();
  });

  it('fails when the operation is not valid', async () => {
    await using gateway = await startTestGateway({ objects });
    await using connected = connect(gateway.url);
    const variables = { filter: { labelSelector: 'a in (' } };
    const list = followList(connected.client, FollowedWorkspacesDocument, variables, { onChange: () => undefined });
    const { error, rows } = await untilStatus(list, 'failed');
    expect([error?.code, rows]).toEqual(['BAD_REQUEST', []]);
    await expect(list[Symbol.asyncIterator]().next()).rejects.toBe(error);
  });
});

describe.each(transports)('the credentials of a list over %s', (_, connect) => {
  it('renews the credentials when the gateway refuses them', async () => {
    await using gateway = await startTestGateway({ objects, users, authentication: token });
    let current = 'expired';
    await using connected = connect(gateway.url, { token: () => current });
    const renewals: unknown[] = [];
    const renewCredentials = async ({ recovery }: { readonly recovery: string }) => {
      renewals.push(recovery);
      await Promise.resolve();
      current = 'erins';
    };
    const list = followList(
      connected.client,
      FollowedWorkspacesDocument,
      { namespace: 'team-a' },
      { ...soon, renewCredentials, onChange: () => undefined },
    );
    expect((await untilStatus(list, 'live')).rows).toHaveLength(1);
    expect(renewals).toEqual(['renew']);
    list.stop();
  });

  it.each([
    ['the renewal fails', () => Promise.reject(new Error('Sign in again')), { cause: { message: 'Sign in again' } }],
    ['the new ones are refused too', () => undefined, { recovery: 'renew' }],
    ['there is no renewal', undefined, { recovery: 'renew' }],
  ])('ends the list when %s', async (_case, renewCredentials, error) => {
    await using gateway = await startTestGateway({ objects, users, authentication: token });
    await using connected = connect(gateway.url, { token: () => 'expired' });
    const options = { ...soon, renewCredentials, onChange: () => undefined };
    const list = followList(connected.client, FollowedWorkspacesDocument, { namespace: 'team-a' }, options);
    expect(await untilStatus(list, 'failed')).toMatchObject({ error });
  });
});

it('reports an error of a listener as uncaught, and goes on', async () => {
  await using gateway = await startTestGateway({ objects });
  const [[, connect]] = transports as [(typeof transports)[number]];
  await using connected = connect(gateway.url);
  const list = followList(connected.client, FollowedWorkspacesDocument, {});
  const uncaught = once(process, 'uncaughtException');
  list.subscribe(() => {
    throw new Error('a defect of the page');
  });
  expect((await uncaught)[0]).toMatchObject({ message: 'a defect of the page' });
  await untilStatus(list, 'live');
  list.stop();
});
