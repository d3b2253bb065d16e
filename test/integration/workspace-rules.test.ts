import { describe, expect, it } from 'vitest';
import type { Manifest } from '../../dev/simulator/api-object.ts';
import { specOf } from '../../src/kinds/workspace/resource.ts';
import { workspaceKindWith, option, rule } from '../support/workspace-kind-options.ts';
import type { Rule } from '../support/access/grants.ts';
import { namespace, workspace } from '../support/manifests.ts';
import { claim, secret } from '../support/mounts.ts';
import { startTestGateway, type Answer, type SimulatedGateway } from '../support/test-gateway.ts';
import { startViewerFixture } from '../support/viewer-modes.ts';
import {
  inputPath,
  storedWorkspace,
  workspaceWrites,
  writeWorkspace,
  type PodTemplatePart,
  type WorkspaceWrite,
} from '../support/workspace-writes.ts';

const PATCH = 'mutation ($input: PatchWorkspaceInput!) { patchWorkspace(input: $input) { warnings } }';
const UPDATE = 'mutation ($input: UpdateWorkspaceInput!) { updateWorkspace(input: $input) { warnings } }';
const PATCH_STATUS = 'mutation ($input: PatchWorkspaceInput!) { patchWorkspaceStatus(input: $input) { warnings } }';

const message = 'Big pods are for production.';
const denyBig = rule('POD_CONFIG', { api: { deny: true, denyMessage: { text: message } } }, 'matchPodConfig', {
  matchLabels: { size: 'big' },
});
/** Each image is denied beside a pod of this size. */
const denyPair = rule('IMAGE_CONFIG', { api: { deny: true } }, 'matchPodConfig', { matchLabels: { size: 'medium' } });
const denyKind = rule('WORKSPACE_KIND', { api: { deny: true } }, 'matchNamespace', { matchLabels: { tier: 'dev' } });

function jupyterlab(...filterRules: ReturnType<typeof rule>[]): Manifest {
  return workspaceKindWith('jupyterlab', {
    imageConfigs: [option('scipy'), option('scipy-2')],
    podConfigs: [
      option('tiny', { size: 'tiny' }),
      option('medium', { size: 'medium' }),
      option('big', { size: 'big' }),
    ],
    filterRules,
  });
}

const team = namespace('team-a', { tier: 'dev' });
const unlabelled = secret('unlabelled', {});
const legacySpec = {
  podTemplate: {
    volumes: { secrets: [{ secretName: 'unlabelled', mountPath: '/legacy' }] },
    options: { imageConfig: 'scipy', podConfig: 'big' },
  },
};
/** A workspace whose secret and pod size were allowed when it was created. */
const legacy = workspace('nb', { spec: legacySpec });

function start(objects: readonly Manifest[] = [jupyterlab(denyBig), workspace('nb')], settings: object = {}) {
  return startTestGateway({ objects: [team, claim('data'), secret('token'), unlabelled, ...objects], ...settings });
}

function write(gateway: SimulatedGateway, way: WorkspaceWrite, part: PodTemplatePart): Promise<Answer> {
  const name = way === 'create' || way === 'APPLY-new' ? 'new' : 'nb';
  return writeWorkspace(way, { cluster: gateway.cluster, send: (...request) => gateway.query(...request), name }, part);
}

function patch(gateway: SimulatedGateway, type: string, body: unknown, more: object = {}): Promise<Answer> {
  return gateway.query(PATCH, { input: { namespace: 'team-a', name: 'nb', type, patch: body, ...more } });
}

function causesOf({ errors }: Answer): unknown {
  return errors?.[0]?.extensions['causes'];
}

function fieldsOf(answer: Answer): unknown {
  const causes = causesOf(answer);
  return Array.isArray(causes) ? causes.map((cause: { readonly field: string }) => cause.field) : answer;
}

interface Sent {
  readonly method: string;
  readonly url: string;
}

