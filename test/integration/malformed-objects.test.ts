import { buildClientSchema, getIntrospectionQuery, type IntrospectionQuery } from 'graphql';
import { describe, expect, it } from 'vitest';
import type { Manifest } from '../../dev/simulator/api-object.ts';
import { fullSelection } from '../support/full-selection.ts';
import { malformedWorkspaceKinds, malformedWorkspaces } from '../support/malformed-objects.ts';
import { namespace } from '../support/manifests.ts';
import { corrupt } from '../support/random-corruption.ts';
import { permissiveCrds } from '../support/permissive-crd.ts';
import { startTestGateway, type Answer, type TestGateway } from '../support/test-gateway.ts';
import { completeWorkspaceKind, completeWorkspace } from '../support/complete-objects.ts';

const SEEDS = Array.from({ length: 240 }, (_, index) => index + 1);
const BATCH_SIZE = 12;
const DEPTH = 4;

const SORTED = `query ($orderBy: [WorkspaceOrder!]) {
  workspaces(orderBy: $orderBy) { totalCount edges { cursor node { name } } }
}`;
const FILTERED =
  'query ($filter: WorkspaceFilter) { workspaces(filter: $filter) { totalCount stateCounts { count } } }';
const FROM_OUTSIDE = `{
  workspaces {
    totalCount
    nodes { services { httpPath } volumes { home { mountPath } } imageConfig { option { denied } } }
  }
  namespace(name: "team-a") { workspaceKindOffers { nodes { hidden imageConfigs { optionId } podConfigs { optionId } } } }
}`;

/** Batches of seeds, each with a namespace and a WorkspaceKind of its own, so that a query stays below the cost limit. */
const batches = Array.from({ length: SEEDS.length / BATCH_SIZE }, (_, index) => ({
  name: `batch-${index}`,
  seeds: SEEDS.slice(index * BATCH_SIZE, (index + 1) * BATCH_SIZE),
}));

const filters = [
  { search: 'seed' },
  { kinds: ['jupyterlab'], namespaces: ['team-a'] },
  { states: ['RUNNING'], paused: false, pendingRestart: true },
  { imageConfigs: ['scipy'], podConfigs: ['tiny'] },
  { labelSelector: 'a!=c,!b,d notin (e)', inactiveSince: '2030-01-01T00:00:00Z' },
];
const orders = ['NAME', 'NAMESPACE', 'DISPLAY_NAME', 'KIND', 'STATE', 'CREATED_AT', 'LAST_ACTIVITY_AT', 'PAUSED_AT'];

