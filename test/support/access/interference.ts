import type { Manifest } from '../../../dev/simulator/api-object.ts';
import type { SeededRandom } from '../seeded-random.ts';
import { kindOf } from './overview.ts';
import type { ClusterGenerator } from './random-cluster.ts';
import type { VisibilityModel, Stored } from './visibility-model.ts';
import type { AccessEnvironment } from './environment.ts';

/** Changes only objects that are hidden from one user. Responses to that user must not change (noninterference). */
export class Interference {
  readonly #environment: AccessEnvironment;
  readonly #maker: ClusterGenerator;
  readonly #random: SeededRandom;
  #before: readonly Stored[] = [];
  readonly #made: Manifest[] = [];

  constructor(environment: AccessEnvironment, maker: ClusterGenerator, random: SeededRandom) {
    this.#environment = environment;
    this.#maker = maker;
    this.#random = random;
  }

  begin(model: VisibilityModel): void {
    const { cluster } = this.#environment;
    const stored = this.#environment.stored();
    const { workspaces, kinds, namespaces, others } = model.hidden();
    const ours = namespaces.filter(({ metadata }) => metadata.name.startsWith('ns-'));
    const parts = stored.kinds.filter((kind) => model.kind(kind) === 'redacted');
    const names = stored.namespaces.filter((namespace) => model.namespace(namespace) === 'redacted');
    this.#before = [...ours, ...names, ...kinds, ...parts, ...workspaces, ...others];
    for (const { metadata } of ours) cluster.apply(this.#maker.namespace(metadata.name));
    for (const namespace of names) cluster.apply(withOtherNotes(namespace, this.#maker.namespace()));
    for (const kind of parts) cluster.apply(withOtherInsides(kind, this.#maker.kind()));
    for (const kind of kinds) this.#change(kind, () => this.#maker.kind(kind.metadata.name));
    for (const workspace of workspaces) this.#changeWorkspace(workspace);
    for (const other of others) this.#change(other, () => this.#maker.another(other));
    for (const { metadata } of ours)
      if (!model.canList(metadata.name)) this.#make(this.#maker.workspace(metadata.name, this.#someKind()), model);
    this.#make(this.#maker.namespace(), model);
    this.#make(this.#maker.kind(), model);
  }

  /** Restores the objects, with new uids and versions. */
  end(): void {
    const { cluster } = this.#environment;
    for (const { apiVersion, kind, metadata } of this.#made)
      cluster.delete(apiVersion, kind, metadata.name ?? '', metadata.namespace);
    for (const { metadata, ...object } of this.#before) {
      const { name, namespace, labels, annotations } = metadata as Manifest['metadata'];
      cluster.apply({
        ...object,
        metadata: { name, ...(namespace && { namespace }), labels, annotations },
      });
    }
  }

  #make(manifest: Manifest, model: VisibilityModel): void {
    const made = this.#environment.cluster.apply(manifest);
    if (isSeen(made as unknown as Stored, model)) {
      const { apiVersion, kind, metadata } = manifest;
      this.#environment.cluster.delete(apiVersion, kind, metadata.name ?? '', metadata.namespace);
    } else this.#made.push(manifest);
  }

  #changeWorkspace(workspace: Stored): void {
    const { namespace = '', name } = workspace.metadata;
    this.#change(workspace, () => this.#maker.workspace(namespace, kindOf(workspace), name));
  }

  #change({ apiVersion, kind, metadata }: Stored, another: () => Manifest): void {
    if (this.#random.below(2) === 0) this.#environment.cluster.apply(another());
    else this.#environment.cluster.delete(apiVersion, kind, metadata.name, metadata.namespace);
  }

  #someKind(): string {
    return this.#random.pick([
      ...this.#environment.stored().kinds.map(({ metadata }) => metadata.name),
      'no-such-kind',
    ]);
  }
}

function isSeen(object: Stored, model: VisibilityModel): boolean {
  switch (object.kind) {
    case 'Workspace':
      return model.canGet(object) || model.canList(object.metadata.namespace ?? '');
    case 'WorkspaceKind':
      return model.kind(object) !== 'nothing';
    default:
      return model.namespace(object) !== 'nothing';
  }
}

/** Namespace labels stay: filter rules evaluate them also for viewers who see only the names of namespaces. */
function withOtherNotes({ metadata, ...rest }: Stored, other: Manifest): Manifest {
  const { name, labels } = metadata as Manifest['metadata'];
  return { ...rest, metadata: { name, labels, annotations: other.metadata.annotations } };
}

/** Changes every part that the redacted form of a WorkspaceKind omits. */
function withOtherInsides({ metadata, ...kind }: Stored, other: Manifest): Manifest {
  const spec = kind['spec'] as { readonly podTemplate: object };
  const { podMetadata, serviceAccount, activityProbe, extraEnv } = (
    other['spec'] as { readonly podTemplate: Record<string, unknown> }
  ).podTemplate;
  const podTemplate = { ...spec.podTemplate, podMetadata, serviceAccount, activityProbe, extraEnv };
  const { labels, annotations } = other.metadata;
  return {
    ...kind,
    metadata: { name: metadata.name, labels, annotations },
    spec: { ...spec, podTemplate },
  };
}
