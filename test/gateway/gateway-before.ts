import type { Manifest } from '../../src/simulator/api-object.ts';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { startGatewayFor, type SimulatedGateway } from './test-gateway.ts';

/** Starts a gateway before a simulated cluster of which even the definitions are given, before their objects. */
export async function startGatewayBefore(objects: readonly Manifest[]): Promise<SimulatedGateway> {
  const cluster = await startSimulator({ objects, bookmarkIntervalMs: 50 });
  const gateway = await startGatewayFor(cluster.kubeconfig);
  return {
    ...gateway,
    cluster,
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await cluster[Symbol.asyncDispose]();
    },
  };
}
