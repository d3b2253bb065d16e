import { workspaceKindCrd } from '../dev/demo/crds/workspace-kind.ts';
import { workspaceCrd } from '../dev/demo/crds/workspace.ts';
import type { Manifest } from '../dev/simulator/api-object.ts';
import { startSimulator } from '../dev/simulator/simulator.ts';
import { ApiClient, collectionOf } from '../test/contract/api-client.ts';
import { startControlPlane } from '../test/support/control-plane.ts';

/** A cluster whose cost of access reviews is measured. */
export interface AccessCluster extends AsyncDisposable {
  readonly kubeconfig: string;
  /** Process of the API server. Undefined if it runs in this process. */
  readonly pid: number | undefined;
  apply(objects: readonly Manifest[]): Promise<void>;
  delete(objects: readonly Manifest[]): Promise<void>;
  /** Returns the number of SubjectAccessReviews so far. */
  reviews(): Promise<number>;
}

const CONCURRENT_WRITES = 32;
const definitions = [workspaceCrd, workspaceKindCrd];

/** Starts the simulator, or the kube-apiserver in `KUBEBUILDER_ASSETS`. */
export function startAccessCluster(server: 'simulator' | 'kube-apiserver'): Promise<AccessCluster> {
  return server === 'simulator' ? startSimulated() : startReal();
}

async function startSimulated(): Promise<AccessCluster> {
  const simulator = await startSimulator({ objects: definitions, bookmarkIntervalMs: 60_000 });
  return {
    kubeconfig: simulator.kubeconfig,
    pid: undefined,
    async apply(objects) {
      for (const object of objects) simulator.apply(object);
      return Promise.resolve();
    },
    async delete(objects) {
      for (const { apiVersion, kind, metadata } of objects)
        simulator.delete(apiVersion, kind, metadata.name ?? '', metadata.namespace);
      return Promise.resolve();
    },
    reviews: () =>
      Promise.resolve(simulator.requests.filter(({ resource }) => resource === 'subjectaccessreviews').length),
    [Symbol.asyncDispose]: () => simulator[Symbol.asyncDispose](),
  };
}

async function startReal(): Promise<AccessCluster> {
  const controlPlane = await startControlPlane();
  const api = await ApiClient.connect(controlPlane.kubeconfig);
  for (const definition of definitions) await api.define(definition);
  return {
    kubeconfig: controlPlane.kubeconfig,
    get pid() {
      return controlPlane.apiServerPid();
    },
    apply: (objects) => inParallel(objects, async (object) => api.create(collectionOf(object), object)),
    delete: (objects) =>
      inParallel(objects, async (object) => api.delete(`${collectionOf(object)}/${object.metadata.name}`)),
    async reviews() {
      const { text } = await api.get('/metrics', 'text/plain');
      return sumOf(text, 'apiserver_request_total{', 'resource="subjectaccessreviews"');
    },
    [Symbol.asyncDispose]: () => controlPlane[Symbol.asyncDispose](),
  };
}

async function inParallel(objects: readonly Manifest[], act: (object: Manifest) => Promise<unknown>): Promise<void> {
  const waiting = objects.values();
  const work = async () => {
    for (const object of waiting) await act(object);
  };
  await Promise.all(Array.from({ length: CONCURRENT_WRITES }, work));
}

function sumOf(metrics: string, name: string, label: string): number {
  const lines = metrics.split('\n').filter((line) => line.startsWith(name) && line.includes(label));
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}
