import { expect, it } from 'vitest';
import { startWidgetCluster } from '../../test/support/widget.ts';
import { waitFor } from '../../test/support/wait-for.ts';
import { ServerVersion } from './server-version.ts';

const { signal } = new AbortController();

it('returns the version of the API server, and that of the one which has replaced it after ten seconds', async () => {
  await using cluster = await startWidgetCluster({ version: '1.34' });
  await using other = await startWidgetCluster({ version: '1.37' });
  let now = 0;
  let { client } = cluster;
  const version = await ServerVersion.load(
    { request: (...args) => client.request(...args) },
    { signal, now: () => now },
  );
  expect(version.current).toBe('v1.34.4');
  ({ client } = other);
  now = 9_999;
  expect([version.current, version.current]).toEqual(['v1.34.4', 'v1.34.4']);
  now = 10_000;
  await waitFor(() => version.current?.startsWith('v1.37.') === true, 'the new version is known');
});

it('keeps the last version when the API server is down', async () => {
  await using cluster = await startWidgetCluster({ version: '1.34' });
  let now = 0;
  const version = await ServerVersion.load(cluster.client, { signal, now: () => now });
  await cluster.simulator.faults.stop();
  now = 10_000;
  expect(version.current).toBe('v1.34.4');
  now = 20_000;
  expect(version.current).toBe('v1.34.4');
});
