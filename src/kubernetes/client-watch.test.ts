import { describe, expect, it } from 'vitest';
import { widget } from '../../dev/simulator/test-simulator.ts';
import { startWidgetCluster, Widget } from '../../test/support/widget.ts';

const { signal } = new AbortController();
const refuseMalformed = (error: Error): never => {
  throw error;
};

describe('a watch', () => {
  const options = { timeoutSeconds: 300, idleTimeoutMs: 5_000, onMalformed: refuseMalformed, signal };

  it('sends the events after a resourceVersion when it is given', async () => {
    await using cluster = await startWidgetCluster({ objects: [widget('a')], bookmarkIntervalMs: 60_000 });
    const { resourceVersion } = await cluster.client.list(Widget, { signal }, refuseMalformed);
    cluster.simulator.apply(widget('b'));
    const events: string[] = [];
    await cluster.client.watch(Widget, {
      ...options,
      resourceVersion,
      onEvent: (event) => {
        events.push(event.type === 'BOOKMARK' ? event.type : `${event.type} ${event.object.metadata.name}`);
        cluster.simulator.faults.endWatches();
      },
    });
    expect(events).toEqual(['ADDED b']);
  });

  it('returns Timeout when the server does not start the watch', async () => {
    await using cluster = await startWidgetCluster();
    using _ = cluster.simulator.faults.delay(60_000);
    const watching = cluster.client.watch(Widget, {
      ...options,
      resourceVersion: '1',
      idleTimeoutMs: 50,
      onEvent: () => {},
    });
    await expect(watching).rejects.toMatchObject({ reason: 'Timeout', message: expect.stringContaining('50 ms') });
  });

  it.each(['before the head', 'during the stream'])(
    'rejects with the reason of the signal when the caller aborts: %s',
    async (moment) => {
      await using cluster = await startWidgetCluster({ bookmarkIntervalMs: 10 });
      using _ = cluster.simulator.faults.delay(moment === 'during the stream' ? 0 : 60_000);
      const leaving = new AbortController();
      const begun = Promise.withResolvers<void>();
      const onEvent = () => begun.resolve();
      const watching = cluster.client.watch(Widget, {
        ...options,
        resourceVersion: '1',
        onEvent,
        signal: leaving.signal,
      });
      if (moment === 'during the stream') await begun.promise;
      leaving.abort(new Error('leaving'));
      await expect(watching).rejects.toThrow('leaving');
    },
  );
});
