import type { KubernetesObject } from '../../../src/kubernetes/object.ts';

/** The objects of a cluster. */
export interface ClusterState {
  readonly workspaces: readonly StoredObject[];
  readonly kinds: readonly StoredObject[];
  readonly namespaces: readonly StoredObject[];
}

/** An object as the API server stores it, with the fields that selections use. */
export interface StoredObject extends KubernetesObject {
  readonly spec?: {
    readonly kind?: string;
    readonly paused?: boolean;
    readonly displayName?: string;
    readonly spawner?: { readonly displayName?: string };
  };
  readonly status?: { readonly state?: string; readonly stateMessage?: string };
}

/** The selected fields of one object. */
export type Fields = Readonly<Record<string, unknown>>;

/** A subscription to objects. */
export interface Subscribed {
  readonly title: string;
  /** A plural for the events of a list, else the name of a kind for a single object. */
  readonly field: string;
  readonly args: string;
  readonly fields: string;
  /** Whether received fields can belong to a matching object. Used for events, when the state of the cluster is unknown. */
  readonly matchesResult: (object: Fields) => boolean;
}

/** A subscription, and its expected result set for a state of the cluster. */
export interface Selection extends Subscribed {
  /** Returns the selected fields of each object that matches. */
  readonly expected: (state: ClusterState) => readonly Fields[];
}

export function isList({ field }: Subscribed): boolean {
  return field.endsWith('s');
}

/** Returns the selection as a subscription. `by` is how the client passes a cursor. */
export function subscriptionFor(selection: Subscribed, by: 'argument' | 'header'): string {
  const { field, args, fields } = selection;
  if (!isList(selection)) return `subscription { ${field}(${args}) { ${fields} } }`;
  const event = `{ type cursor object { ${fields} } }`;
  if (by === 'argument') return `subscription ($after: String) { ${field}(${args} after: $after) ${event} }`;
  return `subscription { ${field}${args ? `(${args})` : ''} ${event} }`;
}

/** Returns the selection as a query. */
export function queryFor(selection: Subscribed): string {
  const { field, args, fields } = selection;
  const selected = isList(selection) ? `liveCursor nodes { ${fields} }` : fields;
  return `{ ${field}${args ? `(${args})` : ''} { ${selected} } }`;
}

type Show = (object: StoredObject, state: ClusterState) => Fields;
type Matches = (object: StoredObject) => boolean;

const all = (): boolean => true;
const uid = 'metadata { uid }';
const shown = {
  uid: ({ metadata }: StoredObject) => ({ metadata: { uid: metadata.uid } }),
  state: ({ status }: StoredObject) => ({ state: status?.state ? status.state.toUpperCase() : 'UNKNOWN' }),
  team: ({ metadata }: StoredObject) => {
    const team = metadata.labels?.['team'];
    return team === undefined ? [] : [{ key: 'team', value: team }];
  },
  name: ({ metadata }: StoredObject) => ({ name: metadata.name }),
  displayName: ({ metadata, spec }: StoredObject) => ({ displayName: spec?.displayName ?? metadata.name }),
  /** The WorkspaceKind of a workspace. */
  kind: ({ spec }: StoredObject, { kinds }: ClusterState) => {
    const kind = kinds.find(({ metadata }) => metadata.name === spec?.kind);
    return { kind: kind ? { displayName: kind.spec?.spawner?.displayName } : null };
  },
  count: ({ metadata }: StoredObject, { workspaces }: ClusterState) =>
    workspaces.filter(({ spec }) => spec?.kind === metadata.name).length,
};

function ofWorkspaces(
  options: Pick<Selection, 'title' | 'fields'> & {
    readonly show: Show;
    readonly args?: string;
    readonly matches?: Matches;
    readonly admits?: Selection['matchesResult'];
  },
): Selection {
  const { show, args = '', matches = all, admits = all, title, fields } = options;
  const expected = (state: ClusterState) => state.workspaces.filter(matches).map((object) => show(object, state));
  return { title, field: 'workspaces', args, fields: `${uid} ${fields}`, expected, matchesResult: admits };
}

