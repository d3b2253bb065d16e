import { members, NAMESPACES, nameAt, namespaceAt, viewers } from './cluster.ts';

/** One request of a case. */
export interface QueryRequest {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly viewer: string;
}

/** Upper or lower bound of a figure. */
export type Goal =
  /** CPU time of the bare server / that of the gateway. */
  | { readonly ratio: number }
  /** CPU time of a request. */
  | { readonly ms: number };

/** A kind of request whose CPU time is measured. */
export interface QueryCase {
  readonly name: string;
  readonly workspaces: 1_000 | 10_000;
  /** Default: 20. */
  readonly namespaces?: number;
  readonly goals: readonly Goal[];
  /**
   * Happens before each request, outside of the measurement. `change`: one workspace changes. `new selection`: the request selects fields
   * as none did before, so that no row is in a cache; its document is known from a page of one.
   */
  readonly before?: 'change' | 'new selection';
  /** Whether the cost at 40,000 workspaces may be at most 1.3 times that at 2,000. */
  readonly flat?: boolean;
  /** Sent in turn, so that a cache of whole answers would not help. Equal numbers have equal requests. */
  readonly requestAt: (number: number) => QueryRequest;
}

/** Number of different documents of a case. */
const DOCUMENTS = 4;

const LIST_FIELDS = `id name namespaceName kindName state stateMessage stateHint paused pendingRestart pausedAt lastRunningAt
  imageConfig { optionId } podConfig { optionId } activity { lastActivityAt }`;
const OPTION = `optionId option { displayName description labels { key value } }
  redirectChain { sourceId targetId message { level text } }`;
/** The fields of the list items of Kubeflow's REST backend. */
const KUBEFLOW_FIELDS = `name namespaceName kind { name icon { url } logo { url } } paused pausedAt lastRunningAt state stateMessage
  imageConfig { ${OPTION} } podConfig { ${OPTION} }
  activity { lastActivityAt lastUpdateAt pauseEligibleAt lastProbe { startedAt endedAt result message } }
  services { displayName httpPath } audit { createdAt createdBy updatedAt updatedBy deletedAt }`;
const ORDERS = ['NAME', 'DISPLAY_NAME', 'LAST_ACTIVITY_AT', 'STATE'];
const REQUEST_ORDERS = ['CPU', 'MEMORY', 'GPU'];
const GROUPINGS = ['', 'NAMESPACE', 'KIND, STATE', 'POD_CONFIG'];
const FILTERS = ['{ states: [RUNNING] }', '{ search: "12" }', '{ labelSelector: "tier=dev" }', '{ requests: ["cpu"] }'];
const TOTALS_FIELDS =
  'group { value } stateCounts { state count } requests { resource quantity } idle(inactiveForSeconds: 3600) { count }';
const ACTIONS = ['PAUSE', 'START', 'UPDATE', 'DELETE'].map((action) => `can${action}: viewerCan(action: ${action})`);

