import { describe, expect, it } from 'vitest';
import type { Manifest } from '../../dev/simulator/api-object.ts';
import { namespace, workspace, workspaceKind } from '../support/manifests.ts';
import { podOf } from '../support/pods.ts';
import { connectUser, type UserClient } from '../support/user-client.ts';
import { startTestGateway, type SimulatedGateway, type Subscription } from '../support/test-gateway.ts';
import {
  editing,
  grant,
  grantIn,
  grantName,
  kinds,
  namespaces,
  viewing,
  workspaces,
} from '../support/access/grants.ts';

const RBAC = 'rbac.authorization.k8s.io/v1';
/** Times to live of decisions. Observed changes do not wait for one: `rbac` has one that no test outlives. */
const modes = [
  { authorizer: 'rbac', ttlSeconds: 600 },
  { authorizer: 'reviews', ttlSeconds: 1 },
] as const;

const objects = [
  ...['team-a', 'team-b', 'team-c'].map((name) => namespace(name, { owner: name })),
  workspaceKind('jupyterlab'),
  workspace('a-1'),
  workspace('b-1', { namespace: 'team-b' }),
  workspace('c-1', { namespace: 'team-c' }),
];
const authentication = { mode: 'token' } as const;
const users = ['vic', 'wim'].map((name) => ({ name, token: `${name}-token` }));

const as = (gateway: SimulatedGateway, name: string): UserClient =>
  connectUser(gateway.url, { token: `${name}-token` });

function takeAway(gateway: SimulatedGateway, subject: string, namespaceName: string): void {
  gateway.cluster.delete(RBAC, 'RoleBinding', grantName(subject), namespaceName);
}

function allow(gateway: SimulatedGateway, grants: readonly Manifest[]): void {
  for (const manifest of grants) gateway.cluster.apply(manifest);
}

function withFinalizer({ metadata, ...manifest }: Manifest): Manifest {
  return { ...manifest, metadata: { ...metadata, finalizers: ['example.com/wait'] } };
}

/** Completes the deletion of the workspace `a-1`. */
function removeFinalizers(cluster: SimulatedGateway['cluster']): void {
  cluster.apply(workspace('a-1'));
}

interface Event {
  readonly type: string;
  readonly object: { readonly name: string } | null;
  readonly cursor?: string;
}

const FOLLOW = 'subscription ($after: String) { workspaces(after: $after) { type object { name } cursor } }';

/** Returns the next `count` events, such as `ADDED a-1`. */
async function next(stream: Subscription<Record<string, Event>>, count = 1): Promise<string[]> {
  return (await events(stream, count)).map(({ type, object }) => (object ? `${type} ${object.name}` : type));
}

async function events(stream: Subscription<Record<string, Event>>, count: number): Promise<Event[]> {
  const taken: Event[] = [];
  while (taken.length < count) {
    const { value, done } = await stream.next();
    if (done) throw new Error('Expected an event, but the stream is complete.');
    expect(value.errors).toBeUndefined();
    taken.push(...Object.values(value.data ?? {}));
  }
  return taken;
}

