import { workspaceCrd } from '../../../dev/demo/crds/workspace.ts';
import { workspaceKindCrd } from '../../../dev/demo/crds/workspace-kind.ts';
import { startSimulator, type Simulator } from '../../../dev/simulator/simulator.ts';
import { chances as chancesOf, type Chances } from '../seeded-chances.ts';
import { FaultInjector } from './fault-injector.ts';
import { Fleet } from './fleet.ts';
import { Follower } from './follower.ts';
import { askingSelection, selections } from './selections.ts';
import { simulatedCluster, type Cluster } from './cluster.ts';
import { Writer } from './writer.ts';

/** A simulated cluster, gateways before it, clients of these, and what disturbs them. */
export interface Stage {
  readonly chances: Chances;
  /** Whether somebody needs the API server all the time. */
  readonly answersReviews: boolean;
  readonly simulator: Simulator;
  readonly world: Cluster;
  readonly fleet: Fleet;
  readonly writer: Writer;
  readonly injector: FaultInjector;
  readonly followers: readonly Follower[];
  readonly steps: readonly string[];
  readonly note: (what: string) => void;
}

export const definitions = [workspaceCrd, workspaceKindCrd] as const;

/** Chooses sizes, settings and clients. What is started must be disposed of: followers, fleet, then simulator. */
export async function setStage(chances: Chances): Promise<Stage> {
  const steps: string[] = [];
  const note = (what: string) => void steps.push(what);
  const answersReviews = chances.below(3) === 0;
  const bookmarkIntervalMs = chances.of([20, 50, 60_000]);
  const simulator = await startSimulator({ bookmarkIntervalMs, objects: definitions });
  const world = simulatedCluster(simulator);
  const [workspaces, messageLength] = [7 + chances.below(14), chances.of([10, 10, 3_000, 8_000])];
  const writer = new Writer({ world, chances, note, workspaces, messageLength });
  await writer.begin();
  const fleet = await Fleet.start(() => simulator.kubeconfig, {
    chances: chancesOf(chances.below(2 ** 30)), // followers choose at their own times
    size: chances.of([1, 2]),
    historyEvents: chances.of([3, 30, 10_000]),
    // A watch that hears bookmarks less often than that would be taken for broken.
    watchIdleTimeoutMs: bookmarkIntervalMs < 200 ? chances.of([200, 60_000]) : 120_000,
    maxPendingBytes: 1,
    slowReaderTimeoutSeconds: chances.of([0.1, 30]),
  });
  const chosen = [...selections, ...(answersReviews ? [askingSelection, askingSelection] : [])];
  const at = { address: () => fleet.one.url, moment: () => steps.length };
  const transports = ['WebSocket', 'Server-Sent Events'] as const;
  const followers = chosen.map((selection) => new Follower({ selection, transport: chances.of(transports), ...at }));
  const injector = new FaultInjector({ simulator, chances, answersReviews, note });
  return { chances, answersReviews, simulator, world, fleet, writer, injector, followers, steps, note };
}
