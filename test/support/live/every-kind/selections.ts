import type { Fields, Subscribed } from '../selections.ts';

/** Objects of which a permission is granted, by the plural of their resource. */
export type Granted =
  | 'workspaces'
  | 'workspacekinds'
  | 'namespaces'
  | 'pods'
  | 'persistentvolumeclaims'
  | 'persistentvolumes'
  | 'storageclasses'
  | 'events'
  | 'statefulsets'
  | 'devpodworkspaceinstances'
  | 'jobs';

/** A subscription of a kind. */
export interface KindSubscription extends Subscribed {
  readonly granted: Granted;
}

/** Each selection contains the identity and the namespace of its objects, as far as they have them. */
const NAMESPACED = 'id name metadata { namespace }';
const CLUSTER_WIDE = 'id name';

const all = (): boolean => true;

function subscription(
  granted: Granted,
  field: string,
  { args = '', fields, matches = all }: { args?: string; fields: string; matches?: (object: Fields) => boolean },
): KindSubscription {
  return { title: `${field}(${args}) { ${fields} }`, granted, field, args, fields, matchesResult: matches };
}

const OPTION = 'optionId displayName hidden workspaceCount';

const workspaces = [
  {
    fields: `${NAMESPACED} state kind { id name displayName hidden } namespace { id name metadata { labels { value } } }`,
  },
  {
    fields: `${NAMESPACED} pod { name nodeName phase object { id restartCount } } resources { source requests { resource value } }`,
  },
  {
    fields: `${NAMESPACED} imageConfig { optionId option { displayName hidden } } podConfig { optionId option { displayName } }`,
  },
  { fields: `${NAMESPACED} events(first: 5) { id reason count } state` },
  {
    fields: `${NAMESPACED} volumes { home { mountPath leftOut claim { id phase storageClass { name } } } data { claim { id } } }`,
  },
  { fields: `${NAMESPACED} state viewerCan(action: PAUSE)` },
  { args: 'namespace: "team-a"', fields: `${NAMESPACED} displayName state` },
  { args: 'filter: { requests: ["nvidia.com/gpu"] }', fields: `${NAMESPACED} state` },
  { args: 'filter: { nodes: ["node-1"] }', fields: `${NAMESPACED} pod { nodeName }` },
  { args: 'filter: { imageConfigs: ["Image 1"] }', fields: `${NAMESPACED} state` },
  {
    args: 'filter: { podConfigs: ["big"], states: [RUNNING, PAUSED] }',
    fields: `${NAMESPACED} state kind { displayName }`,
  },
].map((options) => subscription('workspaces', 'workspaces', options));

const workspaceKinds = [
  { fields: `${CLUSTER_WIDE} displayName workspaceCount imageConfigs { ${OPTION} }` },
  {
    fields: `${CLUSTER_WIDE} hidden workspaces(filter: { states: [RUNNING] }, first: 3) { totalCount nodes { id state } }`,
  },
  { args: 'filter: { search: "blue" }', fields: `${CLUSTER_WIDE} displayName` },
  { fields: `${CLUSTER_WIDE} offer(namespace: "team-a") { hidden denied workspaceCount }` },
].map((options) => subscription('workspacekinds', 'workspaceKinds', options));

const namespaces = [
  { fields: `${CLUSTER_WIDE} phase metadata { labels { value } } workspaces { totalCount }` },
  { fields: `${CLUSTER_WIDE} workspaces(filter: { requests: ["nvidia.com/gpu"] }) { totalCount nodes { name } }` },
  { fields: `${CLUSTER_WIDE} workspaceKindOffers { nodes { hidden workspaceCount kind { name displayName } } }` },
  { args: 'filter: { labelSelector: "tier=dev" }', fields: CLUSTER_WIDE },
].map((options) => subscription('namespaces', 'namespaces', options));

const storage = [
  subscription('persistentvolumeclaims', 'persistentVolumeClaims', {
    fields: `${NAMESPACED} phase storageClass { id name provisioner displayName } volume { id phase }`,
  }),
  subscription('persistentvolumeclaims', 'persistentVolumeClaims', {
    fields: `${NAMESPACED} pods { id phase } workspaces { id state }`,
  }),
  subscription('persistentvolumeclaims', 'persistentVolumeClaims', {
    args: 'namespace: "team-b", filter: { phases: [PENDING] }',
    fields: `${NAMESPACED} phase pods { name }`,
    matches: ({ phase }) => phase === 'PENDING',
  }),
  subscription('persistentvolumes', 'persistentVolumes', {
    fields: `${CLUSTER_WIDE} phase claim { id phase workspaces { id } } storageClass { id provisioner }`,
  }),
  subscription('storageclasses', 'storageClasses', {
    fields: `${CLUSTER_WIDE} provisioner displayName metadata { uid }`,
  }),
  subscription('storageclasses', 'storageClasses', {
    args: 'filter: { canUse: true }',
    fields: `${CLUSTER_WIDE} canUse`,
  }),
];

const others = [
  subscription('pods', 'pods', { fields: `${NAMESPACED} phase nodeName workspace { id state kind { displayName } }` }),
  subscription('pods', 'pods', {
    args: 'namespace: "team-a", filter: { nodeNames: ["node-1"] }',
    fields: `${NAMESPACED} nodeName`,
    matches: ({ nodeName }) => nodeName === 'node-1',
  }),
  subscription('events', 'events', { fields: `${NAMESPACED} type reason count` }),
  subscription('events', 'events', { args: 'namespace: "team-a"', fields: `${NAMESPACED} reason count` }),
  subscription('events', 'events', { args: 'filter: { types: [WARNING] }', fields: `${NAMESPACED} type count` }),
  subscription('devpodworkspaceinstances', 'devPodWorkspaceInstances', { fields: `${NAMESPACED} displayName phase` }),
  subscription('devpodworkspaceinstances', 'devPodWorkspaceInstances', {
    args: 'namespace: "team-a", filter: { phases: ["Ready"] }',
    fields: `${NAMESPACED} phase`,
  }),
  subscription('jobs', 'volcanoJobs', { fields: `${NAMESPACED} phase queue running namespace { id phase }` }),
  subscription('jobs', 'volcanoJobs', { args: 'filter: { queues: ["gpu"] }', fields: `${NAMESPACED} queue` }),
];

const single = [
  subscription('workspaces', 'workspace', {
    args: at('nb-1'),
    fields: `${NAMESPACED} state kind { displayName } pod { name }`,
  }),
  subscription('workspacekinds', 'workspaceKind', {
    args: 'name: "lab"',
    fields: `${CLUSTER_WIDE} displayName workspaceCount`,
  }),
  subscription('pods', 'pod', { args: at('pod-1'), fields: `${NAMESPACED} phase workspace { id state }` }),
  subscription('persistentvolumeclaims', 'persistentVolumeClaim', {
    args: at('home-1'),
    fields: `${NAMESPACED} phase pods { id }`,
  }),
  subscription('devpodworkspaceinstances', 'devPodWorkspaceInstance', {
    args: at('dp-1'),
    fields: `${NAMESPACED} phase`,
  }),
  subscription('jobs', 'volcanoJob', { args: at('job-1'), fields: `${NAMESPACED} phase` }),
];

function at(name: string): string {
  return `namespace: "team-a", name: "${name}"`;
}

/** Subscriptions of every kind that has one, with fields and filters that read each related kind. */
export const kindSubscriptions: readonly KindSubscription[] = [
  ...workspaces,
  ...workspaceKinds,
  ...namespaces,
  ...storage,
  ...others,
  ...single,
];
