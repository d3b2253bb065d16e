import type { KubernetesObject } from '../../../src/kubernetes/object.ts';

/** What a cluster holds. */
export interface Truth {
  readonly workspaces: readonly StoredObject[];
  readonly kinds: readonly StoredObject[];
  readonly namespaces: readonly StoredObject[];
}

/** An object as the API server has it, as far as selections look. */
export interface StoredObject extends KubernetesObject {
  readonly spec?: {
    readonly kind?: string;
    readonly paused?: boolean;
    readonly displayName?: string;
    readonly spawner?: { readonly displayName?: string };
  };
  readonly status?: { readonly state?: string; readonly stateMessage?: string };
}

/** What an operation selects of one object. */
export type Fields = Readonly<Record<string, unknown>>;

/** Something to follow, and how to tell from the cluster what a follower has to hold. */
export interface Selection {
  readonly title: string;
  readonly field: 'workspaces' | 'workspaceKinds' | 'namespaces' | 'workspace';
  readonly args: string;
  readonly fields: string;
  /** The objects that are selected, as the gateway is to show them. */
  readonly expected: (truth: Truth) => readonly Fields[];
  /** Whether an object that is told as there may be: it shows what the selection asks for. */
  readonly admits: (object: Fields) => boolean;
}

/** As a subscription; `by` says how a cursor is handed in. */
export function subscriptionOf({ field, args, fields }: Selection, by: 'argument' | 'header'): string {
  if (field === 'workspace') return `subscription { workspace(${args}) { ${fields} } }`;
  const event = `{ type cursor object { ${fields} } }`;
  if (by === 'argument') return `subscription ($after: String) { ${field}(${args} after: $after) ${event} }`;
  return `subscription { ${field}${args ? `(${args})` : ''} ${event} }`;
}

/** The same, asked for once. */
export function queryOf({ field, args, fields }: Selection): string {
  const selected = field === 'workspace' ? fields : `nodes { ${fields} }`;
  return `{ ${field}${args ? `(${args})` : ''} { ${selected} } }`;
}

type Show = (object: StoredObject, truth: Truth) => Fields;
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
  /** The kind that a workspace is of, as it is called. */
  kind: ({ spec }: StoredObject, { kinds }: Truth) => {
    const kind = kinds.find(({ metadata }) => metadata.name === spec?.kind);
    return { kind: kind ? { displayName: kind.spec?.spawner?.displayName } : null };
  },
  count: ({ metadata }: StoredObject, { workspaces }: Truth) =>
    workspaces.filter(({ spec }) => spec?.kind === metadata.name).length,
};

function ofWorkspaces(
  options: Pick<Selection, 'title' | 'fields'> & {
    readonly show: Show;
    readonly args?: string;
    readonly matches?: Matches;
    readonly admits?: Selection['admits'];
  },
): Selection {
  const { show, args = '', matches = all, admits = all, title, fields } = options;
  const expected = (truth: Truth) => truth.workspaces.filter(matches).map((object) => show(object, truth));
  return { title, field: 'workspaces', args, fields: `${uid} ${fields}`, expected, admits };
}

/** What the followers of a scenario follow. */
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
    show: (object, truth) => ({ ...shown.uid(object), ...shown.displayName(object), ...shown.kind(object, truth) }),
    admits: ({ displayName }) => String(displayName).includes('blue'),
  }),
  ofWorkspaces({
    title: 'workspaces with the name of their kind',
    fields: 'kind { displayName }',
    show: (object, truth) => ({ ...shown.uid(object), ...shown.kind(object, truth) }),
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
    expected: (truth) =>
      truth.kinds.map((kind) => ({
        ...shown.uid(kind),
        displayName: kind.spec?.spawner?.displayName,
        workspaceCount: shown.count(kind, truth),
      })),
    admits: all,
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
    admits: ({ displayName }) => String(displayName).includes('blue'),
  },
  {
    title: 'namespaces with the number of their workspaces',
    field: 'namespaces',
    args: '',
    fields: `${uid} name team: metadata { labels(keys: ["team"]) { key value } } workspaces { totalCount }`,
    expected: (truth) =>
      truth.namespaces.map((namespace) => ({
        ...shown.uid(namespace),
        ...shown.name(namespace),
        team: { labels: shown.team(namespace) },
        workspaces: {
          totalCount: truth.workspaces.filter(({ metadata }) => metadata.namespace === namespace.metadata.name).length,
        },
      })),
    admits: all,
  },
  {
    title: 'one workspace',
    field: 'workspace',
    args: 'namespace: "ns-1", name: "nb-1"',
    fields: `${uid} state kind { displayName }`,
    expected: (truth) =>
      truth.workspaces
        .filter(({ metadata }) => metadata.namespace === 'ns-1' && metadata.name === 'nb-1')
        .map((object) => ({ ...shown.uid(object), ...shown.state(object), ...shown.kind(object, truth) })),
    admits: all,
  },
];

/** Takes a question to the API server for each object, so that other things happen while it is made ready. */
export const askingSelection: Selection = ofWorkspaces({
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
