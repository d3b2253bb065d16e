import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { seededRandom, type SeededRandom } from '../../support/seeded-random.ts';
import { ApiClient } from '../../contract/api-client.ts';
import { controlPlaneMissing, startControlPlane, type ControlPlane } from '../../support/control-plane.ts';
import { GatewayFleet } from '../../support/live/gateway-fleet.ts';
import { SubscriptionClient } from '../../support/live/subscription-client.ts';
import { violationsWhenQuiescent } from '../../support/live/quiescence.ts';
import { selections, type Selection } from '../../support/live/selections.ts';
import { customResourceDefinitions } from '../../support/live/environment.ts';
import { realCluster, type Cluster } from '../../support/live/cluster.ts';
import { RandomWriter } from '../../support/live/random-writer.ts';

const SEED = Number(process.env['CONVERGENCE_SEEDS']?.split('-', 1)[0] ?? 1);
const STEPS_BETWEEN_FAULTS = 40;
const SILENCE_MS = 1_500;
const TIMEOUT_MS = 240_000;
if (controlPlaneMissing)
  console.warn(`Convergence tests against a real API server are skipped: ${controlPlaneMissing}.`);

/** Faults of a real API server, by name. */
const faults: Readonly<Record<string, (cluster: ControlPlane) => Promise<void>>> = {
  compaction: (cluster) => cluster.compact(),
  kill: (cluster) => cluster.restartApiServer(),
  async killAndCompaction(cluster) {
    await cluster.stopApiServer();
    await cluster.compact();
    await cluster.startApiServer();
  },
  async silence(cluster) {
    cluster.pauseApiServer();
    await delay(SILENCE_MS);
    cluster.resumeApiServer();
  },
};

describe.skipIf(controlPlaneMissing)('subscriptions against a real API server', () => {
  it(
    'converges to the state of a real API server when it is compacted, killed or silent',
    async () => {
      await using cluster = await startControlPlane();
      const violations = await violationsUnderFaults(cluster, seededRandom(SEED));
      expect(violations, `With seed ${SEED}:\n${violations.join('\n\n')}`).toEqual([]);
    },
    TIMEOUT_MS,
  );
});

async function violationsUnderFaults(controlPlane: ControlPlane, random: SeededRandom): Promise<readonly string[]> {
  const api = await ApiClient.connect(controlPlane.kubeconfig);
  for (const definition of customResourceDefinitions) await api.define(definition);
  const [cluster, steps]: [Cluster, string[]] = [realCluster(api), []];
  const note = (what: string) => void steps.push(what);
  const writer = new RandomWriter({ cluster, random, note, workspaces: 6, messageLength: 3_000 });
  await writer.createInitialObjects();
  expect((await cluster.state()).workspaces).toHaveLength(9);
  const settings = { size: 2, watchIdleTimeoutMs: 1_000, historyEvents: 30, maxPendingBytes: 1 };
  await using fleet = await GatewayFleet.start(() => controlPlane.kubeconfig, {
    ...settings,
    random: seededRandom(SEED),
  });
  using stack = new DisposableStack();
  const at = { gatewayUrl: () => fleet.anyGateway.url, currentStep: () => steps.length };
  const transports = ['WebSocket', 'Server-Sent Events'] as const;
  const subscribe = (selection: Selection) =>
    new SubscriptionClient({ selection, transport: random.pick(transports), ...at });
  const clients = selections.map((selection) => stack.use(subscribe(selection)));
  const violations: string[] = [];
  for (const [name, fault] of Object.entries(faults)) {
    note(name);
    await writeDuring(() => fault(controlPlane), writer, { random, clients });
    violations.push(...(await violationsWhenQuiescent({ cluster, gateways: fleet.gateways, clients })));
  }
  return violations.length === 0 ? [] : [...violations, `The steps were:\n    ${steps.join('\n    ')}`];
}

/** Writes and disconnects clients while a fault lasts, and some time before and after. */
async function writeDuring(
  fault: () => Promise<void>,
  writer: RandomWriter,
  { random, clients }: { readonly random: SeededRandom; readonly clients: readonly SubscriptionClient[] },
): Promise<void> {
  const state = { over: false };
  const writing = repeatUntilOver(state, async () => {
    if (random.below(4) === 0) random.pick(clients).disconnect();
    // Writes fail while the API server is down. The expected state is what it has at the end.
    else await writer.writeRandom().catch(() => undefined);
  });
  await delay(random.below(200));
  await fault();
  state.over = true;
  await writing;
}

/** Repeats an action until the fault is over, at least {@link STEPS_BETWEEN_FAULTS} times. */
async function repeatUntilOver(fault: { readonly over: boolean }, act: () => Promise<void>): Promise<void> {
  for (let step = 0; step < STEPS_BETWEEN_FAULTS || !fault.over; step += 1) {
    await act();
    await delay(5);
  }
}
