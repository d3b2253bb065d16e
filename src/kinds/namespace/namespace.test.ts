import { describe, expect, it } from 'vitest';
import { expression, workspaceKindWith, rule } from '../../../test/support/workspace-kind-options.ts';
import { namespace, workspace } from '../../../test/support/manifests.ts';
import { startTestGateway, type Answer } from '../../../test/support/test-gateway.ts';

const objects = [
  namespace('team-a', { tier: 'dev' }),
  namespace('team-b', { tier: 'prod' }),
  namespace('ada'),
  workspace('nb-2', { state: 'Running' }),
  workspace('nb-1', { state: 'Paused', paused: true }),
  workspace('other', { namespace: 'team-b' }),
];

const LISTED =
  'query ($filter: NamespaceFilter, $first: Int, $after: String, $last: Int, $before: String) { namespaces(filter: $filter, first: $first, after: $after, last: $last, before: $before) { nodes { name } totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }';

interface Listed {
  readonly nodes: readonly { readonly name: string }[];
  readonly totalCount: number;
  readonly pageInfo: Readonly<Record<string, unknown>>;
}

function listIn({ data, errors }: Answer): Listed {
  expect(errors).toBeUndefined();
  return data?.['namespaces'] as Listed;
}

function namesIn(answer: Answer): string {
  return listIn(answer)
    .nodes.map(({ name }) => name)
    .join(' ');
}

describe('Namespace', () => {
  it('returns its phase and labels', async () => {
    await using gateway = await startTestGateway({ objects });
    const { data } = await gateway.query(
      '{ namespace(name: "team-a") { name phase metadata { namespace generation labels(keys: ["tier"]) { key value } } } }',
    );
    expect(data).toEqual({
      namespace: {
        name: 'team-a',
        phase: 'ACTIVE',
        metadata: { namespace: null, generation: null, labels: [{ key: 'tier', value: 'dev' }] },
      },
    });
  });

  it.each([
    { phase: 'Terminating', expected: 'TERMINATING' },
    { phase: 'Dreaming', expected: 'UNKNOWN' },
  ])('returns $expected when its phase is $phase', async ({ phase, expected }) => {
    await using gateway = await startTestGateway({ objects: [{ ...namespace('going'), status: { phase } }] });
    const { data } = await gateway.query('{ namespace(name: "going") { phase } }');
    expect(data).toEqual({ namespace: { phase: expected } });
  });

  it('returns null when it does not exist', async () => {
    await using gateway = await startTestGateway();
    expect((await gateway.query('{ namespace(name: "nowhere") { name } }')).data).toEqual({ namespace: null });
  });

  it('returns its workspaces filtered, sorted and paged', async () => {
    await using gateway = await startTestGateway({ objects });
    const { data } = await gateway.query(
      `{ namespace(name: "team-a") {
        all: workspaces { totalCount nodes { name } stateCounts { state count } }
        paused: workspaces(filter: { paused: true }) { nodes { name } }
        last: workspaces(orderBy: [{ field: NAME, direction: DESC }], last: 1) { nodes { name } pageInfo { hasPreviousPage } }
      } }`,
    );
    expect(data?.['namespace']).toEqual({
      all: {
        totalCount: 2,
        nodes: [{ name: 'nb-1' }, { name: 'nb-2' }],
        stateCounts: [
          { state: 'PAUSED', count: 1 },
          { state: 'RUNNING', count: 1 },
        ],
      },
      paused: { nodes: [{ name: 'nb-1' }] },
      last: { nodes: [{ name: 'nb-1' }], pageInfo: { hasPreviousPage: true } },
    });
  });

  it('returns offered WorkspaceKinds without removed ones, and marks hidden ones', async () => {
    const prod = expression('tier', 'In', 'prod');
    const kinds = [
      workspaceKindWith('shown'),
      workspaceKindWith('hidden', {
        filterRules: [rule('WORKSPACE_KIND', { ui: { hide: true } }, 'matchNamespace', prod)],
      }),
      workspaceKindWith('removed', {
        filterRules: [rule('WORKSPACE_KIND', { api: { hide: true } }, 'matchNamespace', prod)],
      }),
    ];
    await using gateway = await startTestGateway({ objects: [...objects, ...kinds] });
    const offered = 'workspaceKindOffers { totalCount nodes { hidden kind { name } } }';
    const { data } = await gateway.query(
      `{ dev: namespace(name: "team-a") { ${offered} } prod: namespace(name: "team-b") { ${offered} } }`,
    );
    const [shown, hidden, removed] = ['shown', 'hidden', 'removed'].map((name) => ({ hidden: false, kind: { name } }));
    expect(data).toEqual({
      dev: { workspaceKindOffers: { totalCount: 3, nodes: [hidden, removed, shown] } },
      prod: { workspaceKindOffers: { totalCount: 2, nodes: [{ hidden: true, kind: { name: 'hidden' } }, shown] } },
    });
  });

  it('filters and pages offered WorkspaceKinds by their state in the namespace', async () => {
    const everywhere = rule('WORKSPACE_KIND', { ui: { hide: true } }, 'matchNamespace', {});
    const kinds = [
      workspaceKindWith('a'),
      workspaceKindWith('b'),
      workspaceKindWith('c', { filterRules: [everywhere] }),
    ];
    await using gateway = await startTestGateway({ objects: [...objects, ...kinds] });
    const { data } = await gateway.query(
      '{ namespace(name: "ada") { hidden: workspaceKindOffers(filter: { hidden: true }) { nodes { kind { name } } } page: workspaceKindOffers(first: 1, filter: { hidden: false }) { totalCount nodes { kind { name } } pageInfo { hasNextPage } } } workspaceKinds(filter: { hidden: true }) { totalCount } }',
    );
    expect(data).toEqual({
      namespace: {
        hidden: { nodes: [{ kind: { name: 'c' } }] },
        page: { totalCount: 2, nodes: [{ kind: { name: 'a' } }], pageInfo: { hasNextPage: true } },
      },
      workspaceKinds: { totalCount: 0 },
    });
  });
});