describe.each(modes)('a subscriber with AUTHORIZER=$authorizer', ({ authorizer, ttlSeconds }) => {
  const settings = {
    authentication,
    authorizer,
    authorizationTtlSeconds: ttlSeconds,
    denialTtlSeconds: ttlSeconds,
    users,
  };
  function start(...grants: ReturnType<typeof grantIn>[]) {
    return startTestGateway({ ...settings, objects: [...objects, ...grants.flat()] });
  }

  it('receives DELETED for the objects of a namespace when its permission there is revoked', async () => {
    await using gateway = await start(grantIn('team-a', 'vic', viewing), grantIn('team-b', 'vic', viewing));
    await using vic = as(gateway, 'vic');
    const stream = vic.subscribe<Record<string, Event>>(FOLLOW);
    expect(await next(stream, 4)).toEqual(['RESET', 'ADDED a-1', 'ADDED b-1', 'SYNCED']);
    takeAway(gateway, 'vic', 'team-b');
    expect(await next(stream)).toEqual(['DELETED b-1']);
    gateway.cluster.apply(workspace('b-2', { namespace: 'team-b' }));
    gateway.cluster.apply(workspace('a-2'));
    expect(await next(stream)).toEqual(['ADDED a-2']);
  });

  it('receives FORBIDDEN and nothing else when all its permissions are revoked', async () => {
    await using gateway = await start(grantIn('team-a', 'vic', viewing));
    await using vic = as(gateway, 'vic');
    const stream = vic.subscribe<Record<string, Event>>(FOLLOW);
    expect(await next(stream, 3)).toEqual(['RESET', 'ADDED a-1', 'SYNCED']);
    takeAway(gateway, 'vic', 'team-a');
    await expect(stream.next()).rejects.toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect(gateway.subscribers()).toBe(0);
  });

  it('receives FORBIDDEN when the permission for its one namespace or one object is revoked', async () => {
    await using gateway = await start(grantIn('team-a', 'vic', viewing), grantIn('team-b', 'vic', viewing));
    await using vic = as(gateway, 'vic');
    const streams = [
      vic.subscribe('subscription { workspaces(namespace: "team-b") { type } }'),
      vic.subscribe('subscription { workspace(namespace: "team-b", name: "b-1") { name } }'),
    ];
    for (const stream of streams) await stream.next();
    for (const _ of ['ADDED', 'SYNCED']) await streams[0]?.next();
    takeAway(gateway, 'vic', 'team-b');
    const received = await Promise.all(streams.map((stream) => stream.next().catch((error: unknown) => error)));
    const forbidden = {
      message: expect.stringContaining('in the namespace "team-b"'),
      extensions: { code: 'FORBIDDEN' },
    };
    expect(received).toMatchObject([[forbidden], [forbidden]]);
  });

  it('receives ADDED for the objects of a namespace when permission there is granted, also in a new namespace', async () => {
    await using gateway = await start(grantIn('team-a', 'vic', viewing));
    await using vic = as(gateway, 'vic');
    const stream = vic.subscribe<Record<string, Event>>(FOLLOW);
    expect(await next(stream, 3)).toEqual(['RESET', 'ADDED a-1', 'SYNCED']);
    allow(gateway, grantIn('team-b', 'vic', viewing));
    expect(await next(stream)).toEqual(['ADDED b-1']);
    gateway.cluster.apply(namespace('team-d'));
    gateway.cluster.apply(workspace('d-1', { namespace: 'team-d' }));
    allow(gateway, grantIn('team-d', 'vic', viewing));
    expect(await next(stream)).toEqual(['ADDED d-1']);
  });

  it('needs list and watch, and receives an empty snapshot when it has neither', async () => {
    await using gateway = await start(grantIn('team-a', 'vic', workspaces('list', 'get')));
    await using vic = as(gateway, 'vic');
    expect((await vic.ask('{ workspaces { nodes { name } } }')).data).toEqual({
      workspaces: { nodes: [{ name: 'a-1' }] },
    });
    const stream = vic.subscribe<Record<string, Event>>(FOLLOW);
    expect(await next(stream, 2)).toEqual(['RESET', 'SYNCED']);
    const refused = await vic.subscribe('subscription { workspaces(namespace: "team-a") { type } }').next();
    expect(refused.value?.errors).toMatchObject([
      { message: 'You may not watch workspaces.kubeflow.org in the namespace "team-a".' },
    ]);
    allow(gateway, grantIn('team-a', 'vic', viewing));
    expect(await next(stream)).toEqual(['ADDED a-1']);
  });

  it('receives MODIFIED when a changed permission changes a related object', async () => {
    await using gateway = await start(grantIn('team-a', 'vic', viewing));
    await using vic = as(gateway, 'vic');
    const stream = vic.subscribe<{ workspace: object }>(
      'subscription { workspace(namespace: "team-a", name: "a-1") { namespace { phase metadata { name } } kind { workspaceCount revision } } }',
    );
    const seen = async () => (await stream.next()).value?.data?.workspace;
    expect(await seen()).toEqual({
      namespace: { phase: null, metadata: null },
      kind: { workspaceCount: 1, revision: null },
    });
    allow(gateway, grant('vic', viewing, kinds(), namespaces()));
    // Without an index of roles, the decisions about the kinds are repeated one by one, and each may be an event.
    await expect.poll(seen).toEqual({
      namespace: { phase: 'ACTIVE', metadata: { name: 'team-a' } },
      kind: { workspaceCount: 3, revision: expect.any(String) },
    });
  });

  it('receives MODIFIED when a granted permission changes only what it can do', async () => {
    await using gateway = await start(grantIn('team-a', 'vic', viewing));
    await using vic = as(gateway, 'vic');
    const stream = vic.subscribe<{ workspace: object }>(
      'subscription { workspace(namespace: "team-a", name: "a-1") { viewerCan(action: UPDATE) } }',
    );
    const seen = async () => (await stream.next()).value?.data?.workspace;
    expect(await seen()).toEqual({ viewerCan: false });
    allow(gateway, grantIn('team-a', 'vic', viewing, workspaces('update')));
    expect(await seen()).toEqual({ viewerCan: true });
  });

  it('receives MODIFIED with the same id when a redacted object becomes fully visible', async () => {
    await using gateway = await start(grantIn('team-a', 'vic', viewing));
    await using vic = as(gateway, 'vic');
    const stream = vic.subscribe<{ namespaces: { readonly type: string; readonly object: { readonly id: string } } }>(
      'subscription { namespaces { type object { id name phase metadata { name } } } }',
    );
    const seen = async () => (await stream.next()).value?.data?.namespaces;
    expect(await seen()).toEqual({ type: 'RESET', object: null });
    const added = await seen();
    expect(added).toMatchObject({ type: 'ADDED', object: { name: 'team-a', phase: null, metadata: null } });
    expect(await seen()).toEqual({ type: 'SYNCED', object: null });
    allow(gateway, grantIn('team-a', 'vic', viewing, namespaces()));
    expect(await seen()).toEqual({
      type: 'MODIFIED',
      object: { id: added?.object.id, name: 'team-a', phase: 'ACTIVE', metadata: { name: 'team-a' } },
    });
  });

  it('shares execution with viewers of the same objects only', async () => {
    await using gateway = await start(
      grantIn('team-a', 'vic', viewing),
      grantIn('team-a', 'wim', viewing),
      grantIn('team-b', 'wim', viewing),
    );
    await using vic = as(gateway, 'vic');
    await using wim = as(gateway, 'wim');
    const [one, other] = [vic.subscribe<Record<string, Event>>(FOLLOW), wim.subscribe<Record<string, Event>>(FOLLOW)];
    expect([await next(one, 3), await next(other, 4)]).toEqual([
      ['RESET', 'ADDED a-1', 'SYNCED'],
      ['RESET', 'ADDED a-1', 'ADDED b-1', 'SYNCED'],
    ]);
    const sharedSubscriptions = () => gateway.statistics().live.sharedSubscriptions;
    expect(sharedSubscriptions()).toBe(2);
    takeAway(gateway, 'wim', 'team-b');
    expect(await next(other)).toEqual(['DELETED b-1']);
    expect(sharedSubscriptions()).toBe(1);
    const { renderings } = gateway.statistics().live;
    gateway.cluster.apply(workspace('a-2'));
    expect([await next(one), await next(other)]).toEqual([['ADDED a-2'], ['ADDED a-2']]);
    expect(gateway.statistics().live.renderings - renderings).toBe(1);
  });

  it('receives a new snapshot when its cursor is from other permissions', async () => {
    await using gateway = await start(grantIn('team-a', 'vic', viewing), grantIn('team-b', 'vic', viewing));
    await using vic = as(gateway, 'vic');
    const before = await events(vic.subscribe<Record<string, Event>>(FOLLOW), 4);
    takeAway(gateway, 'vic', 'team-b');
    const count = async () => (await vic.ask('{ workspaces { totalCount } }')).data?.['workspaces'];
    await expect.poll(count).toEqual({ totalCount: 1 });
    const again = vic.subscribe<Record<string, Event>>(FOLLOW, { after: before.at(-1)?.cursor });
    expect(await next(again, 3)).toEqual(['RESET', 'ADDED a-1', 'SYNCED']);
  });

  it('authorizes a subscriber again once for all its subscriptions', async () => {
    await using gateway = await startTestGateway({
      ...settings,
      observedAuthorizationTtlSeconds: 2,
      objects: [...objects, ...grantIn('team-a', 'vic', viewing)],
    });
    await using vic = as(gateway, 'vic');
    const reviews = () => gateway.cluster.requests.filter(({ resource }) => resource.endsWith('accessreviews')).length;
    const names = Array.from({ length: 20 }, (_, index) => `field${index}`);
    const client = vic.connect();
    const streams = names.map((name) =>
      client.iterate({ query: `subscription { workspaces(namespace: "team-a") { type object { ${name}: name } } }` }),
    );
    for (const stream of streams) await stream.next();
    const begun = reviews();
    await expect.poll(reviews).toBeGreaterThan(begun);
    expect(reviews() - begun).toBeLessThanOrEqual(2 * 4); // list and watch, everywhere and there, twice at most
  });

  it('authorizes a subscriber no more when its last subscription has ended', async () => {
    const grants = [...grantIn('team-a', 'vic', viewing), ...grantIn('team-b', 'wim', viewing)];
    await using gateway = await startTestGateway({
      ...settings,
      observedAuthorizationTtlSeconds: 1,
      objects: [...objects, ...grants],
    });
    await using vic = as(gateway, 'vic');
    await using wim = as(gateway, 'wim');
    const reviewsIn = (namespaceName: string) =>
      gateway.cluster.requests.filter(
        ({ reviewed }) => reviewed?.type === 'resource' && reviewed.namespace === namespaceName,
      ).length;
    const ended = vic.subscribe('subscription { workspaces(namespace: "team-a") { type } }');
    await ended.next();
    await ended.return();
    await expect.poll(() => gateway.subscribers()).toBe(0);
    const before = reviewsIn('team-a');
    takeAway(gateway, 'vic', 'team-a');
    await wim.subscribe('subscription { workspaces(namespace: "team-b") { type } }').next();
    const begun = reviewsIn('team-b');
    await expect.poll(() => reviewsIn('team-b')).toBeGreaterThan(begun + 2); // list and watch, at least twice
    expect(reviewsIn('team-a')).toBe(before);
  });
});

