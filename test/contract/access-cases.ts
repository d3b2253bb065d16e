/** A user, as named by reviews and Impersonate headers. */
export interface Person {
  readonly user: string;
  readonly groups: readonly string[];
}

const people = {
  alice: person('alice'),
  vic: person('vic'),
  guest: person('guest', 'viewers'),
  stranger: person('stranger', 'Viewers'),
  ada: person('ada'),
  boss: person('boss'),
  carl: person('carl'),
  seth: person('seth'),
  logan: person('logan'),
  kay: person('kay'),
  dan: person('dan'),
  nina: person('nina'),
  sam: person('sam'),
  pete: person('pete', 'people'),
  prom: person('prom'),
  act: person('act'),
  hal: person('hal'),
  root: person('root'),
  rev: person('rev'),
  master: person('somebody', 'system:masters'),
  robot: account('robots', 'robot'),
  lister: account('robots', 'lister'),
  runner: account('team-a', 'runner'),
  namesake: account('team-b', 'runner'),
} as const;

/** Reasons of allowed decisions, as the API server reports them. */
const grounds = {
  no: undefined,
  master: '',
  alice: 'RoleBinding "editors/team-a" of ClusterRole "workspaces-edit" to User "alice"',
  vic: 'RoleBinding "viewers/team-a" of ClusterRole "workspaces-view" to User "vic"',
  viewersA: 'RoleBinding "viewers/team-a" of ClusterRole "workspaces-view" to Group "viewers"',
  viewersB: 'RoleBinding "viewers/team-b" of ClusterRole "workspaces-view" to Group "viewers"',
  ada: 'RoleBinding "admins/team-b" of ClusterRole "workspaces-admin" to User "ada"',
  boss: 'RoleBinding "bosses/team-b" of ClusterRole "cluster-admin" to User "boss"',
  carl: 'RoleBinding "readers/team-a" of ClusterRole "core-reader" to User "carl"',
  robot: 'RoleBinding "readers/team-a" of ClusterRole "core-reader" to ServiceAccount "robot/robots"',
  runner: 'RoleBinding "readers/team-a" of ClusterRole "core-reader" to ServiceAccount "runner/team-a"',
  settings: 'RoleBinding "settings/team-a" of Role "settings-editor" to User "seth"',
  entrance: 'RoleBinding "entrance/team-a" of Role "namespace-viewer" to User "seth"',
  robots: 'RoleBinding "configs/team-b" of ClusterRole "config-master" to Group "system:serviceaccounts:robots"',
  logan: 'RoleBinding "logs/team-a" of ClusterRole "log-reader" to User "logan"',
  kay: 'RoleBinding "keys/team-a" of ClusterRole "keyholder" to User "kay"',
  sam: 'ClusterRoleBinding "statuses" of ClusterRole "status-keeper" to User "sam"',
  people: 'ClusterRoleBinding "jupyter" of ClusterRole "jupyter-user" to Group "people"',
  lister: 'ClusterRoleBinding "listers" of ClusterRole "any-lister" to ServiceAccount "lister/robots"',
  prom: 'ClusterRoleBinding "probes" of ClusterRole "prober" to User "prom"',
  act: 'ClusterRoleBinding "actors" of ClusterRole "actor" to User "act"',
  hal: 'ClusterRoleBinding "halves" of ClusterRole "two-halves" to User "hal"',
  root: 'ClusterRoleBinding "all-kinds" of ClusterRole "workspaces-admin" to User "root"',
  rev: 'ClusterRoleBinding "reviewers" of ClusterRole "reviewer" to User "rev"',
} as const;

/**
 * User, verb, `resource[.group][/subresource]` or path, `[namespace][/name]`, and key of the reason.
 * The resource `namespaces` is namespaced by its own name.
 */
type Row = readonly [who: keyof typeof people, verb: string, what: string, where: string, ground: keyof typeof grounds];