function isWrite({ method, url }: Sent): boolean {
  return method !== 'GET' && /\/workspaces[/?]/u.test(url);
}

function isRealWrite(request: Sent): boolean {
  return isWrite(request) && !request.url.includes('dryRun');
}

/** Runs a callback once, before the simulator responds to the first matching request. */
function beforeFirst({ cluster }: SimulatedGateway, when: (request: Sent) => boolean, act: () => void): void {
  let isFirst = true;
  cluster.faults.delay(1, (request) => {
    if (!isFirst || !when(request)) return false;
    isFirst = false;
    act();
    return true;
  });
}

describe('the filter rules of a WorkspaceKind', () => {
  it.each(workspaceWrites)('rejects a denied option when it is written by %s', async (way) => {
    await using gateway = await start();
    const answer = await write(gateway, way, { podConfig: 'big' });
    const field = inputPath(way, 'spec.podTemplate.options.podConfig');
    expect(causesOf(answer)).toEqual([{ reason: 'FieldValueForbidden', field, message }]);
    expect(gateway.cluster.requests.filter(isRealWrite)).toEqual([]);
  });

  it.each(workspaceWrites)('accepts an allowed option when it is written by %s', async (way) => {
    await using gateway = await start();
    expect((await write(gateway, way, { podConfig: 'medium' })).errors).toBeUndefined();
  });

  it.each(workspaceWrites)('accepts a denied option by %s when rules are not enforced', async (way) => {
    await using gateway = await start(undefined, { enforceFilterRules: false });
    expect((await write(gateway, way, { podConfig: 'big' })).errors).toBeUndefined();
  });

  it.each(workspaceWrites)(
    'rejects an existing option by %s when it is denied in combination with the new one',
    async (way) => {
      await using gateway = await start([jupyterlab(denyPair), workspace('nb')]);
      const answer = await write(gateway, way, { podConfig: 'medium' });
      expect(fieldsOf(answer)).toEqual([inputPath(way, 'spec.podTemplate.options.imageConfig')]);
    },
  );

  it.each(['create', 'APPLY-new'] as const)('rejects a denied kind when it is written by %s', async (way) => {
    await using gateway = await start([jupyterlab(denyKind)]);
    expect(fieldsOf(await write(gateway, way, {}))).toEqual([inputPath(way, 'spec.kind')]);
  });

  it('rejects a redirect when its target is denied', async () => {
    const podTemplateOptions = {
      podConfig: { desired: 'big', redirectChain: [{ source: 'tiny', target: 'big' }] },
      imageConfig: {},
    };
    await using gateway = await start([
      jupyterlab(denyBig),
      workspace('nb', { state: 'Running', status: { podTemplateOptions } }),
    ]);
    const { data } = await gateway.query('{ workspace(namespace: "team-a", name: "nb") { revision } }');
    const input = { namespace: 'team-a', name: 'nb', ...Object(data?.['workspace']), applyPendingRedirects: true };
    expect(causesOf(await gateway.query(UPDATE, { input }))).toMatchObject([{ field: 'input.podConfig', message }]);
  });
});

const reading = { apiGroups: ['', 'kubeflow.org'], verbs: ['get', 'list', 'watch'] };

