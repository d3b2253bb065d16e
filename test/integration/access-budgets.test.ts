import { expect, it } from 'vitest';
import type { Simulator } from '../../dev/simulator/simulator.ts';
import { namespace, workspace } from '../support/manifests.ts';
import { testUser } from '../support/access/users.ts';
import { bound, clusterRole, reader, workspaces } from '../support/access/rbac-objects.ts';
import { AccessEnvironment } from '../support/access/environment.ts';

const ordinary = testUser('ann', 'team-1');
/** Times to live that no test outlives, so that reviews are not repeated. */
const lasting = { authorizationTtlSeconds: 600, denialTtlSeconds: 600 };
const NAMESPACES = 500;

function isReview({ resource }: Simulator['requests'][number]): boolean {
  return resource.endsWith('accessreviews');
}

/** Returns the number of access reviews during an action. */
async function reviewsDuring(cluster: Simulator, act: () => Promise<void>): Promise<number> {
  const before = cluster.requests.filter(isReview).length;
  await act();
  return cluster.requests.filter(isReview).length - before;
}

const names = Array.from({ length: NAMESPACES }, (_, index) => `ns-${index}`);

it.each([
  { authorizer: 'rbac', most: 10 },
  { authorizer: 'reviews', most: 1 + NAMESPACES },
] as const)(
  'takes at most $most reviews with AUTHORIZER=$authorizer when a user of two of 500 namespaces lists, and none when they list again',
  async ({ authorizer, most }) => {
    const own = ['ns-7', 'ns-300'];
    const objects = [
      ...names.map((name) => namespace(name)),
      reader,
      ...own.flatMap((at) => [bound(ordinary, 'reader', at), workspace('nb-1', { namespace: at })]),
      workspace('nb-1', { namespace: 'ns-8' }),
    ];
    await using environment = await AccessEnvironment.start({
      users: [ordinary],
      objects,
      modes: ['header'],
      authorizer,
      ...lasting,
    });
    const { cluster } = environment;
    const caller = environment.caller(ordinary, 'header');
    const system = cluster.list('v1', 'Namespace').length - NAMESPACES;
    const list = async (): Promise<void> => {
      const { data } = await caller.ask('{ workspaces { nodes { namespace { name } } } }');
      expect(data).toEqual({ workspaces: { nodes: own.toSorted().map((at) => ({ namespace: { name: at } })) } });
    };
    const listOnly = async (): Promise<void> => {
      const { data } = await caller.ask('{ workspaces { totalCount } }');
      expect(data).toEqual({ workspaces: { totalCount: own.length } });
    };
    expect(await reviewsDuring(cluster, listOnly)).toBeLessThanOrEqual(most + system);
    expect(await reviewsDuring(cluster, listOnly)).toBe(0);
    // Whether namespaces may be listed, or got, everywhere or each of those that are seen.
    expect(await reviewsDuring(cluster, list)).toBeLessThanOrEqual(2 + 2 * own.length);
    expect(await reviewsDuring(cluster, list)).toBe(0);
  },
);

const ROWS = 1_000;
const ACTIONS = ['PAUSE', 'START', 'UPDATE', 'DELETE'];
const can = ACTIONS.map((action) => `${action}: viewerCan(action: ${action})`).join(' ');

interface Row {
  readonly name: string;
  readonly namespace: { readonly name: string };
}

async function rowsOf(environment: AccessEnvironment): Promise<readonly (Row & Readonly<Record<string, unknown>>)[]> {
  const { data } = await environment
    .caller(ordinary, 'header')
    .ask(`{ workspaces { nodes { name namespace { name } ${can} } } }`);
  return ((data ?? {})['workspaces'] as { readonly nodes: readonly (Row & Readonly<Record<string, unknown>>)[] }).nodes;
}

it('takes one review for each namespace and verb when viewerCan is selected on 1,000 rows', async () => {
  const teams = ['team-a', 'team-b'];
  const updater = clusterRole('updater', { ...workspaces, verbs: ['update'] });
  const objects = [
    ...teams.map((team) => namespace(team)),
    ...Array.from({ length: ROWS }, (_, index) => workspace(`nb-${index}`, { namespace: teams[index % 2] ?? '' })),
    reader,
    updater,
    bound(ordinary, 'reader'),
    bound(ordinary, 'updater', 'team-a'),
  ];
  await using environment = await AccessEnvironment.start({
    users: [ordinary],
    objects,
    modes: ['header'],
    ...lasting,
  });
  await environment.caller(ordinary, 'header').ask('{ workspaces { nodes { namespace { name } } } }');
  const reviews = await reviewsDuring(environment.cluster, async () => {
    const rows = await rowsOf(environment);
    expect(rows).toHaveLength(ROWS);
    for (const { namespace: at, ...row } of rows) {
      const isOurs = at.name === 'team-a';
      expect(row).toMatchObject({ PAUSE: isOurs, START: isOurs, UPDATE: isOurs, DELETE: false });
    }
  });
  expect(reviews).toBeLessThanOrEqual(teams.length * 2);
});

it('returns true from viewerCan when a rule with resourceNames grants the verb', async () => {
  const named = clusterRole('named', { ...workspaces, verbs: ['update'], resourceNames: ['nb-3', 'nb-4'] });
  const objects = [
    ...['team-a', 'team-b'].map((team) => namespace(team)),
    ...Array.from({ length: ROWS }, (_, index) => workspace(`nb-${index}`, { namespace: 'team-a' })),
    workspace('nb-3', { namespace: 'team-b' }),
    reader,
    named,
    bound(ordinary, 'reader'),
    bound(ordinary, 'named', 'team-a'),
  ];
  await using environment = await AccessEnvironment.start({
    users: [ordinary],
    objects,
    modes: ['header'],
    ...lasting,
  });
  await environment.caller(ordinary, 'header').ask('{ workspaces { nodes { namespace { name } } } }');
  const reviews = await reviewsDuring(environment.cluster, async () => {
    const may = (await rowsOf(environment)).filter((row) => row['UPDATE'] === true);
    const places = may.map(({ namespace: at, name }) => `${at.name}/${name}`);
    expect(places).toEqual(['team-a/nb-3', 'team-a/nb-4']);
  });
  expect(reviews).toBeLessThanOrEqual(2 * 2 + 3); // for all names, and for each of which a role speaks
});

it('returns BAD_REQUEST after the maximum number of reviews when a request needs more', async () => {
  await using environment = await AccessEnvironment.start({
    users: [ordinary],
    objects: names.map((name) => namespace(name)),
    modes: ['header'],
    authorizer: 'reviews',
    ...lasting,
    maxAccessReviewsPerRequest: 100,
  });
  const reviews = await reviewsDuring(environment.cluster, async () => {
    const { errors } = await environment.caller(ordinary, 'header').ask('{ workspaces { totalCount } }');
    expect(errors).toMatchObject([
      {
        extensions: { code: 'BAD_REQUEST', limit: { name: 'MAX_ACCESS_REVIEWS_PER_REQUEST', max: 100 } },
        message: expect.stringContaining('at most 100 access reviews'),
      },
    ]);
  });
  // The first error completes the response, which cancels the reviews that still wait.
  expect(reviews).toBeLessThanOrEqual(100);
});
