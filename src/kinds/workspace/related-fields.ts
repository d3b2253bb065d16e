import { isDeepStrictEqual } from 'node:util';
import { ObjectField } from '../../kubernetes/object-field.ts';
import { sortKeyOf, ZERO } from '../../kubernetes/quantity.ts';
import type { Scope, ScopedChange } from '../../viewer-client/scoped-lister.ts';
import type { Derivation, DerivedState, UnrestrictedReader } from '../../viewer-client/derived-states.ts';
import type { PrefetchedReader } from '../../viewer-client/prefetched-reader.ts';
import type { Reader } from '../../viewer-client/reader.ts';
import { Pod, type PodObject } from '../pod/resource.ts';
import { WorkspaceKind, type WorkspaceKindObject } from '../workspace-kind/resource.ts';
import { nodeNameOf, podNameOf, workspaceOfPod, workspacePodOf } from './pod.ts';
import { gpusOf, requestsOf, type ResourceRequests } from './requests.ts';
import { Workspace, type WorkspaceObject } from './resource.ts';

type Field<V> = ObjectField<WorkspaceObject, V>;

/** Amounts that workspaces are sorted by. */
export type RequestKey = 'CPU' | 'MEMORY' | 'GPU';

/** Fields of a workspace that are read from its pod and its WorkspaceKind, as far as some viewers see these. */
export interface RelatedFields {
  /** Whether indexes keep the values. */
  readonly areKept: boolean;
  /** Null if the requests are not known. */
  readonly requests: Field<ResourceRequests | null>;
  /** Null if there is no pod. */
  readonly podName: Field<string | null>;
  /** Empty while the pod is on no node. */
  readonly nodeName: Field<string>;
  /** Texts that sort as the requested amounts. Null if the requests are not known. */
  readonly sortKeys: Readonly<Record<RequestKey, Field<string | null>>>;
}

/** Returns the fields that a reader sees. Depends on Pod and WorkspaceKind. */
export function relatedFieldsFor(
  reader: PrefetchedReader,
  storage: 'refreshed' | 'derived' = 'derived',
): RelatedFields {
  const field = <V>(of: (workspace: WorkspaceObject) => V) => new ObjectField(of, storage);
  const requestsFor = (workspace: WorkspaceObject) => requestsOf(reader, workspace) ?? null;
  const sortKey = (key: RequestKey) => field((workspace) => sortKeysOf(requestsFor(workspace))?.[key] ?? null);
  return {
    areKept: storage === 'refreshed',
    requests: field(requestsFor),
    podName: field((workspace) => {
      const pod = workspacePodOf(reader, workspace);
      return pod && podNameOf(pod);
    }),
    nodeName: field((workspace) => {
      const pod = workspacePodOf(reader, workspace);
      return (pod && nodeNameOf(pod)) ?? '';
    }),
    sortKeys: { CPU: sortKey('CPU'), MEMORY: sortKey('MEMORY'), GPU: sortKey('GPU') },
  };
}

const sortKeys = new WeakMap<ResourceRequests, Readonly<Record<RequestKey, string>>>();

function sortKeysOf(requests: ResourceRequests | null): Readonly<Record<RequestKey, string>> | undefined {
  if (!requests) return undefined;
  let keys = sortKeys.get(requests);
  if (!keys) {
    keys = {
      CPU: sortKeyOf(requests.get('cpu') ?? ZERO),
      MEMORY: sortKeyOf(requests.get('memory') ?? ZERO),
      GPU: sortKeyOf(gpusOf(requests)),
    };
    sortKeys.set(requests, keys);
  }
  return keys;
}

/** The related objects that some viewers see. Viewers with the same view share indexes. */
export interface RelatedView {
  /** Whether requests and nodes are read from pods. Without pods, they come from podConfig options and from the status. */
  readonly readsPods: boolean;
  /** Whether requests of podConfig options are known. */
  readonly readsKinds: boolean;
}

/**
 * Returns the view of a viewer for the workspaces of a namespace. Undefined for viewers who may read some WorkspaceKinds and not others.
 */
export function relatedViewIn(reader: PrefetchedReader): ((namespace: string) => RelatedView) | undefined {
  const kindScope = reader.prefetched(WorkspaceKind).fullScope;
  if (kindScope !== 'all' && kindScope.size > 0) return undefined;
  const podScope = reader.prefetched(Pod).fullScope;
  return (namespace) => ({
    readsPods: podScope === 'all' || podScope.has(namespace),
    readsKinds: kindScope === 'all',
  });
}

