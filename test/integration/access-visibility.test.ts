import { describe, expect, it } from 'vitest';
import { expression, workspaceKindWith, rule } from '../support/workspace-kind-options.ts';
import { namespace, workspace } from '../support/manifests.ts';
import { connectUser } from '../support/user-client.ts';
import { headerAuthentication } from '../support/authentication.ts';
import { podOf } from '../support/pods.ts';
import { secret } from '../support/storage.ts';
import { startTestGateway } from '../support/test-gateway.ts';
import { grant, grantIn, kinds, namespaces, viewing, workspaces, type Rule } from '../support/access/grants.ts';

const users = [{ token: 'vic-token', name: 'vic' }];
const deniedInProd = rule(
  'IMAGE_CONFIG',
  { api: { deny: true, denyMessage: { text: 'Not in production.' } } },
  'matchNamespace',
  expression('tier', 'In', 'prod'),
);
const objects = [
  namespace('team-a', { tier: 'prod' }),
  namespace('team-b'),
  workspaceKindWith('jupyterlab', { filterRules: [deniedInProd] }),
  workspace('nb-1'),
];

const core = (verb: string, resource: string): Rule => ({ verbs: [verb], resources: [resource], apiGroups: [''] });

/** Returns the response to vic with these permissions. */
async function queryWith(rights: readonly ReturnType<typeof grant>[], query: string) {
  await using gateway = await startTestGateway({
    users,
    authentication: { mode: 'token' },
    objects: [...objects, ...rights.flat()],
  });
  await using vic = connectUser(gateway.url, { token: 'vic-token' });
  return await vic.ask(query); // it is disposed of only then
}

describe('a namespace', () => {
  const all =
    '{ namespaces { nodes { name phase metadata { labels { key } } } } namespace(name: "team-a") { name phase } }';
  const whole = { name: 'team-a', phase: 'ACTIVE' };

  it('returns only the name of a namespace when the viewer may list workspaces in it but not get it', async () => {
    const { data } = await queryWith([grantIn('team-a', 'vic', viewing)], all);
    expect(data).toEqual({
      namespaces: { nodes: [{ name: 'team-a', phase: null, metadata: null }] },
      namespace: { name: 'team-a', phase: null },
    });
  });

  it.each([
    { how: 'in it', rights: [grantIn('team-a', 'vic', viewing, namespaces(['get']))] },
    { how: 'by name', rights: [grantIn('team-a', 'vic', viewing), grant('vic', namespaces(['get'], 'team-a'))] },
  ])('returns all fields of a namespace when the viewer may get it, granted $how', async ({ rights }) => {
    const { data } = await queryWith(rights, all);
    expect(data).toEqual({
      namespaces: {
        nodes: [{ ...whole, metadata: { labels: [{ key: 'tier' }] } }],
      },
      namespace: whole,
    });
  });

  it('finds no namespace by its labels when the viewer may not get it', async () => {
    const rights = [grantIn('team-a', 'vic', viewing)];
    const { data } = await queryWith(rights, '{ namespaces(filter: { labelSelector: "tier=prod" }) { totalCount } }');
    expect(data).toEqual({ namespaces: { totalCount: 0 } });
  });
});

describe('a workspace kind', () => {
  it('returns a workspace kind by name when the viewer may only list', async () => {
    const { data } = await queryWith(
      [grant('vic', kinds(['list']))],
      '{ workspaceKind(name: "jupyterlab") { name revision } }',
    );
    expect(data).toEqual({ workspaceKind: { name: 'jupyterlab', revision: expect.any(String) } });
  });

  it('applies rules about labels that the viewer may not see when they may only create workspaces', async () => {
    const input =
      '{ namespace: "team-a", name: "nb-2", kind: "jupyterlab", imageConfig: "scipy", podConfig: "tiny", dryRun: true }';
    const { errors } = await queryWith(
      [grantIn('team-a', 'vic', workspaces('create'))],
      `mutation { createWorkspace(input: ${input}) { warnings } }`,
    );
    expect(errors).toMatchObject([
      {
        extensions: {
          code: 'INVALID',
          causes: [{ field: 'input.imageConfig', message: expect.stringContaining('Not in production.') }],
        },
      },
    ]);
  });
});

describe('a read from the API server as the gateway', () => {
  it.each([
    { query: '{ secrets(namespace: "team-a") { totalCount } }', denied: 'list secrets', given: core('get', 'secrets') },
    {
      query: '{ secret(namespace: "team-a", name: "key") { name } }',
      denied: 'get secrets',
      given: core('list', 'secrets'),
    },
    {
      query: '{ workspaceLogs(namespace: "team-a", name: "nb-1") { text } }',
      denied: 'get pods/log',
      given: core('get', 'pods'),
    },
  ])('returns FORBIDDEN when the viewer may not $denied', async ({ query, denied, given }) => {
    await using gateway = await startTestGateway({
      authentication: headerAuthentication,
      objects: [...objects, secret('key'), podOf('nb-1'), ...grantIn('team-a', 'vic', viewing, given)],
    });
    await using vic = connectUser(gateway.url, { headers: { 'kubeflow-userid': 'vic' } });
    const message = expect.stringContaining(denied);
    expect((await vic.ask(query)).errors).toMatchObject([{ message, extensions: { code: 'FORBIDDEN' } }]);
  });
});
