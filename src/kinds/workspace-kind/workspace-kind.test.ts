import { describe, expect, it } from 'vitest';
import { oldWorkspaceKindCrd } from '../../../test/support/crds/old-workspace-kind.ts';
import { workspaceKindWith, option, redirected } from '../../../test/support/workspace-kind-options.ts';
import { namespace, workspace, workspaceKind } from '../../../test/support/manifests.ts';
import { oldWorkspaceKind } from '../../../test/support/old-workspace-kind.ts';
import { grantIn, viewing } from '../../../test/support/access/grants.ts';
import { permissiveCrds } from '../../../test/support/permissive-crd.ts';
import { startTestGateway, type Answer } from '../../../test/support/test-gateway.ts';
import { connectUser } from '../../../test/support/user-client.ts';
import type { Manifest } from '../../../dev/simulator/api-object.ts';

/** Returns the gateway's answer about the WorkspaceKind `k` in a cluster with these objects. */
async function askOfK(selection: string, ...objects: readonly Manifest[]): Promise<unknown> {
  await using gateway = await startTestGateway({ objects });
  const { errors, data } = await gateway.query(`{ workspaceKind(name: "k") { ${selection} } }`);
  expect(errors).toBeUndefined();
  return data?.['workspaceKind'];
}

describe('WorkspaceKind', () => {
  it('returns its spec', async () => {
    const k = workspaceKind('k', {}, { deprecated: true, deprecationMessage: 'Use l.', hidden: true });
    const selection = 'name displayName description hidden deprecated deprecationMessage homeMountPath';
    expect(
      await askOfK(`${selection} defaultImageConfig defaultPodConfig ports { portId protocol displayName }`, k),
    ).toEqual({
      name: 'k',
      displayName: 'JupyterLab',
      description: 'A notebook server',
      hidden: true,
      deprecated: true,
      deprecationMessage: 'Use l.',
      homeMountPath: '/home/jovyan',
      defaultImageConfig: 'scipy-2',
      defaultPodConfig: 'tiny',
      ports: [{ portId: 'lab', protocol: 'HTTP', displayName: 'JupyterLab' }],
    });
  });

  it('returns a WorkspaceKind as neither hidden nor deprecated by default', async () => {
    const answer = await askOfK('hidden deprecated deprecationMessage', workspaceKind('k'));
    expect(answer).toEqual({ hidden: false, deprecated: false, deprecationMessage: null });
  });

  it('returns null when it does not exist', async () => {
    expect(await askOfK('name', workspaceKind('other'))).toBeNull();
  });

  it('returns no error of a picture with a URL when the status is still about an earlier ConfigMap', async () => {
    const url = 'https://example.com/k.svg';
    const kind = workspaceKind('k', {}, { icon: { url } });
    const status = { spawnerIcon: { configMap: { errorType: 'NotFound', errorMessage: '' } } };
    expect(await askOfK('icon { url error }', { ...kind, status })).toEqual({ icon: { url, error: null } });
  });

  it.each([
    { errorType: undefined, error: null },
    { errorType: 'NotFound', error: 'CONFIGMAP_MISSING' },
    { errorType: 'KeyNotFound', error: 'CONFIGMAP_KEY_MISSING' },
    { errorType: 'Other', error: 'CONFIGMAP_OTHER' },
    { errorType: 'Eaten', error: 'CONFIGMAP_UNKNOWN' },
  ])('returns the error $error when the status of a picture has $errorType', async ({ errorType, error }) => {
    const icon = { configMap: { name: 'icons', namespace: 'x', key: 'icon.svg', mediaType: 'image/svg+xml' } };
    const status = { spawnerIcon: { ...(errorType && { configMap: { errorType, errorMessage: '' } }) } };
    const answer = await askOfK('icon { url error } logo { url error }', {
      ...workspaceKind('k', {}, { icon }),
      status,
    });
    const url = error === null ? '/assets/workspacekinds/k/icon' : null;
    expect(answer).toEqual({ icon: { url, error }, logo: { url: 'https://example.com/logo.svg', error: null } });
  });

  it('returns its activity rules, with null apart from false', async () => {
    const activityRules = [
      {
        config: { secondsSinceActive: 60 },
        match: { matchNamespace: { selector: {} } },
        effect: { pauseWorkspace: false },
      },
      { config: { secondsSinceActive: 3_600, minRunningSeconds: 300 }, effect: { pauseWorkspace: true } },
      { effect: {} },
    ];
    const selection = 'activityRules { secondsSinceActive minRunningSeconds pauseWorkspace catchAll }';
    expect(await askOfK(selection, workspaceKind('k', { activityRules }))).toEqual({
      activityRules: [
        { secondsSinceActive: 60, minRunningSeconds: 0, pauseWorkspace: false, catchAll: false },
        { secondsSinceActive: 3_600, minRunningSeconds: 300, pauseWorkspace: true, catchAll: true },
        { secondsSinceActive: null, minRunningSeconds: 0, pauseWorkspace: null, catchAll: true },
      ],
    });
  });

  it('returns the workspaces that its activity rules match', async () => {
    const selector = {
      matchLabels: { tier: 'dev' },
      matchExpressions: [
        { key: 'team', operator: 'In', values: ['ml'] },
        { key: 'gpu', operator: 'Exists' },
      ],
    };
    const config = { secondsSinceActive: 60 };
    const effect = { pauseWorkspace: true };
    const activityRules = [
      { config, effect, match: { matchNamespace: { selector }, matchPodConfig: { selector: {} } } },
      { config, effect },
    ];
    const labels = 'matchLabels { key value } matchExpressions { key operator values }';
    const selection = `activityRules { catchAll match { namespaces { ${labels} } podConfigs { ${labels} } } }`;
    expect(await askOfK(selection, workspaceKind('k', { activityRules }))).toEqual({
      activityRules: [
        {
          catchAll: false,
          match: {
            namespaces: {
              matchLabels: [{ key: 'tier', value: 'dev' }],
              matchExpressions: [
                { key: 'team', operator: 'In', values: ['ml'] },
                { key: 'gpu', operator: 'Exists', values: [] },
              ],
            },
            podConfigs: { matchLabels: [], matchExpressions: [] },
          },
        },
        { catchAll: true, match: null },
      ],
    });
  });

  it('returns its pod template', async () => {
    const podTemplate = {
      podMetadata: { labels: { a: 'b' }, annotations: { c: 'd' } },
      serviceAccount: { name: 'runner' },
      activityProbe: { probeIntervalSeconds: 60, jupyter: { lastActivity: true, portId: 'lab' } },
      securityContext: { fsGroup: 100 },
      extraEnv: [{ name: 'A', value: 'b' }],
    };
    const probe = 'activityProbe { probeIntervalSeconds podExec { script } jupyter { lastActivity portId } }';
    const metadata = 'podMetadata { labels { key value } annotations { key value } }';
    const json = 'securityContext containerSecurityContext extraEnv extraVolumes extraVolumeMounts';
    const selection = `podTemplate { ${metadata} serviceAccountName ${probe} ${json} }`;
    expect(await askOfK(selection, ...permissiveCrds, workspaceKind('k', { podTemplate }))).toEqual({
      podTemplate: {
        podMetadata: { labels: [{ key: 'a', value: 'b' }], annotations: [{ key: 'c', value: 'd' }] },
        serviceAccountName: 'runner',
        activityProbe: { probeIntervalSeconds: 60, podExec: null, jupyter: { lastActivity: true, portId: 'lab' } },
        securityContext: { fsGroup: 100 },
        containerSecurityContext: null,
        extraEnv: [{ name: 'A', value: 'b' }],
        extraVolumes: null,
        extraVolumeMounts: null,
      },
    });
  });

  it('returns no pod template, image and pod to viewers who may not get it', async () => {
    await using gateway = await startTestGateway({
      authentication: { mode: 'token' },
      users: [{ name: 'vic', token: 'vic-token' }],
      objects: [namespace('team-a'), workspaceKind('k'), ...grantIn('team-a', 'vic', viewing)],
    });
    await using vic = connectUser(gateway.url, { token: 'vic-token' });
    const { data } = await vic.ask(
      '{ workspaceKind(name: "k") { podTemplate { serviceAccountName } imageConfigs { image { image } } podConfigs { pod { affinity } } } }',
    );
    expect(data).toEqual({
      workspaceKind: {
        podTemplate: null,
        imageConfigs: [{ image: null }, { image: null }],
        podConfigs: [{ pod: null }, { pod: null }],
      },
    });
  });

  it('counts its workspaces and those of each option by their spec', async () => {
    const status = { podTemplateOptions: { imageConfig: { desired: 'b' }, podConfig: {} } };
    const k = workspaceKindWith('k', { imageConfigs: [redirected('a', 'b'), option('b')] });
    const workspaces = [
      workspace('one', { kind: 'k', imageConfig: 'a', state: 'Running', status }),
      workspace('two', { kind: 'k', imageConfig: 'a', namespace: 'team-b' }),
      workspace('other', { kind: 'l', imageConfig: 'a' }),
    ];
    const selection =
      'workspaceCount workspaces(first: 1) { totalCount nodes { name } } imageConfigs { optionId workspaceCount }';
    expect(await askOfK(`${selection} podConfigs { workspaceCount }`, k, ...workspaces)).toEqual({
      workspaceCount: 2,
      workspaces: { totalCount: 2, nodes: [{ name: 'one' }] },
      imageConfigs: [
        { optionId: 'a', workspaceCount: 2 },
        { optionId: 'b', workspaceCount: 0 },
      ],
      podConfigs: [{ workspaceCount: 2 }],
    });
  });

  it('returns each port of its images once when it has no ports of its own', async () => {
    const answer = await askOfK(
      'ports { portId protocol displayName } icon { url }',
      oldWorkspaceKindCrd,
      oldWorkspaceKind('k'),
    );
    expect(answer).toEqual({ ports: [{ portId: 'lab', protocol: 'HTTP', displayName: 'Lab' }], icon: { url: null } });
  });

  it('returns a revision, and its manifest without last-applied-configuration', async () => {
    const answer = await askOfK('revision metadata { namespace } manifest', workspaceKind('k'));
    expect(answer).toMatchObject({ metadata: { namespace: null }, manifest: { kind: 'WorkspaceKind' } });
    expect(answer).toHaveProperty('revision', expect.stringMatching(/^[0-9a-f]{64}$/u));
  });
});

