import { buildClientSchema, getIntrospectionQuery, type IntrospectionQuery } from 'graphql';
import { expect, it } from 'vitest';
import type { Manifest } from '../../src/simulator/api-object.ts';
import { fullSelection } from './full-selection.ts';
import { startGatewayBefore } from './gateway-before.ts';
import { namespace, workspace, workspaceKind } from './manifests.ts';
import { mutilate } from './mutilation.ts';
import { permissiveCrds } from './permissive-crd.ts';
import type { TestGateway } from './test-gateway.ts';

const SEEDS = Array.from({ length: 240 }, (_, index) => index + 1);
const MOMENT = 1_790_000_000_000;

/** Where the fields that an answer says are broken stand. */
async function brokenFields(gateway: TestGateway, query: string): Promise<readonly string[]> {
  const { errors = [], data } = await gateway.query(query);
  const broken = errors.map(({ path = [], message }) => `${path.join('.')}: ${message}`);
  return data ? broken : [...broken, 'no data at all'];
}

async function selectionOf(gateway: TestGateway, typeName: string): Promise<string> {
  const { data } = await gateway.query(getIntrospectionQuery());
  return fullSelection(buildClientSchema(data as unknown as IntrospectionQuery), typeName, 4);
}

const wholeSpec = {
  displayName: 'A notebook',
  deferUpdates: true,
  podTemplate: {
    podMetadata: { labels: { a: 'b' }, annotations: { c: 'd' } },
    volumes: {
      home: 'home',
      data: [{ pvcName: 'data', mountPath: '/data', readOnly: true }],
      secrets: [{ secretName: 'token', mountPath: '/token', defaultMode: 256 }],
    },
    options: { imageConfig: 'scipy', podConfig: 'tiny' },
  },
};
const wholeStatus = {
  pauseTime: MOMENT,
  lastRunningTime: MOMENT,
  pendingRestart: true,
  stateMessage: 'Workspace is running',
  activity: {
    lastActivity: MOMENT,
    lastUpdate: MOMENT,
    lastProbe: { startTime: MOMENT, endTime: MOMENT, result: 'Success', message: 'fine' },
    rules: { pauseWorkspace: { eligibleAfter: MOMENT } },
  },
  podTemplateOptions: {
    imageConfig: { desired: 'scipy-2', redirectChain: [{ source: 'scipy', target: 'scipy-2' }] },
    podConfig: { desired: 'tiny' },
  },
  podTemplatePod: { name: 'pod-0', nodeName: 'n', containers: [{ name: 'main' }], initContainers: [{ name: 'init' }] },
};

function wholeWorkspace(name: string, kind: string): Manifest {
  return workspace(name, { kind, state: 'Running', spec: { ...wholeSpec, kind }, status: wholeStatus });
}

const selector = { matchLabels: { a: 'b' }, matchExpressions: [{ key: 'c', operator: 'NotIn', values: ['d'] }] };
const rule = {
  effect: { ui: { hide: true }, api: { deny: true, denyMessage: { text: 'no' } } },
  match: [{ matchNamespace: { selector } }, { matchPodConfig: { selector } }],
};

function wholeKind(name: string): Manifest {
  const filterRules = ['WORKSPACE_KIND', 'IMAGE_CONFIG', 'POD_CONFIG'].map((scope) => ({ scope, ...rule }));
  const activityRules = [
    { config: { secondsSinceActive: 60, minRunningSeconds: 1 }, match: {}, effect: { pauseWorkspace: true } },
  ];
  const spawner = { hidden: true, deprecated: true, deprecationMessage: 'Use another.' };
  const picture = { configMap: { errorType: 'NotFound', errorMessage: 'gone' } };
  return {
    ...workspaceKind(name, { filterRules, activityRules }, spawner),
    status: { spawnerIcon: picture, spawnerLogo: picture },
  };
}

it('trap 24: no mutilation of a workspace fails a list that it is in', async () => {
  await using gateway = await startGatewayBefore([...permissiveCrds, ...batches.flatMap(batchOfWorkspaces)]);
  const selection = await selectionOf(gateway, 'Workspace');
  const failed: string[] = [];
  for (const { name, seeds } of batches) {
    const list = `workspaces(namespace: "${name}", orderBy: $orderBy, filter: $filter)`;
    failed.push(...(await brokenFields(gateway, `{ workspaces(namespace: "${name}") { totalCount nodes ${selection} } }`)));
  }
  expect(failed).toEqual([]);
});

it('trap 24: no mutilation of a kind fails a list that it is in', async () => {
  await using gateway = await startGatewayBefore([...permissiveCrds, namespace('team-a'), ...SEEDS.flatMap((seed) => [mutilate(wholeKind(`kind-${seed}`), seed), wholeWorkspace(`nb-${seed}`, `kind-${seed}`)])]);
  const selection = await selectionOf(gateway, 'WorkspaceKind');
  expect(await brokenFields(gateway, `{ workspaceKinds { totalCount nodes ${selection} } }`)).toEqual([]);
});

const batches = Array.from({length: 20}, (_, index) => ({ name: `batch-${index}`, seeds: SEEDS.slice(index * 12, index * 12 + 12)}));

function batchOfWorkspaces({ name, seeds}: { readonly name: string; readonly seeds: readonly number[] }) {
  return [namespace(name), wholeKind(name), ...seeds.map((seed) => mutilate({ ...wholeWorkspace(`seed-${seed}`, name), metadata: { name: `seed-${seed}`, namespace: name}}, seed))];
}