describe('lists with malformed objects', () => {
  it('returns every workspace when their manifests are corrupted at random', { timeout: 90_000 }, async () => {
    await using gateway = await startTestGateway({ objects: [...permissiveCrds, ...batches.flatMap(workspacesOf)] });
    const selection = await selectionOf(gateway, 'Workspace');
    for (const { name, seeds } of batches) {
      const answer = await gateway.query(`{ workspaces(namespace: "${name}") { totalCount nodes ${selection} } }`);
      expect(brokenBy(seeds, 'workspaces', answer)).toEqual([]);
      expect(answer.data).toMatchObject({ workspaces: { totalCount: BATCH_SIZE } });
    }
  });

  it('sorts and filters workspaces when their manifests are corrupted at random', async () => {
    const mutants = SEEDS.map((seed) => corrupt(completeWorkspace(`seed-${seed}`), seed));
    await using gateway = await startTestGateway({
      objects: [...permissiveCrds, completeWorkspaceKind('jupyterlab'), ...mutants],
    });
    for (const filter of filters) expect((await gateway.query(FILTERED, { filter })).errors).toBeUndefined();
    for (const field of orders) {
      const answer = await gateway.query(SORTED, { orderBy: [{ field }] });
      expect(answer.data).toMatchObject({ workspaces: { totalCount: SEEDS.length } });
    }
  });

  it('returns every WorkspaceKind when their manifests are corrupted at random', async () => {
    const mutants = SEEDS.map((seed) => corrupt(completeWorkspaceKind(`seed-${seed}`), seed));
    await using gateway = await startTestGateway({ objects: [...permissiveCrds, ...mutants, ...oneOfEach()] });
    const selection = await selectionOf(gateway, 'WorkspaceKind');
    const answer = await gateway.query(`{ workspaceKinds { totalCount nodes ${selection} } }`);
    expect(brokenBy(SEEDS, 'workspaceKinds', answer)).toEqual([]);
    expect(answer.data).toMatchObject({ workspaceKinds: { totalCount: SEEDS.length } });
  });

  it('returns the fields of workspaces and namespaces when their WorkspaceKinds are corrupted at random', async () => {
    const mutants = SEEDS.map((seed) => corrupt(completeWorkspaceKind(`seed-${seed}`), seed));
    const objects = [...permissiveCrds, namespace('team-a', { a: 'b' }), ...mutants, ...oneOfEach()];
    await using gateway = await startTestGateway({ objects });
    const answer = await gateway.query(FROM_OUTSIDE);
    expect(brokenBy(SEEDS, 'workspaces', answer)).toEqual([]);
    expect(answer.data).toMatchObject({ workspaces: { totalCount: SEEDS.length } });
  });

  it.each(malformedWorkspaces)('lists workspaces when one has $defect', async ({ manifest }) => {
    const objects = [
      ...permissiveCrds,
      namespace('team-a'),
      completeWorkspaceKind('jupyterlab'),
      completeWorkspace('good'),
      manifest,
    ];
    await using gateway = await startTestGateway({ objects });
    const selection = await selectionOf(gateway, 'Workspace');
    const answer = await gateway.query(`{ workspaces { nodes ${selection} } }`);
    expect(answer.errors).toBeUndefined();
    expect(answer.data).toMatchObject({ workspaces: { nodes: [{ name: 'bad' }, { name: 'good', state: 'RUNNING' }] } });
  });

  it.each(malformedWorkspaceKinds)('lists WorkspaceKinds when one has $defect', async ({ manifest }) => {
    const objects = [
      ...permissiveCrds,
      completeWorkspaceKind('good'),
      completeWorkspace('nb', { kind: 'bad' }),
      manifest,
    ];
    await using gateway = await startTestGateway({ objects });
    const selection = await selectionOf(gateway, 'WorkspaceKind');
    const answer = await gateway.query(`{ workspaceKinds { nodes ${selection} } }`);
    expect(answer.errors).toBeUndefined();
    expect(answer.data).toMatchObject({
      workspaceKinds: { nodes: [{ name: 'bad' }, { name: 'good', deprecated: true }] },
    });
  });
});

async function selectionOf(gateway: TestGateway, typeName: string): Promise<string> {
  const { data } = await gateway.query(getIntrospectionQuery());
  return fullSelection(buildClientSchema(data as unknown as IntrospectionQuery), typeName, DEPTH);
}

/** Returns the errors of a response, each with the seed of the list item that it belongs to. */
function brokenBy(seeds: readonly number[], list: string, { errors = [] }: Answer): readonly string[] {
  const names = seeds.map((seed) => `seed-${seed}`).sort();
  return errors.map(({ path = [], message }) => {
    const place = path[path.lastIndexOf(list) + 2];
    return `${names[Number(place)] ?? 'no seed'}: ${path.join('.')}: ${message}`;
  });
}

function workspacesOf({ name, seeds }: (typeof batches)[number]): readonly Manifest[] {
  const mutants = seeds.map((seed) =>
    corrupt(completeWorkspace(`seed-${seed}`, { kind: name, namespace: name }), seed),
  );
  return [namespace(name), completeWorkspaceKind(name), ...mutants];
}

/** Returns one valid workspace for each corrupted WorkspaceKind, with the same name. */
function oneOfEach(): readonly Manifest[] {
  return SEEDS.map((seed) => completeWorkspace(`seed-${seed}`, { kind: `seed-${seed}` }));
}
