import type { IncomingMessage, ServerResponse } from 'node:http';
import { expect, it } from 'vitest';
import { namespace } from '../support/manifests.ts';
import { startLoopbackServer } from '../support/loopback-server.ts';
import { postOperation } from '../support/post-operation.ts';
import { balancerMissing, startBalancer } from '../support/replicas/balancers.ts';
import { startTestGateway } from '../support/test-gateway.ts';
import { waitFor } from '../support/wait-for.ts';

const missing = balancerMissing('nginx');
if (missing) console.warn(`Repeated queries are not tested: ${missing}.`);

const QUERY = '{ namespace(name: "team-a") { name } }';
const MUTATION =
  'mutation { createSecret(input: { namespace: "team-a", name: "s", entries: [], dryRun: true }) { secret { name } } }';

/** nginx with the configuration in deploy/balancers in front of a gateway and of two replicas that end after they have read a request. */
async function startSituation(refusesMutations: boolean) {
  await using started = new AsyncDisposableStack();
  const gateway = started.use(await startTestGateway({ objects: [namespace('team-a')] }));
  const answer = (response: ServerResponse, { method, url }: IncomingMessage) => {
    if (url === '/livez') response.end();
    else if (refusesMutations && method === 'QUERY') response.writeHead(405).end();
    else response.destroy();
  };
  const ending = [
    started.use(await startLoopbackServer({ answer })),
    started.use(await startLoopbackServer({ answer })),
  ];
  const ports = [...ending.map(({ port }) => port), Number(new URL(gateway.url).port)];
  const { url } = started.use(await startBalancer('nginx', { ports }));
  const running = started.move();
  return {
    gateway,
    /** Number of requests that ended the replicas. */
    received: (method: string) =>
      ending.flatMap(({ seen }) => seen).filter((request) => request.method === method).length,
    post: (query: string) => postOperation(url, query, { headers: { accept: 'application/json' } }),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

it.skipIf(missing)('answers a query by POST behind nginx when the replicas that read it first end', async () => {
  await using situation = await startSituation(false);
  do {
    const response = await situation.post(QUERY);
    expect(await response.json()).toEqual({ data: { namespace: { name: 'team-a' } } });
  } while (situation.received('QUERY') < 2);
  expect(situation.received('POST')).toBe(0);
});

it.skipIf(missing)('sends a mutation to one replica behind nginx when that one ends', async () => {
  await using situation = await startSituation(true);
  const statuses: number[] = [];
  await waitFor(async () => {
    statuses.push((await situation.post(MUTATION)).status);
    return situation.received('POST') >= 2;
  }, 'the replicas have read two mutations');
  const failed = statuses.filter((status) => status === 502);
  expect(failed).toHaveLength(situation.received('POST'));
  const writes = situation.gateway.cluster.requests.filter(({ verb }) => verb === 'create');
  expect(writes.filter(({ url }) => url.includes('/secrets'))).toHaveLength(statuses.length - failed.length);
});
