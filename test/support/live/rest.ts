import { isDeepStrictEqual } from 'node:util';
import { namespace, workspace, workspaceKind } from '../manifests.ts';
import type { TestGateway } from '../test-gateway.ts';
import { until } from '../until.ts';
import type { Follower } from './follower.ts';
import { queryOf, type Fields, type Selection, type Truth } from './selections.ts';
import { uidOf } from './view.ts';
import type { Cluster } from './cluster.ts';

interface AtRest {
  readonly world: Cluster;
  readonly gateways: readonly TestGateway[];
  readonly followers: readonly Follower[];
}

/** After many faults in a row a watch waits 30 s, at the longest, before it tries again. */
export const LONGEST_REST_MS = 45_000;

/**
 * With nobody writing and nothing wrong any more, waits until everybody has come to rest.
 * @returns what is wrong then: followers that do not hold what the cluster does, answers that do not tell it
 */
export async function mistakesAtRest({ world, gateways, followers }: AtRest): Promise<readonly string[]> {
  for (const follower of followers) follower.resume();
  for (const gateway of gateways) await caughtUp(world, gateway);
  const truth = await world.truth();
  const unsettled = () =>
    followers.flatMap((follower) => {
      const difference = follower.failure ? undefined : follower.differenceFrom(truth);
      return difference === undefined ? [] : `${follower.title} ${difference}\n    ${follower.story}`;
    });
  await until(() => unsettled().length === 0, 'all views are true', LONGEST_REST_MS).catch(() => undefined);
  const failures = followers.flatMap(({ failure }) => failure ?? []);
  const selections = new Set(followers.map(({ selection }) => selection));
  const answers = gateways.flatMap((gateway) => [...selections].map((each) => wrongAnswer(gateway, each, truth)));
  return [...failures, ...unsettled(), ...(await Promise.all(answers)).flat()];
}

/** Waits until a gateway has taken in all that the cluster holds, of each kind. */
async function caughtUp(world: Cluster, gateway: TestGateway): Promise<void> {
  const name = `marker-${String(Math.random()).slice(2)}`;
  const markers = [namespace(name), workspaceKind(name), workspace(name, { namespace: name })];
  for (const marker of markers) await world.put(marker);
  const question = `{ namespace(name: "${name}") { id } workspaceKind(name: "${name}") { id } workspace(namespace: "${name}", name: "${name}") { id } }`;
  const seen = async () => Object.values((await gateway.query(question)).data ?? {}).map((found) => found !== null);
  await until(
    async () => isDeepStrictEqual(await seen(), [true, true, true]),
    'the gateway has caught up',
    LONGEST_REST_MS,
  );
  for (const marker of markers.toReversed()) await world.remove(marker);
}

async function wrongAnswer(gateway: TestGateway, selection: Selection, truth: Truth): Promise<readonly string[]> {
  const expected = byUid(selection.expected(truth));
  let answer: unknown;
  const isRight = async (): Promise<boolean> => {
    answer = await gateway.query(queryOf(selection));
    return isDeepStrictEqual(byUid(objectsIn(answer, selection)), expected);
  };
  const right = await until(isRight, 'the answer is right').then(
    () => true,
    () => false,
  );
  return right ? [] : [`Asked for ${selection.title}: ${JSON.stringify(answer)}, not ${JSON.stringify([...expected])}`];
}

function objectsIn(answer: unknown, { field }: Selection): readonly Fields[] {
  const found = (answer as { readonly data?: Readonly<Record<string, unknown>> }).data?.[field];
  if (field === 'workspace') return found ? [found as Fields] : [];
  return (found as { readonly nodes?: readonly Fields[] } | undefined)?.nodes ?? [];
}

function byUid(objects: readonly Fields[]): ReadonlyMap<string, Fields> {
  return new Map(objects.map((object) => [uidOf(object), object]));
}