export const queryCases: readonly QueryCase[] = [
  {
    name: 'list of 1,000, 15 fields, warm',
    workspaces: 1_000,
    goals: [{ ratio: 1.2 }],
    requestAt: inDocuments((own) => `{ workspaces { nodes { ${own} ${LIST_FIELDS} } } }`),
  },
  {
    name: 'list of 1,000, 15 fields, after one change',
    workspaces: 1_000,
    goals: [{ ratio: 1.2 }],
    before: 'change',
    requestAt: inDocuments((own) => `{ workspaces { nodes { ${own} ${LIST_FIELDS} } } }`),
  },
  {
    name: 'list of 1,000, 15 fields, no row cached',
    workspaces: 1_000,
    goals: [{ ratio: 0.4 }],
    before: 'new selection',
    requestAt: (number) => ({
      query: `query ($first: Int) { workspaces(first: $first) { nodes { new${number}: displayName ${LIST_FIELDS} } } }`,
      viewer: viewerAt(number),
    }),
  },
  {
    name: "list of 1,000, Kubeflow's fields",
    workspaces: 1_000,
    goals: [{ ratio: 1.2 }, { ms: 3 }],
    requestAt: inDocuments((own) => `{ workspaces { nodes { ${own} ${KUBEFLOW_FIELDS} } } }`),
  },
  {
    name: 'viewerCan x 4 on 1,000',
    workspaces: 1_000,
    goals: [{ ms: 0.6 }],
    requestAt: inDocuments((own) => `{ workspaces { nodes { ${own} ${ACTIONS.join(' ')} } } }`),
  },
  {
    name: 'one by name',
    workspaces: 10_000,
    goals: [{ ratio: 0.5 }],
    requestAt: (number) => ({
      query:
        'query ($namespace: String!, $name: String!) { workspace(namespace: $namespace, name: $name) { name state paused kindName } }',
      variables: { namespace: namespaceAt(number % 500), name: nameAt(number % 500) },
      viewer: viewerAt(number),
    }),
  },
  {
    name: '{ __typename }',
    workspaces: 10_000,
    goals: [{ ratio: 0.5 }],
    requestAt: (number) => ({
      query: `{ own${number % DOCUMENTS}: __typename }`,
      viewer: viewerAt(number),
    }),
  },
  {
    name: 'page of 1',
    workspaces: 10_000,
    goals: [{ ratio: 0.4 }],
    flat: true,
    requestAt: inDocuments((own) => `{ workspaces(first: 1) { nodes { ${own} name } } }`),
  },
  {
    name: 'sorted page of 50',
    workspaces: 10_000,
    goals: [{ ratio: 0.4 }],
    flat: true,
    requestAt: inDocuments(
      (own, number) =>
        `{ workspaces(first: 50, orderBy: [{ field: ${ORDERS[number % ORDERS.length]} }]) { nodes { ${own} name state } } }`,
    ),
  },
  {
    name: 'page of 50 of one namespace',
    workspaces: 10_000,
    goals: [{ ratio: 0.4 }],
    flat: true,
    requestAt: (number) => ({
      query:
        'query ($namespace: String) { workspaces(namespace: $namespace, first: 50) { totalCount nodes { name state } } }',
      variables: { namespace: `team-${number % NAMESPACES}` },
      viewer: viewerAt(number),
    }),
  },
  {
    name: 'counts per namespace',
    workspaces: 10_000,
    goals: [{ ratio: 0.25 }],
    flat: true,
    requestAt: inDocuments(
      (own) =>
        `{ namespaces { nodes { name workspaces(first: 1) { totalCount ${own.split(':')[0]}: stateCounts { state count } } } } }`,
    ),
  },
  {
    name: 'search',
    workspaces: 10_000,
    goals: [{ ms: 0.4 }],
    requestAt: (number) => ({
      query:
        'query ($search: String) { workspaces(filter: { search: $search }, first: 50) { totalCount nodes { name } } }',
      variables: { search: `book-${100 + (number % 100)}` },
      viewer: viewerAt(number),
    }),
  },
  {
    name: 'label selector',
    workspaces: 10_000,
    goals: [{ ms: 0.4 }],
    requestAt: (number) => ({
      query:
        'query ($labels: String) { workspaces(filter: { labelSelector: $labels }, first: 50) { totalCount nodes { name } } }',
      variables: { labels: `team=team-${number % NAMESPACES},tier in (dev,test)` },
      viewer: viewerAt(number),
    }),
  },
  {
    name: 'page of 50 by requested amounts',
    workspaces: 10_000,
    goals: [{ ratio: 0.4 }],
    requestAt: inDocuments(
      (own, number) =>
        `{ workspaces(first: 50, orderBy: [{ field: ${REQUEST_ORDERS[number % 3]}, direction: DESC }]) { nodes { ${own} name } } }`,
    ),
  },
  {
    name: 'totals without a filter',
    workspaces: 10_000,
    goals: [{ ms: 1 }],
    requestAt: inDocuments(
      (own, number) =>
        `{ workspaceTotals(groupBy: [${GROUPINGS[number]}]) { own${own.slice(3, 4)}: count ${TOTALS_FIELDS} } }`,
    ),
  },
  {
    name: 'totals with a filter',
    workspaces: 10_000,
    goals: [{ ms: 5 }],
    requestAt: inDocuments(
      (own, number) =>
        `{ workspaceTotals(filter: ${FILTERS[number]}, groupBy: [NAMESPACE]) { own${own.slice(3, 4)}: count ${TOTALS_FIELDS} } }`,
    ),
  },
  {
    name: 'page and counts for a viewer of 20 of 1,000 namespaces',
    workspaces: 10_000,
    namespaces: 1_000,
    goals: [{ ratio: 0.4 }],
    requestAt: (number) => ({
      query: `{ workspaces(first: 50, orderBy: [{ field: ${ORDERS[number % ORDERS.length]} }]) { totalCount stateCounts { state count } nodes { name state } } }`,
      viewer: members[number % members.length] ?? members[0],
    }),
  },
];

/** Returns a function that returns one of a few documents, with viewers in turn. Each document has an alias of its own. */
function inDocuments(documentOf: (own: string, number: number) => string): QueryCase['requestAt'] {
  return (number) => {
    const document = number % DOCUMENTS;
    return { query: documentOf(`own${document}: displayName`, document), viewer: viewerAt(number) };
  };
}

function viewerAt(number: number): string {
  return viewers[number % viewers.length] ?? viewers[0];
}
