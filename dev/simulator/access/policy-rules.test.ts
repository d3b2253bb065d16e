import { describe, expect, it } from 'vitest';
import { allows, type PolicyRule } from './policy-rules.ts';

const nothing: PolicyRule = { verbs: [], apiGroups: [], resources: [], resourceNames: [], nonResourceURLs: [] };

describe('resource rule', () => {
  const asked = {
    type: 'resource',
    verb: 'get',
    group: 'example.org',
    resource: 'widgets',
    subresource: '',
    namespace: 'team-a',
    name: 'w',
  } as const;
  const rule: PolicyRule = { ...nothing, verbs: ['get'], apiGroups: ['example.org'], resources: ['widgets'] };

  it.each<[string, Partial<PolicyRule>, Partial<typeof asked> | { readonly subresource: string }]>([
    ['what it names', {}, {}],
    ['every verb', { verbs: ['*'] }, {}],
    ['every group', { apiGroups: ['*'] }, {}],
    ['every resource', { resources: ['*'] }, {}],
    ['every subresource', { resources: ['*'] }, { subresource: 'status' }],
    ['one subresource', { resources: ['widgets/status'] }, { subresource: 'status' }],
    ['one subresource of everything', { resources: ['*/status'] }, { subresource: 'status' }],
    ['one name', { resourceNames: ['v', 'w'] }, {}],
  ])('allows %s', (_title, change, about) => {
    expect(allows({ ...rule, ...change }, { ...asked, ...about })).toBe(true);
  });

  it.each<[string, Partial<PolicyRule>, { readonly subresource?: string }]>([
    ['another verb', { verbs: ['list'] }, {}],
    ['another group', { apiGroups: [''] }, {}],
    ['another resource', { resources: ['gadgets'] }, {}],
    ['a subresource of its resource', {}, { subresource: 'status' }],
    ['a resource by its subresource', { resources: ['widgets/status'] }, {}],
    ['all subresources by a wildcard of its own', { resources: ['widgets/*'] }, { subresource: 'status' }],
    ['another name', { resourceNames: ['v'] }, {}],
    ['anything by a path', { apiGroups: [], resources: [], nonResourceURLs: ['*'] }, {}],
  ])('does not allow %s', (_title, change, about) => {
    expect(allows({ ...rule, ...change }, { ...asked, ...about })).toBe(false);
  });
});

describe('non-resource rule', () => {
  it.each([
    ['/metrics', '/metrics', true],
    ['*', '/anything', true],
    ['/logs/*', '/logs/today', true],
    ['/logs/*', '/logs', false],
    ['/metrics', '/metrics/', false],
    ['/a*b', '/acb', false],
  ])('%s and the path %s: %s', (pattern, path, allowed) => {
    const rule = { ...nothing, verbs: ['get'], nonResourceURLs: [pattern] };
    expect(allows(rule, { type: 'path', verb: 'get', path })).toBe(allowed);
  });
});
