import { workspaceCrd } from '../../../dev/demo/crds/workspace.ts';
import { workspaceKindCrd } from '../../../dev/demo/crds/workspace-kind.ts';
import { startSimulator, type Simulator } from '../../../dev/simulator/simulator.ts';
import { seededRandom, type SeededRandom } from '../seeded-random.ts';
import { FaultInjector } from './fault-injector.ts';
import { GatewayFleet } from './gateway-fleet.ts';
import { SubscriptionClient } from './subscription-client.ts';
import { viewerDependentSelection, selections } from './selections.ts';
import { simulatedCluster, type Cluster } from './cluster.ts';
import { RandomWriter } from './random-writer.ts';

/** A simulated cluster with gateways, their clients, and sources of changes and faults. */
export interface ScenarioEnvironment {
  readonly random: SeededRandom;
  /** Whether a client selects fields that need access reviews, so that the API server must answer. */
  readonly needsApiServer: boolean;
  readonly simulator: Simulator;
  readonly cluster: Cluster;
  readonly fleet: GatewayFleet;
  readonly writer: RandomWriter;
  readonly injector: FaultInjector;
  readonly clients: readonly SubscriptionClient[];
  readonly steps: readonly string[];
  readonly note: (what: string) => void;
}

export const customResourceDefinitions = [workspaceCrd, workspaceKindCrd] as const;

/**
 * Starts an environment with random sizes, settings and transports. The caller disposes of the clients, then the fleet,
 * then the simulator.
 */
export async function startEnvironment(random: SeededRandom): Promise<ScenarioEnvironment> {
  const steps: string[] = [];
  const note = (what: string) => void steps.push(what);
  const needsApiServer = random.below(3) === 0;
  const bookmarkIntervalMs = random.pick([20, 50, 60_000]);
  const simulator = await startSimulator({ bookmarkIntervalMs, objects: customResourceDefinitions });
  const cluster = simulatedCluster(simulator);
  const [workspaces, messageLength] = [7 + random.below(14), random.pick([10, 10, 3_000, 8_000])];
  const writer = new RandomWriter({ cluster, random, note, workspaces, messageLength });
  await writer.createInitialObjects();
  const fleet = await GatewayFleet.start(() => simulator.kubeconfig, {
    random: seededRandom(random.below(2 ** 30)), // clients draw at times of their own
    size: random.pick([1, 2]),
    historyEvents: random.pick([3, 30, 10_000]),
    // A shorter timeout than the interval of bookmarks would make every idle watch look broken.
    watchIdleTimeoutMs: bookmarkIntervalMs < 200 ? random.pick([200, 60_000]) : 120_000,
    maxPendingBytes: 1,
    slowReaderTimeoutSeconds: random.pick([0.1, 30]),
  });
  const chosen = [...selections, ...(needsApiServer ? [viewerDependentSelection, viewerDependentSelection] : [])];
  const at = { gatewayUrl: () => fleet.anyGateway.url, currentStep: () => steps.length };
  const transports = ['WebSocket', 'Server-Sent Events'] as const;
  const clients = chosen.map(
    (selection) => new SubscriptionClient({ selection, transport: random.pick(transports), ...at }),
  );
  const injector = new FaultInjector({ simulator, random, needsApiServer, note });
  return {
    random,
    needsApiServer,
    simulator,
    cluster,
    fleet,
    writer,
    injector,
    clients,
    steps,
    note,
  };
}
