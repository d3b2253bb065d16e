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
  /**
   * Returns whether the server has this number of open watches, and the client has received the head of each watch that the
   * server has accepted. The server alone says nothing about the client: until the head has arrived, a clock that moves or a
   * fault finds a client that still waits for it.
   */
  readonly hasOpenWatches: (count: number) => boolean;
}

/** A simulated cluster that serves widgets, and its client. */
export async function startWidgetCluster(options: SimulatorOptions = {}): Promise<WidgetCluster> {
  const test = await startTestSimulator(options);
  const { simulator } = test;
  let opened = 0;
  const connection = await createApiConnection(
    { type: 'text', text: simulator.kubeconfig },
    { onRequest: ({ path, status }) => void (opened += path.includes('watch=true') && status === 200 ? 1 : 0) },
  );
  const accepted = () => simulator.requests.filter(({ verb, status }) => verb === 'watch' && status === 200).length;
  return {
    ...test,
    client: new Client(connection),
    hasOpenWatches: (count) => simulator.openWatches === count && opened === accepted(),
  };
}
