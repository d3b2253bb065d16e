import { describe, expect, it } from 'vitest';
import type { Manifest } from '../../../dev/simulator/api-object.ts';
import { namespace, workspace, workspaceKind } from '../../support/manifests.ts';
import { waitFor } from '../../support/wait-for.ts';
import { testUser, type Caller, type Reply } from '../../support/access/users.ts';
import { bound, clusterRole, RBAC, reader } from '../../support/access/rbac-objects.ts';
import { AccessEnvironment } from '../../support/access/environment.ts';

const ann = testUser('ann');
const teams = ['team-a', 'team-b'];
const objects = [
  ...teams.flatMap((team) => [namespace(team), workspace(`nb-of-${team}`, { namespace: team })]),
  workspaceKind('jupyterlab'),
  reader,
];
const EVERY = 'subscription ($after: String) { workspaces(after: $after) { type cursor object { name } } }';

interface Event {
  readonly type: string;
  readonly cursor: string;
  readonly object: { readonly name: string } | null;
}

function setStage(ttlSeconds: number, ...rights: readonly Manifest[]): Promise<AccessEnvironment> {
  const times = { authorizationTtlSeconds: ttlSeconds, denialTtlSeconds: ttlSeconds };
  return AccessEnvironment.start({ users: [ann], objects: [...objects, ...rights], modes: ['token'], ...times });
}

/** The next so many events, e.g. `ADDED nb-1`; of an error, its code. */
async function next(stream: AsyncIterator<Reply>, count: number): Promise<readonly string[]> {
  const events: string[] = [];
  while (events.length < count) {
    const { value, done } = (await stream.next()) as IteratorResult<Reply, undefined>;
    if (done) return [...events, 'complete'];
    const [event] = Object.values(value.data ?? {}) as (Event | null | undefined)[];
    events.push(event ? [event.type, event.object?.name ?? ''].join(' ').trim() : codeIn(value));
  }
  return events;
}

function codeIn({ errors = [] }: Reply): string {
  return String(errors[0]?.extensions?.code);
}

function unbind(environment: AccessEnvironment, role: string, team?: string): void {
  const { kind, metadata } = bound(ann, role, team);
  environment.cluster.delete(RBAC, kind, metadata.name ?? '', team);
}

async function lastCursor(caller: Caller): Promise<string> {
  for await (const { data } of caller.follow(EVERY)) {
    const event = data?.['workspaces'] as Event;
    if (event.type === 'SYNCED') return event.cursor;
  }
  throw new Error('There was no snapshot.');
}

describe('a subscriber to all workspaces', () => {
  it('receives DELETED for revoked namespaces, FORBIDDEN when none is left, and ADDED for granted ones', async () => {
    await using environment = await setStage(1, ...teams.map((team) => bound(ann, 'reader', team)));
    const caller = environment.caller(ann, 'token');
    const stream = caller.follow(EVERY);
    expect(await next(stream, 1)).toEqual(['RESET']);
    expect((await next(stream, 3)).toSorted()).toEqual(['ADDED nb-of-team-a', 'ADDED nb-of-team-b', 'SYNCED']);
    unbind(environment, 'reader', 'team-a');
    expect(await next(stream, 1)).toEqual(['DELETED nb-of-team-a']);
    environment.cluster.apply(bound(ann, 'reader', 'team-a'));
    expect(await next(stream, 1)).toEqual(['ADDED nb-of-team-a']);
    unbind(environment, 'reader', 'team-a');
    unbind(environment, 'reader', 'team-b');
    const end = next(stream, 3).catch((errors: Reply['errors']) => [codeIn({ errors: errors ?? [] })]);
    expect((await end).at(-1)).toBe('FORBIDDEN');
    expect(await stream.next()).toMatchObject({ done: true });
  });

  it('receives a new snapshot when its cursor is from other permissions', async () => {
    await using environment = await setStage(1, ...teams.map((team) => bound(ann, 'reader', team)));
    const caller = environment.caller(ann, 'token');
    const after = await lastCursor(caller);
    expect(await next(caller.follow(EVERY, { after }), 1)).toEqual(['SYNCED']);
    unbind(environment, 'reader', 'team-a');
    const lost = { data: { workspaces: { totalCount: 1 } } };
    await waitFor(
      async () => JSON.stringify(await caller.ask('{ workspaces { totalCount } }')) === JSON.stringify(lost),
      'a team is lost',
    );
    expect(await next(caller.follow(EVERY, { after }), 3)).toEqual(['RESET', 'ADDED nb-of-team-b', 'SYNCED']);
  });
});

describe('a decision', () => {
  it('requests a decision again when a subscription starts with one that would expire before the next check', async () => {
    await using environment = await setStage(10, bound(ann, 'reader', 'team-a'));
    const caller = environment.caller(ann, 'token');
    expect(await caller.ask('{ workspaces(namespace: "team-a") { totalCount } }')).not.toHaveProperty('errors');
    await next(caller.follow('subscription { workspaces(namespace: "team-a") { type } }'), 1);
    unbind(environment, 'reader', 'team-a');
    const lost = Date.now();
    await waitFor(() => Date.now() > lost + 1_100, 'a second has passed');
    const stream = caller.follow('subscription { workspaces(namespace: "team-a") { type cursor } }');
    expect(await next(stream, 1)).toEqual(['FORBIDDEN']);
  });

  it('takes effect in a running subscription when the rule has resourceNames', async () => {
    await using environment = await setStage(1);
    const { cluster } = environment;
    const stream = environment.caller(ann, 'token').follow('subscription { workspaceKinds { type object { name } } }');
    expect(await next(stream, 2)).toEqual(['RESET', 'SYNCED']);
    const named = { apiGroups: ['kubeflow.org'], resources: ['workspacekinds'], resourceNames: ['jupyterlab'] };
    cluster.apply(clusterRole('named', { ...named, verbs: ['get', 'watch'] }));
    cluster.apply(bound(ann, 'named'));
    expect(await next(stream, 1)).toEqual(['ADDED jupyterlab']);
  });
});
