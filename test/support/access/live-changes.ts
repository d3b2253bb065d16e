import type { Manifest } from '../../../dev/simulator/api-object.ts';
import type { SeededRandom } from '../seeded-random.ts';
import type { Subject } from './rbac-model.ts';
import type { ClusterGenerator } from './random-cluster.ts';
import type { RbacGenerator } from './random-rbac.ts';
import { RBAC } from './rbac-objects.ts';
import type { AccessEnvironment } from './environment.ts';

const API = 'kubeflow.org/v1beta1';

export interface LiveChangesOptions {
  readonly environment: AccessEnvironment;
  readonly random: SeededRandom;
  readonly maker: ClusterGenerator;
  readonly rbacMaker: RbacGenerator;
  readonly users: readonly Subject[];
  /** Initial RBAC objects. */
  readonly rbac: readonly Manifest[];
}

/** Changes permissions and objects at random. */
export class LiveChanges {
  readonly #environment: AccessEnvironment;
  readonly #random: SeededRandom;
  readonly #maker: ClusterGenerator;
  readonly #rbacMaker: RbacGenerator;
  readonly #users: readonly Subject[];
  #rbac: readonly Manifest[];
  /** Descriptions of the changes so far. */
  readonly steps: string[] = [];

  constructor({ environment, random, maker, rbacMaker, users, rbac }: LiveChangesOptions) {
    this.#environment = environment;
    this.#random = random;
    this.#maker = maker;
    this.#rbacMaker = rbacMaker;
    this.#users = users;
    this.#rbac = rbac;
  }

  /** Current RBAC objects. */
  get rbac(): readonly Manifest[] {
    return this.#rbac;
  }

  /** Performs one random change. */
  act(): void {
    const dice = this.#random.below(90);
    if (dice < 25) this.#bind();
    else if (dice < 45) this.unbind();
    else if (dice < 55) this.#editRole();
    else if (dice < 62) this.#put(this.#maker.namespace());
    else if (dice < 68) this.#deleteNamespace();
    else this.#changeObject();
  }

  unbind(): void {
    const bindings = this.#rbac.filter(({ kind }) => kind.endsWith('Binding'));
    if (bindings.length === 0) return;
    const binding = this.#random.pick(bindings);
    this.#rbac = this.#rbac.filter((each) => each !== binding);
    this.#delete(binding);
  }

  #bind(): void {
    const where = this.#random.below(4) === 0 ? undefined : this.#random.pick(this.#namespaces());
    const roles = this.#rbac.filter(({ kind }) => kind === 'ClusterRole').map(nameOf);
    const binding = this.#rbacMaker.binding(where, roles, this.#users);
    this.#rbac = [...this.#rbac, binding];
    this.#put(binding);
  }

  #editRole(): void {
    const roles = this.#rbac.filter(({ kind, ['aggregationRule']: rule }) => kind === 'ClusterRole' && !rule);
    const role = this.#random.pick(roles);
    const { namespaces, kinds, workspaces } = this.#environment.stored();
    const names = [...namespaces, ...kinds, ...workspaces].map(({ metadata }) => metadata.name);
    const edited = this.#rbacMaker.clusterRole(nameOf(role), names);
    this.#rbac = this.#rbac.map((each) => (each === role ? edited : each));
    this.#put(edited);
  }

  #deleteNamespace(): void {
    const names = this.#namespaces();
    if (names.length < 2) return;
    const name = this.#random.pick(names);
    for (const { metadata } of this.#environment.stored().workspaces)
      if (metadata.namespace === name)
        this.#delete({ apiVersion: API, kind: 'Workspace', metadata: { name: metadata.name, namespace: name } });
    this.#rbac = this.#rbac.filter(({ metadata }) => metadata.namespace !== name);
    for (const kind of ['Role', 'RoleBinding'])
      for (const { metadata } of this.#environment.cluster.list(RBAC, kind, name))
        this.#environment.cluster.delete(RBAC, kind, metadata.name, name);
    this.#delete({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }

  #changeObject(): void {
    const { kinds, workspaces } = this.#environment.stored();
    const kindNames = kinds.map(({ metadata }) => metadata.name);
    const someKind = this.#random.pick([...kindNames, 'no-such-kind']);
    const dice = this.#random.below(6);
    const workspace = workspaces.length > 0 ? this.#random.pick(workspaces) : undefined;
    const namespace = this.#random.pick(this.#namespaces());
    if (dice < 2) this.#put(this.#maker.workspace(namespace, someKind));
    else if (dice < 4 && workspace) {
      const { namespace: at = '', name } = workspace.metadata;
      this.#put(this.#maker.workspace(at, someKind, name));
    } else if (dice === 4 && workspace) this.#delete(workspace);
    else if (kindNames.length > 0) this.#put(this.#maker.kind(this.#random.pick(kindNames)));
  }

  #namespaces(): readonly string[] {
    const names = this.#environment.stored().namespaces.map(({ metadata }) => metadata.name);
    return names.filter((name) => name.startsWith('ns-'));
  }

  #put(manifest: Manifest): void {
    this.steps.push(`put ${titleOf(manifest)}`);
    this.#environment.cluster.apply(manifest);
  }

  #delete(manifest: Manifest): void {
    const { apiVersion, kind, metadata } = manifest;
    this.steps.push(`delete ${titleOf(manifest)}`);
    this.#environment.cluster.delete(apiVersion, kind, metadata.name ?? '', metadata.namespace);
  }
}

export function nameOf({ metadata }: Manifest): string {
  return metadata.name ?? '';
}

function titleOf({ kind, metadata, ...rest }: Manifest): string {
  const details = rest['subjects'] ? ` ${JSON.stringify([rest['roleRef'], rest['subjects']])}` : '';
  const rules = rest['rules'] ? ` ${JSON.stringify(rest['rules'])}` : '';
  return `${kind} ${metadata.namespace ?? ''}/${metadata.name ?? ''}${details}${rules}`;
}
