import { expect, it } from 'vitest';
import { refusalReason } from './refusal-reason.ts';

const object = 'workspaces.kubeflow.org "nb-1" is forbidden:';

it.each([
  [
    'You may not update workspaces.kubeflow.org in the namespace "a".',
    'viewer may not update workspaces.kubeflow.org in the namespace "a"',
  ],
  ['You may not get pods/log.', 'viewer may not get pods/log'],
  ['The gateway may not get secrets in namespace "a", so it cannot check it.', 'gateway may not get secrets'],
  [
    `${object} User "system:serviceaccount:k:gw" cannot patch resource "workspaces" in API group "kubeflow.org" in the namespace "a": zqz`,
    'API server: User "system:serviceaccount:k:gw" cannot patch resource "workspaces" in API group "kubeflow.org" in the namespace "a"',
  ],
  [
    'secrets is forbidden: User "a \\"b\\"" cannot list resource "secrets" in API group "" at the cluster scope',
    'API server: User "a \\"b\\"" cannot list resource "secrets" in API group ""',
  ],
  ['forbidden: User "ann" cannot get path "/x"', 'API server: User "ann" cannot get path "/x"'],
  [
    `${object} exceeded quota: compute, requested: count/x=1, used: count/x=3, limited: count/x=3`,
    'ResourceQuota compute',
  ],
  [
    'persistentvolumeclaims "c" is forbidden: failed quota: storage: must specify requests.storage',
    'ResourceQuota storage',
  ],
  [
    'persistentvolumeclaims "c" is forbidden: maximum storage usage per PersistentVolumeClaim is 1Gi, but request is 2Gi',
    'LimitRange',
  ],
  [
    'pods "c" is forbidden: memory max limit to request ratio per Container is 2, but provided ratio is 3.0',
    'LimitRange',
  ],
  ['pods "c" is forbidden: [minimum cpu usage per Container is 1, but request is 1m, maximum …]', 'LimitRange'],
  [
    `${object} ValidatingAdmissionPolicy 'p.example.com' with binding 'b' denied request: zqz`,
    'ValidatingAdmissionPolicy p.example.com',
  ],
  [
    `${object} unable to create new content in namespace a because it is being terminated`,
    'namespace is being terminated',
  ],
  ['admission webhook "v.example.com" denied the request: exceeded quota: zqz', 'webhook v.example.com'],
  [`${object} cannot set blockOwnerDeletion zqz`, 'admission'],
  ['Expected a well-formed HTTP request, got HPE_INVALID_METHOD.', 'HPE_INVALID_METHOD'],
  ['zqz', undefined],
])('names the refusing part, without other text, when the message is %j', (message, reason) => {
  expect(refusalReason({ code: 'FORBIDDEN', message, reason: 'Forbidden' })).toBe(reason);
});

it('returns the name of the rule when the gateway refuses a change', () => {
  expect(refusalReason({ code: 'FORBIDDEN', message: 'Secret a/s is not labeled.', reason: 'NotLabeled' })).toBe(
    'NotLabeled',
  );
});

it('names the webhook when it fails or refuses with another code than FORBIDDEN', () => {
  const failed = 'Internal error occurred: failed calling webhook "v.example.com": context deadline exceeded';
  expect(refusalReason({ code: 'UNAVAILABLE', message: failed })).toBe('webhook v.example.com failed');
  const denied = 'admission webhook "v.example.com" denied the request: zqz';
  expect(refusalReason({ code: 'INVALID', message: denied })).toBe('webhook v.example.com');
});

it('names the missing permission of the gateway when it may not create access reviews', () => {
  const refusal = 'User "gw" cannot create resource "subjectaccessreviews" in API group "authorization.k8s.io"';
  const message = `The API server did not decide whether you may list namespaces: subjectaccessreviews.authorization.k8s.io is forbidden: ${refusal} at the cluster scope`;
  expect(refusalReason({ code: 'UNAVAILABLE', message })).toBe(`API server: ${refusal}`);
});

it('returns undefined when the code says as much', () => {
  expect(
    refusalReason({ code: 'NOT_FOUND', message: 'workspaces.kubeflow.org "nb-1" not found', reason: 'NotFound' }),
  ).toBeUndefined();
});
