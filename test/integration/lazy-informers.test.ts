import { describe, expect, it } from 'vitest';
import { eventOf } from '../support/events.ts';
import { namespace, workspace } from '../support/manifests.ts';
import { podOf } from '../support/pods.ts';
import { AccessEnvironment } from '../support/access/environment.ts';
import { bound, clusterRole, reader } from '../support/access/rbac-objects.ts';
import { testUser } from '../support/access/users.ts';
import { startTestGateway } from '../support/test-gateway.ts';
import { waitFor } from '../support/wait-for.ts';

const ann = testUser('ann');
const LAZY = ['pods', 'events', 'persistentvolumeclaims', 'persistentvolumes', 'storageclasses'];
const podReader = clusterRole('pod-reader', { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] });
const objects = [namespace('team-a'), workspace('nb-1', { namespace: 'team-a' }), podOf('nb-1'), podReader];
const POD = 'subscription { workspaces(namespace: "team-a") { type object { pod { name } } } }';

/** Returns the on-demand kinds that the gateway has listed or watched. */
function informersOf({ cluster }: AccessEnvironment): readonly string[] {
  const read = cluster.requests.filter(({ verb }) => verb === 'list' || verb === 'watch');
  return LAZY.filter((plural) => read.some(({ resource }) => resource === plural));
}

it('starts no informer when the viewer may read nothing of the selected kinds', async () => {
  await using environment = await AccessEnvironment.start({
    users: [ann],
    objects: [...objects, reader, bound(ann, 'reader')],
    modes: ['header'],
  });
  const caller = environment.caller(ann, 'header');
  const { data, errors } = await caller.ask(
    `{ workspaces { nodes { name pod { name } events { reason } } } pods { totalCount } events { totalCount }
       persistentVolumeClaims { nodes { name } totalCount } }`,
  );
  expect(errors).toBeUndefined();
  expect(data).toEqual({
    workspaces: { nodes: [{ name: 'nb-1', pod: null, events: [] }] },
    pods: { totalCount: 0 },
    events: { totalCount: 0 },
    persistentVolumeClaims: { nodes: [], totalCount: 0 },
  });
  await expect(
    caller.ask('{ storageClasses { totalCount } persistentVolumes { totalCount } }'),
  ).resolves.toHaveProperty('errors.0.extensions.code', 'FORBIDDEN');
  const pods = caller.follow('subscription { pods { type } }');
  expect((await pods.next()).value?.data).toEqual({ pods: { type: 'RESET' } });
  expect((await pods.next()).value?.data).toEqual({ pods: { type: 'SYNCED' } });
  expect(informersOf(environment)).toEqual([]);
});

it('sends the related objects of a subscription when the permission to read them is granted', async () => {
  await using environment = await AccessEnvironment.start({
    users: [ann],
    objects: [...objects, reader, bound(ann, 'reader')],
    modes: ['header'],
    authorizationTtlSeconds: 1,
    denialTtlSeconds: 1,
  });
  const { cluster } = environment;
  const stream = environment.caller(ann, 'header').follow(POD);
  expect((await stream.next()).value?.data).toEqual({ workspaces: { type: 'RESET', object: null } });
  expect((await stream.next()).value?.data).toEqual({ workspaces: { type: 'ADDED', object: { pod: null } } });
  expect((await stream.next()).value?.data).toEqual({ workspaces: { type: 'SYNCED', object: null } });
  expect(informersOf(environment)).toEqual([]);
  cluster.apply(bound(ann, 'pod-reader', 'team-a'));
  expect((await stream.next()).value?.data).toEqual({
    workspaces: { type: 'MODIFIED', object: { pod: { name: 'ws-nb-1-abcde-0' } } },
  });
  expect(informersOf(environment)).toEqual(['pods']);
});

it('resumes a subscription without RESET when the viewer may read nothing of a related kind', async () => {
  await using environment = await AccessEnvironment.start({
    users: [ann],
    objects: [...objects, reader, bound(ann, 'reader')],
    modes: ['header'],
  });
  const caller = environment.caller(ann, 'header');
  const query =
    'subscription ($after: String) { workspaces(namespace: "team-a", after: $after) { type cursor object { pod { name } } } }';
  const first = caller.follow(query);
  await first.next();
  await first.next();
  const synced = (await first.next()).value?.data as { readonly workspaces: { readonly cursor: string } };
  const second = caller.follow(query, { after: synced.workspaces.cursor });
  expect((await second.next()).value?.data).toMatchObject({ workspaces: { type: 'SYNCED' } });
});

it('keeps the informer of a selected kind running while a subscription has no objects', async () => {
  await using gateway = await startTestGateway({ objects: [namespace('team-a')], watchIdleMinutes: 1 / 60 });
  const stream = gateway.subscribe(POD);
  expect((await stream.next()).value?.data).toEqual({ workspaces: { type: 'RESET', object: null } });
  expect((await stream.next()).value?.data).toEqual({ workspaces: { type: 'SYNCED', object: null } });
  await gateway.query('{ persistentVolumeClaims { totalCount } }');
  const hasStopped = () =>
    gateway
      .statistics()
      .kinds.some(({ resource, updates }) => resource.plural === 'persistentvolumeclaims' && updates === 'on-demand');
  await waitFor(hasStopped, 'the informer of a kind that was read later has stopped');
  gateway.cluster.apply(podOf('nb-1'));
  gateway.cluster.apply(workspace('nb-1', { namespace: 'team-a' }));
  const { data, errors } = (await stream.next()).value ?? {};
  expect(errors).toBeUndefined();
  expect(data).toMatchObject({ workspaces: { type: 'ADDED' } });
});

describe.concurrent('a subscription that starts before a related kind is listed', () => {
  it.each([
    ['pods', 'pod { name }', { pod: { name: 'ws-nb-1-abcde-0' } }],
    ['events', 'events { reason }', { events: [{ reason: 'Started' }] }],
    ['resourcequotas', 'namespace { resourceQuotas { name } }', { namespace: { resourceQuotas: [] } }],
  ])('sends its objects when the %s are listed', async (plural, selection, object) => {
    const event = eventOf('Workspace', 'nb-1', { reason: 'Started' });
    await using gateway = await startTestGateway({ objects: [...objects, event] });
    using delayed = gateway.cluster.faults.delay(600_000, ({ resource }) => resource === plural);
    const stream = gateway.subscribe(`subscription { workspaces { type object { ${selection} } } }`);
    expect((await stream.next()).value?.data).toEqual({ workspaces: { type: 'RESET', object: null } });
    expect((await stream.next()).value).toMatchObject({
      data: { workspaces: { type: 'ADDED' } },
      errors: [{ extensions: { reason: 'NotSynced' } }],
    });
    expect((await stream.next()).value?.data).toEqual({ workspaces: { type: 'SYNCED', object: null } });
    delayed();
    expect((await stream.next()).value).toEqual({ data: { workspaces: { type: 'MODIFIED', object } } });
  });
});
