import { describe, expect, it } from 'vitest';
import type { Manifest } from '../../dev/simulator/api-object.ts';
import { grant, grantIn, type Rule } from '../support/access/grants.ts';
import { namespace, workspace, workspaceKind } from '../support/manifests.ts';
import { claim } from '../support/mounts.ts';
import { startGatewayFor, startTestGateway, type SimulatedGateway, type TestGateway } from '../support/test-gateway.ts';
import { startViewerFixture } from '../support/viewer-modes.ts';

const alice = { token: 'token-of-alice', name: 'alice' };

/** Grants Alice read access to everything, and these verbs on workspaces in `team-a`. */
function rights(verbs: readonly string[], resources: readonly string[] = ['workspaces']): Manifest[] {
  const reading = {
    verbs: ['get', 'list', 'watch'],
    apiGroups: ['kubeflow.org', ''],
    resources: ['workspaces', 'workspacekinds', 'namespaces'],
  };
  return [...grant('alice', reading), ...grantIn('team-a', 'alice', { verbs, resources })];
}

function isApply({ method, url }: { readonly method: string; readonly url: string }): boolean {
  return method === 'PATCH' && url.includes('/workspaces/nb');
}

interface Fixture extends AsyncDisposable {
  readonly admin: SimulatedGateway;
  readonly alice: TestGateway;
}

async function start(...objects: readonly Manifest[]): Promise<Fixture> {
  const fixture = [namespace('team-a'), workspaceKind('jupyterlab'), workspace('nb', { state: 'Running' })];
  const admin = await startTestGateway({ objects: [...fixture, ...objects] });
  admin.cluster.addUser(alice);
  const gateway = await startGatewayFor(admin.cluster.kubeconfigFor(alice.token));
  return {
    admin,
    alice: gateway,
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await admin[Symbol.asyncDispose]();
    },
  };
}

const at = { namespace: 'team-a', name: 'nb' };
const manifest = { metadata: { resourceVersion: '1' } };
const create = { namespace: 'team-a', name: 'new', kind: 'jupyterlab', imageConfig: 'scipy-2', podConfig: 'tiny' };
const merge = { ...at, type: 'MERGE', patch: {} };

/** Each mutation with its input and the permission that it requires. */
const mutations: readonly (readonly [mutation: string, input: object, right: string])[] = [
  ['createWorkspace', create, 'create workspaces.kubeflow.org'],
  ['updateWorkspace', { ...at, revision: 'x' }, 'update workspaces.kubeflow.org'],
  ['replaceWorkspace', { ...at, manifest }, 'update workspaces.kubeflow.org'],
  ['patchWorkspace', merge, 'patch workspaces.kubeflow.org'],
  ['deleteWorkspace', at, 'delete workspaces.kubeflow.org'],
  ['deleteWorkspaces', { namespace: 'team-a' }, 'deletecollection workspaces.kubeflow.org'],
  ['replaceWorkspaceStatus', { ...at, manifest }, 'update workspaces/status.kubeflow.org'],
  ['patchWorkspaceStatus', merge, 'patch workspaces/status.kubeflow.org'],
  ['pauseWorkspace', at, 'update workspaces.kubeflow.org'],
  ['startWorkspace', at, 'update workspaces.kubeflow.org'],
  ['createWorkspaceKind', { manifest: workspaceKind('new') }, 'create workspacekinds.kubeflow.org'],
  ['updateWorkspaceKind', { name: 'jupyterlab', revision: 'x' }, 'update workspacekinds.kubeflow.org'],
  ['replaceWorkspaceKind', { name: 'jupyterlab', manifest }, 'update workspacekinds.kubeflow.org'],
  ['patchWorkspaceKind', { name: 'jupyterlab', type: 'MERGE', patch: {} }, 'patch workspacekinds.kubeflow.org'],
  ['deleteWorkspaceKind', { name: 'jupyterlab' }, 'delete workspacekinds.kubeflow.org'],
];

const malformed = 'a: [';

