import { kubeconfig } from '../../test/support/kubeconfig.ts';
import { startLoopbackServer } from '../../test/support/loopback-server.ts';
import { createApiConnection } from './api-connection.ts';
import { Client } from './client.ts';
import { expect, it } from 'vitest';
import { startWidgetCluster, Widget, type WidgetCluster } from '../../test/support/widget.ts';
import { Discovery } from './discovery.ts';

const { signal } = new AbortController();
const INTERVAL_MS = 5_000;
const Gadget = { ...Widget, kind: 'Gadget', plural: 'gadgets' };

it('returns watched when the resource is served in a group or the core group', async () => {
  await using cluster = await startWidgetCluster();
  const { discovery } = discover(cluster);
  const Pod = { kind: 'Pod', group: '', version: 'v1', plural: 'pods', namespaced: true };
  expect([await discovery.discover(Widget), await discovery.discover(Pod)]).toEqual(['watched', 'watched']);
});

it.each([{ plural: 'gadgets' }, { version: 'v2' }, { group: 'nobody.example' }, { group: '', plural: 'gadgets' }])(
  'knows what is not served: %j',
  async (difference) => {
    await using cluster = await startWidgetCluster();
    expect(await discover(cluster).discovery.discover({ ...Widget, ...difference })).toBe('absent');
  },
);

it('returns unknown and keeps the last result when discovery fails', async () => {
  await using cluster = await startWidgetCluster();
  const { discovery, pass } = discover(cluster);
  expect(discovery.lastKnown(Widget)).toBe('unknown');
  await discovery.discover(Widget);
  pass(INTERVAL_MS);
  cluster.simulator.faults.refuse({ status: 503 });
  expect([await discovery.discover(Widget), discovery.lastKnown(Widget)]).toEqual(['unknown', 'watched']);
});

it.each([
  [200, 'null'],
  [200, '{}'],
  [200, '<html></html>'],
  [404, '<html>Not here</html>'],
])('returns unknown when discovery gets HTTP %i with %s', async (code, body) => {
  await using server = await startLoopbackServer({ answer: (response) => void response.writeHead(code).end(body) });
  const client = new Client(await createApiConnection(kubeconfig({ server: server.url })));
  expect(await new Discovery(client, { intervalMs: INTERVAL_MS, now: () => 0, signal }).discover(Widget)).toBe(
    'unknown',
  );
});

it.each(['null', '[null,7,{"name":7}]'])(
  'returns absent when the resources of a group version are %s',
  async (list) => {
    const body = `{"kind":"APIResourceList","resources":${list}}`;
    await using server = await startLoopbackServer({ answer: (response) => void response.end(body) });
    const client = new Client(await createApiConnection(kubeconfig({ server: server.url })));
    expect(await new Discovery(client, { intervalMs: INTERVAL_MS, now: () => 0, signal }).discover(Widget)).toBe(
      'absent',
    );
  },
);

it('sends one request per interval when many resources of a group version are discovered at once', async () => {
  await using cluster = await startWidgetCluster();
  const { discovery, pass } = discover(cluster);
  const asked = () => cluster.simulator.requests.length;
  expect(await Promise.all([discovery.discover(Widget), discovery.discover(Gadget)])).toEqual(['watched', 'absent']);
  pass(INTERVAL_MS - 3);
  await discovery.discover(Widget);
  expect(asked()).toBe(1);
  pass(3);
  await Promise.all([discovery.discover(Gadget), discovery.discover(Widget)]);
  expect(asked()).toBe(2);
});

it('sends one request per interval when discovery fails', async () => {
  await using cluster = await startWidgetCluster();
  const { discovery } = discover(cluster);
  cluster.simulator.faults.refuse({ status: 503 });
  for (let times = 0; times < 3; times += 1) await discovery.discover(Widget);
  expect(cluster.simulator.requests).toHaveLength(1);
});

it('returns the new state when a CustomResourceDefinition is created and deleted', async () => {
  await using cluster = await startWidgetCluster();
  const { discovery, pass } = discover(cluster);
  await discovery.discover(Widget);
  cluster.simulator.delete('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'widgets.example.org');
  pass(INTERVAL_MS);
  expect([await discovery.discover(Widget), discovery.lastKnown(Widget)]).toEqual(['absent', 'absent']);
});

function discover({ client }: WidgetCluster) {
  let now = 0;
  const discovery = new Discovery(client, { intervalMs: INTERVAL_MS, now: () => now, signal });
  return { discovery, pass: (ms: number) => void (now += ms) };
}
