import { expect, it } from 'vitest';
import { workspaceCrd } from '../../dev/demo/crds/workspace.ts';
import { workspaceKindCrd } from '../../dev/demo/crds/workspace-kind.ts';
import { startSimulator } from '../../dev/simulator/simulator.ts';
import { grant, grantIn, kinds } from '../support/access/grants.ts';
import { Caller, testUser } from '../support/access/users.ts';
import { namespace, workspace, workspaceKind } from '../support/manifests.ts';
import { recordingLog } from '../support/recording-log.ts';
import { startGatewayFor } from '../support/test-gateway.ts';

const ann = testUser('ann');
const reading = { verbs: ['get', 'list'], apiGroups: ['*'], resources: ['*'] };
/** By namespace and by name, those of the namespace `b` are between the others. */
const [SEEN, HIDDEN] = [['a', 'c'], 'b'];

const SEARCH = 'filter: { search: "secret" }';
const operations = [
  `{ workspaces(${SEARCH}) { totalCount } }`,
  `{ workspaces(namespace: "a", ${SEARCH}) { totalCount } }`,
  '{ workspaces(filter: { labelSelector: "secret" }) { nodes { name } } }',
  '{ workspaces(filter: { search: "nb" }, first: 20) { nodes { name } pageInfo { hasNextPage hasPreviousPage } } }',
  '{ workspaces(filter: { paused: true }, last: 20) { nodes { name } pageInfo { hasNextPage hasPreviousPage } } }',
  '{ workspaces(first: 20) { nodes { name } pageInfo { hasNextPage } } }',
  '{ workspaces(last: 20, orderBy: [{ field: NAME }]) { nodes { name } pageInfo { hasPreviousPage } } }',
  '{ workspaces { stateCounts { state count } } }',
  '{ workspaceKinds { nodes { workspaceCount } } }',
  `{ workspaceKinds { nodes { workspaces(${SEARCH}) { totalCount } } } }`,
  '{ workspaceKinds { nodes { totals { count } } } }',
  '{ workspaceTotals { count } }',
  `{ workspaceTotals(${SEARCH}) { count } }`,
  '{ workspaceTotals(groupBy: [LABEL], groupByLabels: ["secret"]) { count } }',
  '{ gateway { kinds { kind objects } } }',
];

/** Returns the cost of each operation for a viewer of two namespaces, in a cluster with another one. */
async function costsWith({ seen, hidden }: { readonly seen: number; readonly hidden: number }) {
  await using cluster = await startSimulator({
    users: [ann],
    objects: [
      workspaceCrd,
      workspaceKindCrd,
      workspaceKind('jupyterlab'),
      ...[...SEEN, HIDDEN].map((name) => namespace(name)),
      ...SEEN.flatMap((at) => numbers(seen / 2).map((n) => workspace(`nb-${n}`, { namespace: at }))),
      ...numbers(hidden).map((n) =>
        workspace(`nb-${n}-secret`, { namespace: HIDDEN, labels: { secret: 'yes' }, paused: true }),
      ),
      ...SEEN.flatMap((at) => grantIn(at, 'ann', reading)),
      ...grant('ann', kinds()),
    ],
  });
  const { log, texts } = recordingLog('info');
  await using gateway = await startGatewayFor(cluster.kubeconfig, { authentication: { mode: 'token' }, log });
  await using caller = new Caller(ann, { mode: 'token', url: () => gateway.url });
  const costs: (readonly [operation: string, cost: unknown])[] = [];
  for (const operation of operations) {
    expect((await caller.ask(operation)).errors).toBeUndefined();
    const line = texts.findLast((text) => text.includes('"cost":')) ?? '';
    costs.push([operation, (JSON.parse(line) as { readonly cost: number }).cost]);
  }
  return costs;
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

it.each([
  [40, 30],
  [40, 4_000],
  [700, 300],
])('charges viewers of %d workspaces the same when there are %d that they may not see', async (seen, hidden) => {
  expect(await costsWith({ seen, hidden })).toEqual(await costsWith({ seen, hidden: 0 }));
});
