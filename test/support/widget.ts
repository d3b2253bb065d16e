import { startTestSimulator, type TestSimulator } from '../../dev/simulator/test-simulator.ts';
import type { SimulatorOptions } from '../../dev/simulator/simulator.ts';
import { Client } from '../../src/kubernetes/client.ts';
import { createApiConnection } from '../../src/kubernetes/api-connection.ts';
import type { KubernetesObject } from '../../src/kubernetes/object.ts';
import { defineResource } from '../../src/kubernetes/resource.ts';

/** A small custom resource of the simulator. */
export interface WidgetObject extends KubernetesObject {
  readonly spec: { readonly color: string; readonly size?: number };
}

export const Widget = defineResource<WidgetObject>({
  kind: 'Widget',
  group: 'example.org',
  version: 'v1',
  plural: 'widgets',
  namespaced: true,
  cache: {
    indexes: { color: ({ spec }) => [spec.color] },
  },
});

export interface WidgetCluster extends TestSimulator {
  readonly client: Client;
}

/** A simulated cluster that serves widgets, and its client. */
export async function startWidgetCluster(options: SimulatorOptions = {}): Promise<WidgetCluster> {
  const test = await startTestSimulator(options);
  const connection = await createApiConnection({ type: 'text', text: test.simulator.kubeconfig });
  return { ...test, client: new Client(connection) };
}
