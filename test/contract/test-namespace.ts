import { workspace } from '../support/manifests.ts';
import type { ApiClient, ApiBody } from './api-client.ts';
import type { Cluster } from './clusters.ts';

type WorkspaceOptions = Parameters<typeof workspace>[1];

/** A namespace of one test, and its workspaces. */
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

  /** Writes a state to the status, as the controller does. */
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
    throw new Error(`Expected a successful response, got ${code}: ${text}`);
  }
}