/** The selections of the clients of a scenario. */
export const selections: readonly Selection[] = [
  ofWorkspaces({
    title: 'everything of all workspaces',
    fields: 'name state paused kindName labels: metadata { labels(keys: ["team"]) { key value } }',
    show: (object) => ({
      ...shown.uid(object),
      ...shown.name(object),
      ...shown.state(object),
      paused: object.spec?.paused === true,
      kindName: object.spec?.kind,
      labels: { labels: shown.team(object) },
    }),
  }),
  ofWorkspaces({
    title: 'every version of the workspaces of a namespace',
    args: 'namespace: "ns-1"',
    fields: 'version: metadata { resourceVersion } namespace { name }',
    matches: ({ metadata }) => metadata.namespace === 'ns-1',
    show: (object) => ({
      ...shown.uid(object),
      version: { resourceVersion: object.metadata.resourceVersion },
      namespace: { name: object.metadata.namespace },
    }),
    admits: ({ namespace }) => JSON.stringify(namespace) === '{"name":"ns-1"}',
  }),
  ofWorkspaces({
    title: 'workspaces in trouble',
    args: 'filter: { states: [ERROR, PENDING] }',
    fields: 'name state',
    matches: ({ status }) => status?.state === 'Error' || status?.state === 'Pending',
    show: (object) => ({ ...shown.uid(object), ...shown.name(object), ...shown.state(object) }),
    admits: ({ state }) => state === 'ERROR' || state === 'PENDING',
  }),
  ofWorkspaces({
    title: 'workspaces of a team',
    args: 'filter: { labelSelector: "team=a" }',
    fields: 'displayName',
    matches: ({ metadata }) => metadata.labels?.['team'] === 'a',
    show: (object) => ({ ...shown.uid(object), ...shown.displayName(object) }),
  }),
  ofWorkspaces({
    title: 'workspaces that are searched for',
    args: 'filter: { search: "BLUE" }',
    fields: 'displayName kind { displayName }',
    matches: ({ metadata, spec }) => (spec?.displayName ?? metadata.name).includes('blue'),
    show: (object, state) => ({ ...shown.uid(object), ...shown.displayName(object), ...shown.kind(object, state) }),
    admits: ({ displayName }) => String(displayName).includes('blue'),
  }),
  ofWorkspaces({
    title: 'workspaces with the name of their kind',
    fields: 'kind { displayName }',
    show: (object, state) => ({ ...shown.uid(object), ...shown.kind(object, state) }),
  }),
  ofWorkspaces({
    title: 'workspaces with the labels of their namespace',
    fields: 'state namespace { metadata { labels(keys: ["team"]) { key value } } }',
    show: (object, { namespaces }) => {
      const namespace = namespaces.find(({ metadata }) => metadata.name === object.metadata.namespace);
      const metadata = namespace ? { labels: shown.team(namespace) } : null;
      return { ...shown.uid(object), ...shown.state(object), namespace: { metadata } };
    },
  }),
  ofWorkspaces({
    title: 'long messages',
    fields: 'stateMessage',
    show: (object) => ({ ...shown.uid(object), stateMessage: object.status?.stateMessage ?? '' }),
  }),
  {
    title: 'kinds with the number of their workspaces',
    field: 'workspaceKinds',
    args: '',
    fields: `${uid} displayName workspaceCount`,
    expected: (state) =>
      state.kinds.map((kind) => ({
        ...shown.uid(kind),
        displayName: kind.spec?.spawner?.displayName,
        workspaceCount: shown.count(kind, state),
      })),
    matchesResult: all,
  },
  {
    title: 'kinds that are searched for',
    field: 'workspaceKinds',
    args: 'filter: { search: "blue" }',
    fields: `${uid} displayName`,
    expected: ({ kinds }) =>
      kinds
        .map((kind) => ({ ...shown.uid(kind), displayName: kind.spec?.spawner?.displayName }))
        .filter(({ displayName }) => displayName?.includes('blue')),
    matchesResult: ({ displayName }) => String(displayName).includes('blue'),
  },
  {
    title: 'namespaces with the number of their workspaces',
    field: 'namespaces',
    args: '',
    fields: `${uid} name team: metadata { labels(keys: ["team"]) { key value } } workspaces { totalCount }`,
    expected: (state) =>
      state.namespaces.map((namespace) => ({
        ...shown.uid(namespace),
        ...shown.name(namespace),
        team: { labels: shown.team(namespace) },
        workspaces: {
          totalCount: state.workspaces.filter(({ metadata }) => metadata.namespace === namespace.metadata.name).length,
        },
      })),
    matchesResult: all,
  },
  {
    title: 'one workspace',
    field: 'workspace',
    args: 'namespace: "ns-1", name: "nb-1"',
    fields: `${uid} state kind { displayName }`,
    expected: (state) =>
      state.workspaces
        .filter(({ metadata }) => metadata.namespace === 'ns-1' && metadata.name === 'nb-1')
        .map((object) => ({ ...shown.uid(object), ...shown.state(object), ...shown.kind(object, state) })),
    matchesResult: all,
  },
];

/** Needs an access review per object, so that changes arrive during an evaluation. */
export const viewerDependentSelection: Selection = ofWorkspaces({
  title: 'what may be done to running workspaces',
  args: 'filter: { states: [RUNNING] }',
  fields: 'state viewerCan(action: PAUSE) displayName',
  matches: ({ status }) => status?.state === 'Running',
  show: (object) => ({
    ...shown.uid(object),
    ...shown.state(object),
    viewerCan: true,
    ...shown.displayName(object),
  }),
  admits: ({ state }) => state === 'RUNNING',
});