describe('a viewer without permission to read WorkspaceKinds', () => {
  it('rejects a denied option without the message of the rule when the viewer may not read the WorkspaceKind', async () => {
    const rights: readonly Rule[] = [
      { apiGroups: ['kubeflow.org'], resources: ['workspaces'], verbs: ['update', 'patch'] },
    ];
    const objects = [team, jupyterlab(denyBig), workspace('nb')];
    await using fixture = await startViewerFixture('header', { objects, rights });
    const podTemplate = { options: { podConfig: 'big' } };
    const input = { namespace: 'team-a', name: 'nb', type: 'MERGE', patch: { spec: { podTemplate } } };
    expect(causesOf(await fixture.alice.ask(PATCH, { input }))).toEqual([
      {
        reason: 'FieldValueForbidden',
        field: 'input.patch.spec.podTemplate.options.podConfig',
        message: 'podConfig "big" is denied by a filter rule of the WorkspaceKind',
      },
    ]);
  });

  it('rejects writes when neither the viewer nor the gateway may read WorkspaceKinds', async () => {
    const resources = ['workspaces', 'namespaces'];
    const writing = { apiGroups: ['kubeflow.org'], resources: ['workspaces'], verbs: ['create', 'update', 'patch'] };
    const rights = [{ ...reading, resources }, writing];
    await using fixture = await startViewerFixture('kubeconfig', {
      objects: [team, jupyterlab(denyBig), workspace('nb')],
      rights,
      when: 'at once',
    });
    const send = (query: string, variables: Readonly<Record<string, unknown>>) => fixture.alice.ask(query, variables);
    const target = { cluster: fixture.cluster, send, name: 'new' };
    for (const way of ['create', 'APPLY-new'] as const) {
      const { errors } = await writeWorkspace(way, target, { podConfig: 'big' });
      expect(errors?.[0]?.extensions['code']).toMatch(/^(?:FORBIDDEN|UNAVAILABLE)$/u);
    }
    expect(fixture.cluster.get('kubeflow.org/v1beta1', 'Workspace', 'new', 'team-a')).toBeUndefined();
  });
});

const bypasses: readonly (readonly [title: string, type: 'JSON' | 'MERGE' | 'APPLY', body: unknown])[] = [
  [
    'a copy of its annotation',
    'JSON',
    [
      { op: 'add', path: '/metadata/annotations/name', value: 'unlabelled' },
      { op: 'add', path: '/spec/podTemplate/volumes/secrets', value: [{ mountPath: '/x', secretName: 'token' }] },
      { op: 'copy', from: '/metadata/annotations/name', path: '/spec/podTemplate/volumes/secrets/0/secretName' },
    ],
  ],
  [
    'a move of its annotation',
    'JSON',
    [
      { op: 'add', path: '/spec/podTemplate/volumes/secrets', value: [{ mountPath: '/x', secretName: 'token' }] },
      { op: 'move', from: '/metadata/annotations/mine', path: '/spec/podTemplate/volumes/secrets/0/secretName' },
    ],
  ],
  [
    'a whole spec',
    'JSON',
    [
      {
        op: 'replace',
        path: '/spec',
        value: {
          kind: 'jupyterlab',
          podTemplate: { ...legacySpec.podTemplate, options: { imageConfig: 'scipy', podConfig: 'tiny' } },
        },
      },
    ],
  ],
  [
    'an operation that names the version after it',
    'JSON',
    [
      { op: 'add', path: '/spec/podTemplate/volumes/secrets', value: [{ mountPath: '/x', secretName: 'unlabelled' }] },
      { op: 'test', path: '/metadata/name', value: 'nb' },
    ],
  ],
  ['YAML', 'APPLY', 'spec: { podTemplate: { volumes: { secrets: [{ secretName: unlabelled, mountPath: /x }] } } }'],
];

