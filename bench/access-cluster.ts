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
  /** Creates a service account. Returns its user name, and the header with a token of it. */
  serviceAccount(name: string): Promise<{ readonly name: string; readonly headers: Readonly<Record<string, string>> }>;
  /** Returns the number of access reviews so far. */
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
    serviceAccount: () => Promise.reject(new Error('Expected --server kube-apiserver with --auth token.')),
    reviews: () =>
      Promise.resolve(simulator.requests.filter(({ resource }) => resource === 'subjectaccessreviews').length),
    [Symbol.asyncDispose]: () => simulator[Symbol.asyncDispose](),
  };
}

async function startReal(): Promise<AccessCluster> {
  const controlPlane = await startControlPlane();
  const api = await ApiClient.connect(controlPlane.kubeconfig, { keepAlive: true });
  for (const definition of definitions) await api.define(definition);
  return {
    kubeconfig: controlPlane.kubeconfig,
    get pid() {
      return controlPlane.apiServerPid();
    },
    apply: (objects) => inParallel(objects, async (object) => api.create(collectionOf(object), object)),
    delete: (objects) =>
      inParallel(objects, async (object) => api.delete(`${collectionOf(object)}/${object.metadata.name}`)),
    async serviceAccount(name) {
      const accounts = '/api/v1/namespaces/default/serviceaccounts';
      await api.create(accounts, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name } });
      const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', metadata: {}, spec: {} };
      const { status } = await api.create(`${accounts}/${name}/token`, request);
      const { token } = status as { readonly token: string };
      return { name: `system:serviceaccount:default:${name}`, headers: { authorization: `Bearer ${token}` } };
    },
    async reviews() {
      const { text } = await api.get('/metrics', 'text/plain');
      return sumOf(text, 'apiserver_request_total{', 'subjectaccessreviews"');
    },
    [Symbol.asyncDispose]: () => controlPlane[Symbol.asyncDispose](),
  };
}

/** Acts on all values, on a limited number of them at the same time. */
export async function inParallel<T>(values: readonly T[], act: (value: T) => Promise<unknown>): Promise<void> {
  const waiting = values.values();
  const work = async () => {
    for (const value of waiting) await act(value);
  };
  await Promise.all(Array.from({ length: CONCURRENT_WRITES }, work));
}

function sumOf(metrics: string, name: string, label: string): number {
  const lines = metrics.split('\n').filter((line) => line.startsWith(name) && line.includes(label));
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}
