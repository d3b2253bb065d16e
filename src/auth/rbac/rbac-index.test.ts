import { describe, expect, it } from 'vitest';
import type { Manifest } from '../../../dev/simulator/api-object.ts';
import { binding, clusterRole, roleIn } from '../../../test/support/access/rbac-objects.ts';
import { RbacStorage } from '../../../test/support/access/rbac-storage.ts';
import { Store } from '../../cache/store.ts';
import { EVERYTHING, type AccessChange } from './access-change.ts';
import type { Action } from './policy-rules.ts';
import { RbacIndex } from './rbac-index.ts';
import { ClusterRole, ClusterRoleBinding, Role, RoleBinding } from './resources.ts';
import { subjectKeysOf } from './subjects.ts';

const LIST: Action = { verb: 'list', group: 'kubeflow.org', resource: 'workspaces' };
const STATUS: Action = { ...LIST, verb: 'get', subresource: 'status' };
const workspaces = { apiGroups: ['kubeflow.org'], resources: ['workspaces'], verbs: ['list'] };
const ann = { name: 'ann', groups: ['team'] };
const robot = { name: 'system:serviceaccount:team-a:robot', groups: [] };
const none = { namespaces: new Set(), names: new Set(), namesIn: new Map() };

function bindingOf(role: string, subject: object, namespace?: string, kind = 'ClusterRole'): Manifest {
  return binding({ name: 'binding', namespace }, { kind, name: role }, subject);
}

const toAnn = { kind: 'User', name: 'ann' };
const toGroup = (name: string) => ({ kind: 'Group', name });

function candidatesOf(user: typeof ann | typeof robot, action: Action, ...objects: Manifest[]) {
  return new RbacStorage(objects).index.candidates(subjectKeysOf(user), action);
}

describe('candidates', () => {
  it('returns the namespaces of RoleBindings as candidates', () => {
    const role = clusterRole('lister', workspaces);
    expect(candidatesOf(ann, LIST, role, bindingOf('lister', toAnn, 'team-a'))).toEqual({
      ...none,
      namespaces: new Set(['team-a']),
    });
  });

  it('returns all targets as candidates when a ClusterRoleBinding grants the action', () => {
    expect(candidatesOf(ann, LIST, clusterRole('lister', workspaces), bindingOf('lister', toAnn))).toBe('all');
  });

  it('returns names as candidates when the rule has resourceNames: of every namespace, or of that of the binding', () => {
    const named = clusterRole('named', { ...workspaces, resourceNames: ['nb-1', 'nb-2'] });
    const names = new Set(['nb-1', 'nb-2']);
    expect(candidatesOf(ann, LIST, named, bindingOf('named', toAnn))).toEqual({ ...none, names });
    expect(candidatesOf(ann, LIST, named, bindingOf('named', toAnn, 'team-a'))).toEqual({
      ...none,
      namesIn: new Map([['team-a', names]]),
    });
  });

  it.each([
    ['workspaces/status', true],
    ['*/status', true],
    ['*', true],
    ['workspaces', false],
    ['*/log', false],
  ])('treats the subresource as granted by %s: %s', (resource, isGranted) => {
    const role = clusterRole('r', { apiGroups: ['*'], resources: [resource], verbs: ['*'] });
    expect(candidatesOf(ann, STATUS, role, bindingOf('r', toAnn))).toEqual(isGranted ? 'all' : none);
  });

  it.each([
    ['a group of the user', ann, toGroup('team')],
    ['system:authenticated', ann, toGroup('system:authenticated')],
    ['a service account', robot, { kind: 'ServiceAccount', name: 'robot', namespace: 'team-a' }],
    ['the user name of a service account', robot, { kind: 'User', name: robot.name }],
    ['all service accounts', robot, toGroup('system:serviceaccounts')],
    ['the service accounts of a namespace', robot, toGroup('system:serviceaccounts:team-a')],
  ])('includes the grants of %s', (_, user, subject) => {
    const role = clusterRole('lister', workspaces);
    expect(candidatesOf(user, LIST, role, bindingOf('lister', subject))).toBe('all');
  });

  it.each([
    ['another user', ann, { kind: 'User', name: 'bob' }],
    ['a group of the same name as the user', ann, toGroup('ann')],
    ['unauthenticated users', ann, toGroup('system:unauthenticated')],
    ['a service account of another namespace', robot, { kind: 'ServiceAccount', name: 'robot', namespace: 'team-b' }],
  ])('excludes the grants of %s', (_, user, subject) => {
    const role = clusterRole('lister', workspaces);
    expect(candidatesOf(user, LIST, role, bindingOf('lister', subject))).toEqual(none);
  });

  it('uses the rules that the controller stored when a ClusterRole is aggregated', () => {
    const labels = { aggregate: 'yes' };
    const part = { ...clusterRole('part', workspaces), metadata: { name: 'part', labels } };
    const aggregated = {
      ...clusterRole('whole'),
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: labels }] },
    };
    expect(candidatesOf(ann, LIST, part, aggregated, bindingOf('whole', toAnn))).toBe('all');
  });

  it('returns no candidates when the role does not exist, or exists in another namespace', () => {
    const role = roleIn('lister', 'team-b', workspaces);
    expect(candidatesOf(ann, LIST, bindingOf('missing', toAnn))).toEqual(none);
    expect(candidatesOf(ann, LIST, role, bindingOf('lister', toAnn, 'team-a', 'Role'))).toEqual(none);
    expect(candidatesOf(ann, LIST, role, bindingOf('lister', toAnn, 'team-b', 'Role'))).toEqual({
      ...none,
      namespaces: new Set(['team-b']),
    });
  });
});

