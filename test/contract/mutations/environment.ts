import type { Answer, TestGateway } from '../../support/test-gateway.ts';
import { workspace, workspaceKind } from '../../support/manifests.ts';
import { claim, secret } from '../../support/mounts.ts';
import { waitFor } from '../../support/wait-for.ts';
import type { StatusCause } from '../../../src/kubernetes/status-error.ts';
import { workspaceKindCrd } from '../../../dev/demo/crds/workspace-kind.ts';
import { workspaceCrd } from '../../../dev/demo/crds/workspace.ts';
import type { Cluster } from '../clusters.ts';
import { TestNamespace } from '../test-namespace.ts';

/** A namespace with a workspace `nb`, its own WorkspaceKind, claims and secrets, and the gateway of its cluster. */
export interface MutationFixture {
  readonly gateway: TestGateway;
  readonly team: TestNamespace;
  readonly namespace: string;
  /** Name of the WorkspaceKind of `nb`. */
  readonly kind: string;
  readonly nb: { readonly uid: string; readonly resourceVersion: string; readonly revision: string };
  readonly kindVersion: { readonly resourceVersion: string; readonly revision: string };
}

const kinds = '/apis/kubeflow.org/v1beta1/workspacekinds';

/** A cluster with a gateway, in which fixtures are created. */
export class MutationEnvironment implements AsyncDisposable {
  readonly #cluster: Cluster;
  readonly #gateway: TestGateway;

  static async start(cluster: Cluster): Promise<MutationEnvironment> {
    for (const definition of [workspaceCrd, workspaceKindCrd]) await cluster.api.define(definition);
    return new MutationEnvironment(cluster, await cluster.startGateway());
  }

  private constructor(cluster: Cluster, gateway: TestGateway) {
    this.#cluster = cluster;
    this.#gateway = gateway;
  }

  async createFixture(): Promise<MutationFixture> {
    const team = await TestNamespace.in(this.#cluster);
    const { api, name: namespace } = team;
    const kind = `kind-${namespace}`;
    const core = `/api/v1/namespaces/${namespace}`;
    const own = <T extends object>(manifest: T) => ({
      ...manifest,
      metadata: { ...Object(manifest).metadata, namespace },
    });
    await api.create(kinds, workspaceKind(kind));
    for (const name of ['home', 'data']) await api.create(`${core}/persistentvolumeclaims`, own(claim(name)));
    await api.create(`${core}/persistentvolumeclaims`, own(claim('private', {})));
    await api.create(`${core}/secrets`, own(secret('token')));
    const nb = workspace('nb', { namespace, kind, state: 'Running', labels: { team: 'ml' } });
    await api.create(team.workspaces, { ...nb, metadata: { ...nb.metadata, annotations: { mine: 'kept' } } });
    await team.report('nb', 'Running');
    await waitFor(() => this.#serves(namespace, kind), 'the gateway returns the workspace as RUNNING, and its kind');
    return { gateway: this.#gateway, team, namespace, kind, ...(await this.#versions(namespace, kind)) };
  }

  /** Each kind has its own watch: the workspace says nothing about its WorkspaceKind and its namespace. */
  async #serves(namespace: string, kind: string): Promise<boolean> {
    const { data } = await this.#gateway.query(`{
      workspace(namespace: "${namespace}", name: "nb") { state }
      workspaceKind(name: "${kind}") { name }
      namespace(name: "${namespace}") { phase }
    }`);
    const { workspace: nb, ...others } = data ?? {};
    return Object(nb)['state'] === 'RUNNING' && Object.values(others).every((other) => other !== null);
  }

  async #versions(namespace: string, kind: string): Promise<Pick<MutationFixture, 'nb' | 'kindVersion'>> {
    const { data } = await this.#gateway.query(`{
      nb: workspace(namespace: "${namespace}", name: "nb") { revision metadata { uid resourceVersion } }
      kind: workspaceKind(name: "${kind}") { revision metadata { resourceVersion } }
    }`);
    const [nb, ofKind] = [Object(data?.['nb']), Object(data?.['kind'])];
    return {
      nb: { revision: nb.revision, uid: nb.metadata.uid, resourceVersion: nb.metadata.resourceVersion },
      kindVersion: { revision: ofKind.revision, resourceVersion: ofKind.metadata.resourceVersion },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#gateway[Symbol.asyncDispose]();
    await this.#cluster[Symbol.asyncDispose]();
  }
}

/** A response without values that differ between clusters: names, ids, versions, times and the order of causes. */
export interface Outcome {
  readonly data: unknown;
  readonly code: unknown;
  readonly status: unknown;
  readonly causes: unknown;
}

export function outcomeOf({ data, errors }: Answer, { namespace, kind }: MutationFixture): Outcome {
  const { code, status, causes = [] } = Object(errors?.[0]?.extensions);
  const explained = (causes as readonly StatusCause[]).map(
    ({ reason, field, message }) => `${reason} ${field}: ${message}`,
  );
  const outcome = { data: data ?? null, code, status, causes: explained.toSorted() };
  return comparable(outcome, [kind, namespace]) as Outcome;
}

const BY_NATURE = new Set([
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'deletionTimestamp',
  'revision',
  'updatedAt',
  'selfLink',
]);

function comparable(value: unknown, names: readonly string[]): unknown {
  if (typeof value === 'string') return names.reduce((text, name, index) => text.replaceAll(name, `<${index}>`), value);
  if (Array.isArray(value)) return value.map((item) => comparable(item, names));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => !BY_NATURE.has(key));
  return Object.fromEntries(
    entries.map(([key, member]) => [
      key,
      key.startsWith('notebooks.kubeflow.org/') ? 'noted' : comparable(member, names),
    ]),
  );
}