const rows: readonly Row[] = [
  // Aggregation: edit contains view, admin contains both.
  ['alice', 'get', 'workspaces.kubeflow.org', 'team-a/nb', 'alice'],
  ['alice', 'list', 'workspaces.kubeflow.org', 'team-a', 'alice'],
  ['alice', 'watch', 'workspaces.kubeflow.org', 'team-a', 'alice'],
  ['alice', 'create', 'workspaces.kubeflow.org', 'team-a', 'alice'],
  ['alice', 'update', 'workspaces.kubeflow.org', 'team-a/nb', 'alice'],
  ['alice', 'patch', 'workspaces.kubeflow.org/status', 'team-a/nb', 'alice'],
  ['alice', 'deletecollection', 'workspaces.kubeflow.org', 'team-a', 'alice'],
  ['alice', 'list', 'workspaces.kubeflow.org', 'team-b', 'no'],
  ['alice', 'list', 'workspaces.kubeflow.org', '', 'no'],
  ['alice', 'get', 'workspacekinds.kubeflow.org', '/jupyterlab', 'no'],
  ['alice', 'get', 'workspaces', 'team-a/nb', 'no'],
  ['alice', 'list', 'pods', 'team-a', 'no'],
  ['vic', 'watch', 'workspaces.kubeflow.org', 'team-a', 'vic'],
  ['vic', 'get', 'workspaces.kubeflow.org/status', 'team-a/nb', 'vic'],
  ['vic', 'delete', 'workspaces.kubeflow.org', 'team-a/nb', 'no'],
  ['vic', 'get', 'workspaces.kubeflow.org', 'team-b/nb', 'no'],
  ['ada', 'delete', 'workspaces.kubeflow.org', 'team-b/nb', 'ada'],
  ['ada', 'get', 'workspaces.kubeflow.org', 'team-b/nb', 'ada'],
  ['ada', 'list', 'workspacekinds.kubeflow.org', '', 'no'],
  ['root', 'list', 'workspacekinds.kubeflow.org', '', 'root'],
  ['root', 'update', 'workspacekinds.kubeflow.org/status', '/jupyterlab', 'root'],
  ['root', 'list', 'workspaces.kubeflow.org', '', 'root'],
  ['root', 'delete', 'workspaces.kubeflow.org', 'team-b/nb', 'root'],
  ['root', 'list', 'namespaces', '', 'no'],
  // Group names are case-sensitive.
  ['guest', 'list', 'workspaces.kubeflow.org', 'team-a', 'viewersA'],
  ['guest', 'list', 'workspaces.kubeflow.org', 'team-b', 'viewersB'],
  ['guest', 'list', 'workspaces.kubeflow.org', '', 'no'],
  ['guest', 'create', 'workspaces.kubeflow.org', 'team-b', 'no'],
  ['stranger', 'list', 'workspaces.kubeflow.org', 'team-a', 'no'],
  ['master', 'delete', 'namespaces', 'team-a/team-a', 'master'],
  ['master', 'deletecollection', 'secrets', 'team-b', 'master'],
  // A ClusterRole bound by a RoleBinding applies to its namespace only.
  ['boss', 'delete', 'secrets', 'team-b/any', 'boss'],
  ['boss', 'get', 'anything.example.org/of', 'team-b/any', 'boss'],
  ['boss', 'get', 'namespaces', 'team-b/team-b', 'boss'],
  ['boss', 'list', 'namespaces', '', 'no'],
  ['boss', 'get', 'secrets', 'team-a/any', 'no'],
  ['boss', 'get', '/metrics', '', 'no'],
  // Wildcards.
  ['carl', 'get', 'pods', 'team-a/p', 'carl'],
  ['carl', 'list', 'secrets', 'team-a', 'carl'],
  ['carl', 'get', 'pods/log', 'team-a/p', 'carl'],
  ['carl', 'watch', 'pods', 'team-a', 'no'],
  ['carl', 'get', 'workspaces.kubeflow.org', 'team-a/nb', 'no'],
  ['robot', 'list', 'configmaps', 'team-a', 'robot'],
  ['robot', 'deletecollection', 'configmaps', 'team-b', 'robots'],
  ['robot', 'get', 'configmaps', 'team-b/c', 'robots'],
  ['robot', 'invent', 'configmaps', 'team-b/c', 'robots'],
  ['robot', 'get', 'configmaps/status', 'team-b/c', 'no'],
  ['lister', 'list', 'workspaces.kubeflow.org', '', 'lister'],
  ['lister', 'list', 'workspaces.example.org', 'team-a', 'lister'],
  ['lister', 'watch', 'workspaces.kubeflow.org', '', 'no'],
  ['lister', 'create', 'configmaps', 'team-b', 'robots'],
  ['runner', 'get', 'pods', 'team-a/p', 'runner'],
  ['runner', 'get', 'pods', 'team-b/p', 'no'],
  ['namesake', 'get', 'pods', 'team-a/p', 'no'],
  // Subresources.
  ['sam', 'get', 'workspaces.kubeflow.org/status', 'team-a/nb', 'sam'],
  ['sam', 'patch', 'namespaces/status', 'team-b/team-b', 'sam'],
  ['sam', 'get', 'workspaces.kubeflow.org', 'team-a/nb', 'no'],
  ['sam', 'update', 'workspaces.kubeflow.org/status', 'team-a/nb', 'no'],
  ['sam', 'get', 'pods/log', 'team-a/p', 'no'],
  ['logan', 'get', 'pods/log', 'team-a/p', 'logan'],
  ['logan', 'get', 'pods', 'team-a/p', 'no'],
  ['logan', 'get', 'pods/log', 'team-b/p', 'no'],
  // Names.
  ['kay', 'get', 'secrets', 'team-a/key', 'kay'],
  ['kay', 'delete', 'secrets', 'team-a/chain', 'kay'],
  ['kay', 'get', 'secrets', 'team-a/other', 'no'],
  ['kay', 'list', 'secrets', 'team-a', 'no'],
  ['kay', 'list', 'secrets', 'team-a/key', 'kay'],
  ['kay', 'watch', 'secrets', 'team-a/key', 'kay'],
  ['kay', 'create', 'secrets', 'team-a', 'no'],
  ['kay', 'deletecollection', 'secrets', 'team-a', 'no'],
  ['pete', 'get', 'workspacekinds.kubeflow.org', '/jupyterlab', 'people'],
  ['pete', 'get', 'workspacekinds.kubeflow.org', '/vscode', 'no'],
  ['pete', 'list', 'workspacekinds.kubeflow.org', '', 'no'],
  ['pete', 'watch', 'workspacekinds.kubeflow.org', '/jupyterlab', 'people'],
  ['seth', 'patch', 'configmaps', 'team-a/settings', 'settings'],
  ['seth', 'patch', 'configmaps', 'team-a/others', 'no'],
  ['seth', 'create', 'configmaps', 'team-a', 'settings'],
  ['seth', 'get', 'namespaces', 'team-a/team-a', 'entrance'],
  ['seth', 'get', 'namespaces', '/team-a', 'no'],
  ['seth', 'list', 'namespaces', '', 'no'],
  // Rules are not combined, and missing roles allow nothing.
  ['hal', 'get', 'secrets', 'team-a/key', 'hal'],
  ['hal', 'list', 'secrets', 'team-a', 'no'],
  ['hal', 'list', 'pods', '', 'hal'],
  ['dan', 'list', 'pods', 'team-a', 'no'],
  ['dan', 'list', 'pods', '', 'no'],
  // Non-resource URLs, which only a ClusterRoleBinding can grant.
  ['prom', 'get', '/metrics', '', 'prom'],
  ['prom', 'get', '/metrics/deep', '', 'no'],
  ['prom', 'get', '/logs/today', '', 'prom'],
  ['prom', 'get', '/logs', '', 'no'],
  ['prom', 'post', '/hooks-of-mine', '', 'prom'],
  ['prom', 'post', '/metrics', '', 'no'],
  ['nina', 'get', '/metrics', '', 'no'],
  ['stranger', 'get', '/version', '', 'no'],
  // Impersonation.
  ['act', 'impersonate', 'users', '/bob', 'act'],
  ['act', 'impersonate', 'users', '/alice', 'no'],
  ['act', 'impersonate', 'groups', '/viewers', 'act'],
  ['act', 'impersonate', 'userextras.authentication.k8s.io/scopes', '/all', 'act'],
  ['act', 'impersonate', 'serviceaccounts', 'robots/robot', 'no'],
  ['rev', 'create', 'subjectaccessreviews.authorization.k8s.io', '', 'rev'],
  ['rev', 'create', 'tokenreviews.authentication.k8s.io', '', 'no'],
];

export interface AccessCase {
  readonly title: string;
  readonly person: Person;
  readonly verb: string;
  /** Set for non-resource URLs; the resource fields are then empty. */
  readonly path: string;
  readonly resource: string;
  readonly group: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  /** Reason of the decision; undefined if it is denied. */
  readonly ground: string | undefined;
}

export const accessCases: readonly AccessCase[] = rows.map(readRow);

function readRow([who, verb, what, where, ground]: Row): AccessCase {
  const path = what.startsWith('/') ? what : '';
  const [qualified = '', subresource = ''] = path === '' ? what.split('/') : [];
  const [resource = '', ...group] = qualified.split('.');
  const [namespace = '', name = ''] = where.split('/');
  const place = where === '' ? 'in the cluster' : where;
  return {
    title: `${who}: ${verb} ${what} ${place} → ${ground}`,
    person: people[who],
    verb,
    path,
    resource,
    group: group.join('.'),
    subresource,
    namespace,
    name,
    ground: grounds[ground],
  };
}

function person(user: string, ...groups: readonly string[]): Person {
  return { user, groups };
}

function account(namespace: string, name: string): Person {
  const groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`];
  return { user: `system:serviceaccount:${namespace}:${name}`, groups };
}
