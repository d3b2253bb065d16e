import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OperationTypeNode } from 'graphql';
import { schema } from '../../src/schema.ts';
import { resources } from '../../src/kinds/index.ts';
import type { KubernetesObject } from '../../src/kubernetes/object.ts';
import type { Resource } from '../../src/kubernetes/resource.ts';
import type { Manifest } from '../../dev/simulator/api-object.ts';
import type { Target } from '../support/access/argument-values.ts';
import { AccessEnvironment } from '../support/access/environment.ts';
import { RequestWriter } from '../support/access/generated-requests.ts';
import { bound, clusterRole } from '../support/access/rbac-objects.ts';
import { idOf } from '../support/access/targets.ts';
import { testUser, type Caller } from '../support/access/users.ts';
import { devPod, devPodCrd, volcanoCommandCrd, volcanoJob, volcanoJobCrd } from '../support/devpod-and-volcano.ts';
import { namespace, workspace, workspaceKind } from '../support/manifests.ts';
import { podOf } from '../support/pods.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { claim, storageClass, volumeOf } from '../support/storage.ts';

const [nothing, some] = [testUser('nothing'), testUser('some')];
const all: readonly Resource[] = resources;
const onDemand = all.filter(({ cache }) => cache.watched === 'on-demand');
const always = all.filter(({ cache }) => cache.watched === 'always');
/** Reads what is watched anyway, and so reaches the relations to the other kinds. */
const role = clusterRole(
  'reader-of-watched-kinds',
  ...always.map(({ group, plural }) => ({ apiGroups: [group], resources: [plural], verbs: ['get', 'list', 'watch'] })),
);
const event: Manifest = {
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name: 'event', namespace: 'team-a' },
  involvedObject: { apiVersion: 'v1', kind: 'Pod', name: 'ws-nb-abcde-0', namespace: 'team-a' },
  reason: 'Started',
};
const objects: readonly Manifest[] = [
  devPodCrd,
  volcanoJobCrd,
  volcanoCommandCrd,
  namespace('team-a'),
  namespace('loft-p-team-a'),
  workspaceKind('jupyterlab'),
  workspace('nb'),
  podOf('nb'),
  event,
  claim('home'),
  volumeOf('home'),
  storageClass('standard'),
  { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1' } },
  { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'quota', namespace: 'team-a' }, spec: { hard: {} } },
  { apiVersion: 'v1', kind: 'LimitRange', metadata: { name: 'sizes', namespace: 'team-a' }, spec: { limits: [] } },
  devPod('pod'),
  volcanoJob('job'),
  role,
  bound(some, 'reader-of-watched-kinds'),
];

const SEED = 1;
/** Operations that are sent at the same time. */
const BATCH = 20;
const OPERATIONS = ['query', 'subscription', 'mutation'] as OperationTypeNode[];

let environment: AccessEnvironment;
let operations: readonly Operation[];
beforeAll(async () => {
  environment = await AccessEnvironment.start({ users: [nothing, some], objects, modes: ['header'] });
  operations = writeOperations();
});
afterAll(() => environment[Symbol.asyncDispose]());

/** Returns the on-demand kinds that the gateway has listed or watched. */
function informers(): readonly string[] {
  const read = environment.cluster.requests.filter(({ verb }) => verb === 'list' || verb === 'watch');
  return onDemand
    .filter(({ group, plural }) => read.some((request) => request.group === group && request.resource === plural))
    .map(({ kind }) => kind);
}

interface Operation {
  readonly type: OperationTypeNode;
  readonly text: string;
}

/** Returns operations with each root field, about an object of each kind. */
function writeOperations(): readonly Operation[] {
  const targets = all.flatMap(({ group, version, kind }) =>
    environment.cluster.list(group === '' ? version : `${group}/${version}`, kind).slice(0, 1),
  );
  expect(targets.map(({ kind }) => kind)).toEqual(expect.arrayContaining(onDemand.map(({ kind }) => kind)));
  const writer = new RequestWriter({ schema, random: seededRandom(SEED), onSelected: () => undefined });
  return OPERATIONS.flatMap((type) =>
    Object.keys(writer.root(type)).flatMap((field) =>
      targets.map((object) => ({ type, text: withoutFits(writer.operation(type, field, targetOf(object))) })),
    ),
  );
}

/** Whether an option fits is said to viewers who may not read quotas, limit ranges, nodes and pods, so it reads those for everyone. */
function withoutFits(operation: string): string {
  return operation.replaceAll(/\bfits(?: \w+)? \{[^}]*\}/gu, '');
}

function targetOf({ apiVersion, kind, metadata: { namespace: at, name, uid } }: KubernetesObject): Target {
  return {
    namespace: at ?? 'team-a',
    name,
    uid,
    id: idOf({ apiVersion, kind, metadata: { ...(at !== undefined && { namespace: at }), name, uid } }),
    kind: 'jupyterlab',
    word: 'home',
    label: 'a=b',
    revision: '1',
    manifest: {},
    patch: { type: 'MERGE', patch: {} },
  };
}

async function run(caller: Caller, { type, text }: Operation): Promise<void> {
  if (type !== 'subscription') return void (await caller.ask(text));
  const events = caller.follow(text);
  await events.next().catch(() => undefined); // refused
  await events.return?.();
}

describe('kinds that are watched on demand', () => {
  it.each([nothing, some].flatMap((user) => OPERATIONS.map((type) => ({ user, type }))))(
    'lists and watches no such kind for any $type of the viewer $user.name, who may not read it',
    async ({ user, type }) => {
      const caller = environment.caller(user, 'header');
      const sent = operations.filter((operation) => operation.type === type);
      for (let begin = 0; begin < sent.length; begin += BATCH) {
        const batch = sent.slice(begin, begin + BATCH);
        await Promise.all(batch.map((operation) => run(caller, operation)));
        expect([batch, informers()]).toEqual([batch, []]);
      }
    },
    120_000,
  );

  it('lists kinds that are watched on demand when the viewer may read them', async () => {
    const { errors } = await environment.administrator('header').ask('{ pods { totalCount } }');
    expect([errors, informers()]).toEqual([undefined, ['Pod']]);
  });
});
