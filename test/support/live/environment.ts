import { workspaceCrd } from '../../../dev/demo/crds/workspace.ts';
import { workspaceKindCrd } from '../../../dev/demo/crds/workspace-kind.ts';
import { startSimulator, type Simulator } from '../../../dev/simulator/simulator.ts';
import { chances as chancesOf, type Chances } from '../seeded-chances.ts';
import { FaultInjector } from './fault-injector.ts';
import { GatewayFleet } from './gateway-fleet.ts';
import { SubscriptionClient } from './subscription-client.ts';
import { viewerDependentSelection, selections } from './selections.ts';
import { simulatedCluster, type Cluster } from './cluster.ts';
import { RandomWriter } from './random-writer.ts';

/** A simulated cluster with gateways, their clients, and sources of changes and faults. */
export interface ScenarioEnvironment {
  readonly chances: Chances;
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
export async function startEnvironment(chances: Chances): Promise<ScenarioEnvironment> {
  const steps: string[] = [];
  const note = (what: string) => void steps.push(what);
  const needsApiServer = chances.below(3) === 0;
  const bookmarkIntervalMs = chances.of([20, 50, 60_000]);
  const simulator = await startSimulator({ bookmarkIntervalMs, objects: customResourceDefinitions });
  const cluster = simulatedCluster(simulator);
  const [workspaces, messageLength] = [7 + chances.below(14), chances.of([10, 10, 3_000, 8_000])];
  const writer = new RandomWriter({ cluster, chances, note, workspaces, messageLength });
  await writer.createInitialObjects();
  const fleet = await GatewayFleet.start(() => simulator.kubeconfig, {
    chances: chancesOf(chances.below(2 ** 30)), // clients draw at times of their own
    size: chances.of([1, 2]),
    historyEvents: chances.of([3, 30, 10_000]),
    // A shorter timeout than the interval of bookmarks would make every idle watch look broken.
    watchIdleTimeoutMs: bookmarkIntervalMs < 200 ? chances.of([200, 60_000]) : 120_000,
    maxPendingBytes: 1,
    slowReaderTimeoutSeconds: chances.of([0.1, 30]),
  });
  const chosen = [...selections, ...(needsApiServer ? [viewerDependentSelection, viewerDependentSelection] : [])];
  const at = { gatewayUrl: () => fleet.anyGateway.url, currentStep: () => steps.length };
  const transports = ['WebSocket', 'Server-Sent Events'] as const;
  const clients = chosen.map(
    (selection) => new SubscriptionClient({ selection, transport: chances.of(transports), ...at }),
  );
  const injector = new FaultInjector({ simulator, chances, needsApiServer, note });
  return {
    chances,
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
