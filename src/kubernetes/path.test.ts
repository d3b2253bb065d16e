import { describe, expect, it } from 'vitest';
import { kubeconfig } from '../../test/support/kubeconfig.ts';
import { startLoopbackServer, type LoopbackServer } from '../../test/support/loopback-server.ts';
import { INVALID_SEGMENTS, UNUSUAL_SEGMENTS } from '../../test/support/path-segments.ts';
import { Widget } from '../../test/support/widget.ts';
import { Client } from './client.ts';
import { createApiConnection } from './api-connection.ts';
import { encodePath, pathSegmentProblem } from './path.ts';
import { readPodLog } from './pod-log.ts';
import { listPodMetrics } from './pod-metrics.ts';
import { isInvalid } from './status-error.ts';

const { signal } = new AbortController();
const manifest = { metadata: { name: 'a' } };
const patch = { type: 'MERGE', body: {} } as const;

/** Every request that a client can be asked for with a namespace or a name. */
const requests: Readonly<Record<string, (client: Client, namespace: string, name: string) => Promise<unknown>>> = {
  get: (client, namespace, name) => client.get(Widget, { namespace, name }, signal),
  list: (client, namespace) => client.list(Widget, { namespace, signal }, () => undefined),
  create: (client, namespace) => client.create(Widget, manifest, { namespace, signal }),
  replace: (client, namespace, name) => client.replace(Widget, { namespace, name }, manifest, { signal }),
  patch: (client, namespace, name) => client.patch(Widget, { namespace, name }, patch, { signal }),
  'patch of the status': (client, namespace, name) =>
    client.patch(Widget, { namespace, name }, patch, { subresource: 'status', signal }),
  delete: (client, namespace, name) => client.delete(Widget, { namespace, name }, { signal }),
  deletecollection: (client, namespace) => client.deleteCollection(Widget, namespace, { signal }),
  log: (client, namespace, name) => readPodLog(client, { namespace, name }, { signal }).next(),
  metrics: (client, namespace) => listPodMetrics(client, namespace, signal),
};

async function clientOf({ url }: LoopbackServer): Promise<Client> {
  return new Client(await createApiConnection(kubeconfig({ server: `${url}/prefix` })));
}

it.each(INVALID_SEGMENTS)('refuses %j as a segment', (segment) => {
  expect(pathSegmentProblem(segment)).toMatch(/^must /u);
  expect(() => encodePath(['api', segment])).toThrow(expect.toSatisfy(isInvalid) as Error);
});

it.each(UNUSUAL_SEGMENTS)('encodes %j so that a URL parser finds the same text', (segment) => {
  expect(pathSegmentProblem(segment)).toBeUndefined();
  const path = encodePath(['api', segment, 'b']);
  const { pathname, search, hash } = new URL(path, 'http://server');
  expect([pathname, search, hash]).toEqual([path, '', '']);
  expect(pathname.split('/').map(decodeURIComponent)).toEqual(['', 'api', segment, 'b']);
});

describe.each(Object.entries(requests))('%s', (_, send) => {
  it('sends nothing when the namespace or the name is no path segment', async () => {
    await using server = await startLoopbackServer();
    const client = await clientOf(server);
    for (const segment of INVALID_SEGMENTS) {
      await expect(send(client, segment, segment)).rejects.toSatisfy(isInvalid);
    }
    expect(server.seen).toEqual([]);
  });

  it('sends an unusual namespace and name unchanged', async () => {
    await using server = await startLoopbackServer();
    const client = await clientOf(server);
    for (const segment of UNUSUAL_SEGMENTS) {
      await send(client, segment, segment).catch(() => undefined); // `{}` is no object
      const [path = ''] = server.seen.at(-1)?.url?.split('?') ?? [];
      expect(path.split('/').map(decodeURIComponent)).toContain(segment);
    }
    expect(server.seen).toHaveLength(UNUSUAL_SEGMENTS.length);
  });
});

it('encodes the parameters of the query', async () => {
  await using server = await startLoopbackServer();
  const value = 'a&b=c#d?e%2Ff +ü';
  const at = { namespace: 'team', name: 'pod' };
  await readPodLog(await clientOf(server), at, { container: value, signal }).next();
  await (
    await clientOf(server)
  )
    .deleteCollection(Widget, 'team', { labelSelector: value, signal })
    .catch(() => undefined);
  const [log, collection] = server.seen.map(({ url = '' }) => new URL(url, server.url));
  expect([log?.pathname, log?.searchParams.get('container')]).toEqual([
    '/prefix/api/v1/namespaces/team/pods/pod/log',
    value,
  ]);
  expect([collection?.searchParams.get('labelSelector'), collection?.hash]).toEqual([value, '']);
});

it('sends the path unchanged when it is given to the connection', async () => {
  await using server = await startLoopbackServer();
  const connection = await createApiConnection(kubeconfig({ server: `${server.url}/prefix/` }));
  const path = '/api/v1/namespaces/team/secrets/../%2e%2e/.?a=..';
  (await connection.send({ method: 'GET', path, headers: {}, signal })).resume();
  expect(server.seen).toMatchObject([{ url: `/prefix${path}` }]);
});
