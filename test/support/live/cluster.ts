import { keyOf } from '../../../src/kubernetes/object.ts';
import type { Manifest } from '../../../dev/simulator/api-object.ts';
import type { Simulator } from '../../../dev/simulator/simulator.ts';
import type { ApiClient, ApiResponse } from '../../contract/api-client.ts';
import type { StoredObject, ClusterState } from './selections.ts';

/** A cluster, simulated or real, as a scenario writes to it. */
export interface Cluster {
  /** Creates or updates an object, status included. */
  apply(manifest: Manifest): Promise<void>;
  /** Deletes the object if it exists. */
  delete(manifest: Manifest): Promise<void>;
  state(): Promise<ClusterState>;
}

const KUBEFLOW = 'kubeflow.org/v1beta1';

export function simulatedCluster(simulator: Simulator): Cluster {
  const list = (apiVersion: string, kind: string) => simulator.list(apiVersion, kind) as readonly StoredObject[];
  return {
    async apply(manifest) {
      simulator.apply(manifest);
    },
    async delete({ apiVersion, kind, metadata: { name = '', namespace } }) {
      if (simulator.get(apiVersion, kind, name, namespace)) simulator.delete(apiVersion, kind, name, namespace);
    },
    state: async () => ({
      workspaces: list(KUBEFLOW, 'Workspace'),
      kinds: list(KUBEFLOW, 'WorkspaceKind'),
      namespaces: list('v1', 'Namespace'),
    }),
  };
}

const plurals: Readonly<Record<string, string>> = {
  Workspace: 'workspaces',
  WorkspaceKind: 'workspacekinds',
  Namespace: 'namespaces',
};

/** Writes through the API. An API server that is down is an error of the caller. */
export function realCluster(api: ApiClient): Cluster {
  async function list(path: string): Promise<readonly StoredObject[]> {
    const { code, body, text } = await api.get(path);
    if (code !== 200) throw new Error(`${path} answered ${code}: ${text}`);
    return (body.items ?? []) as unknown as readonly StoredObject[];
  }
  return {
    async apply(manifest) {
      const { status, ...object } = manifest;
      const path = pathOf(manifest);
      const found = await api.get(path);
      const written =
        found.code === 200 ? await api.put(path, over(object, found)) : await api.post(parentOf(manifest), object);
      if (status && written.code < 300) await api.put(`${path}/status`, over({ ...object, status }, written));
    },
    async delete(manifest) {
      await api.delete(pathOf(manifest));
    },
    state: async () => ({
      workspaces: await list(`/apis/${KUBEFLOW}/workspaces`),
      kinds: await list(`/apis/${KUBEFLOW}/workspacekinds`),
      namespaces: await list('/api/v1/namespaces'),
    }),
  };
}

function over(object: Omit<Manifest, 'status'>, { body }: ApiResponse): object {
  return { ...object, metadata: { ...(object as Manifest).metadata, resourceVersion: body.metadata?.resourceVersion } };
}

function parentOf({ apiVersion, kind, metadata: { namespace } }: Manifest): string {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  return `${root}${namespace ? `/namespaces/${namespace}` : ''}/${plurals[kind]}`;
}

function pathOf(manifest: Manifest): string {
  return `${parentOf(manifest)}/${manifest.metadata.name}`;
}

/** Returns kind and key of an object, for messages. */
export function describeObject({ kind, metadata: { name = '', namespace } }: Manifest): string {
  return `${kind} ${keyOf({ name, namespace })}`;
}
