import { kindOf } from './overview.ts';
import type { VisibilityModel, Stored, StoredCluster } from './visibility-model.ts';

/** Selected fields of one object. */
export type Fields = Readonly<Record<string, unknown>>;

/** A subscription and its expected result set. */
export interface LiveSelection {
  readonly title: string;
  /** Root field. */
  readonly field: string;
  readonly query: string;
  /** Returns the expected objects by key, or undefined if the subscription is rejected. */
  readonly expected: (model: VisibilityModel, stored: StoredCluster) => ReadonlyMap<string, Fields> | undefined;
}

/** Returns a key that identifies an object even if only its name is visible. */
export function keyOf(object: Fields): string {
  const namespace = object['namespace'] as { readonly name?: string } | undefined;
  return `${namespace?.name ?? ''}/${String(object['name'])}`;
}

const NAMESPACE = 'namespace { name metadata { uid } }';
const KIND = 'kind { name metadata { uid } displayName workspaceCount }';
const SEEN = `name stateMessage ${NAMESPACE} ${KIND} viewerCan(action: UPDATE)`;
const SHARED = `name stateMessage ${NAMESPACE} ${KIND}`;

function listOf(field: string, args: string, fields: string): string {
  return `subscription ($after: String) { ${field}(${args}after: $after) { type cursor object { ${fields} } } }`;
}

export const everyWorkspace: LiveSelection = {
  title: 'every workspace',
  field: 'workspaces',
  query: listOf('workspaces', '', SHARED),
  expected: (model, stored) => byKey(model.listed('watch').map((each) => shared(each, model, stored))),
};

export const everyWorkspaceAndRights: LiveSelection = {
  title: 'every workspace and what may be done to it',
  field: 'workspaces',
  query: listOf('workspaces', '', SEEN),
  expected: (model, stored) =>
    byKey(model.listed('watch').map((each) => ({ ...shared(each, model, stored), viewerCan: mayUpdate(each, model) }))),
};

export function workspacesOf(namespace: string): LiveSelection {
  return {
    title: `the workspaces of ${namespace}`,
    field: 'workspaces',
    query: listOf('workspaces', `namespace: "${namespace}", `, SHARED),
    expected: (model, stored) => {
      if (!model.canList(namespace, 'watch')) return undefined;
      const own = stored.workspaces.filter(({ metadata }) => metadata.namespace === namespace);
      return byKey(own.map((each) => shared(each, model, stored)));
    },
  };
}

export function oneWorkspace(namespace: string, name: string): LiveSelection {
  return {
    title: `${namespace}/${name}`,
    field: 'workspace',
    query: `subscription { workspace(namespace: "${namespace}", name: "${name}") { ${SHARED} } }`,
    expected: (model, stored) => {
      const verbs = ['get', 'watch'];
      if (!verbs.every((verb) => model.can(verb, 'workspaces', namespace, name))) return undefined;
      const found = stored.workspaces.filter(({ metadata: at }) => at.namespace === namespace && at.name === name);
      return byKey(found.map((each) => shared(each, model, stored)));
    },
  };
}

export const everyKind: LiveSelection = {
  title: 'every kind',
  field: 'workspaceKinds',
  query: listOf('workspaceKinds', '', 'name metadata { uid } displayName workspaceCount workspaces { nodes { name } }'),
  expected: (model, stored) =>
    byKey(
      stored.kinds
        .filter((kind) => model.kind(kind, 'watch') !== 'nothing')
        .map((kind) => ({ ...kindSeen(kind, model), workspaces: { nodes: names(using(kind, model)) } })),
    ),
};

export const everyNamespace: LiveSelection = {
  title: 'every namespace',
  field: 'namespaces',
  query: listOf('namespaces', '', 'name metadata { uid } workspaces { totalCount nodes { name stateMessage } }'),
  expected: (model, stored) =>
    byKey(
      stored.namespaces
        .filter((namespace) => model.namespace(namespace, 'watch') !== 'nothing')
        .map((namespace) => {
          const { name } = namespace.metadata;
          const listed = sorted(model.listed('watch').filter(({ metadata }) => metadata.namespace === name));
          const nodes = listed.map((each) => ({ name: each.metadata.name, stateMessage: messageOf(each) }));
          return { ...namespaceSeen(name, model, stored), workspaces: { totalCount: nodes.length, nodes } };
        }),
    ),
};

function shared(workspace: Stored, model: VisibilityModel, stored: StoredCluster): Fields {
  const { name, namespace = '' } = workspace.metadata;
  const kind = stored.kinds.find(({ metadata }) => metadata.name === kindOf(workspace));
  const isKindSeen = kind && model.kind(kind, 'watch') !== 'nothing';
  return {
    name,
    stateMessage: messageOf(workspace),
    namespace: namespaceSeen(namespace, model, stored),
    kind: isKindSeen ? kindSeen(kind, model) : null,
  };
}

function kindSeen(kind: Stored, model: VisibilityModel): Fields {
  const { name, uid } = kind.metadata;
  const { displayName } = (kind['spec'] as { readonly spawner: { readonly displayName: string } }).spawner;
  const metadata = model.kind(kind, 'watch') === 'full' ? { uid } : null;
  return { name, metadata, displayName, workspaceCount: using(kind, model).length };
}

function namespaceSeen(name: string, model: VisibilityModel, stored: StoredCluster): Fields {
  const namespace = stored.namespaces.find(({ metadata }) => metadata.name === name);
  const isWhole = namespace && model.namespace(namespace, 'watch') === 'full';
  return { name, metadata: isWhole ? { uid: namespace.metadata.uid } : null };
}

function using({ metadata: { name } }: Stored, model: VisibilityModel): readonly Stored[] {
  return sorted(model.listed('watch').filter((workspace) => kindOf(workspace) === name));
}

function names(objects: readonly Stored[]): readonly Fields[] {
  return objects.map(({ metadata: { name } }) => ({ name }));
}

function mayUpdate({ metadata: { namespace = '', name } }: Stored, model: VisibilityModel): boolean {
  return model.can('update', 'workspaces', namespace, name);
}

function messageOf(workspace: Stored): unknown {
  return (workspace['status'] as { readonly stateMessage?: string } | undefined)?.stateMessage ?? '';
}

function sorted(objects: readonly Stored[]): readonly Stored[] {
  return objects.toSorted((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
}

function placeOf({ metadata: { namespace, name } }: Stored): string {
  return `${namespace} ${name}`;
}

function byKey(objects: readonly Fields[]): ReadonlyMap<string, Fields> {
  return new Map(objects.map((object) => [keyOf(object), object]));
}