/** Returns the one view of a viewer for the workspaces of all visible namespaces. Undefined if they have several views. */
export function relatedViewOf(reader: PrefetchedReader, visible: Scope): RelatedView | undefined {
  const viewIn = relatedViewIn(reader);
  const podScope = reader.prefetched(Pod).fullScope;
  if (!viewIn) return undefined;
  if (podScope === 'all' || podScope.size === 0) return viewIn('');
  if (visible === 'all') return undefined;
  const [first, ...others] = [...visible].map((namespace) => viewIn(namespace));
  return others.every(({ readsPods }) => readsPods === first?.readsPods) ? first : undefined;
}

/** Returns the fields that a viewer sees of the workspaces in some namespaces: kept ones, if indexes have them for the viewer's view. */
export function relatedFieldsOf(reader: Reader, visible: Scope): RelatedFields {
  const view = relatedViewOf(reader, visible);
  if (!view) return relatedFieldsFor(reader);
  // Kept values are derived without the viewer's reader, which would report the reads.
  if (view.readsPods) reader.prefetched(Pod).reportRead(visible);
  if (view.readsKinds) reader.prefetched(WorkspaceKind).reportRead();
  return reader.unrestricted.derivedPrefetched(relatedFieldsDerivation(view)).fields;
}

/** Returns the derivation of the fields that indexes keep for a view. */
export function relatedFieldsDerivation(view: RelatedView): Derivation<KeptRelatedFields> {
  return {
    key: `related fields ${JSON.stringify(view)}`,
    resources: view.readsPods ? [Workspace, Pod, WorkspaceKind] : [Workspace, WorkspaceKind],
    create: (reader) => new KeptRelatedFields(view, reader),
  };
}

/** Beyond it, all values are derived again when they are next read, instead of those of the workspaces of a changed WorkspaceKind. */
const MAX_REFRESHED = 1_000;

/**
 * Fields whose values indexes keep. A change of a pod or of a WorkspaceKind refreshes the values of its workspaces. After a new epoch, and
 * a change that concerns many workspaces, there are new fields, so that their indexes are built step by step.
 */
class KeptRelatedFields implements DerivedState {
  readonly isInUse = false;
  readonly #reader: PrefetchedReader;
  readonly #removeHandlers: readonly (() => void)[];
  #fields: RelatedFields;

  constructor({ readsPods, readsKinds }: RelatedView, reader: UnrestrictedReader) {
    this.#reader = reader.without(...(readsPods ? [] : [Pod]), ...(readsKinds ? [] : [WorkspaceKind]));
    this.#fields = relatedFieldsFor(this.#reader, 'refreshed');
    const reset = () => this.#reset();
    const podHandler = {
      changed: ({ before, after }: ScopedChange<PodObject>) => {
        // The pod may have belonged to another workspace.
        const workspaces = [before, after].map((pod) => pod && workspaceOfPod(pod, this.#workspaces));
        this.#refresh(workspaces.filter((workspace) => workspace !== undefined));
      },
      reset,
      failed: reset,
    };
    const kindHandler = {
      // Its status changes with each of its workspaces.
      changed: ({ before, after, last }: ScopedChange<WorkspaceKindObject>) => {
        if (!isDeepStrictEqual(before?.spec, after?.spec)) this.#kindChanged(last);
      },
      reset,
      failed: reset,
    };
    this.#removeHandlers = [
      ...(readsPods ? [reader.prefetched(Pod).addEventHandler(podHandler)] : []),
      ...(readsKinds ? [reader.prefetched(WorkspaceKind).addEventHandler(kindHandler)] : []),
    ];
  }

  /** The fields as of now. */
  get fields(): RelatedFields {
    return this.#fields;
  }

  [Symbol.dispose](): void {
    for (const removeHandler of this.#removeHandlers) removeHandler();
  }

  get #workspaces() {
    return this.#reader.prefetched(Workspace);
  }

  #kindChanged(workspaceKind: WorkspaceKindObject): void {
    const { name } = workspaceKind.metadata;
    if (this.#workspaces.countByIndex('kind', name) > MAX_REFRESHED) return this.#reset();
    this.#refresh(this.#workspaces.byIndex('kind', name));
  }

  #refresh(workspaces: Iterable<WorkspaceObject>): void {
    const { requests, podName, nodeName, sortKeys: keys } = this.#fields;
    const fields = [requests, podName, nodeName, keys.CPU, keys.MEMORY, keys.GPU];
    for (const workspace of workspaces) this.#workspaces.refresh(workspace, fields);
  }

  #reset(): void {
    this.#fields = relatedFieldsFor(this.#reader, 'refreshed');
  }
}
