import { describe, expect, it } from 'vitest';
import { StatusError } from '../kubernetes/status-error.ts';
import { Authorizer, type AuthorizerOptions } from './authorizer.ts';
import type { ResourceAttributes } from './resource-attributes.ts';
import type { Viewer } from './viewer.ts';

const unreachable = new StatusError({ code: 503, reason: 'Unreachable', message: 'nobody there' });
const question: ResourceAttributes = {
  verb: 'list',
  group: 'kubeflow.org',
  resource: 'workspaces',
  namespace: 'team-a',
  name: null,
};

interface Asked {
  readonly viewer: Viewer;
  /** The questions that were put, in their order. */
  readonly put: readonly ResourceAttributes[];
}

function viewerWho(answer: (question: ResourceAttributes, times: number) => Promise<boolean>, key = 'vic'): Asked {
  const put: ResourceAttributes[] = [];
  const reviewAccess: Viewer['reviewAccess'] = async (asked) => answer(asked, put.push(asked));
  const viewer = { name: key, groups: [], key, reviewAccess, reauthenticate: () => Promise.resolve() };
  return { put, viewer: viewer as unknown as Viewer };
}

/** An authorizer whose time passes only when told. */
function authorizerWith(options: Partial<AuthorizerOptions> = {}) {
  let now = 1_000_000;
  const slept: number[] = [];
  const authorizer = new Authorizer({
    allowedTtlMs: 10_000,
    deniedTtlMs: 5_000,
    graceMs: 60_000,
    now: () => now,
    sleep: (milliseconds) => Promise.resolve(slept.push(milliseconds)),
    ...options,
  });
  return { authorizer, slept, pass: (milliseconds: number) => void (now += milliseconds), now: () => now };
}

describe('an answer', () => {
  it.each([
    { allowed: true, forMs: 10_000 },
    { allowed: false, forMs: 5_000 },
  ])('of $allowed holds for $forMs ms', async ({ allowed, forMs }) => {
    const { authorizer, pass } = authorizerWith();
    const { viewer, put } = viewerWho(() => Promise.resolve(allowed));
    expect(await authorizer.authorize(viewer, question)).toBe(allowed);
    pass(forMs - 1);
    expect(await authorizer.authorize(viewer, question)).toBe(allowed);
    expect(put).toHaveLength(1);
    pass(1);
    await authorizer.authorize(viewer, question);
    expect(put).toHaveLength(2);
  });

  it('is for one viewer and one question', async () => {
    const { authorizer } = authorizerWith();
    const [vic, wim] = [viewerWho(() => Promise.resolve(true)), viewerWho(() => Promise.resolve(false), 'wim')];
    const asked = [vic.viewer, wim.viewer].map((viewer) => authorizer.authorize(viewer, question));
    expect(await Promise.all(asked)).toEqual([true, false]);
    for (const other of [{ verb: 'watch' }, { namespace: null }, { name: 'x' }, { subresource: 'status' }])
      await authorizer.authorize(vic.viewer, { ...question, ...other });
    expect(vic.put).toHaveLength(5);
  });

  it('is not good enough for who asks since a later moment', async () => {
    const { authorizer, pass, now } = authorizerWith();
    const { viewer, put } = viewerWho((_, times) => Promise.resolve(times === 1));
    await authorizer.authorize(viewer, question);
    pass(1_000);
    expect(await authorizer.authorize(viewer, question, now() - 1_000)).toBe(true);
    expect(await authorizer.authorize(viewer, question, now())).toBe(false);
    expect(await authorizer.authorize(viewer, question)).toBe(false);
    expect(put).toHaveLength(2);
  });

  it('is forgotten when many others have come since', async () => {
    const { authorizer } = authorizerWith({ maxDecisions: 2 });
    const { viewer, put } = viewerWho(() => Promise.resolve(true));
    const ask = (namespace: string) => authorizer.authorize(viewer, { ...question, namespace });
    for (const namespace of ['a', 'b', 'a', 'c', 'a', 'b']) await ask(namespace);
    expect(put.map(({ namespace }) => namespace)).toEqual(['a', 'b', 'c', 'b']);
  });
});

describe('a question', () => {
  it('is put once for all who wait', async () => {
    const { authorizer } = authorizerWith();
    const gate = Promise.withResolvers<boolean>();
    const { viewer, put } = viewerWho(() => gate.promise);
    const waiting = Array.from({ length: 100 }, () => authorizer.authorize(viewer, question));
    gate.resolve(true);
    expect(new Set(await Promise.all(waiting))).toEqual(new Set([true]));
    expect(put).toHaveLength(1);
  });

  it('waits while too many are under way', async () => {
    const { authorizer } = authorizerWith({ maxConcurrentReviews: 3 });
    const gate = Promise.withResolvers<boolean>();
    const { viewer, put } = viewerWho(() => gate.promise);
    const asked = Array.from({ length: 10 }, (_, index) =>
      authorizer.authorize(viewer, { ...question, name: `${index}` }),
    );
    await new Promise(setImmediate);
    expect(put).toHaveLength(3);
    gate.resolve(true);
    await Promise.all(asked);
    expect(put).toHaveLength(10);
  });

  it('is put again where the API server could not be reached, and only then', async () => {
    const { authorizer, slept } = authorizerWith();
    const { viewer, put } = viewerWho((_, times) => (times < 3 ? Promise.reject(unreachable) : Promise.resolve(true)));
    expect(await authorizer.authorize(viewer, question)).toBe(true);
    expect([put.length, slept]).toEqual([3, [100, 300]]);
    const refused = viewerWho(
      () => Promise.reject(new StatusError({ code: 500, reason: 'InternalError', message: 'oh' })),
      'x',
    );
    await expect(authorizer.authorize(refused.viewer, question)).rejects.toMatchObject({ code: 503 });
    expect(refused.put).toHaveLength(1);
  });
});

describe('without an answer', () => {
  it.each([
    unreachable,
    new StatusError({ code: 403, reason: 'Forbidden', message: 'the gateway may not create reviews' }),
    new StatusError({ code: 500, reason: 'InternalError', message: 'webhook' }),
    new TypeError('no JSON'),
  ])('there is UNAVAILABLE, never a no: %s', async (error) => {
    const { authorizer } = authorizerWith();
    const { viewer } = viewerWho(async () => {
      throw error;
    });
    await expect(authorizer.authorize(viewer, question)).rejects.toMatchObject({
      code: 503,
      reason: 'ServiceUnavailable',
      message: expect.stringContaining('list workspaces.kubeflow.org in the namespace "team-a"'),
    });
  });

  it('the last one holds a while longer, whatever it was', async () => {
    const { authorizer, pass } = authorizerWith();
    const { viewer } = viewerWho((_, times) => (times === 1 ? Promise.resolve(true) : Promise.reject(unreachable)));
    await authorizer.authorize(viewer, question);
    pass(10_000 + 59_999);
    expect(await authorizer.authorize(viewer, question)).toBe(true);
    pass(1);
    await expect(authorizer.authorize(viewer, question)).rejects.toMatchObject({ code: 503 });
  });

  it('a viewer whose token is no good any more is told so at once', async () => {
    const { authorizer, pass } = authorizerWith();
    const expired = new StatusError({ code: 401, reason: 'Unauthorized', message: 'Unauthorized' });
    const { viewer } = viewerWho((_, times) => (times === 1 ? Promise.resolve(true) : Promise.reject(expired)));
    await authorizer.authorize(viewer, question);
    pass(10_000);
    await expect(authorizer.authorize(viewer, question)).rejects.toBe(expired);
  });
});
