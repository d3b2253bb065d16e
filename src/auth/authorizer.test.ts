import { describe, expect, it } from 'vitest';
import { isAllowedBy } from '../../test/support/access/reviewed-user.ts';
import { waitFor } from '../../test/support/wait-for.ts';
import { StatusError } from '../kubernetes/status-error.ts';
import { Authorizer, type AuthorizerOptions } from './authorizer.ts';
import type { ResourceAttributes } from './resource-attributes.ts';
import type { Viewer } from './viewer.ts';

const unreachable = new StatusError({ code: 503, reason: 'Unreachable', message: 'connection refused' });
const attributes: ResourceAttributes = {
  verb: 'list',
  group: 'kubeflow.org',
  resource: 'workspaces',
  namespace: 'team-a',
  name: null,
};

interface ReviewedViewer {
  readonly viewer: Viewer;
  /** Reviewed attributes, in order. */
  readonly reviews: readonly ResourceAttributes[];
}

function reviewedViewer(
  answer: (attributes: ResourceAttributes, times: number) => Promise<boolean>,
  key = 'vic',
): ReviewedViewer {
  const reviews: ResourceAttributes[] = [];
  const reviewAccess: Viewer['reviewAccess'] = async (reviewed) => ({
    allowed: await answer(reviewed, reviews.push(reviewed)),
    reason: '',
  });
  const viewer = { name: key, groups: [], key, reviewAccess, reauthenticate: () => Promise.resolve() };
  return { reviews, viewer: viewer as unknown as Viewer };
}

/** Creates an authorizer whose clock only `pass` advances. */
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

describe('Authorizer', () => {
  it.each([
    { allowed: true, forMs: 10_000 },
    { allowed: false, forMs: 5_000 },
  ])('reuses a decision of $allowed for $forMs ms', async ({ allowed, forMs }) => {
    const { authorizer, pass } = authorizerWith();
    const { viewer, reviews } = reviewedViewer(() => Promise.resolve(allowed));
    expect(await isAllowedBy(authorizer, viewer, attributes)).toBe(allowed);
    pass(forMs - 1);
    expect(await isAllowedBy(authorizer, viewer, attributes)).toBe(allowed);
    expect(reviews).toHaveLength(1);
    pass(1);
    await isAllowedBy(authorizer, viewer, attributes);
    expect(reviews).toHaveLength(2);
  });

  it('reviews again when the viewer or the attributes differ', async () => {
    const { authorizer } = authorizerWith();
    const [vic, wim] = [
      reviewedViewer(() => Promise.resolve(true)),
      reviewedViewer(() => Promise.resolve(false), 'wim'),
    ];
    const reviewed = [vic.viewer, wim.viewer].map((viewer) => isAllowedBy(authorizer, viewer, attributes));
    expect(await Promise.all(reviewed)).toEqual([true, false]);
    for (const other of [{ verb: 'watch' }, { namespace: null }, { name: 'x' }, { subresource: 'status' }])
      await isAllowedBy(authorizer, vic.viewer, { ...attributes, ...other });
    expect(vic.reviews).toHaveLength(5);
  });

  it('reviews again when the decision is older than notBefore', async () => {
    const { authorizer, pass, now } = authorizerWith();
    const { viewer, reviews } = reviewedViewer((_, times) => Promise.resolve(times === 1));
    await isAllowedBy(authorizer, viewer, attributes);
    pass(1_000);
    expect(await isAllowedBy(authorizer, viewer, attributes, { notBefore: now() - 1_000 })).toBe(true);
    expect(await isAllowedBy(authorizer, viewer, attributes, { notBefore: now() })).toBe(false);
    expect(await isAllowedBy(authorizer, viewer, attributes)).toBe(false);
    expect(reviews).toHaveLength(2);
  });

  it('evicts the least recently used decision when it is full', async () => {
    const { authorizer } = authorizerWith({ maxDecisions: 2 });
    const { viewer, reviews } = reviewedViewer(() => Promise.resolve(true));
    const ask = (namespace: string) => isAllowedBy(authorizer, viewer, { ...attributes, namespace });
    for (const namespace of ['a', 'b', 'a', 'c', 'a', 'b']) await ask(namespace);
    expect(reviews.map(({ namespace }) => namespace)).toEqual(['a', 'b', 'c', 'b']);
  });
});

