import { KUBELET_FINALIZER, WORKSPACE_NAME_LABEL } from '../../dev/demo/annotations.ts';
import { workspace } from '../support/manifests.ts';
import type { ApiClient, ApiBody } from './api-client.ts';
import type { Cluster } from './clusters.ts';

type WorkspaceOptions = Parameters<typeof workspace>[1];

/** A namespace of one test, and its workspaces. */
export class TestNamespace {
  readonly name: string;
  readonly api: ApiClient;

  static async in({ api }: Pick<Cluster, 'api'>): Promise<TestNamespace> {
    return new TestNamespace(api, await api.namespace());
  }

  private constructor(api: ApiClient, name: string) {
    this.api = api;
    this.name = name;
  }

  /** Path of the workspace collection. */
  get workspaces(): string {
    return `/apis/kubeflow.org/v1beta1/namespaces/${this.name}/workspaces`;
  }

  pathOf(name: string): string {
    return `${this.workspaces}/${name}`;
  }

  /** Returns the manifest of a workspace in this namespace. */
  manifest(name: string, options: WorkspaceOptions = {}) {
    return workspace(name, { ...options, namespace: this.name });
  }

  /** Creates a workspace, and writes the state to its status if one is given. */
  async create(name: string, options: WorkspaceOptions = {}): Promise<ApiBody> {
    const created = await this.api.create(this.workspaces, this.manifest(name, options));
    return options.state === undefined ? created : this.report(name, options.state);
  }

  /** Writes a state, and other fields, to the status, as the controller does. */
  async report(name: string, state: string, more: Readonly<Record<string, unknown>> = {}): Promise<ApiBody> {
    const { status } = this.manifest(name, { state, status: more });
    return this.mustDo(await this.api.patch(`${this.pathOf(name)}/status`, 'MERGE', { status }));
  }

  async change(name: string, change: object): Promise<ApiBody> {
    return this.mustDo(await this.api.patch(this.pathOf(name), 'MERGE', change));
  }

  async delete(name: string): Promise<void> {
    this.mustDo(await this.api.delete(this.pathOf(name)));
  }

  /** Path of another namespaced resource, such as `pods`. */
  pathTo(plural: string, group = '', name?: string): string {
    const version = group === '' ? '/api/v1' : `/apis/${group}/v1`;
    return `${version}/namespaces/${this.name}/${plural}${name === undefined ? '' : `/${name}`}`;
  }

  /** Creates a StatefulSet that the workspace with this uid owns, with its pod, as the controllers of a cluster do. */
  async createPodOf(name: string, owner: { readonly uid: string; readonly set: string }): Promise<void> {
    const { metadata } = await this.createSetOf(name, owner);
    await this.createSetPod(name, { uid: metadata?.uid ?? '', set: owner.set });
  }

  /** Creates a StatefulSet that the workspace with this uid owns, without its pod. */
  createSetOf(name: string, owner: { readonly uid: string; readonly set: string }): Promise<ApiBody> {
    const labels = { [WORKSPACE_NAME_LABEL]: name };
    return this.api.create(this.pathTo('statefulsets', 'apps'), {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: {
        name: owner.set,
        labels,
        ownerReferences: [
          { apiVersion: 'kubeflow.org/v1beta1', kind: 'Workspace', name, uid: owner.uid, controller: true },
        ],
      },
      spec: {
        replicas: 1,
        serviceName: owner.set,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'example.com/lab' }] } },
      },
    });
  }

  /** Creates the pod of a StatefulSet, which need not exist. It stays until {@link removePod}, as with a kubelet. */
  async createSetPod(name: string, { uid, set }: { readonly uid: string; readonly set: string }): Promise<void> {
    await this.api.create(this.pathTo('pods'), {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: `${set}-0`,
        labels: { [WORKSPACE_NAME_LABEL]: name },
        finalizers: [KUBELET_FINALIZER],
        ownerReferences: [{ apiVersion: 'apps/v1', kind: 'StatefulSet', name: set, uid, controller: true }],
      },
      spec: { containers: [{ name: 'main', image: 'example.com/lab' }] },
    });
  }

  /** Deletes a StatefulSet and its pod, in place of the garbage collector and the kubelet, which the cluster may not have. */
  async removePod(set: string): Promise<void> {
    await this.api.delete(this.pathTo('statefulsets', 'apps', set));
    await this.api.delete(this.pathTo('pods', '', `${set}-0`), { gracePeriodSeconds: 0 });
    await this.api.patch(this.pathTo('pods', '', `${set}-0`), 'MERGE', { metadata: { finalizers: null } });
  }

  private mustDo({ code, text, body }: Awaited<ReturnType<ApiClient['get']>>): ApiBody {
    if (code < 300) return body;
    throw new Error(`Expected a successful response, got ${code}: ${text}`);
  }
}
