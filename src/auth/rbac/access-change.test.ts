import { expect, it } from 'vitest';
import { isAffected, rulesThatDiffer } from './access-change.ts';

const LIST = { verb: 'list', group: 'kubeflow.org', resource: 'workspaces' };
const rule = { verbs: ['list'], apiGroups: ['kubeflow.org'], resources: ['workspaces'], resourceNames: [] };
const named = { ...rule, resourceNames: ['nb'] };

it.each([
  ['the namespace', { namespace: 'a', name: null }, { namespace: 'a', rules: [rule] }, true],
  ['another namespace', { namespace: 'a', name: null }, { namespace: 'b', rules: [rule] }, false],
  ['the whole cluster', { namespace: 'a', name: null }, { namespace: null, rules: [rule] }, true],
  ['one namespace, of a request for all', { namespace: null, name: null }, { namespace: 'b', rules: [rule] }, false],
  ['one namespace, of a request for any', { name: null }, { namespace: 'b', rules: [rule] }, true],
  ['another group', { namespace: 'a' }, { namespace: 'a', rules: [{ ...rule, apiGroups: [''] }] }, false],
  ['another verb', { namespace: 'a' }, { namespace: 'a', rules: [{ ...rule, verbs: ['get'] }] }, false],
  ['the name', { namespace: 'a', name: 'nb' }, { namespace: 'a', rules: [named] }, true],
  ['another name', { namespace: 'a', name: 'other' }, { namespace: 'a', rules: [named] }, false],
  ['one name, of a request for all', { namespace: 'a', name: null }, { namespace: 'a', rules: [named] }, false],
  ['one name, of a request for any', { namespace: 'a' }, { namespace: 'a', rules: [named] }, true],
])('returns whether a decision can change when permissions change in %s', (_, request, change, expected) => {
  expect(isAffected({ ...LIST, ...request }, { subjects: 'all', ...change })).toBe(expected);
});

it('returns the rules that are in one of two lists only', () => {
  expect(rulesThatDiffer([rule, named], [{ ...rule }])).toEqual([named]);
  expect(rulesThatDiffer([rule], [named, { ...rule }])).toEqual([named]);
});