describe('namespaces', () => {
  it.each([
    { filter: null, names: 'ada default kube-node-lease kube-public kube-system team-a team-b' },
    { filter: { search: 'TEAM' }, names: 'team-a team-b' },
    { filter: { labelSelector: 'tier' }, names: 'team-a team-b' },
    { filter: { labelSelector: 'tier in (dev, test)' }, names: 'team-a' },
    { filter: { labelSelector: '!tier', search: 'a' }, names: 'ada default kube-node-lease' },
    { filter: { search: 'nobody' }, names: '' },
  ])('selects $names when the filter is $filter', async ({ filter, names }) => {
    await using gateway = await startTestGateway({ objects });
    expect(namesIn(await gateway.query(LISTED, { filter }))).toBe(names);
  });

  it('returns all objects when paged forwards and backwards', async () => {
    await using gateway = await startTestGateway({ objects });
    const first = listIn(await gateway.query(LISTED, { first: 2 }));
    expect(first).toMatchObject({ totalCount: 7, pageInfo: { hasNextPage: true, hasPreviousPage: false } });
    const second = await gateway.query(LISTED, { first: 2, after: first.pageInfo['endCursor'] });
    expect(namesIn(second)).toBe('kube-node-lease kube-public');
    const before = await gateway.query(LISTED, { last: 1, before: listIn(second).pageInfo['startCursor'] });
    expect(namesIn(before)).toBe('default');
  });

  it.each([{ filter: { labelSelector: 'tier in' } }, { first: -1 }, { last: -1 }, { after: 'garbage' }])(
    'refuses a list of namespaces with %j',
    async (variables) => {
      await using gateway = await startTestGateway();
      const { errors } = await gateway.query(LISTED, variables);
      expect(errors).toMatchObject([{ path: ['namespaces'], extensions: { code: 'BAD_REQUEST' } }]);
    },
  );
});