describe('without an RBAC index, a decision', () => {
  it.each([
    { of: 'an allowed namespace', allowed: true, namespace: 'team-a', forMs: 100_000 },
    { of: 'a denied namespace', allowed: false, namespace: 'team-a', forMs: 50_000 },
    { of: 'the whole cluster', allowed: true, namespace: null, forMs: 10_000 },
  ])(
    'reuses a decision about $of for $forMs ms when there are 1,000 namespaces and no RBAC index',
    async ({ allowed, namespace, forMs }) => {
      const { authorizer, pass } = authorizerWith({ countNamespaces: () => 1_000 });
      const { viewer, reviews } = reviewedViewer(() => Promise.resolve(allowed));
      const ask = () => isAllowedBy(authorizer, viewer, { ...attributes, namespace });
      expect(await ask()).toBe(allowed);
      pass(forMs - 1);
      expect(await ask()).toBe(allowed);
      expect(reviews).toHaveLength(1);
      pass(1);
      expect(await ask()).toBe(allowed);
      expect(reviews).toHaveLength(2);
    },
  );

  it('reviews a decision by every tenth recheck when there are 1,000 namespaces and no RBAC index', async () => {
    const { authorizer, pass, now } = authorizerWith({ countNamespaces: () => 1_000 });
    const { viewer, reviews } = reviewedViewer(() => Promise.resolve(true));
    const recheck = () => isAllowedBy(authorizer, viewer, attributes, { notBefore: now(), isRecheck: true });
    for (let interval = 0; interval < 100; interval += 1) {
      await recheck();
      pass(10_000);
    }
    expect(reviews).toHaveLength(10);
  });
});

describe('a review', () => {
  it('shares a review between concurrent calls', async () => {
    const { authorizer } = authorizerWith();
    const gate = Promise.withResolvers<boolean>();
    const { viewer, reviews } = reviewedViewer(() => gate.promise);
    const waiting = Array.from({ length: 100 }, () => isAllowedBy(authorizer, viewer, attributes));
    gate.resolve(true);
    expect(new Set(await Promise.all(waiting))).toEqual(new Set([true]));
    expect(reviews).toHaveLength(1);
  });

  it('waits when the limit of concurrent reviews is reached', async () => {
    const { authorizer } = authorizerWith({ maxConcurrentReviews: 3 });
    const gate = Promise.withResolvers<boolean>();
    const { viewer, reviews } = reviewedViewer(() => gate.promise);
    const reviewed = Array.from({ length: 10 }, (_, index) =>
      isAllowedBy(authorizer, viewer, { ...attributes, name: `${index}` }),
    );
    await new Promise(setImmediate);
    expect(reviews).toHaveLength(3);
    gate.resolve(true);
    await Promise.all(reviewed);
    expect(reviews).toHaveLength(10);
  });

  it('sends a review without delay when thousands of other viewers wait', async () => {
    const { authorizer } = authorizerWith({ maxConcurrentReviews: 2 });
    const order: string[] = [];
    const named = (key: string) =>
      reviewedViewer(async () => {
        order.push(key);
        await new Promise(setImmediate);
        return true;
      }, key).viewer;
    const [vic, wim] = [named('vic'), named('wim')];
    const all = Array.from({ length: 20_000 }, (_, index) =>
      isAllowedBy(authorizer, vic, { ...attributes, name: `${index}` }),
    );
    await isAllowedBy(authorizer, wim, attributes);
    expect(order.indexOf('wim')).toBeLessThanOrEqual(3);
    await Promise.all(all);
  });

  it('follows the others of its viewer when few of them wait', async () => {
    const { authorizer } = authorizerWith({ maxConcurrentReviews: 1 });
    const order: string[] = [];
    const all = ['ann', 'bob', 'cho'].flatMap((key) => {
      const { viewer } = reviewedViewer(() => Promise.resolve(order.push(key) > 0), key);
      return ['1', '2', '3'].map((name) => isAllowedBy(authorizer, viewer, { ...attributes, name }));
    });
    await Promise.all(all);
    expect(order.join(' ')).toBe('ann ann ann bob bob bob cho cho cho');
  });

  it('sends no review when all callers that wait for it have left', async () => {
    const { authorizer } = authorizerWith({ maxConcurrentReviews: 1 });
    const gate = Promise.withResolvers<boolean>();
    const { viewer, reviews } = reviewedViewer(() => gate.promise);
    const running = isAllowedBy(authorizer, viewer, attributes);
    const [first, second] = [new AbortController(), new AbortController()];
    const ask = (name: string, { signal }: AbortController) =>
      isAllowedBy(authorizer, viewer, { ...attributes, name }, { signal });
    const waiting = [ask('left', first), ask('left', first), ask('left', second), ask('shared', first)];
    const shared = ask('shared', second);
    first.abort();
    expect((await Promise.allSettled([waiting[0], waiting[3]])).map(({ status }) => status)).toEqual([
      'rejected',
      'rejected',
    ]);
    const kept = isAllowedBy(authorizer, viewer, { ...attributes, name: 'shared' });
    second.abort();
    gate.resolve(true);
    expect(await Promise.allSettled([running, ...waiting, shared, kept])).toMatchObject([
      { status: 'fulfilled' },
      ...Array.from({ length: 5 }, () => ({ status: 'rejected', reason: { code: 503 } })),
      { value: true },
    ]);
    expect(reviews.map(({ name }) => name)).toEqual([null, 'shared']);
  });

  it('cancels a running review when all callers that wait for it have left', async () => {
    const { authorizer } = authorizerWith();
    const sent = Promise.withResolvers<AbortSignal>();
    const { viewer } = reviewedViewer(() => Promise.resolve(true));
    const hanging: Viewer = {
      ...viewer,
      reviewAccess: (_, signal) => {
        sent.resolve(signal);
        return new Promise(() => undefined);
      },
    };
    const request = new AbortController();
    const asked = isAllowedBy(authorizer, hanging, attributes, { signal: request.signal });
    const { aborted } = await sent.promise;
    request.abort();
    await expect(asked).rejects.toMatchObject({ code: 503 });
    expect([aborted, (await sent.promise).aborted]).toEqual([false, true]);
  });

  it('refuses a review, and returns decisions that exist, when the request has spent its budget', async () => {
    const { authorizer } = authorizerWith({ maxReviewsPerRequest: 2 });
    const { viewer, reviews } = reviewedViewer(() => Promise.resolve(true));
    const budget = authorizer.createBudget();
    const ask = (name: string) => isAllowedBy(authorizer, viewer, { ...attributes, name }, { budget });
    expect(await Promise.all(['a', 'b', 'a'].map(ask))).toEqual([true, true, true]);
    await expect(ask('c')).rejects.toMatchObject({ code: 400, message: expect.stringContaining('at most 2 access') });
    expect(await ask('b')).toBe(true);
    expect(await isAllowedBy(authorizer, viewer, { ...attributes, name: 'c' })).toBe(true);
    expect(reviews).toHaveLength(3);
  });

  it('retries a review when the API server is unreachable, and not after other errors', async () => {
    const { authorizer, slept } = authorizerWith();
    const { viewer, reviews } = reviewedViewer((_, times) =>
      times < 3 ? Promise.reject(unreachable) : Promise.resolve(true),
    );
    expect(await isAllowedBy(authorizer, viewer, attributes)).toBe(true);
    expect([reviews.length, slept]).toEqual([3, [100, 300]]);
    const refused = reviewedViewer(
      () => Promise.reject(new StatusError({ code: 500, reason: 'InternalError', message: 'oh' })),
      'x',
    );
    await expect(isAllowedBy(authorizer, refused.viewer, attributes)).rejects.toMatchObject({ code: 503 });
    expect(refused.reviews).toHaveLength(1);
  });
});