describe('SpawnerOption', () => {
  it('returns options and their labels in the order of the WorkspaceKind', async () => {
    const spawner = {
      displayName: 'Big',
      description: 'A big one',
      hidden: true,
      labels: [
        { key: 'memory', value: '2Gi' },
        { key: 'cpu', value: '1' },
      ],
    };
    const k = workspaceKindWith('k', { podConfigs: [{ id: 'z', spawner, spec: {} }, option('a')] });
    const selection =
      'podConfigs { optionId displayName description hidden denied deniedMessage redirectTo labels { key value } }';
    const plain = { description: '', hidden: false, denied: false, deniedMessage: null, redirectTo: null, labels: [] };
    expect(await askOfK(selection, k)).toEqual({
      podConfigs: [
        { ...plain, optionId: 'z', displayName: 'Big', description: 'A big one', hidden: true, labels: spawner.labels },
        { ...plain, optionId: 'a', displayName: 'a' },
      ],
    });
  });

  it('returns the other fields of an image when a port of it is malformed', async () => {
    const spec = { image: 'example.com/a:1', ports: [{ id: 'lab', port: 8888, displayName: null }] };
    const k = workspaceKindWith('k', { imageConfigs: [option('a', {}, { spec })] });
    const fields = 'imageConfigs { image { image ports { portId port displayName } } }';
    const ports = [{ portId: 'lab', port: 8888, displayName: null }];
    expect(await askOfK(fields, ...permissiveCrds, k)).toEqual({
      imageConfigs: [{ image: { image: 'example.com/a:1', ports } }],
    });
  });

  it('returns the image of an imageConfig and the resources of a podConfig', async () => {
    const image = { image: 'example.com/a:1', imagePullPolicy: 'Always', ports: [{ id: 'lab', port: 8888 }] };
    const pod = {
      resources: {
        requests: { memory: '2Gi', cpu: 0.5, odd: 'much', 'example.com/large': '9'.repeat(400) },
        limits: { 'nvidia.com/gpu': 1 },
      },
      nodeSelector: { zone: 'a' },
      tolerations: [{ key: 'gpu', operator: 'Exists' }],
    };
    const k = workspaceKindWith('k', {
      imageConfigs: [option('a', {}, { spec: image })],
      podConfigs: [option('b', {}, { spec: pod })],
    });
    const imageFields = 'image { image imagePullPolicy ports { portId port displayName } }';
    const amounts = '{ resource quantity value }';
    const podFields = `pod { requests ${amounts} limits ${amounts} nodeSelector { key value } tolerations affinity }`;
    const both = `${imageFields} ${podFields}`;
    expect(await askOfK(`imageConfigs { ${both} } podConfigs { ${both} }`, ...permissiveCrds, k)).toEqual({
      imageConfigs: [
        {
          image: {
            image: 'example.com/a:1',
            imagePullPolicy: 'Always',
            ports: [{ portId: 'lab', port: 8888, displayName: null }],
          },
          pod: null,
        },
      ],
      podConfigs: [
        {
          image: null,
          pod: {
            requests: [
              { resource: 'cpu', quantity: '0.5', value: 0.5 },
              { resource: 'memory', quantity: '2Gi', value: 2 ** 31 },
            ],
            limits: [{ resource: 'nvidia.com/gpu', quantity: '1', value: 1 }],
            nodeSelector: [{ key: 'zone', value: 'a' }],
            tolerations: [{ key: 'gpu', operator: 'Exists' }],
            affinity: null,
          },
        },
      ],
    });
  });

  it('returns its redirect and the message about it', async () => {
    const strange = option('c', {}, { redirect: { to: 'b', message: { level: 'Shout', text: 'HEY' } } });
    const k = workspaceKindWith('k', {
      imageConfigs: [redirected('a', 'b', 'Mind the gap.'), redirected('b', 'd'), strange],
    });
    expect(await askOfK('imageConfigs { optionId redirectTo redirectMessage { level text } }', k)).toEqual({
      imageConfigs: [
        { optionId: 'a', redirectTo: 'b', redirectMessage: { level: 'DANGER', text: 'Mind the gap.' } },
        { optionId: 'b', redirectTo: 'd', redirectMessage: null },
        { optionId: 'c', redirectTo: 'b', redirectMessage: { level: 'INFO', text: 'HEY' } },
      ],
    });
  });
});

