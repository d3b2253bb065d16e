import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { namespace, workspace, workspaceKind } from '../manifests.ts';
import type { Answer, TestGateway } from '../test-gateway.ts';
import { waitFor } from '../wait-for.ts';
import type { SubscriptionClient } from './subscription-client.ts';
import { isList, queryFor, type Fields, type Selection, type ClusterState } from './selections.ts';
import { keyOf } from './client-result-set.ts';
import type { Cluster } from './cluster.ts';

interface QuiescenceOptions {
  readonly cluster: Cluster;
  readonly gateways: readonly TestGateway[];
  readonly clients: readonly SubscriptionClient[];
}

/** Longer than the maximum backoff of a watch, 30 s, several times over: on a busy machine the next attempt may fail, too. */
export const QUIESCENCE_TIMEOUT_MS = 120_000;

/**
 * Waits until all clients and gateways agree with the cluster. To be called after the last write and the last fault.
 * @returns violations: clients whose result set differs, queries whose answer differs, and events against the contract
 */
export async function violationsWhenQuiescent({
  cluster,
  gateways,
  clients,
}: QuiescenceOptions): Promise<readonly string[]> {
  for (const client of clients) client.resume();
  for (const gateway of gateways) await waitUntilSynced(cluster, gateway);
  const state = await cluster.state();
  const unsettled = () =>
    clients.flatMap((client) => {
      const difference = client.violation ? undefined : client.differenceFrom(client.selection.expected(state));
      return difference === undefined ? [] : `${client.title} ${difference}\n    ${client.transcript}`;
    });
  await waitFor(
    () => unsettled().length === 0,
    'all clients have the state of the cluster',
    QUIESCENCE_TIMEOUT_MS,
  ).catch(() => undefined);
  const violations = clients.flatMap(({ violation }) => violation ?? []);
  const selections = new Set(clients.map(({ selection }) => selection));
  const answers = gateways.flatMap((gateway) => [...selections].map((each) => queryDifference(gateway, each, state)));
  return [...violations, ...unsettled(), ...(await Promise.all(answers)).flat()];
}

/** Waits until a gateway has received every earlier write, of each kind: it then knows a marker object. */
async function waitUntilSynced(cluster: Cluster, gateway: TestGateway): Promise<void> {
  const name = `marker-${randomUUID()}`;
  const markers = [namespace(name), workspaceKind(name), workspace(name, { namespace: name })];
  for (const marker of markers) await cluster.apply(marker);
  const question = `{ namespace(name: "${name}") { id } workspaceKind(name: "${name}") { id } workspace(namespace: "${name}", name: "${name}") { id } }`;
  // A connection that was kept alive may be closed as the query is sent. The next attempt has a new one.
  const answer = () => gateway.query(question).catch((): Answer => ({}));
  let last: Answer = {};
  const seen = async () => {
    last = await answer();
    return Object.values(last.data ?? {}).map((found) => found !== null);
  };
  await waitFor(
    async () => isDeepStrictEqual(await seen(), [true, true, true]),
    'the gateway has received the markers',
    QUIESCENCE_TIMEOUT_MS,
  ).catch((error: Error) => {
    throw new Error(`${error.message} It answers ${JSON.stringify(last)} and has ${textOf(gateway)}.`);
  });
  for (const marker of markers.toReversed()) await cluster.delete(marker);
}

/** Returns the state of each watch of a gateway. */
function textOf(gateway: TestGateway): string {
  const kinds = gateway.statistics().kinds.filter(({ updates }) => updates === 'watched');
  return kinds
    .map(({ resource, staleSince, lastEventAt }) => `${resource.plural} ${staleSince ?? 'watched'} ${lastEventAt}`)
    .join(', ');
}

async function queryDifference(
  gateway: TestGateway,
  selection: Selection,
  state: ClusterState,
): Promise<readonly string[]> {
  const expected = byKey(selection.expected(state));
  let answer: unknown;
  const isRight = async (): Promise<boolean> => {
    // The query may fail with its connection, as above, or time out while the machine is busy.
    answer = await gateway.query(queryFor(selection)).catch(String);
    return typeof answer === 'object' && isDeepStrictEqual(byKey(objectsIn(answer, selection)), expected);
  };
  const right = await waitFor(isRight, 'the query has the expected answer', QUIESCENCE_TIMEOUT_MS).then(
    () => true,
    () => false,
  );
  return right
    ? []
    : [`Query of ${selection.title}: expected ${JSON.stringify([...expected])}, got ${JSON.stringify(answer)}`];
}

function objectsIn(answer: unknown, selection: Selection): readonly Fields[] {
  const found = (answer as { readonly data?: Readonly<Record<string, unknown>> }).data?.[selection.field];
  if (!isList(selection)) return found ? [found as Fields] : [];
  return (found as { readonly nodes?: readonly Fields[] } | undefined)?.nodes ?? [];
}

function byKey(objects: readonly Fields[]): ReadonlyMap<string, Fields> {
  return new Map(objects.map((object) => [keyOf(object), object]));
}
