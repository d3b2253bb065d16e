import { describe, expect, it } from 'vitest';
import { workspace } from '../../../test/support/manifests.ts';
import { startTestGateway, type Answer } from '../../../test/support/test-gateway.ts';

const NOON = Date.parse('2026-09-21T12:00:00Z');

interface Traits {
  readonly namespace: string;
  readonly displayName: string;
  readonly kind: string;
  readonly state?: string;
  readonly created: string;
  readonly lastActivity: number;
  readonly pauseTime: number;
}

function member(name: string, traits: Traits) {
  const { namespace, displayName, kind, state, created, lastActivity, pauseTime } = traits;
  const status = { activity: { lastActivity, lastUpdate: 0 }, pauseTime };
  const manifest = workspace(name, { namespace, kind, ...(state && { state }), spec: { displayName }, status });
  return { ...manifest, metadata: { ...manifest.metadata, creationTimestamp: created } };
}

const cast = [
  member('b', {
    namespace: 'team-a',
    displayName: 'zeta',
    kind: 'k-2',
    state: 'Running',
    created: '2026-01-03T00:00:00Z',
    lastActivity: NOON,
    pauseTime: 0,
  }),
  member('a', {
    namespace: 'team-b',
    displayName: 'Alpha',
    kind: 'k-1',
    state: 'Paused',
    created: '2026-01-01T00:00:00Z',
    lastActivity: 0,
    pauseTime: NOON - 1,
  }),
  member('c', {
    namespace: 'team-a',
    displayName: 'beta',
    kind: 'k-3',
    created: '2026-01-02T00:00:00Z',
    lastActivity: NOON / 1_000 - 1,
    pauseTime: NOON,
  }),
];

const ORDERED = 'query ($orderBy: [WorkspaceOrder!]) { workspaces(orderBy: $orderBy) { nodes { name } } }';

function namesIn({ data }: Answer): string {
  const connection = data?.['workspaces'] as { readonly nodes: readonly { readonly name: string }[] } | undefined;
  return (connection?.nodes ?? []).map(({ name }) => name).join(' ');
}

describe('order of workspaces', () => {
  it.each([
    { field: 'NAME', ascending: 'a b c', descending: 'c b a' },
    { field: 'NAMESPACE', ascending: 'b c a', descending: 'a b c' },
    { field: 'DISPLAY_NAME', ascending: 'a c b', descending: 'b c a' },
    { field: 'KIND', ascending: 'a b c', descending: 'c b a' },
    { field: 'STATE', ascending: 'a b c', descending: 'c b a' },
    { field: 'CREATED_AT', ascending: 'a c b', descending: 'b c a' },
    { field: 'LAST_ACTIVITY_AT', ascending: 'c b a', descending: 'b c a' },
    { field: 'PAUSED_AT', ascending: 'a c b', descending: 'c a b' },
  ])('sorts by $field in both directions, with unknown values last', async ({ field, ascending, descending }) => {
    await using gateway = await startTestGateway({ objects: cast });
    expect(namesIn(await gateway.query(ORDERED, { orderBy: [{ field }] }))).toBe(ascending);
    expect(namesIn(await gateway.query(ORDERED, { orderBy: [{ field, direction: 'ASC' }] }))).toBe(ascending);
    expect(namesIn(await gateway.query(ORDERED, { orderBy: [{ field, direction: 'DESC' }] }))).toBe(descending);
  });

  it.each([{ orderBy: null }, { orderBy: [] }])(
    'sorts by namespace and name when orderBy is $orderBy',
    async ({ orderBy }) => {
      await using gateway = await startTestGateway({ objects: cast });
      expect(namesIn(await gateway.query(ORDERED, { orderBy }))).toBe('b c a');
    },
  );

  it('sorts by the next criterion when values are equal', async () => {
    await using gateway = await startTestGateway({ objects: cast });
    const orderBy = [
      { field: 'NAMESPACE', direction: 'DESC' },
      { field: 'NAME', direction: 'DESC' },
    ];
    expect(namesIn(await gateway.query(ORDERED, { orderBy }))).toBe('a c b');
  });

  it('sorts by namespace and name when all criteria are equal', async () => {
    const twins = ['team-b', 'team-a'].flatMap((namespace) => ['y', 'x'].map((name) => workspace(name, { namespace })));
    await using gateway = await startTestGateway({ objects: twins });
    expect(namesIn(await gateway.query(ORDERED, { orderBy: [{ field: 'STATE' }] }))).toBe('x y x y');
  });
});

it('sorts and searches display names without regard to Unicode composition and locale', async () => {
  const names = ['zoo', 'E\u0301mile', 'Ema', 'ému', 'Emu', 'Fox'];
  const objects = names.map((displayName, index) => workspace(`w-${index}`, { spec: { displayName } }));
  await using gateway = await startTestGateway({ objects });
  const sorted = await gateway.query('{ workspaces(orderBy: [{ field: DISPLAY_NAME }]) { nodes { displayName } } }');
  expect(
    Object(sorted.data?.['workspaces']).nodes.map(({ displayName }: { displayName: string }) => displayName),
  ).toEqual(['Ema', 'E\u0301mile', 'Emu', 'ému', 'Fox', 'zoo']);
  const found = await gateway.query('{ workspaces(filter: { search: "ÉMI" }) { nodes { name } } }');
  expect(found.data).toEqual({ workspaces: { nodes: [{ name: 'w-1' }] } });
});
