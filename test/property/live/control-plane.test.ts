import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { chances as chancesOf, type Chances } from '../../support/seeded-chances.ts';
import { Api } from '../../contract/api.ts';
import { controlPlaneMissing, startControlPlane, type ControlPlane } from '../../support/control-plane.ts';
import { Fleet } from '../../support/live/fleet.ts';
import { Follower } from '../../support/live/follower.ts';
import { mistakesAtRest } from '../../support/live/rest.ts';
import { selections, type Selection } from '../../support/live/selections.ts';
import { definitions } from '../../support/live/stage.ts';
import { realCluster, type Cluster } from '../../support/live/cluster.ts';
import { Writer } from '../../support/live/writer.ts';

const SEED = Number(process.env['CONVERGENCE_SEEDS']?.split('-', 1)[0] ?? 1);
const STEPS_BETWEEN_FAULTS = 40;
const SILENCE_MS = 1_500;
const PATIENCE_MS = 240_000;
if (controlPlaneMissing) console.warn(`Convergence is not tested before a real API server: ${controlPlaneMissing}.`);

/** What can be done to a real API server, told by name. */
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

describe.skipIf(controlPlaneMissing)('before a real API server, whatever happens to it', () => {
  it(
    'lets followers come to hold what it holds, and contradicts the contract by no event',
    async () => {
      await using cluster = await startControlPlane();
      const mistakes = await mistakesBefore(cluster, chancesOf(SEED));
      expect(mistakes, `With seed ${SEED}:\n${mistakes.join('\n\n')}`).toEqual([]);
    },
    PATIENCE_MS,
  );
});

async function mistakesBefore(cluster: ControlPlane, chances: Chances): Promise<readonly string[]> {
  const api = await Api.connect(cluster.kubeconfig);
  for (const definition of definitions) await api.define(definition);
  const [world, steps]: [Cluster, string[]] = [realCluster(api), []];
  const note = (what: string) => void steps.push(what);
  const writer = new Writer({ world, chances, note, workspaces: 6, messageLength: 3_000 });
  await writer.begin();
  expect((await world.truth()).workspaces).toHaveLength(9);
  const settings = { size: 2, watchIdleTimeoutMs: 1_000, historyEvents: 30, maxPendingBytes: 1 };
  await using fleet = await Fleet.start(() => cluster.kubeconfig, { ...settings, chances: chancesOf(SEED) });
  using stack = new DisposableStack();
  const at = { address: () => fleet.one.url, moment: () => steps.length };
  const transports = ['WebSocket', 'Server-Sent Events'] as const;
  const follow = (selection: Selection) => new Follower({ selection, transport: chances.of(transports), ...at });
  const followers = selections.map((selection) => stack.use(follow(selection)));
  const mistakes: string[] = [];
  for (const [name, fault] of Object.entries(faults)) {
    note(name);
    await under(() => fault(cluster), writer, { chances, followers });
    mistakes.push(...(await mistakesAtRest({ world, gateways: fleet.gateways, followers })));
  }
  return mistakes.length === 0 ? [] : [...mistakes, `the steps were\n    ${steps.join('\n    ')}`];
}

/** Lets writers write and followers vanish while a fault happens, and some time before and after. */
async function under(
  fault: () => Promise<void>,
  writer: Writer,
  { chances, followers }: { readonly chances: Chances; readonly followers: readonly Follower[] },
): Promise<void> {
  const happening = { over: false };
  const writing = untilOver(happening, async () => {
    if (chances.below(4) === 0) chances.of(followers).vanish();
    // An API server that is down takes nothing: what is written is what it says at rest.
    else await writer.act().catch(() => undefined);
  });
  await delay(chances.below(200));
  await fault();
  happening.over = true;
  await writing;
}

/** At least so many times, and until it is over. */
async function untilOver(happening: { readonly over: boolean }, act: () => Promise<void>): Promise<void> {
  for (let step = 0; step < STEPS_BETWEEN_FAULTS || !happening.over; step += 1) {
    await act();
    await delay(5);
  }
}
