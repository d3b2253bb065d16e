import { describe, expect, it } from 'vitest';
import { grantIn, grantName, viewing } from '../support/access/grants.ts';
import { namespace, workspace, workspaceKind } from '../support/manifests.ts';
import { startGatewayFor, startTestGateway, type Subscription, type TestGateway } from '../support/test-gateway.ts';
import { waitFor } from '../support/wait-for.ts';
import { connectUser } from '../support/user-client.ts';

interface Event {
  readonly type: string;
  readonly object: { readonly name: string; readonly kind?: { readonly displayName: string } | null } | null;
}

const FIELDS = 'name state kind { displayName }';
const objects = [
  namespace('team-a'),
  namespace('team-b'),
  workspaceKind('jupyterlab'),
  workspace('nb-1', { state: 'Running' }),
  workspace('nb-2', { state: 'Running' }),
  workspace('b-1', { namespace: 'team-b' }),
];
const WORKSPACE = ['kubeflow.org/v1beta1', 'Workspace'] as const;

/** Returns the cursor of the connection at this path of the answer. */
async function liveCursorOf(gateway: Pick<TestGateway, 'query'>, query: string, path: string): Promise<string> {
  const { data, errors } = await gateway.query(query);
  expect(errors).toBeUndefined();
  const connection = path.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], data);
  return (connection as { liveCursor: string }).liveCursor;
}

/** Returns the events up to and including SYNCED, such as `ADDED nb-1`. Leaves out the marker objects of `caughtUp`. */
async function untilSynced(stream: Subscription<{ workspaces: Event }>): Promise<readonly string[]> {
  const seen: string[] = [];
  for await (const { data, errors } of stream) {
    if (!data) throw new Error(JSON.stringify(errors));
    const { type, object } = data.workspaces;
    if (!object?.name.startsWith('caught-up')) seen.push(object ? `${type} ${object.name}` : type);
    if (type === 'SYNCED') return seen;
  }
  throw new Error('Expected SYNCED, got the end of the subscription.');
}

function subscribeAfter(gateway: Pick<TestGateway, 'subscribe'>, after: string, args = '') {
  const query = `subscription ($after: String) { workspaces(after: $after ${args}) { type object { ${FIELDS} } } }`;
  return gateway.subscribe<{ workspaces: Event }>(query, { after });
}

const LIST = `{ workspaces { liveCursor nodes { ${FIELDS} } } }`;

