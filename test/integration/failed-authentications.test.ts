import { expect, it } from 'vitest';
import { closedAs } from '../support/authentication.ts';
import { namespace } from '../support/manifests.ts';
import { postOperation } from '../support/post-operation.ts';
import { startTestGateway, type SimulatedGateway } from '../support/test-gateway.ts';
import { recordingLog } from '../support/recording-log.ts';

const WHO = '{ viewer { name groups } }';
const objects = [namespace('team-a')];
const authentication = { mode: 'token' } as const;
const users = [{ token: 'erin-token', name: 'erin', groups: ['team'] }];
const isReview = ({ resource }: { readonly resource: string }) => resource === 'tokenreviews';

/** Sends a query with an `Authorization` header, and `X-Forwarded-For` if given. */
async function responseTo({ url }: SimulatedGateway, authorization: string, forwardedFor?: string) {
  const headers = { authorization, ...(forwardedFor !== undefined && { 'x-forwarded-for': forwardedFor }) };
  const response = await postOperation(url, WHO, { headers });
  return { status: response.status, headers: response.headers, body: await response.text() };
}

it.each([
  ['is unreachable', 'stop'],
  ['refuses the gateway', 'refuse'],
])('discloses nothing of the API server to unauthenticated clients when it %s', async (_, fault) => {
  const { log, texts: lines } = recordingLog('error');
  await using gateway = await startTestGateway({ objects, users, authentication, log });
  const { port } = new URL(gateway.cluster.url);
  if (fault === 'stop') await gateway.cluster.faults.stop();
  else
    gateway.cluster.faults.refuse({
      status: 403,
      message: 'system:serviceaccount:a:b cannot create',
      when: isReview,
    });
  const { status, headers, body } = await responseTo(gateway, 'Bearer unknown');
  expect([status, headers.get('retry-after')]).toEqual([503, '1']);
  expect(JSON.parse(body)).toMatchObject({ errors: [{ extensions: { code: 'UNAVAILABLE' } }] });
  const closed = await closedAs(gateway, { token: 'unknown' });
  expect(closed).toMatch(/^1013 UNAVAILABLE: /u);
  const picture = await fetch(new URL('/assets/none', gateway.url), { headers: { authorization: 'Bearer unknown' } });
  const readiness = await fetch(new URL('/readyz', gateway.url));
  const disclosed = [body, closed, await picture.text(), await readiness.text()].join('\n');
  expect(disclosed).not.toMatch(new RegExp(`${port}|127\\.0\\.0\\.1|ECONN|serviceaccount|forbidden`, 'u'));
  expect(lines.filter((line) => line.includes('cannot validate the credentials'))).toHaveLength(1);
  if (fault === 'stop') await gateway.cluster.faults.start();
});

it('sends the API server no more unknown tokens of an address than may fail, and accepts valid ones meanwhile', async () => {
  await using gateway = await startTestGateway({
    objects,
    users,
    authentication,
    maxFailedAuthenticationsPerMinute: 2, // so that the test has ended long before another one is allowed
  });
  const reviews = () => gateway.cluster.requests.filter(isReview).length;
  expect((await responseTo(gateway, 'Bearer erin-token')).status).toBe(200);
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, index) => responseTo(gateway, `Bearer unknown-${index}`)),
  );
  const unauthenticated = answers.filter(({ status }) => status === 401);
  expect(unauthenticated.map(({ headers }) => headers.get('www-authenticate'))).toEqual(['Bearer', 'Bearer']);
  const refused = answers.find(({ status }) => status === 429);
  const limit = { name: 'MAX_FAILED_AUTHENTICATIONS_PER_MINUTE', max: 2 };
  const retryAfterSeconds = Number(refused?.headers.get('retry-after'));
  expect(JSON.parse(refused?.body ?? '')).toMatchObject({
    errors: [{ extensions: { code: 'RATE_LIMITED', retryAfterSeconds, limit } }],
  });
  expect(retryAfterSeconds).toBeGreaterThan(6); // 30, less the seconds since the first failure
  expect(await closedAs(gateway, { token: 'another' })).toMatch(/^1013 RATE_LIMITED: /u);
  expect(reviews()).toBe(3);
  expect((await responseTo(gateway, 'Bearer erin-token')).status).toBe(200);
});

it('authenticates any number of users behind one address at the same time', async () => {
  const many = Array.from({ length: 50 }, (_, index) => ({ token: `token-${index}`, name: `user-${index}` }));
  await using gateway = await startTestGateway({
    objects,
    users: many,
    authentication,
    maxFailedAuthenticationsPerMinute: 2,
  });
  const answers = await Promise.all(many.map(({ token }) => responseTo(gateway, `Bearer ${token}`)));
  expect(answers.map(({ status }) => status)).toEqual(many.map(() => 200));
});

it('limits failures by the address that a trusted proxy forwards', async () => {
  await using gateway = await startTestGateway({
    objects,
    users,
    authentication,
    trustedProxyCidrs: ['127.0.0.0/8'],
    maxFailedAuthenticationsPerMinute: 1,
  });
  const statusOf = async (token: string, address: string) =>
    (await responseTo(gateway, `Bearer ${token}`, address)).status;
  expect(await statusOf('a', '192.0.2.1')).toBe(401);
  expect(await statusOf('b', '198.51.100.9, 192.0.2.1')).toBe(429);
  expect(await statusOf('c', '192.0.2.1, 198.51.100.9')).toBe(401);
  const closed = (address: string) => closedAs(gateway, { token: 'd', headers: { 'x-forwarded-for': address } });
  expect(await closed('192.0.2.1')).toMatch(/^1013 RATE_LIMITED: /u);
  expect(await closed('203.0.113.5')).toMatch(/^4401 /u);
});
