import { expect, it } from 'vitest';
import { eventOf } from '../support/events.ts';
import { namespace, workspace, workspaceKind } from '../support/manifests.ts';
import { podOf } from '../support/pods.ts';
import { claim, storageClass, volumeOf } from '../support/storage.ts';
import { startTestGateway, type SimulatedGateway } from '../support/test-gateway.ts';

const names = Array.from({ length: 120 }, (_, number) => `nb-${String(number).padStart(3, '0')}`);
const whole = names.flatMap((name) => [
  workspace(name, {
    state: 'Running',
    spec: {
      podTemplate: {
        volumes: { home: `home-${name}`, data: [{ pvcName: 'shared', mountPath: '/data' }] },
        options: { imageConfig: 'scipy', podConfig: 'tiny' },
      },
    },
  }),
  podOf(name),
  claim(`home-${name}`),
  ...Array.from({ length: 6 }, () => eventOf('Pod', `ws-${name}-abcde-0`)),
]);
const objects = [
  namespace('team-a'),
  workspaceKind('jupyterlab'),
  storageClass('fast'),
  volumeOf('shared'),
  claim('shared'),
  ...whole,
];

const SELECTION = `name
  kind { displayName }
  pod { phase restartCount containerStatuses { name state { name reason } } }
  events(first: 5) { reason message }
  volumes { home { claim { phase } } data { claim { phase capacity { value } storageClass { displayName } volume { phase } } } }`;
const PAGE = `{ workspaces(first: 100) { nodes { ${SELECTION} } } }`;

/** Starts a gateway and runs a query, after which the gateway sends no requests on its own. */
async function startWarm(query: string): Promise<SimulatedGateway> {
  const gateway = await startTestGateway({ objects, discoveryIntervalMs: 3_600_000, authorizationTtlSeconds: 3_600 });
  const { errors } = await gateway.query(query);
  expect(errors).toBeUndefined();
  return gateway;
}

it('sends no request when a page of 100 workspaces with kind, pod, events and claims is read again', async () => {
  await using gateway = await startWarm(PAGE);
  const before = gateway.cluster.requests.length;
  const { data, errors } = await gateway.query(PAGE);
  expect(errors).toBeUndefined();
  const { nodes } = (data as { readonly workspaces: { readonly nodes: readonly unknown[] } }).workspaces;
  expect(nodes).toHaveLength(100);
  expect(nodes[0]).toMatchObject({
    name: 'nb-000',
    kind: { displayName: 'JupyterLab' },
    pod: { phase: 'RUNNING', containerStatuses: [{ name: 'main' }] },
    events: Array.from({ length: 5 }, () => ({ reason: 'Scheduled' })),
    volumes: {
      home: { claim: { phase: 'BOUND' } },
      data: [{ claim: { storageClass: { displayName: 'fast' }, volume: { phase: 'BOUND' } } }],
    },
  });
  expect(gateway.cluster.requests.slice(before)).toEqual([]);
});

it('sends one watch per kind and one review per permission when a page is read for the first time', async () => {
  await using gateway = await startTestGateway({ objects, discoveryIntervalMs: 3_600_000 });
  const before = gateway.cluster.requests.length;
  await gateway.query(PAGE);
  const asked = gateway.cluster.requests.slice(before).map(({ verb, resource, url }) => `${verb} ${resource ?? url}`);
  expect(asked.filter((request) => request.startsWith('watch')).sort()).toEqual([
    'watch events',
    'watch persistentvolumeclaims',
    'watch persistentvolumes',
    'watch pods',
    'watch statefulsets',
    'watch storageclasses',
  ]);
  expect(asked.filter((request) => request.startsWith('list'))).toEqual([]);
  expect(asked.filter((request) => request === 'create selfsubjectaccessreviews')).toHaveLength(7);
});

it('sends no request when a subscribed workspace changes', async () => {
  const query = `subscription { workspaces { type object { ${SELECTION} } } }`;
  await using gateway = await startWarm(PAGE);
  const changes = gateway.subscribe(query);
  const nextEvent = async () => (await changes.next()).value?.data?.['workspaces'] as Record<string, unknown>;
  while ((await nextEvent())['type'] !== 'SYNCED');
  const before = gateway.cluster.requests.length;
  gateway.cluster.apply(
    eventOf('Pod', 'ws-nb-007-abcde-0', { reason: 'Killing', lastTimestamp: '2026-11-25T11:00:00Z' }),
  );
  expect(await nextEvent()).toMatchObject({
    type: 'MODIFIED',
    object: { name: 'nb-007', events: [{ reason: 'Killing' }, {}, {}, {}, {}] },
  });
  gateway.cluster.apply(podOf('nb-042', { status: { phase: 'Failed' } }));
  expect(await nextEvent()).toMatchObject({ type: 'MODIFIED', object: { name: 'nb-042', pod: { phase: 'FAILED' } } });
  gateway.cluster.apply(claim('home-nb-100', { status: { phase: 'Lost' } }));
  const lost = { home: { claim: { phase: 'LOST' } } };
  expect(await nextEvent()).toMatchObject({ type: 'MODIFIED', object: { name: 'nb-100', volumes: lost } });
  expect(gateway.cluster.requests.slice(before)).toEqual([]);
});
