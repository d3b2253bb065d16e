import { describe, expect, it } from 'vitest';
import { workspace } from '../../../test/support/manifests.ts';
import { startTestGateway, type Answer, type SimulatedGateway } from '../../../test/support/test-gateway.ts';
import { waitFor } from '../../../test/support/wait-for.ts';

const PAGE = `query ($first: Int, $after: String, $last: Int, $before: String, $orderBy: [WorkspaceOrder!], $filter: WorkspaceFilter) {
  workspaces(first: $first, after: $after, last: $last, before: $before, orderBy: $orderBy, filter: $filter) {
    nodes { name }
    edges { cursor node { name } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    totalCount
    stateCounts { state count }
  }
}`;

interface Page {
  readonly edges: readonly { readonly cursor: string; readonly node: { readonly name: string } }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

type Paging = Readonly<Record<string, unknown>>;

function pageIn({ data, errors }: Answer): Page {
  expect(errors).toBeUndefined();
  return data?.['workspaces'] as Page;
}

async function ask(gateway: SimulatedGateway, paging: Paging): Promise<Page> {
  return pageIn(await gateway.query(PAGE, paging));
}

function namesOn({ edges }: Page): readonly string[] {
  return edges.map(({ node }) => node.name);
}

/** The names on all pages from the first to the last, page by page. */
async function forwards(gateway: SimulatedGateway, first: number): Promise<readonly (readonly string[])[]> {
  const page = await ask(gateway, { first });
  const pages = [namesOn(page)];
  for (let { hasNextPage, endCursor } = page.pageInfo; hasNextPage;) {
    const next = await ask(gateway, { first, after: endCursor });
    pages.push(namesOn(next));
    ({ hasNextPage, endCursor } = next.pageInfo);
  }
  return pages;
}

/** The names on all pages from the last to the first, page by page. */
async function backwards(gateway: SimulatedGateway, last: number): Promise<readonly (readonly string[])[]> {
  const page = await ask(gateway, { last });
  const pages = [namesOn(page)];
  for (let { hasPreviousPage, startCursor } = page.pageInfo; hasPreviousPage;) {
    const previous = await ask(gateway, { last, before: startCursor });
    pages.push(namesOn(previous));
    ({ hasPreviousPage, startCursor } = previous.pageInfo);
  }
  return pages;
}

async function start(...names: readonly string[]): Promise<SimulatedGateway> {
  return startTestGateway({ objects: names.map((name) => workspace(name, { state: 'Running' })) });
}

/** Changes the cluster and waits until the gateway has `name` no more, or again. */
async function change(
  gateway: SimulatedGateway,
  { gone, come }: Readonly<Record<'gone' | 'come', readonly string[]>>,
): Promise<void> {
  for (const name of gone) gateway.cluster.delete('kubeflow.org/v1beta1', 'Workspace', name, 'team-a');
  for (const name of come) gateway.cluster.apply(workspace(name));
  const asWanted = (names: readonly string[]) =>
    come.every((name) => names.includes(name)) && !gone.some((name) => names.includes(name));
  await waitFor(async () => asWanted(namesOn(await ask(gateway, {}))), 'the gateway has seen the change');
}

describe('pages of workspaces', () => {
  it('returns all workspaces when paged forwards', async () => {
    await using gateway = await start('a', 'b', 'c', 'd', 'e');
    expect(await forwards(gateway, 2)).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
  });

  it('returns all workspaces when paged backwards', async () => {
    await using gateway = await start('a', 'b', 'c', 'd', 'e');
    expect(await backwards(gateway, 2)).toEqual([['d', 'e'], ['b', 'c'], ['a']]);
  });

  it('applies both cursors before the count', async () => {
    await using gateway = await start('a', 'b', 'c', 'd', 'e');
    const { pageInfo } = await ask(gateway, {});
    const between = { after: pageInfo.startCursor, before: pageInfo.endCursor };
    expect(namesOn(await ask(gateway, between))).toEqual(['b', 'c', 'd']);
    expect(namesOn(await ask(gateway, { ...between, first: 2 }))).toEqual(['b', 'c']);
    expect(namesOn(await ask(gateway, { ...between, last: 2 }))).toEqual(['c', 'd']);
  });

  it('returns the same objects as nodes and edges, and the count of all matches', async () => {
    const objects = [
      workspace('a', { state: 'Running' }),
      workspace('b', { state: 'Running' }),
      workspace('c'),
      workspace('d', { paused: true }),
    ];
    await using gateway = await startTestGateway({ objects });
    const { data } = await gateway.query(PAGE, { first: 1, filter: { paused: false } });
    expect(data?.['workspaces']).toMatchObject({
      nodes: [{ name: 'a' }],
      edges: [{ node: { name: 'a' } }],
      totalCount: 3,
      stateCounts: [
        { state: 'RUNNING', count: 2 },
        { state: 'UNKNOWN', count: 1 },
      ],
    });
  });

  it('returns no cursors and a count of 0 when nothing matches', async () => {
    await using gateway = await start();
    const pageInfo = { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null };
    const { data } = await gateway.query(PAGE, { first: 3 });
    expect(data).toEqual({ workspaces: { nodes: [], edges: [], pageInfo, totalCount: 0, stateCounts: [] } });
  });

  it('continues at the cursor when workspaces are created and deleted in between, also that of the cursor', async () => {
    await using gateway = await start('b', 'd', 'f', 'h');
    const { pageInfo } = await ask(gateway, { first: 2 });
    await change(gateway, { gone: ['b', 'd'], come: ['a', 'c', 'e'] });
    const next = await ask(gateway, { first: 2, after: pageInfo.endCursor });
    expect(namesOn(next)).toEqual(['e', 'f']);
    expect(next.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: true });
    expect(namesOn(await ask(gateway, { last: 2, before: pageInfo.endCursor }))).toEqual(['a', 'c']);
  });

  it('continues at the cursor when workspaces change their position in between', async () => {
    const orderBy = [{ field: 'STATE' }];
    const objects = ['a', 'b', 'c', 'd'].map((name) => workspace(name, { state: 'Pending' }));
    await using gateway = await startTestGateway({ objects });
    const { pageInfo } = await ask(gateway, { first: 2, orderBy });
    gateway.cluster.apply(workspace('b', { state: 'Running' }));
    gateway.cluster.apply(workspace('c', { state: 'Error' }));
    await waitFor(async () => namesOn(await ask(gateway, { orderBy })).join('') === 'cadb', 'the order is another');
    expect(namesOn(await ask(gateway, { first: 2, after: pageInfo.endCursor, orderBy }))).toEqual(['d', 'b']);
  });

  it('continues among workspaces whose sort key is unknown', async () => {
    const orderBy = [{ field: 'PAUSED_AT', direction: 'DESC' }];
    await using gateway = await start('a', 'b', 'c');
    const { pageInfo } = await ask(gateway, { first: 1, orderBy });
    expect(namesOn(await ask(gateway, { after: pageInfo.endCursor, orderBy }))).toEqual(['b', 'c']);
  });

  it('rejects a cursor of another order', async () => {
    await using gateway = await start('a', 'b');
    const { pageInfo } = await ask(gateway, { first: 1 });
    const { errors } = await gateway.query(PAGE, { after: pageInfo.endCursor, orderBy: [{ field: 'STATE' }] });
    expect(errors).toMatchObject([{ path: ['workspaces'], extensions: { code: 'BAD_REQUEST' } }]);
    expect(errors?.[0]?.message).toContain(
      'ordered by STATE ASC, NAMESPACE ASC, NAME ASC, got one of a list ordered by NAMESPACE ASC, NAME ASC',
    );
  });

  it.each([
    { first: -1 },
    { last: -2 },
    { first: 0 },
    { last: 0 },
    { first: 1, last: 1 },
    { first: 10_001 },
    { after: 'garbage' },
    { before: 'bnVsbA' },
    { first: 1.5 },
  ])('rejects %j', async (paging) => {
    await using gateway = await start('a');
    const { errors } = await gateway.query(PAGE, paging);
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_REQUEST' } }]);
  });
});
