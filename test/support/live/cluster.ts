import { keyOf } from '../../../src/kubernetes/object.ts';
import type { Manifest } from '../../../dev/simulator/api-object.ts';
import type { Simulator } from '../../../dev/simulator/simulator.ts';
import type { Api, ApiAnswer } from '../../contract/api.ts';
import type { StoredObject, Truth } from './selections.ts';

/** A cluster as those who write to it see it. */
export interface Cluster {
  /** Makes an object be so, status included. */
  put(manifest: Manifest): Promise<void>;
  /** Removes it, if it is there. */
  remove(manifest: Manifest): Promise<void>;
  truth(): Promise<Truth>;
}

const KUBEFLOW = 'kubeflow.org/v1beta1';

export function simulatedCluster(simulator: Simulator): Cluster {
  const list = (apiVersion: string, kind: string) => simulator.list(apiVersion, kind) as readonly StoredObject[];
  return {
    async put(manifest) {
      simulator.apply(manifest);
    },
    async remove({ apiVersion, kind, metadata: { name = '', namespace } }) {
      if (simulator.get(apiVersion, kind, name, namespace)) simulator.delete(apiVersion, kind, name, namespace);
    },
    truth: async () => ({
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

/** By the API, whose answers nobody waits for: it may be down, and then nothing is written. */
export function realCluster(api: Api): Cluster {
  async function list(path: string): Promise<readonly StoredObject[]> {
    const { code, body, text } = await api.get(path);
    if (code !== 200) throw new Error(`${path} answered ${code}: ${text}`);
    return (body.items ?? []) as unknown as readonly StoredObject[];
  }
  return {
    async put(manifest) {
      const { status, ...object } = manifest;
      const path = pathOf(manifest);
      const found = await api.get(path);
      const written =
        found.code === 200 ? await api.put(path, over(object, found)) : await api.post(parentOf(manifest), object);
      if (status && written.code < 300) await api.put(`${path}/status`, over({ ...object, status }, written));
    },
    async remove(manifest) {
      await api.delete(pathOf(manifest));
    },
    truth: async () => ({
      workspaces: await list(`/apis/${KUBEFLOW}/workspaces`),
      kinds: await list(`/apis/${KUBEFLOW}/workspacekinds`),
      namespaces: await list('/api/v1/namespaces'),
    }),
  };
}

function over(object: Omit<Manifest, 'status'>, { body }: ApiAnswer): object {
  return { ...object, metadata: { ...(object as Manifest).metadata, resourceVersion: body.metadata?.resourceVersion } };
}

function parentOf({ apiVersion, kind, metadata: { namespace } }: Manifest): string {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  return `${root}${namespace ? `/namespaces/${namespace}` : ''}/${plurals[kind]}`;
}

function pathOf(manifest: Manifest): string {
  return `${parentOf(manifest)}/${manifest.metadata.name}`;
}

/** Names an object in what is told to people. */
export function titleOf({ kind, metadata: { name = '', namespace } }: Manifest): string {
  return `${kind} ${keyOf({ name, namespace })}`;
}
