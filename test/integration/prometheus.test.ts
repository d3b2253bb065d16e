import { describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { startLoopbackServer } from '../support/loopback-server.ts';
import { namespace, workspace } from '../support/manifests.ts';
import { podOf } from '../support/pods.ts';
import { prometheusMissing, startPrometheus } from '../support/prometheus.ts';
import { startTestGateway } from '../support/test-gateway.ts';
import { waitFor } from '../support/wait-for.ts';

if (prometheusMissing) console.warn(`The load of GPUs is not read from a real Prometheus: ${prometheusMissing}.`);

/** Series of dcgm-exporter: GPUs with and without a pod. */
const METRICS = `# TYPE DCGM_FI_DEV_GPU_UTIL gauge
DCGM_FI_DEV_GPU_UTIL{gpu="0",UUID="GPU-0",namespace="team-a",pod="ws-busy-abcde-0",container="main"} 60
DCGM_FI_DEV_GPU_UTIL{gpu="1",UUID="GPU-1",namespace="team-a",pod="ws-busy-abcde-0",container="main"} 100
DCGM_FI_DEV_GPU_UTIL{gpu="2",UUID="GPU-2",namespace="team-a",pod="ws-idle-abcde-0",container="main"} 0
DCGM_FI_DEV_GPU_UTIL{gpu="3",UUID="GPU-3",namespace="",pod="",container=""} 0
`;
const USAGE = `{
  workspaces { nodes { name usage { gpu { percent lastActiveAt } gpuReason } } }
  workspaceTotals { idle(inactiveForSeconds: 3600) { count gpuLoadCounted } }
}`;

describe.skipIf(prometheusMissing)('a Prometheus server that scrapes the metrics of GPUs', () => {
  it('returns the load and the last activity for the default queries', async () => {
    await using exporter = await startLoopbackServer({
      answer: (response) => void response.setHeader('content-type', 'text/plain; version=0.0.4').end(METRICS),
    });
    await using server = await startPrometheus(exporter.url);
    const { gpuLoadSource } = readConfig({ KUBECONFIG: '/dev/null', PROMETHEUS_URL: server.url });
    const activity = { lastActivity: Date.now() - 10 * 3_600_000, lastUpdate: 0 };
    const running = { state: 'Running', status: { activity } } as const;
    await using gateway = await startTestGateway({
      objects: [
        namespace('team-a'),
        ...['busy', 'idle', 'none'].flatMap((name) => [workspace(name, running), podOf(name)]),
      ],
      gpuLoadSource,
      prometheusIntervalSeconds: 0.2,
    });
    const read = async () => {
      const { data, errors } = await gateway.query(USAGE);
      expect(errors).toBeUndefined();
      return data;
    };
    const known = { name: 'busy', usage: { gpu: { percent: 80, lastActiveAt: expect.any(String) }, gpuReason: null } };
    const expected = {
      workspaces: {
        nodes: [
          known,
          { name: 'idle', usage: { gpu: { percent: 0, lastActiveAt: null }, gpuReason: null } },
          { name: 'none', usage: { gpu: null, gpuReason: 'NOT_MEASURED' } },
        ],
      },
      workspaceTotals: [{ idle: { count: 2, gpuLoadCounted: true } }],
    };
    await waitFor(
      async () => JSON.stringify(await read()).includes('"percent":80'),
      'Prometheus has scraped the loads',
    );
    expect(await read()).toEqual(expected);
    // A minute later, the steps of the query have reached the scrape.
    const [query, time] = [gpuLoadSource?.activityQuery ?? '', String(Math.ceil(Date.now() / 1_000) + 60)];
    const body = new URLSearchParams({ query, time });
    const answer = await fetch(`${server.url}/api/v1/query`, { method: 'POST', body });
    const busy = { metric: { namespace: 'team-a', pod: 'ws-busy-abcde-0' } };
    expect(await answer.json()).toMatchObject({ data: { resultType: 'vector', result: [busy] } });
  }, 120_000);
});