/** Mutations that take YAML, with a text that cannot be parsed. */
const malformedTexts: readonly (readonly [mutation: string, input: object])[] = [
  ...['replaceWorkspace', 'replaceWorkspaceStatus', 'replaceDevPodWorkspaceInstance'].map(
    (mutation) => [mutation, { ...at, manifest: malformed }] as const,
  ),
  ...['patchWorkspace', 'patchWorkspaceStatus', 'patchDevPodWorkspaceInstance', 'patchVolcanoJob'].map(
    (mutation) => [mutation, { ...at, type: 'MERGE', patch: malformed }] as const,
  ),
  ['createDevPodWorkspaceInstance', { namespace: 'team-a', manifest: malformed }],
  ['createWorkspaceKind', { manifest: malformed }],
  ['updateWorkspaceKind', { name: 'jupyterlab', revision: 'x', manifest: malformed }],
  ['replaceWorkspaceKind', { name: 'jupyterlab', manifest: malformed }],
  ['patchWorkspaceKind', { name: 'jupyterlab', type: 'MERGE', patch: malformed }],
];

function documentOf(mutation: string): string {
  const input = `${mutation.slice(0, 1).toUpperCase()}${mutation.slice(1).replace('Status', '')}Input`;
  return `mutation ($input: ${input}!) { ${mutation}(input: $input) { warnings } }`;
}

describe('a viewer without write permissions', () => {
  it.each(mutations)(
    'returns FORBIDDEN with the missing permission when the viewer may not run %s',
    async (mutation, input, right) => {
      await using fixture = await start(...rights([]));
      const before = fixture.admin.cluster.requests.length;
      const { errors } = await fixture.alice.query(documentOf(mutation), { input });
      expect(errors).toMatchObject([
        {
          message: expect.stringContaining(`You may not ${right}`),
          extensions: { code: 'FORBIDDEN', reason: 'Forbidden' },
        },
      ]);
      const writes = fixture.admin.cluster.requests.slice(before).filter(({ url }) => !url.includes('accessreviews'));
      expect(writes.filter(({ method }) => method !== 'GET')).toEqual([]);
    },
  );

  it.each(malformedTexts)(
    'returns FORBIDDEN without parsing the YAML when the viewer may not run %s',
    async (...call) => {
      const [mutation, input] = call;
      await using fixture = await start(...rights([]));
      const { errors } = await fixture.alice.query(documentOf(mutation), { input });
      expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    },
  );

  it('returns FORBIDDEN for each workspace when the viewer may not run a bulk mutation', async () => {
    await using fixture = await start(...rights([]));
    const PAUSE =
      'mutation ($input: PauseWorkspacesInput!) { pauseWorkspaces(input: $input) { results { code message } } }';
    const { data } = await fixture.alice.query(PAUSE, { input: { filter: {} } });
    expect(data?.['pauseWorkspaces']).toMatchObject({
      results: [
        {
          code: 'FORBIDDEN',
          message: expect.stringContaining('update workspaces.kubeflow.org in the namespace "team-a"'),
        },
      ],
    });
  });

  it('returns the same error for existing and missing claims when the viewer may not get them', async () => {
    await using fixture = await start(...rights(['create']), claim('private', {}));
    const volumes = { home: 'none', data: [{ claimName: 'private', mountPath: '/data' }] };
    const { errors } = await fixture.alice.query(documentOf('createWorkspace'), { input: { ...create, volumes } });
    const why = 'cannot be mounted: you may not get persistentvolumeclaims in namespace "team-a"';
    expect(errors?.[0]?.extensions['causes']).toEqual([
      {
        reason: 'FieldValueForbidden',
        field: 'input.volumes.home',
        message: `PersistentVolumeClaim "none" ${why}`,
      },
      {
        reason: 'FieldValueForbidden',
        field: 'input.volumes.data[0].claimName',
        message: `PersistentVolumeClaim "private" ${why}`,
      },
    ]);
  });

  it('returns FORBIDDEN when APPLY would create a workspace and the viewer may only patch', async () => {
    await using fixture = await start(...rights(['patch']));
    const input = { ...at, name: 'new', type: 'APPLY', patch: { spec: {} } };
    const { errors } = await fixture.alice.query(documentOf('patchWorkspace'), { input });
    expect(errors).toMatchObject([{ message: expect.stringContaining('You may not create workspaces.kubeflow.org') }]);
  });

  it('does not create the workspace when it is deleted during an APPLY', async () => {
    await using fixture = await start(...rights(['patch']));
    const input = { ...at, type: 'APPLY', patch: { metadata: { labels: { a: 'b' } } } };
    expect((await fixture.alice.query(documentOf('patchWorkspace'), { input })).errors).toBeUndefined();
    fixture.admin.cluster.faults.delay(1, (request) => {
      if (isApply(request)) fixture.admin.cluster.delete('kubeflow.org/v1beta1', 'Workspace', 'nb', 'team-a');
      return isApply(request);
    });
    const { errors } = await fixture.alice.query(documentOf('patchWorkspace'), { input });
    expect(errors).toMatchObject([{ message: expect.stringContaining('uid'), extensions: { code: 'CONFLICT' } }]);
  });
});