describe('without a decision, authorize', () => {
  it.each([
    unreachable,
    new StatusError({ code: 403, reason: 'Forbidden', message: 'the gateway may not create reviews' }),
    new StatusError({ code: 500, reason: 'InternalError', message: 'webhook' }),
    new TypeError('no JSON'),
  ])('throws ServiceUnavailable and does not deny: %s', async (error) => {
    const { authorizer } = authorizerWith();
    const { viewer } = reviewedViewer(async () => {
      throw error;
    });
    await expect(isAllowedBy(authorizer, viewer, attributes)).rejects.toMatchObject({
      code: 503,
      reason: 'ServiceUnavailable',
      message: expect.stringContaining('list workspaces.kubeflow.org in the namespace "team-a"'),
    });
  });

  it('returns the last decision within the grace', async () => {
    const { authorizer, pass } = authorizerWith();
    const { viewer } = reviewedViewer((_, times) =>
      times === 1 ? Promise.resolve(true) : Promise.reject(unreachable),
    );
    await isAllowedBy(authorizer, viewer, attributes);
    pass(10_000 + 59_999);
    expect(await isAllowedBy(authorizer, viewer, attributes)).toBe(true);
    pass(1);
    await expect(isAllowedBy(authorizer, viewer, attributes)).rejects.toMatchObject({ code: 503 });
  });

  it('returns the last decisions within the grace at once when reviews hang, and the new ones when they have completed', async () => {
    const { authorizer, pass } = authorizerWith({ patienceMs: 1 });
    const gate = Promise.withResolvers<boolean>();
    const { viewer, reviews } = reviewedViewer((_, times) => (times <= 2 ? Promise.resolve(true) : gate.promise));
    const ask = (verb: string) => isAllowedBy(authorizer, viewer, { ...attributes, verb });
    await Promise.all(['get', 'list'].map(ask));
    pass(10_000);
    expect([await ask('get'), await ask('list'), await ask('get')]).toEqual([true, true, true]);
    expect(reviews).toHaveLength(4);
    gate.resolve(false);
    await waitFor(async () => !(await ask('get')), 'the denial of get is cached');
    expect([await ask('list'), reviews.length]).toEqual([false, 4]);
  });

  it('throws Unauthorized at once when the credentials of the viewer have expired', async () => {
    const { authorizer, pass } = authorizerWith();
    const expired = new StatusError({ code: 401, reason: 'Unauthorized', message: 'Unauthorized' });
    const { viewer } = reviewedViewer((_, times) => (times === 1 ? Promise.resolve(true) : Promise.reject(expired)));
    await isAllowedBy(authorizer, viewer, attributes);
    pass(10_000);
    await expect(isAllowedBy(authorizer, viewer, attributes)).rejects.toBe(expired);
  });
});
