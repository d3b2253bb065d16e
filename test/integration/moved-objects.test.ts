import { describe, expect, it } from 'vitest';
import type { Manifest } from '../../dev/simulator/api-object.ts';
import { eventOf } from '../support/events.ts';
import { namespace, workspace, workspaceKind } from '../support/manifests.ts';
import { podOf } from '../support/pods.ts';
import { claim } from '../support/storage.ts';
import { startTestGateway, type SimulatedGateway } from '../support/test-gateway.ts';
import { waitFor } from '../support/wait-for.ts';

const owners = ['a', 'b'] as const;
type Owner = (typeof owners)[number];

function node(name: string): Manifest {
  return { apiVersion: 'v1', kind: 'Node', metadata: { name } };
}

/** Returns a pod of a workspace that requests a GPU. */
function podFor(owner: string, spec: Readonly<Record<string, unknown>> = {}): Manifest {
  const containers = [{ name: 'main', image: 'i', resources: { requests: { 'nvidia.com/gpu': '1' } } }];
  return podOf(owner, { name: 'moving', spec: { nodeName: 'node-1', containers, ...spec } });
}

function uidOf(owner: Owner): string {
  return `00000000-0000-4000-8000-00000000000${owner}`;
}

function statefulSetOf(owner: Owner): Manifest {
  const labels = { 'notebooks.kubeflow.org/workspace-name': owner };
  const owned = { apiVersion: 'kubeflow.org/v1beta1', kind: 'Workspace', name: owner, uid: uidOf(owner) };
  const metadata = { name: 'set', namespace: 'team-a', labels, ownerReferences: [owned] };
  return { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata };
}

function moving(options: Parameters<typeof workspace>[1]): Manifest {
  return workspace('moving', options);
}

/** Returns a workspace that mounts a claim. */
function mounting(home: string): Manifest {
  return moving({ spec: { podTemplate: { volumes: { home }, options: { imageConfig: 'scipy', podConfig: 'tiny' } } } });
}

const later = { metadata: { name: 'moving', creationTimestamp: '2999-01-01T00:00:00Z' } };
const [one, none] = [[{ name: 'moving' }], []];
const twoWorkspaces = owners.map((name): Manifest => {
  const manifest = workspace(name, { state: 'Running' });
  return { ...manifest, metadata: { ...manifest.metadata, uid: uidOf(name) } };
});

/** An object that belongs to the owner `a`, and then to the owner `b`. */
interface Move {
  readonly title: string;
  /** Field of a list of the owners. */
  readonly list: string;
  /** A field of the owners that the object decides. */
  readonly field: string;
  /** Its values for the owner and for the other. */
  readonly values: readonly [unknown, unknown];
  /** Objects besides the moving one. */
  readonly objects: readonly Manifest[];
  readonly ownedBy: (owner: Owner) => Manifest;
  /** Default: true. */
  readonly hasSubscription?: boolean;
}

const moves: readonly Move[] = [
  {
    title: 'the label of a pod names another workspace',
    list: 'workspaces',
    field: 'pod { name } resources { source }',
    values: [
      { pod: { name: 'moving' }, resources: { source: 'POD' } },
      { pod: null, resources: { source: 'POD_CONFIG' } },
    ],
    objects: [workspaceKind('jupyterlab'), ...twoWorkspaces],
    ownedBy: (owner) => podFor(owner),
  },
  {
    title: 'an event involves another workspace',
    list: 'workspaces',
    field: 'events { name }',
    values: [{ events: one }, { events: none }],
    objects: twoWorkspaces,
    ownedBy: (owner) => eventOf('Workspace', owner, later),
  },
  {
    title: 'a workspace owns the StatefulSet of another one',
    list: 'workspaces',
    field: 'events { name }',
    values: [{ events: one }, { events: none }],
    objects: [...twoWorkspaces, eventOf('StatefulSet', 'set', later)],
    ownedBy: statefulSetOf,
  },
  {
    title: 'a workspace mounts another claim',
    list: 'persistentVolumeClaims',
    field: 'workspaces { name }',
    values: [{ workspaces: one }, { workspaces: none }],
    objects: [claim('a'), claim('b')],
    ownedBy: (owner) => mounting(owner),
  },
  {
    title: 'a pod mounts another claim',
    list: 'persistentVolumeClaims',
    field: 'pods { name }',
    values: [{ pods: one }, { pods: none }],
    objects: [claim('a'), claim('b')],
    ownedBy: (owner) => podFor('x', { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: owner } }] }),
  },
  {
    title: 'a workspace has another kind',
    list: 'workspaceKinds',
    field: 'workspaceCount workspaces { nodes { name } }',
    values: [
      { workspaceCount: 1, workspaces: { nodes: one } },
      { workspaceCount: 0, workspaces: { nodes: none } },
    ],
    objects: [workspaceKind('a'), workspaceKind('b')],
    ownedBy: (kind) => moving({ kind }),
  },
  {
    title: 'a quota is in another namespace',
    list: 'namespaces',
    field: 'resourceQuotas { name }',
    values: [{ resourceQuotas: one }, { resourceQuotas: none }],
    objects: [namespace('a'), namespace('b')],
    ownedBy: (owner) => ({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'moving', namespace: owner },
      spec: { hard: { pods: '1' } },
    }),
  },
  {
    title: 'a pod with GPUs belongs to a workspace of another kind',
    list: 'workspaceKinds',
    field: 'workspaces(filter: { requests: ["nvidia.com/gpu"] }) { totalCount }',
    values: [{ workspaces: { totalCount: 1 } }, { workspaces: { totalCount: 0 } }],
    objects: [workspaceKind('a'), workspaceKind('b'), ...owners.map((kind) => workspace(`of-${kind}`, { kind }))],
    ownedBy: (kind) => podFor(`of-${kind}`),
  },
  {
    title: 'a pod with GPUs makes another namespace have the workspace that comes first',
    list: 'namespaces',
    field: 'workspaces(orderBy: [{ field: GPU, direction: DESC }], first: 1) { nodes { name } }',
    values: [{ workspaces: { nodes: [{ name: 'y' }] } }, { workspaces: { nodes: [{ name: 'x' }] } }],
    objects: [
      ...owners.flatMap((name) => [namespace(name), ...['x', 'y'].map((each) => workspace(each, { namespace: name }))]),
      workspaceKind('jupyterlab'),
    ],
    ownedBy: (owner) => ({ ...podFor('y'), metadata: { ...podFor('y').metadata, namespace: owner } }),
  },
  {
    title: 'a pod is on another node',
    list: 'clusterNodes',
    field: 'requested { resource } workspaces { nodes { name } }',
    values: [
      { requested: [{ resource: 'nvidia.com/gpu' }, { resource: 'pods' }], workspaces: { nodes: [{ name: 'x' }] } },
      { requested: [], workspaces: { nodes: [] } },
    ],
    objects: [node('a'), node('b'), workspace('x')],
    ownedBy: (nodeName) => podFor('x', { nodeName }),
    hasSubscription: false,
  },
];