describe('a viewer with write permissions', () => {
  it('patches the status when the viewer has only the permission for it', async () => {
    await using fixture = await start(...rights(['patch'], ['workspaces/status']));
    const patch = { status: { state: 'Paused' } };
    const { errors } = await fixture.alice.query(documentOf('patchWorkspaceStatus'), { input: { ...merge, patch } });
    expect(errors).toBeUndefined();
  });

  it('writes the name of the viewer to the audit annotations', async () => {
    await using fixture = await start(...rights(['create']));
    await fixture.alice.query(documentOf('createWorkspace'), { input: create });
    const stored = fixture.admin.cluster.get('kubeflow.org/v1beta1', 'Workspace', 'new', 'team-a');
    expect(stored?.metadata.annotations).toMatchObject({ 'notebooks.kubeflow.org/created-by': 'alice' });
  });
});

const applied = { type: 'APPLY', patch: { spec: workspace('new', { imageConfig: 'scipy-2' })['spec'] } };
const json = { type: 'JSON', patch: [{ op: 'add', path: '/metadata/labels', value: { a: 'b' } }] };

/** Each mutation with the permission that the API server requires for its request, and the code of its outcome. */
const sufficient: readonly (readonly [
  mutation: string,
  right: Pick<Rule, 'verbs' | 'resourceNames'>,
  input: object,
  code: 'CONFLICT' | undefined,
])[] = [
  ['patchWorkspace', { verbs: ['patch'] }, { ...at, ...json }, undefined],
  [
    'patchWorkspace',
    { verbs: ['patch', 'create'], resourceNames: ['new'] },
    { ...at, name: 'new', ...applied },
    undefined,
  ],
  ['replaceWorkspace', { verbs: ['update'] }, { ...at, manifest }, 'CONFLICT'], // the version of the manifest is outdated
  ['patchWorkspaceKind', { verbs: ['patch'] }, { name: 'jupyterlab', ...json }, undefined],
  ['replaceWorkspaceKind', { verbs: ['update'] }, { name: 'jupyterlab', manifest }, 'CONFLICT'],
  ['deleteWorkspaceKind', { verbs: ['delete'] }, { name: 'jupyterlab' }, undefined],
];

describe('a viewer who may not read', () => {
  it.each(sufficient)('reaches the object by %s when the viewer has the permission %j', async (...call) => {
    const [mutation, right, input, code] = call;
    const rule = { apiGroups: ['kubeflow.org'], resources: ['workspaces', 'workspacekinds'], ...right };
    const objects = [namespace('team-a'), workspaceKind('jupyterlab'), workspace('nb', { state: 'Running' })];
    await using fixture = await startViewerFixture('header', { objects, rights: [rule] });
    const { errors } = await fixture.alice.ask(documentOf(mutation), { input });
    expect(errors?.[0]?.extensions['code']).toBe(code);
  });
});