describe('a subscription after the liveCursor of a list', () => {
  it('sends the changes since the list, without a snapshot', async () => {
    await using gateway = await startTestGateway({ objects });
    const after = await liveCursorOf(gateway, LIST, 'workspaces');
    gateway.cluster.apply(workspace('nb-1', { state: 'Paused' }));
    gateway.cluster.delete(...WORKSPACE, 'nb-2', 'team-a');
    gateway.cluster.apply(workspace('nb-3'));
    await gateway.caughtUp();
    const stream = subscribeAfter(gateway, after);
    expect(await untilSynced(stream)).toEqual(['MODIFIED nb-1', 'DELETED nb-2', 'ADDED nb-3', 'SYNCED']);
    expect(await untilSynced(subscribeAfter(gateway, await liveCursorOf(gateway, LIST, 'workspaces')))).toEqual([
      'SYNCED',
    ]);
  });

  it('sends MODIFIED when a related object has changed, whether the list selected it or not', async () => {
    await using gateway = await startTestGateway({ objects });
    for (const list of [LIST, '{ workspaces { liveCursor nodes { name } } }']) {
      const after = await liveCursorOf(gateway, list, 'workspaces');
      gateway.cluster.apply(workspaceKind('jupyterlab', {}, { displayName: `Renamed for ${list}` }));
      await gateway.caughtUp();
      const seen = await untilSynced(subscribeAfter(gateway, after));
      expect(seen.toSorted()).toEqual(['MODIFIED b-1', 'MODIFIED nb-1', 'MODIFIED nb-2', 'SYNCED']);
    }
  });

  it.each([
    ['a namespace', '{ namespace(name: "team-a") { workspaces { liveCursor } } }', 'namespace.workspaces'],
    ['an argument', '{ workspaces(namespace: "team-a") { liveCursor } }', 'workspaces'],
  ])('goes on from the workspaces of one namespace, by %s', async (_, query, path) => {
    await using gateway = await startTestGateway({ objects });
    const after = await liveCursorOf(gateway, query, path);
    gateway.cluster.apply(workspace('nb-1', { state: 'Paused' }));
    gateway.cluster.apply(workspace('b-1', { namespace: 'team-b', state: 'Paused' }));
    await gateway.caughtUp();
    const stream = subscribeAfter(gateway, after, 'namespace: "team-a"');
    expect(await untilSynced(stream)).toEqual(['MODIFIED nb-1', 'SYNCED']);
  });

  it('goes on from the workspaces of a WorkspaceKind and from a filtered list', async () => {
    await using gateway = await startTestGateway({ objects });
    const byKind = '{ workspaceKind(name: "jupyterlab") { workspaces { liveCursor } } }';
    const running = '{ workspaces(filter: { states: [RUNNING] }, first: 1) { liveCursor } }';
    const [ofKind, ofRunning] = await Promise.all([
      liveCursorOf(gateway, byKind, 'workspaceKind.workspaces'),
      liveCursorOf(gateway, running, 'workspaces'),
    ]);
    gateway.cluster.apply(workspace('nb-2', { state: 'Paused' }));
    await gateway.caughtUp();
    expect(await untilSynced(subscribeAfter(gateway, ofKind, 'filter: { kinds: ["jupyterlab"] }'))).toEqual([
      'MODIFIED nb-2',
      'SYNCED',
    ]);
    expect(await untilSynced(subscribeAfter(gateway, ofRunning, 'filter: { states: [RUNNING] }'))).toEqual([
      'DELETED nb-2',
      'SYNCED',
    ]);
  });

  it('sends DELETED when an object came and went, because a later page may have contained it', async () => {
    await using gateway = await startTestGateway({ objects });
    const after = await liveCursorOf(gateway, '{ workspaces(first: 1) { liveCursor } }', 'workspaces');
    gateway.cluster.apply(workspace('nb-3'));
    gateway.cluster.delete(...WORKSPACE, 'nb-3', 'team-a');
    await gateway.caughtUp();
    expect(await untilSynced(subscribeAfter(gateway, after))).toEqual(['DELETED nb-3', 'SYNCED']);
  });

  it('sends nothing again when the list contained the result of a mutation before the watch reported it', async () => {
    await using gateway = await startTestGateway({ objects });
    const undo = gateway.cluster.faults.stall();
    await gateway.query('mutation { pauseWorkspace(input: { namespace: "team-a", name: "nb-1" }) { warnings } }');
    const after = await liveCursorOf(gateway, '{ workspaces { liveCursor nodes { name } } }', 'workspaces');
    undo();
    await gateway.caughtUp();
    const query = 'subscription ($after: String) { workspaces(after: $after) { type object { name paused } } }';
    expect(await untilSynced(gateway.subscribe(query, { after }))).toEqual(['SYNCED']);
  });

  it('goes on at another gateway, or starts with a snapshot if that started later', async () => {
    await using gateway = await startTestGateway({ objects });
    await using other = await startGatewayFor(gateway.cluster.kubeconfig);
    const after = await liveCursorOf(gateway, '{ workspaces { liveCursor } }', 'workspaces');
    gateway.cluster.apply(workspace('nb-1', { state: 'Paused' }));
    await waitFor(
      async () => JSON.stringify(await other.query(LIST)).includes('PAUSED'),
      'the other one has the change',
    );
    await using later = await startGatewayFor(gateway.cluster.kubeconfig);
    expect(await untilSynced(subscribeAfter(other, after))).toEqual(['MODIFIED nb-1', 'SYNCED']);
    expect((await untilSynced(subscribeAfter(later, after)))[0]).toBe('RESET');
  });

  it('starts with a snapshot when the list had a change of a related object that the gateway does not receive', async () => {
    await using gateway = await startTestGateway({ objects });
    await using other = await startGatewayFor(gateway.cluster.kubeconfig);
    using _ = gateway.cluster.faults.stall(({ resource }) => resource === 'workspacekinds');
    const patch = 'patch: { spec: { spawner: { displayName: "Renamed" } } }';
    const rename = `patchWorkspaceKind(input: { name: "jupyterlab", type: MERGE, ${patch} }) { warnings }`;
    expect(await gateway.query(`mutation { ${rename} }`)).not.toHaveProperty('errors');
    const after = await liveCursorOf(gateway, LIST, 'workspaces');
    expect((await untilSynced(subscribeAfter(other, after)))[0]).toBe('RESET');
  });

  it('goes on without a snapshot when the viewer may not read a related kind that is not cached', async () => {
    await using gateway = await startTestGateway({
      objects: [...objects, ...grantIn('team-a', 'vic', viewing)],
      users: [{ name: 'vic', token: 'vic-token' }],
      authentication: { mode: 'token' },
    });
    await using vic = connectUser(gateway.url, { token: 'vic-token' });
    const asked = { query: (query: string) => vic.ask(query) } as Pick<TestGateway, 'query'>;
    const after = await liveCursorOf(asked, '{ workspaces { liveCursor nodes { pod { phase } } } }', 'workspaces');
    const query = 'subscription ($after: String) { workspaces(after: $after) { type object { name pod { phase } } } }';
    expect(await untilSynced(vic.subscribe(query, { after }))).toEqual(['SYNCED']);
  });

  it('starts with a snapshot when the viewer sees other objects by then', async () => {
    const grants = ['team-a', 'team-b'].flatMap((team) => grantIn(team, 'vic', viewing));
    const users = [{ name: 'vic', token: 'vic-token' }];
    const authentication = { mode: 'token' } as const;
    await using gateway = await startTestGateway({
      objects: [...objects, ...grants],
      users,
      authentication,
      authorizationTtlSeconds: 1,
      denialTtlSeconds: 1,
    });
    await using vic = connectUser(gateway.url, { token: 'vic-token' });
    const list = '{ workspaces { liveCursor totalCount } }';
    const asked = { query: (query: string) => vic.ask(query) } as Pick<TestGateway, 'query'>;
    const after = await liveCursorOf(asked, list, 'workspaces');
    expect((await untilSynced(subscribeAfter(vic, after)))[0]).toBe('SYNCED');
    gateway.cluster.delete('rbac.authorization.k8s.io/v1', 'RoleBinding', grantName('vic'), 'team-b');
    await expect
      .poll(async () => (await vic.ask(list)).data?.['workspaces'])
      .toMatchObject({
        totalCount: 2,
      });
    expect((await untilSynced(subscribeAfter(vic, after)))[0]).toBe('RESET');
  });

  it('refuses a subscription when the cursor is of a list of another type', async () => {
    await using gateway = await startTestGateway({ objects });
    const after = await liveCursorOf(gateway, '{ namespaces { liveCursor } }', 'namespaces');
    const { value } = await subscribeAfter(gateway, after).next();
    expect(value?.errors).toMatchObject([{ extensions: { code: 'BAD_REQUEST' } }]);
  });
});
