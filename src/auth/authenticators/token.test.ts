import { expect, it } from 'vitest';
import { kubeconfig } from '../../../test/support/kubeconfig.ts';
import { startLoopbackServer } from '../../../test/support/loopback-server.ts';
import { createApiConnection } from '../../kubernetes/api-connection.ts';
import { Client } from '../../kubernetes/client.ts';
import { tokenAuthenticator } from './token.ts';

const accepted = JSON.stringify({ kind: 'TokenReview', status: { authenticated: true, user: { username: 'erin' } } });
const rejected = JSON.stringify({ kind: 'TokenReview', status: { authenticated: false } });
const credentials = { header: () => ['Bearer t'], remoteAddress: '127.0.0.1' };
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
  return { ...server, authenticate: () => authenticate(credentials), pass: (ms: number) => void (now += ms) };
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

it('throws Unauthorized with the length when the token is too long', async () => {
  await using server = await startLoopbackServer({ answer: () => undefined });
  const client = new Client(await createApiConnection(kubeconfig({ server: server.url })));
  const authenticate = tokenAuthenticator(client, { graceMs: GRACE_MS });
  const tooLong = { header: () => [`Bearer ${'t'.repeat(16_385)}`], remoteAddress: '127.0.0.1' };
  const message = 'Expected a bearer token of at most 16384 characters, got 16385.';
  await expect(authenticate(tooLong)).rejects.toMatchObject({ code: 401, message });
});
