import { expect, it } from 'vitest';
import { grantIn, grantName, viewing, type Rule } from '../support/access/grants.ts';
import { namespace, workspace, workspaceKind } from '../support/manifests.ts';
import { podOf } from '../support/pods.ts';
import { startTestGateway, type SimulatedGateway, type Subscription } from '../support/test-gateway.ts';
import { connectUser } from '../support/user-client.ts';

interface Events {
  readonly workspaces: { readonly type: string; readonly object: { readonly name: string } | null };
}

const reading: Rule = { verbs: ['get', 'list', 'watch'], resources: ['pods'], apiGroups: ['', 'metrics.k8s.io'] };
const FOLLOW = 'subscription { workspaces { type object { name usage { reason } } } }';
const objects = [
  ...['team-a', 'team-b', 'team-c'].flatMap((name) => [namespace(name), ...grantIn(name, 'vic', viewing, reading)]),
  workspaceKind('jupyterlab'),
  workspace('a-1'),
  workspace('b-1', { namespace: 'team-b' }),
];

/** Returns the next `count` events, such as `ADDED a-1`. */
async function next(stream: Subscription<Events>, count: number): Promise<readonly string[]> {
  const taken: string[] = [];
  while (taken.length < count) {
    const { value } = await stream.next();
    const { type, object } = value?.data?.workspaces ?? {};
    taken.push(object ? `${type} ${object.name}` : String(type));
  }
  return taken;
}

/** Starts a subscription whose permission for `team-b` is revoked while its evaluation waits for the usage of a pod in `team-c`. */
async function startTransfer() {
  const stack = new AsyncDisposableStack();
  const users = [{ name: 'vic', token: 'vic-token' }];
  const gateway = stack.use(await startTestGateway({ objects, users, authentication: { mode: 'token' } }));
  const vic = stack.use(connectUser(gateway.url, { token: 'vic-token' }));
  const stream = vic.subscribe<Events>(FOLLOW);
  await next(stream, 4);
  const waits = Promise.withResolvers<void>();
  const endWait = gateway.cluster.faults.delay(60_000, ({ url }) => {
    const isUsage = url.includes('metrics.k8s.io');
    if (isUsage) waits.resolve();
    return isUsage;
  });
  gateway.cluster.apply(podOf('c-1', { namespace: 'team-c' }));
  const pods = async () => (await vic.ask('{ pods { totalCount } }')).data;
  await expect.poll(pods).toEqual({ pods: { totalCount: 1 } }); // else the workspace would be sent before, without a wait
  gateway.cluster.apply(workspace('c-1', { namespace: 'team-c' }));
  await waits.promise;
  gateway.cluster.delete('rbac.authorization.k8s.io/v1', 'RoleBinding', grantName('vic'), 'team-b');
  const visible = async () => (await vic.ask('{ workspaces { totalCount } }')).data;
  await expect.poll(visible).toEqual({ workspaces: { totalCount: 2 } });
  return { gateway, vic, stream, endWait, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

const sharedSubscriptions = (gateway: SimulatedGateway) => gateway.statistics().live.sharedSubscriptions;

it('continues when a subscription to the same has come and gone while it waited to move', async () => {
  await using transfer = await startTransfer();
  const { gateway, vic, stream, endWait } = transfer;
  const other = vic.subscribe<Events>(FOLLOW);
  await expect.poll(() => gateway.subscribers()).toBe(2);
  await other.return?.();
  await expect.poll(() => gateway.subscribers()).toBe(1);
  endWait();
  expect(await next(stream, 2)).toEqual(['ADDED c-1', 'DELETED b-1']);
  gateway.cluster.apply(workspace('a-2'));
  expect(await next(stream, 1)).toEqual(['ADDED a-2']);
});

it('leaves no shared subscription when the last client leaves while it waits to move', async () => {
  await using transfer = await startTransfer();
  const { gateway, stream, endWait } = transfer;
  await stream.return?.();
  await expect.poll(() => gateway.subscribers()).toBe(0);
  endWait();
  await expect.poll(() => sharedSubscriptions(gateway)).toBe(0);
});

it('sends no RESET when a subscription begins with other permissions while an earlier one waits to move', async () => {
  await using transfer = await startTransfer();
  const { gateway, vic, stream, endWait } = transfer;
  gateway.cluster.delete('rbac.authorization.k8s.io/v1', 'RoleBinding', grantName('vic'), 'team-a');
  const visible = async () => (await vic.ask('{ workspaces { totalCount } }')).data;
  await expect.poll(visible).toEqual({ workspaces: { totalCount: 1 } });
  const later = next(vic.subscribe<Events>(FOLLOW), 3);
  await expect.poll(() => gateway.subscribers()).toBe(2);
  endWait();
  expect((await next(stream, 3)).toSorted()).toEqual(['ADDED c-1', 'DELETED a-1', 'DELETED b-1']);
  expect(await later).toEqual(['RESET', 'ADDED c-1', 'SYNCED']);
  gateway.cluster.apply(workspace('c-2', { namespace: 'team-c' }));
  expect(await next(stream, 1)).toEqual(['ADDED c-2']);
});