/** Filters that select the owner of a GPU, or of the pod on a node. */
const filters = ['{ nodes: ["node-1"] }', '{ requests: ["nvidia.com/gpu"] }'] as const;

interface Row {
  readonly name: string;
}

interface Event {
  readonly type: string;
  readonly object: Row | null;
}

const isOwner = ({ name }: Row) => name === 'a' || name === 'b';

/** Returns the owners in a list, sorted by name. The selected fields are enough for rows to be cached. */
async function rowsOf(gateway: SimulatedGateway, list: string, field: string): Promise<readonly Row[]> {
  const { data, errors } = await gateway.query(`{ ${list} { nodes { name id ${field} } } }`);
  expect(errors).toBeUndefined();
  const rows: readonly Row[] = Object(data)[list.split('(')[0] ?? ''].nodes;
  return rows.filter(isOwner).map((row) => ({ ...row, id: undefined }));
}

/** Moves an object from the owner `a` to `b`. */
function move({ cluster }: SimulatedGateway, ownedBy: Move['ownedBy']): void {
  const [before, after] = [ownedBy('a'), ownedBy('b')];
  const { name = '', namespace: from } = before.metadata;
  if (from !== after.metadata.namespace) cluster.delete(before.apiVersion, before.kind, name, from);
  cluster.apply(after);
}

/** Returns a function that returns the next events of owners, sorted by name. */
async function following(gateway: SimulatedGateway, list: string, field: string): Promise<() => Promise<Event[]>> {
  const name = list.split('(')[0] ?? '';
  const events = gateway.subscribe<Record<string, Event>>(`subscription { ${list} { type object { name ${field} } } }`);
  const next = async () => {
    const { value } = await events.next();
    expect(value?.errors).toBeUndefined();
    return value?.data?.[name];
  };
  while ((await next())?.type !== 'SYNCED');
  return async () => {
    const taken: Event[] = [];
    while (taken.length < owners.length) {
      const event = await next();
      if (event?.object && isOwner(event.object)) taken.push(event);
    }
    return taken.toSorted((a, b) => (a.object?.name ?? '').localeCompare(b.object?.name ?? ''));
  };
}

describe('an object that moves from one owner to another', () => {
  it.each(moves)('changes both owners in queries and subscriptions when $title', async (tested) => {
    const { list, field, values, objects, ownedBy, hasSubscription = true } = tested;
    await using gateway = await startTestGateway({
      objects: [namespace('team-a'), ...objects, ownedBy('a')],
      execution: 'compared',
    });
    const [own, other] = values.map((value) => Object(value) as object);
    const before = [
      { name: 'a', ...own },
      { name: 'b', ...other },
    ];
    const after = [
      { name: 'a', ...other },
      { name: 'b', ...own },
    ];
    const rows = () => rowsOf(gateway, list, field);
    await waitFor(async () => JSON.stringify(await rows()) === JSON.stringify(before), 'the owner is a');
    for (const _ of [1, 2, 3]) expect(await rows()).toEqual(before); // the last reads cached rows: four were rendered before
    const events = hasSubscription ? await following(gateway, list, field) : undefined;
    move(gateway, ownedBy);
    expect(await events?.()).toEqual(events && after.map((object) => ({ type: 'MODIFIED', object })));
    await waitFor(async () => JSON.stringify(await rows()) === JSON.stringify(after), 'the owner is b');
  });

  it.each(filters)('leaves and enters the lists of its owners when it decides the filter %s', async (filter) => {
    await using gateway = await startTestGateway({
      objects: [namespace('team-a'), workspaceKind('jupyterlab'), ...twoWorkspaces, podFor('a')],
      execution: 'compared',
    });
    const list = `workspaces(filter: ${filter})`;
    const rows = () => rowsOf(gateway, list, 'state');
    for (const _ of [1, 2, 3, 4, 5, 6]) expect(await rows()).toEqual([{ name: 'a', state: 'RUNNING' }]); // the last reads cached rows
    const events = await following(gateway, list, 'state');
    move(gateway, (owner) => podFor(owner));
    expect(await events()).toEqual([
      { type: 'DELETED', object: { name: 'a', state: 'RUNNING' } },
      { type: 'ADDED', object: { name: 'b', state: 'RUNNING' } },
    ]);
    await waitFor(async () => (await rows())[0]?.name === 'b', 'b is listed');
    expect(await rows()).toEqual([{ name: 'b', state: 'RUNNING' }]);
  });
});
