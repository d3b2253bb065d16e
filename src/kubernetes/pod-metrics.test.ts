import { expect, it } from 'vitest';
import { kubeconfig } from '../../test/support/kubeconfig.ts';
import { startLoopbackServer } from '../../test/support/loopback-server.ts';
import { createApiConnection } from './api-connection.ts';
import { Client } from './client.ts';
import { listPodMetrics } from './pod-metrics.ts';

const { signal } = new AbortController();

/** Returns the names of the pods of `team-a` with usage in a response. */
async function metricsIn(body: unknown): Promise<readonly string[]> {
  await using server = await startLoopbackServer({ answer: (response) => response.end(JSON.stringify(body)) });
  const client = new Client(await createApiConnection(kubeconfig({ server: server.url })));
  const usages = await listPodMetrics(client, 'team-a', signal);
  return [...(usages.get('team-a')?.keys() ?? [])];
}

it.each([[null], [[]]])('returns no usage when the items of the list are %j', async (items) => {
  expect(await metricsIn({ kind: 'PodMetricsList', metadata: {}, items })).toEqual([]);
});

it('returns the usage of the other pods when an item is malformed', async () => {
  expect(await metricsIn({ items: [null, 'pod', { metadata: { name: 'nb' } }] })).toEqual(['nb']);
});

it('throws InvalidResponse when the response has no items', async () => {
  await expect(metricsIn({ kind: 'PodMetrics', metadata: { name: 'nb' } })).rejects.toMatchObject({
    reason: 'InvalidResponse',
  });
});