describe('a patch', () => {
  it.each(bypasses)('rejects a patch that mounts an unlabelled secret by %s', async (_, type, body) => {
    const nb = workspace('nb');
    const annotated = { ...nb, metadata: { ...nb.metadata, annotations: { mine: 'unlabelled' } } };
    await using gateway = await start([jupyterlab(), annotated]);
    const answer = await patch(gateway, type, body, { force: type === 'APPLY' });
    expect(fieldsOf(answer)).toEqual([inputPath(type, 'spec.podTemplate.volumes.secrets[0].secretName')]);
    expect(gateway.cluster.requests.filter(isRealWrite)).toEqual([]);
  });

  it.each([
    ['JSON', [{ op: 'add', path: '/metadata/labels/a', value: 'b' }]],
    ['JSON', [{ op: 'add', path: '/spec/paused', value: true }]],
    ['MERGE', { metadata: { labels: { a: 'b' } }, spec: { displayName: 'A' } }],
  ])('sends a patch by %s without a read when it changes other fields only: %j', async (type, body) => {
    await using gateway = await start();
    gateway.cluster.apply({
      ...workspace('nb'),
      metadata: { name: 'nb', namespace: 'team-a', annotations: { a: 'b' }, labels: { a: 'a' } },
    });
    await gateway.caughtUp();
    const from = gateway.cluster.requests.length;
    expect((await patch(gateway, type, body)).errors).toBeUndefined();
    const sent = gateway.cluster.requests
      .slice(from)
      .filter(({ url }) => !url.includes('accessreviews') && !url.includes('watch='));
    expect(sent.map(({ verb }) => verb)).toEqual(['patch']);
  });

  it('sends a status patch without a read', async () => {
    await using gateway = await start([jupyterlab(), workspace('nb', { state: 'Running' })]);
    const input = { namespace: 'team-a', name: 'nb', type: 'MERGE', patch: { status: { state: 'Paused' } } };
    expect((await gateway.query(PATCH_STATUS, { input })).errors).toBeUndefined();
    expect(gateway.cluster.requests.filter(isWrite).map(({ url }) => url)).toEqual([
      expect.not.stringContaining('dryRun'),
    ]);
  });

  it('validates a patch again when another write happens between the check and the patch', async () => {
    await using gateway = await start([jupyterlab(), workspace('nb')]);
    const secrets = [{ secretName: 'unlabelled', mountPath: '/x' }];
    beforeFirst(gateway, isRealWrite, () => {
      const options = { imageConfig: 'scipy', podConfig: 'tiny' };
      gateway.cluster.apply(workspace('nb', { spec: { podTemplate: { volumes: { secrets }, options } } }));
    });
    const volumes = { data: [{ pvcName: 'data', mountPath: '/x' }] };
    const answer = await patch(gateway, 'MERGE', { spec: { podTemplate: { volumes } } });
    expect(fieldsOf(answer)).toEqual(['input.patch.spec.podTemplate.volumes.data[0].mountPath']);
    expect(specOf(storedWorkspace(gateway.cluster, 'nb')).podTemplate?.volumes).toMatchObject({ secrets });
  });

  it.each([
    [
      'between the dry run and the check',
      (request: Sent) => request.method === 'GET' && request.url.endsWith('/workspaces/nb'),
    ],
    ['between the check and the patch', isRealWrite],
  ])('applies a patch when a status update happens %s', async (_, when) => {
    await using gateway = await start([jupyterlab(), workspace('nb', { state: 'Running' })]);
    beforeFirst(gateway, when, () => void gateway.cluster.apply(workspace('nb', { state: 'Error' })));
    const podTemplate = { volumes: { data: [{ pvcName: 'data', mountPath: '/x' }] } };
    expect((await patch(gateway, 'MERGE', { spec: { podTemplate } })).errors).toBeUndefined();
    expect(storedWorkspace(gateway.cluster, 'nb')).toMatchObject({ status: { state: 'Error' }, spec: { podTemplate } });
  });

  it('returns CONFLICT when another write precedes every attempt to patch', async () => {
    await using gateway = await start([jupyterlab(), workspace('nb', { state: 'Running' })]);
    let reports = 0;
    gateway.cluster.faults.delay(1, (request) => {
      if (!isRealWrite(request)) return false;
      reports += 1;
      gateway.cluster.apply(workspace('nb', { state: 'Running', status: { stateMessage: String(reports) } }));
      return true;
    });
    const podTemplate = { volumes: { data: [{ pvcName: 'data', mountPath: '/x' }] } };
    const { errors } = await patch(gateway, 'MERGE', { spec: { podTemplate } });
    expect(errors).toMatchObject([{ extensions: { code: 'CONFLICT' } }]);
    expect(reports).toBeGreaterThan(1);
  });

  it('does not create the workspace by APPLY when it is deleted after the check', async () => {
    await using gateway = await start([jupyterlab(denyBig), legacy]);
    beforeFirst(gateway, isRealWrite, () => {
      gateway.cluster.delete('kubeflow.org/v1beta1', 'Workspace', 'nb', 'team-a');
    });
    const answer = await patch(gateway, 'APPLY', { spec: { kind: 'jupyterlab', ...legacySpec } }, { force: true });
    expect(fieldsOf(answer)).toEqual([
      'input.patch.spec.podTemplate.options.podConfig',
      'input.patch.spec.podTemplate.volumes.secrets[0].secretName',
    ]);
    expect(gateway.cluster.get('kubeflow.org/v1beta1', 'Workspace', 'nb', 'team-a')).toBeUndefined();
  });
});

