import { expect, it } from 'vitest';
import type { AccessApi } from './access-api.ts';

const WORKSPACES = '/apis/kubeflow.org/v1beta1/namespaces/team-a/workspaces';
const RULES = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
const ask = { spec: { resourceAttributes: { verb: 'get', resource: 'configmaps', namespace: 'team-b' } } };

/** Requests in the name of somebody else. */
export function impersonation(api: () => AccessApi): void {
  it('wants to know in whose name', async () => {
    const { code, text } = await api().send('GET', WORKSPACES, { 'Impersonate-Group': ['a', 'b'] });
    expect(code).toBe(500);
    expect(text.trim()).toBe(
      `Internal Server Error: "${WORKSPACES}": requested [{Group  a    } {Group  b    }] without impersonating a user`,
    );
    const extra = await api().send('GET', WORKSPACES, { 'Impersonate-Extra-Scopes': 'all' });
    expect(extra.text.trim()).toContain('[{UserExtra  all  authentication.k8s.io/v1  scopes}]');
  });

  it('knows every group, each in a header of its own', async () => {
    expect((await api().as({ user: 'guest', groups: ['others', 'viewers'] }, 'GET', WORKSPACES)).code).toBe(200);
    expect((await api().as({ user: 'guest', groups: ['others,viewers'] }, 'GET', WORKSPACES)).code).toBe(403);
    expect((await api().as({ user: 'guest', groups: ['others', 'more'] }, 'GET', WORKSPACES)).code).toBe(403);
  });

  it('knows the groups of a service account by its name, unless told others', async () => {
    const robot = { 'Impersonate-User': 'system:serviceaccount:robots:robot' };
    expect((await api().send('POST', RULES, robot, ask)).body).toMatchObject({ status: { allowed: true } });
    const told = await api().send('POST', RULES, { ...robot, 'Impersonate-Group': 'others' }, ask);
    expect(told.body).toMatchObject({ status: { allowed: false } });
  });

  it('counts everybody but the anonymous as authenticated', async () => {
    expect((await api().send('GET', '/apis', { 'Impersonate-User': 'whoever' })).code).toBe(200);
    const grouped = { 'Impersonate-User': 'whoever', 'Impersonate-Group': 'others' };
    expect((await api().send('GET', '/apis', grouped)).code).toBe(200);
    const anonymous = await api().send('GET', '/apis', { 'Impersonate-User': 'system:anonymous' });
    expect(anonymous.body.message).toBe('forbidden: User "system:anonymous" cannot get path "/apis"');
    expect((await api().send('GET', '/version', { 'Impersonate-User': 'system:anonymous' })).code).toBe(200);
  });

  it('escapes what could be markup in a name', async () => {
    const { body } = await api().send('GET', '/', { 'Impersonate-User': '<b>&' });
    expect(body.message).toBe('forbidden: User "&lt;b&gt;&amp;" cannot get path "/"');
  });

  it('reads names as UTF-8', async () => {
    const { body } = await api().send('GET', '/', { 'Impersonate-User': Buffer.from('Zoë').toString('latin1') });
    expect(body.message).toBe('forbidden: User "Zoë" cannot get path "/"');
  });

  it('refuses before it looks whether there is anything', async () => {
    const vic = { user: 'vic', groups: [] };
    expect(await api().as(vic, 'GET', '/apis/nobody.org/v1/things')).toMatchObject({ code: 403 });
    expect(await api().as(vic, 'POST', WORKSPACES, { kind: 'Nonsense' })).toMatchObject({ code: 403 });
    const { body } = await api().as(vic, 'GET', '/apis/kubeflow.org/v1beta1/namespaces/team-b/workspaces/secret');
    expect(body).toMatchObject({
      reason: 'Forbidden',
      details: { name: 'secret', group: 'kubeflow.org', kind: 'workspaces' },
    });
  });
}