describe('changes', () => {
  it('reports changes to the subjects that they concern, with the rules that differ', () => {
    const storage = new RbacStorage([clusterRole('lister', workspaces), bindingOf('lister', toAnn, 'team-a')]);
    const [ofAnn, ofRobot]: [AccessChange[], AccessChange[]] = [[], []];
    const remove = storage.index.addChangeHandler(subjectKeysOf(ann), (change) => ofAnn.push(change));
    storage.index.addChangeHandler(subjectKeysOf(robot), (change) => ofRobot.push(change));
    const pods = { apiGroups: [''], resources: ['pods'], verbs: ['get'], resourceNames: [] };
    storage.apply(clusterRole('lister', workspaces, pods));
    expect(ofAnn).toEqual([{ subjects: ['User ann'], namespace: 'team-a', rules: [pods] }]);
    storage.apply({ ...bindingOf('lister', toAnn, 'team-a'), subjects: [toAnn, toGroup('team')] });
    expect(ofAnn[1]).toMatchObject({ subjects: ['Group team'], rules: [{ ...workspaces }, pods] });
    storage.delete(clusterRole('lister'));
    expect(ofAnn[2]).toMatchObject({ subjects: ['User ann', 'Group team'] });
    remove();
    storage.apply(clusterRole('lister', workspaces));
    expect([ofAnn.length, ofRobot.length]).toEqual([3, 0]);
  });

  it('reports no changes when an object is written without a difference', () => {
    const storage = new RbacStorage([clusterRole('lister', workspaces), bindingOf('lister', toAnn)]);
    const received: AccessChange[] = [];
    storage.index.addChangeHandler(subjectKeysOf(ann), (change) => received.push(change));
    storage.apply(clusterRole('lister', workspaces));
    storage.apply(bindingOf('lister', toAnn));
    storage.apply(clusterRole('unbound', workspaces));
    expect(received).toEqual([]);
  });

  it('reports a change of everything when the objects were replaced, or are no longer served', () => {
    const stores = {
      roles: new Store(Role),
      clusterRoles: new Store(ClusterRole),
      roleBindings: new Store(RoleBinding),
      clusterRoleBindings: new Store(ClusterRoleBinding),
    };
    for (const store of Object.values(stores)) store.replace([], '9');
    using index = new RbacIndex({ stores });
    const received: AccessChange[] = [];
    const remove = index.addChangeHandler(subjectKeysOf(ann), (change) => received.push(change));
    stores.roleBindings.replace([], '1'); // from an older backup
    expect(received).toEqual([EVERYTHING]);
    stores.clusterRoles.fail(new Error('gone'), 'discard');
    expect(received).toEqual([EVERYTHING, EVERYTHING]);
    remove();
    stores.roles.replace([], '1');
    expect(received).toHaveLength(2);
  });
});