const LISTED = `query ($filter: WorkspaceKindFilter, $first: Int, $after: String, $last: Int, $before: String) {
  workspaceKinds(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
    nodes { name } totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;

const kinds = [
  workspaceKindWith('b', { spawner: { displayName: 'RStudio', hidden: true }, labels: { team: 'ml' } }),
  workspaceKindWith('a', { spawner: { displayName: 'Jupyter', deprecated: true } }),
  workspaceKindWith('c', { labels: { team: 'web' } }),
  namespace('team-a'),
];

interface Listed {
  readonly nodes: readonly { readonly name: string }[];
  readonly totalCount: number;
  readonly pageInfo: Readonly<Record<string, unknown>>;
}

function listIn({ data, errors }: Answer): Listed {
  expect(errors).toBeUndefined();
  return data?.['workspaceKinds'] as Listed;
}

function namesIn(answer: Answer): string {
  return listIn(answer)
    .nodes.map(({ name }) => name)
    .join(' ');
}

describe('workspaceKinds', () => {
  it.each([
    { filter: null, names: 'a b c' },
    { filter: { search: 'JUPYTER' }, names: 'a c' },
    { filter: { search: 'b' }, names: 'b c' },
    { filter: { hidden: true }, names: 'b' },
    { filter: { hidden: false }, names: 'a c' },
    { filter: { deprecated: true }, names: 'a' },
    { filter: { deprecated: false }, names: 'b c' },
    { filter: { labelSelector: 'team in (ml,web)' }, names: 'b c' },
    { filter: { labelSelector: 'team!=ml', deprecated: false }, names: 'c' },
    { filter: { search: 'nothing' }, names: '' },
  ])('selects $names when the filter is $filter', async ({ filter, names }) => {
    await using gateway = await startTestGateway({ objects: kinds });
    expect(namesIn(await gateway.query(LISTED, { filter }))).toBe(names);
  });

  it('returns all objects when paged forwards and backwards', async () => {
    await using gateway = await startTestGateway({ objects: kinds });
    const first = listIn(await gateway.query(LISTED, { first: 2 }));
    expect(first).toMatchObject({ totalCount: 3, pageInfo: { hasNextPage: true, hasPreviousPage: false } });
    const second = await gateway.query(LISTED, { first: 2, after: first.pageInfo['endCursor'] });
    expect(namesIn(second)).toBe('c');
    const before = await gateway.query(LISTED, { last: 1, before: listIn(second).pageInfo['startCursor'] });
    expect(namesIn(before)).toBe('b');
  });

  it.each([{ filter: { labelSelector: '!' } }, { first: -1 }, { last: -1 }, { before: 'garbage' }])(
    'refuses a list of WorkspaceKinds with %j',
    async (variables) => {
      await using gateway = await startTestGateway();
      const { errors } = await gateway.query(LISTED, variables);
      expect(errors).toMatchObject([{ path: ['workspaceKinds'], extensions: { code: 'BAD_REQUEST' } }]);
    },
  );
});
