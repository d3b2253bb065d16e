import { expect, it, onTestFinished, vi } from 'vitest';
import { kubeconfig } from '../../../test/support/kubeconfig.ts';
import { startLoopbackServer } from '../../../test/support/loopback-server.ts';
import { createApiConnection } from '../../kubernetes/api-connection.ts';
import { Client } from '../../kubernetes/client.ts';
import { tokenAuthenticator } from './token.ts';

const reviewed = (status: object) => JSON.stringify({ kind: 'TokenReview', status });
const accepted = reviewed({ authenticated: true, user: { username: 'erin' } });
const rejected = reviewed({ authenticated: false });
const TTL_MS = 60_000;
const GRACE_MS = 60_000;

/** Starts a server whose first response accepts the token, and whose later ones are the given one, or none. */
async function thenResponding(status: number, body: string | undefined) {
  let requests = 0;
  const server = await startLoopbackServer({
    answer: (response) => {
      requests += 1;
      if (requests === 1) return void response.writeHead(201).end(accepted);
      return body === undefined ? undefined : void response.writeHead(status).end(body);
    },
  });
  let now = 0;
  const client = new Client(await createApiConnection(kubeconfig({ server: server.url })));
  const authenticate = tokenAuthenticator(client, { graceMs: GRACE_MS, now: () => now });
  const remoteAddress = '127.0.0.1';
  return {
    ...server,
    authenticate: async (token = 't') => authenticate({ header: () => [`Bearer ${token}`], remoteAddress }),
    pass: (ms: number) => void (now += ms),
  };
}

it('returns the last user within the grace when the API server reviews no token', async () => {
  await using server = await thenResponding(500, '{}');
  await server.authenticate();
  server.pass(TTL_MS + GRACE_MS - 1);
  expect(await server.authenticate()).toMatchObject({ name: 'erin' });
  server.pass(1);
  await expect(server.authenticate()).rejects.toMatchObject({ code: 500 });
});

it('throws Unauthorized within the grace when the API server rejects the token', async () => {
  await using server = await thenResponding(201, rejected);
  await server.authenticate();
  server.pass(TTL_MS);
  await expect(server.authenticate()).rejects.toMatchObject({ code: 401 });
});

it('returns the last user within the grace when the review of the token hangs', async () => {
  await using server = await thenResponding(201, undefined);
  await server.authenticate();
  server.pass(TTL_MS);
  expect(await server.authenticate()).toMatchObject({ name: 'erin' });
});

it('throws the error of the API server within the grace when the token has expired', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => void vi.useRealTimers());
  await using server = await thenResponding(500, '{}');
  const lifetimeMs = TTL_MS / 2;
  const exp = (Date.now() + lifetimeMs) / 1_000;
  const token = `x.${Buffer.from(JSON.stringify({ exp })).toString('base64url')}.y`;
  expect(await server.authenticate(token)).toMatchObject({ name: 'erin' });
  vi.setSystemTime(Date.now() + lifetimeMs);
  server.pass(lifetimeMs);
  await expect(server.authenticate(token)).rejects.toMatchObject({ code: 500 });
});

it.each([401, 429])('throws ServiceUnavailable when the API server answers %i to a review', async (status) => {
  await using server = await thenResponding(status, JSON.stringify({ kind: 'Status', code: status }));
  await server.authenticate();
  await expect(server.authenticate('another')).rejects.toMatchObject({ code: 503 });
});

it.each([
  { authenticated: false, user: { username: 'erin' } },
  { user: { username: 'erin' } },
  { authenticated: true, user: { username: '' } },
  { authenticated: true },
])('throws Unauthorized when the status of the review is %j', async (status) => {
  await using server = await thenResponding(201, reviewed(status));
  await server.authenticate();
  await expect(server.authenticate('another')).rejects.toMatchObject({ code: 401 });
});

it('returns another key for each token of a user, and when the groups of a token change', async () => {
  const user = { username: 'erin', groups: ['a'] };
  await using server = await thenResponding(201, reviewed({ authenticated: true, user }));
  const first = await server.authenticate();
  const before = first.key;
  const another = await server.authenticate('another');
  server.pass(TTL_MS);
  const again = await server.authenticate();
  expect(again.groups).toEqual(another.groups);
  expect(new Set([before, another.key, again.key]).size).toBe(3);
});

it('throws Unauthorized with the length when the token is too long', async () => {
  await using server = await startLoopbackServer({ answer: () => undefined });
  const client = new Client(await createApiConnection(kubeconfig({ server: server.url })));
  const authenticate = tokenAuthenticator(client, { graceMs: GRACE_MS });
  const tooLong = { header: () => [`Bearer ${'t'.repeat(16_385)}`], remoteAddress: '127.0.0.1' };
  const message = 'Expected a bearer token of at most 16384 characters, got 16385.';
  await expect(authenticate(tooLong)).rejects.toMatchObject({ code: 401, message });
});