describe('a mutation that waits', () => {
  it('does not return the outcome when the permission is revoked meanwhile', async () => {
    await using gateway = await startTestGateway({
      authentication,
      users,
      objects: [...objects, ...grantIn('team-a', 'vic', editing)],
    });
    await using vic = as(gateway, 'vic');
    const input = '{ namespace: "team-a", name: "a-1", waitFor: PAUSED, timeoutSeconds: 30 }';
    const waiting = vic.ask(`mutation { pauseWorkspace(input: ${input}) { stateReached workspace { state paused } } }`);
    await gateway.requested('patch');
    takeAway(gateway, 'vic', 'team-a');
    gateway.cluster.apply(workspace('a-1', { state: 'Paused', paused: true }));
    expect((await waiting).data).toEqual({
      pauseWorkspace: { stateReached: false, workspace: { state: 'UNKNOWN', paused: true } },
    });
  });

  it.each([
    {
      mutation: 'pauseWorkspace(input: { namespace: "team-a", name: "a-1", waitFor: PAUSED, timeoutSeconds: 30 })',
      end: (cluster: SimulatedGateway['cluster']) => cluster.apply(workspace('a-1', { state: 'Paused', paused: true })),
    },
    {
      mutation: 'restartWorkspace(input: { namespace: "team-a", name: "a-1", timeoutSeconds: 30 })',
      end: (cluster: SimulatedGateway['cluster']) =>
        cluster.apply(workspace('a-1', { state: 'Running', paused: false })),
    },
    {
      mutation: 'deleteWorkspace(input: { namespace: "team-a", name: "a-1", waitFor: DELETED, timeoutSeconds: 30 })',
      end: (cluster: SimulatedGateway['cluster']) => removeFinalizers(cluster),
    },
  ])('returns no WorkspaceKind or pod whose permission is revoked meanwhile: $mutation', async ({ mutation, end }) => {
    const pods = { verbs: ['get', 'list', 'watch'], resources: ['pods'], apiGroups: [''] };
    await using gateway = await startTestGateway({
      authentication,
      users,
      objects: [
        ...objects.filter(({ metadata }) => metadata.name !== 'a-1'),
        withFinalizer(workspace('a-1')),
        podOf('a-1'),
        ...grantIn('team-a', 'vic', editing),
        ...grant('vic', kinds(), pods),
      ],
    });
    await using vic = as(gateway, 'vic');
    const related = 'pod { name } kind { metadata { name } }';
    const shown = () => vic.ask(`{ workspace(namespace: "team-a", name: "a-1") { ${related} } }`);
    expect((await shown()).data).toMatchObject({ workspace: { pod: { name: 'ws-a-1-abcde-0' } } });
    const waiting = vic.ask(`mutation { ${mutation} { workspace { ${related} } } }`);
    await gateway.requested(mutation.startsWith('delete') ? 'delete' : 'patch');
    gateway.cluster.delete(RBAC, 'ClusterRoleBinding', grantName('vic'));
    const hidden = { workspace: { pod: null, kind: { metadata: null } } };
    await expect.poll(async () => (await shown()).data).toEqual(hidden);
    end(gateway.cluster);
    const { data, errors } = await waiting;
    expect({ payloads: Object.values(data ?? {}), errors }).toEqual({ payloads: [hidden], errors: undefined });
  });

  it('does not return the workspace of a restart that another client ends after the permission is revoked', async () => {
    await using gateway = await startTestGateway({
      authentication,
      users,
      objects: [...objects, ...grantIn('team-a', 'vic', editing)],
    });
    await using vic = as(gateway, 'vic');
    const input = '{ namespace: "team-a", name: "a-1", timeoutSeconds: 30 }';
    const waiting = vic.ask(`mutation { restartWorkspace(input: ${input}) { workspace { displayName } } }`);
    await gateway.requested('patch');
    takeAway(gateway, 'vic', 'team-a');
    gateway.cluster.apply(workspace('a-1', { spec: { displayName: 'changed later' } }));
    expect((await waiting).data).toEqual({ restartWorkspace: { workspace: { displayName: 'a-1' } } });
  });
});

describe('an unavailable authorizer', () => {
  it('keeps the last decision within the grace, and then ends subscriptions with UNAVAILABLE', async () => {
    await using gateway = await startTestGateway({
      authentication,
      authorizationTtlSeconds: 1,
      denialTtlSeconds: 1,
      observedAuthorizationTtlSeconds: 1,
      authorizationGraceSeconds: 1,
      users,
      objects: [...objects, ...grantIn('team-a', 'vic', viewing)],
    });
    await using vic = as(gateway, 'vic');
    const stream = vic.subscribe<Record<string, Event>>(FOLLOW);
    expect(await next(stream, 3)).toEqual(['RESET', 'ADDED a-1', 'SYNCED']);
    gateway.cluster.faults.refuse({ status: 503, reason: 'ServiceUnavailable' });
    await expect(stream.next()).rejects.toMatchObject([{ extensions: { code: 'UNAVAILABLE' } }]);
    const { errors } = await vic.ask('{ workspaces(namespace: "team-a") { totalCount } }');
    expect(errors).toMatchObject([{ extensions: { code: 'UNAVAILABLE' } }]);
  });
});
