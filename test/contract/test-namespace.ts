import { workspace } from '../support/manifests.ts';
import type { ApiClient, ApiBody } from './api-client.ts';
import type { Cluster } from './clusters.ts';

type WorkspaceOptions = Parameters<typeof workspace>[1];

/** A namespace for one test alone, and the workspaces in it. */
export class TestNamespace {
  readonly name: string;
  readonly api: ApiClient;

  static async in({ api }: Cluster): Promise<TestNamespace> {
    return new TestNamespace(api, await api.namespace());
  }

  private constructor(api: ApiClient, name: string) {
    this.api = api;
    this.name = name;
  }

  /** Path of the collection of workspaces. */
  get workspaces(): string {
    return `/apis/kubeflow.org/v1beta1/namespaces/${this.name}/workspaces`;
  }

  pathOf(name: string): string {
    return `${this.workspaces}/${name}`;
  }

  /** A workspace of this namespace that is nowhere yet. */
  manifest(name: string, options: WorkspaceOptions = {}) {
    return workspace(name, { ...options, namespace: this.name });
  }

  /** Creates a workspace and, if it is to have a state, reports that as the controller would. */
  async create(name: string, options: WorkspaceOptions = {}): Promise<ApiBody> {
    const created = await this.api.create(this.workspaces, this.manifest(name, options));
    return options.state === undefined ? created : this.report(name, options.state);
  }

  /** Writes a state into the status, as the controller would. */
  async report(name: string, state: string): Promise<ApiBody> {
    const { status } = this.manifest(name, { state });
    return this.mustDo(await this.api.patch(`${this.pathOf(name)}/status`, 'MERGE', { status }));
  }

  async change(name: string, change: object): Promise<ApiBody> {
    return this.mustDo(await this.api.patch(this.pathOf(name), 'MERGE', change));
  }

  async delete(name: string): Promise<void> {
    this.mustDo(await this.api.delete(this.pathOf(name)));
  }

  private mustDo({ code, text, body }: Awaited<ReturnType<ApiClient['get']>>): ApiBody {
    if (code < 300) return body;
    throw new Error(`The cluster answered ${code}: ${text}`);
  }
}