const changing = workspaceWrites.filter((way) => way !== 'create' && way !== 'APPLY-new');

describe('a workspace that already violates the rules', () => {
  it.each(changing)('changes a workspace that already violates the rules when written by %s', async (way) => {
    await using gateway = await start([jupyterlab(denyBig), legacy]);
    const { secrets } = legacySpec.podTemplate.volumes;
    const data = [{ pvcName: 'data', mountPath: '/data' }];
    const answer = await write(gateway, way, { data, secrets, podConfig: 'big' });
    expect(answer.errors).toBeUndefined();
    expect(specOf(storedWorkspace(gateway.cluster, 'nb')).podTemplate?.volumes).toMatchObject({ data, secrets });
  });

  it.each(changing)('rejects a further violation when written by %s', async (way) => {
    await using gateway = await start([jupyterlab(denyBig), legacy, secret('other', {})]);
    const { secrets } = legacySpec.podTemplate.volumes;
    const answer = await write(gateway, way, { secrets: [...secrets, { secretName: 'other', mountPath: '/other' }] });
    expect(fieldsOf(answer)).toEqual([inputPath(way, 'spec.podTemplate.volumes.secrets[1].secretName')]);
  });
});

describe('mount paths', () => {
  it.each(workspaceWrites)('rejects a duplicate mount path when written by %s', async (way) => {
    await using gateway = await start();
    const answer = await write(gateway, way, {
      data: [{ pvcName: 'data', mountPath: '/x' }],
      secrets: [{ secretName: 'token', mountPath: '/x/' }],
    });
    expect(causesOf(answer)).toEqual([
      {
        reason: 'FieldValueDuplicate',
        field: inputPath(way, 'spec.podTemplate.volumes.secrets[0].mountPath'),
        message: '"/x/" is already the mount path of another volume',
      },
    ]);
  });

  it.each(changing)('rejects the mount path of an existing volume when written by %s', async (way) => {
    const volumes = { data: [{ pvcName: 'data', mountPath: '/home/jovyan' }] };
    const options = { imageConfig: 'scipy', podConfig: 'tiny' };
    await using gateway = await start([jupyterlab(), workspace('nb', { spec: { podTemplate: { volumes, options } } })]);
    const answer = await write(gateway, way, { ...volumes, home: 'data' });
    expect(fieldsOf(answer)).toEqual([inputPath(way, 'spec.podTemplate.volumes.home')]);
  });
});

it.each(workspaceWrites)('rejects more than 100 new mounts by %s without reading them', async (way) => {
  await using gateway = await start();
  const secrets = Array.from({ length: 101 }, (_, i) => ({ secretName: `secret-${i}`, mountPath: `/secret-${i}` }));
  const answer = await write(gateway, way, { secrets });
  expect(fieldsOf(answer)).toEqual([inputPath(way, 'spec.podTemplate.volumes.secrets[100].secretName')]);
  expect(gateway.cluster.requests.filter(({ resource }) => resource === 'secrets')).toEqual([]);
});
