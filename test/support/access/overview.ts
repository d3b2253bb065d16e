import type { VisibilityModel, Stored, StoredCluster } from './visibility-model.ts';

/** Selection of all lists and counts, with a result that the model can predict. */
export const OVERVIEW = `{
  workspaces { totalCount stateCounts { state count } nodes { name namespace { name } kind { name metadata { uid } } } }
  workspaceKinds { totalCount nodes {
    name metadata { uid } workspaceCount workspaces { totalCount nodes { name } } imageConfigs { optionId workspaceCount }
  } }
  namespaces { totalCount nodes { name metadata { uid } workspaces { totalCount nodes { name } } } }
}`;

/** Selection of the cache statuses of the gateway. */
export const CACHE_STATUSES = '{ gateway { kinds { kind objects lastEventAt watch { events } } } }';

/** Returns whether cache statuses count only visible objects, with watch statistics only for cluster-wide listers. */
export function showsCacheStatuses(data: unknown, model: VisibilityModel, stored: StoredCluster): boolean {
  const { kinds } = (data as { readonly gateway: { readonly kinds: readonly Copy[] } }).gateway;
  const expected = new Map([
    ['Workspace', { objects: model.listed().length, isWhole: model.can('list', 'workspaces', null) }],
    [
      'WorkspaceKind',
      {
        objects: stored.kinds.filter((kind) => model.kind(kind) !== 'nothing').length,
        isWhole: model.can('list', 'workspacekinds', null),
      },
    ],
    [
      'Namespace',
      {
        objects: stored.namespaces.filter((namespace) => model.namespace(namespace) !== 'nothing').length,
        isWhole: model.can('list', 'namespaces', null),
      },
    ],
  ]);
  return kinds.every(({ kind, objects, lastEventAt, watch }) => {
    const wanted = expected.get(kind);
    return !wanted || (objects === wanted.objects && (wanted.isWhole || (!lastEventAt && !watch)));
  });
}

interface Copy {
  readonly kind: string;
  readonly objects: number;
  readonly lastEventAt: string | null;
  readonly watch: object | null;
}

const STATES: Readonly<Record<string, string>> = {
  Running: 'RUNNING',
  Paused: 'PAUSED',
  Pending: 'PENDING',
  Error: 'ERROR',
  Terminating: 'TERMINATING',
};

/** Returns the expected result of OVERVIEW. */
export function overviewOf(model: VisibilityModel, stored: StoredCluster): unknown {
  const listed = sorted(model.listed(), ({ metadata }) => `${metadata.namespace} ${metadata.name}`);
  const kinds = sorted(stored.kinds, ({ metadata }) => metadata.name).filter((kind) => model.kind(kind) !== 'nothing');
  const namespaces = sorted(stored.namespaces, ({ metadata }) => metadata.name).filter(
    (namespace) => model.namespace(namespace) !== 'nothing',
  );
  return {
    workspaces: {
      totalCount: listed.length,
      stateCounts: stateCounts(listed),
      nodes: listed.map((workspace) => ({
        name: workspace.metadata.name,
        namespace: { name: workspace.metadata.namespace },
        kind: kindShown(
          kinds.find(({ metadata }) => metadata.name === kindOf(workspace)),
          model,
        ),
      })),
    },
    workspaceKinds: list(kinds.map((kind) => kindOverview(kind, model, listed))),
    namespaces: list(
      namespaces.map(({ metadata: { name, uid }, ...rest }) => ({
        name,
        metadata: model.namespace({ metadata: { name, uid }, ...rest }) === 'full' ? { uid } : null,
        workspaces: list(namesOf(listed.filter(({ metadata }) => metadata.namespace === name))),
      })),
    ),
  };
}

function kindOverview(kind: Stored, model: VisibilityModel, listed: readonly Stored[]): unknown {
  const own = listed.filter((workspace) => kindOf(workspace) === kind.metadata.name);
  const using = (id: string) => own.filter((workspace) => optionOf(workspace) === id).length;
  return {
    ...kindShown(kind, model),
    workspaceCount: own.length,
    workspaces: list(namesOf(own)),
    imageConfigs: ['one', 'two'].map((optionId) => ({ optionId, workspaceCount: using(optionId) })),
  };
}

function kindShown(kind: Stored | undefined, model: VisibilityModel): object | null {
  if (!kind) return null;
  const { name, uid } = kind.metadata;
  return { name, metadata: model.kind(kind) === 'full' ? { uid } : null };
}

interface WorkspaceSpec {
  readonly kind: string;
  readonly podTemplate: { readonly options: { readonly imageConfig: string } };
}

export function kindOf(workspace: Stored): string {
  return (workspace['spec'] as WorkspaceSpec | undefined)?.kind ?? '';
}

function optionOf(workspace: Stored): string {
  return (workspace['spec'] as WorkspaceSpec).podTemplate.options.imageConfig;
}

function stateCounts(workspaces: readonly Stored[]): unknown {
  const states = workspaces.map((each) => (each['status'] as { readonly state: string }).state);
  const counts = new Map<string, number>();
  for (const state of states) counts.set(STATES[state] ?? 'UNKNOWN', (counts.get(STATES[state] ?? 'UNKNOWN') ?? 0) + 1);
  return sorted([...counts], ([state]) => state).map(([state, count]) => ({ state, count }));
}

function list(nodes: readonly unknown[]): unknown {
  return { totalCount: nodes.length, nodes };
}

function namesOf(objects: readonly Stored[]): readonly unknown[] {
  return objects.map(({ metadata: { name } }) => ({ name }));
}

function sorted<T>(items: readonly T[], keyOf: (item: T) => string): readonly T[] {
  return items.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}
