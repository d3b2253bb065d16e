import { describe, expect, it } from 'vitest';
import { workspaceKindWith, option } from '../../../test/support/workspace-kind-options.ts';
import { namespace, workspace, workspaceKind } from '../../../test/support/manifests.ts';
import { queryWorkspace, WORKSPACE_NB } from '../../../test/support/workspace-query.ts';
import { startTestGateway } from '../../../test/support/test-gateway.ts';
import { MOMENT, completeWorkspace } from '../../../test/support/complete-objects.ts';
import { oldWorkspaceCrd } from '../../../test/support/crds/old-workspace.ts';

const MOMENT_TEXT = new Date(MOMENT).toISOString();
const nb = completeWorkspace('nb');

describe('Workspace', () => {
  it('returns the desired state of the spec', async () => {
    expect(await queryWorkspace('name displayName kindName paused deferUpdates namespace { name phase }', nb)).toEqual({
      name: 'nb',
      displayName: 'A notebook',
      kindName: 'jupyterlab',
      paused: false,
      deferUpdates: null,
      namespace: { name: 'team-a', phase: 'ACTIVE' },
    });
  });

  it('returns the observed state of the status', async () => {
    const answer = await queryWorkspace('state stateMessage pendingRestart pausedAt lastRunningAt', nb);
    expect(answer).toEqual({
      state: 'RUNNING',
      stateMessage: 'Workspace is running',
      pendingRestart: true,
      pausedAt: MOMENT_TEXT,
      lastRunningAt: MOMENT_TEXT,
    });
  });

  it('returns deferUpdates when the version of the CRD supports it', async () => {
    expect(await queryWorkspace('deferUpdates displayName', oldWorkspaceCrd, nb)).toEqual({
      deferUpdates: true,
      displayName: 'nb',
    });
  });

  it('returns its name as displayName when it has none', async () => {
    expect(await queryWorkspace('displayName', workspace('nb'))).toEqual({ displayName: 'nb' });
  });

  it('returns its activity and the last probe', async () => {
    const probe = 'lastProbe { startedAt endedAt result message }';
    expect(await queryWorkspace(`activity { lastActivityAt lastUpdateAt ${probe} pauseEligibleAt }`, nb)).toEqual({
      activity: {
        lastActivityAt: MOMENT_TEXT,
        lastUpdateAt: MOMENT_TEXT,
        lastProbe: {
          startedAt: MOMENT_TEXT,
          endedAt: new Date(MOMENT + 1_000).toISOString(),
          result: 'SUCCESS',
          message: 'Jupyter probe succeeded',
        },
        pauseEligibleAt: MOMENT_TEXT,
      },
    });
  });

  it.each([
    ['Success', 'SUCCESS'],
    ['Failure', 'FAILURE'],
    ['Timeout', 'TIMEOUT'],
    ['Skipped', 'UNKNOWN'],
  ])('maps the probe result %s to %s', async (result, expected) => {
    const lastProbe = { startTime: MOMENT, endTime: MOMENT, result, message: '' };
    const status = { activity: { lastActivity: 0, lastUpdate: 0, lastProbe } };
    const answer = await queryWorkspace(
      'activity { lastProbe { result } }',
      workspace('nb', { state: 'Running', status }),
    );
    expect(answer).toEqual({ activity: { lastProbe: { result: expected } } });
  });

  it('returns its volumes, with the mount path of the home volume from the WorkspaceKind', async () => {
    const mounts = 'home { claimName mountPath readOnly } data { claimName mountPath readOnly }';
    const selection = `volumes { ${mounts} secrets { secretName mountPath defaultMode } }`;
    expect(await queryWorkspace(selection, nb, workspaceKind('jupyterlab'))).toEqual({
      volumes: {
        home: { claimName: 'home', mountPath: '/home/jovyan', readOnly: false },
        data: [{ claimName: 'data', mountPath: '/data', readOnly: true }],
        secrets: [{ secretName: 'token', mountPath: '/token', defaultMode: 256 }],
      },
    });
  });

  it('returns defaultMode 0 of a secret unchanged', async () => {
    const secrets = [
      { secretName: 'token', mountPath: '/token', defaultMode: 0 },
      { secretName: 'b', mountPath: '/b' },
    ];
    const options = { imageConfig: 'scipy', podConfig: 'tiny' };
    const manifest = workspace('nb', { spec: { podTemplate: { volumes: { secrets }, options } } });
    expect(await queryWorkspace('volumes { home { claimName } secrets { defaultMode } }', manifest)).toEqual({
      volumes: { home: null, secrets: [{ defaultMode: 0 }, { defaultMode: 420 }] },
    });
  });

  it('returns its pod', async () => {
    const selection =
      'pod { name nodeName containers initContainers } podMetadata { labels { key value } annotations { key value } }';
    expect(await queryWorkspace(selection, nb)).toEqual({
      pod: { name: 'ws-0', nodeName: 'node-1', containers: ['main'], initContainers: ['init'] },
      podMetadata: { labels: [{ key: 'a', value: 'b' }], annotations: [{ key: 'c', value: 'd' }] },
    });
  });

  it('returns no pod while its name is empty, and no node until it is scheduled', async () => {
    const unscheduled = workspace('nb', {
      state: 'Pending',
      status: { podTemplatePod: { name: 'ws-0', nodeName: '' } },
    });
    expect(await queryWorkspace('pod { name nodeName }', unscheduled)).toEqual({
      pod: { name: 'ws-0', nodeName: null },
    });
    expect(await queryWorkspace('pod { name }', workspace('nb', { state: 'Paused' }))).toEqual({ pod: null });
  });

  it('returns its options as the WorkspaceKind describes them, and their redirects', async () => {
    const step = 'sourceId source { displayName } targetId target { displayName } message { level text }';
    const selection = `imageConfig { optionId option { displayName } desiredOptionId redirectChain { ${step} } } podConfig { optionId desiredOptionId option { labels { key value } } }`;
    expect(await queryWorkspace(selection, nb, workspaceKind('jupyterlab'))).toEqual({
      imageConfig: {
        optionId: 'scipy',
        option: { displayName: 'SciPy 1' },
        desiredOptionId: 'scipy-2',
        redirectChain: [
          {
            sourceId: 'scipy',
            source: { displayName: 'SciPy 1' },
            targetId: 'scipy-2',
            target: { displayName: 'SciPy 2' },
            message: { level: 'WARNING', text: 'SciPy 1 is old.' },
          },
        ],
      },
      podConfig: { optionId: 'tiny', desiredOptionId: 'tiny', option: { labels: [{ key: 'cpu', value: '100m' }] } },
    });
  });

  it('returns null for an option that the WorkspaceKind no longer has', async () => {
    const answer = await queryWorkspace(
      'imageConfig { optionId option { optionId } } services { portId }',
      workspaceKindWith('jupyterlab', { imageConfigs: [option('new')] }),
      nb,
    );
    expect(answer).toEqual({ imageConfig: { optionId: 'scipy', option: null }, services: [] });
  });

  it('returns the ports of its image with the display name of the image, or else of the WorkspaceKind', async () => {
    const ports = [
      { id: 'lab', protocol: 'HTTP', defaultDisplayName: 'Lab' },
      { id: 'tb', protocol: 'HTTP', defaultDisplayName: 'TensorBoard' },
    ];
    const image = {
      ...option('scipy'),
      spec: {
        image: 'x',
        ports: [
          { id: 'tb', port: 6006 },
          { id: 'lab', port: 8888, displayName: 'My Lab' },
        ],
      },
    };
    const selection = 'services { portId displayName httpPath connectable }';
    expect(
      await queryWorkspace(selection, workspaceKindWith('jupyterlab', { ports, imageConfigs: [image] }), nb),
    ).toEqual({
      services: [
        { portId: 'tb', displayName: 'TensorBoard', httpPath: '/workspace/connect/team-a/nb/tb/', connectable: true },
        { portId: 'lab', displayName: 'My Lab', httpPath: '/workspace/connect/team-a/nb/lab/', connectable: true },
      ],
    });
  });

  it('changes its revision with its spec only', async () => {
    await using gateway = await startTestGateway({ objects: [workspace('nb')] });
    const changes = gateway.subscribe(`subscription { ${WORKSPACE_NB} { revision state paused } }`);
    const seen = [await changes.next()];
    gateway.cluster.apply(workspace('nb', { state: 'Running' }));
    seen.push(await changes.next());
    gateway.cluster.apply(workspace('nb', { state: 'Running', paused: true }));
    seen.push(await changes.next());
    const [before, withStatus, withSpec] = seen.map(({ value }) => JSON.stringify(value?.data).split('"')[5]);
    expect(withStatus).toBe(before);
    expect(withSpec).not.toBe(before);
  });

  it('returns the permissions of the viewer', async () => {
    const actions = ['PAUSE', 'START', 'UPDATE', 'DELETE'].map((action) => `${action}: viewerCan(action: ${action})`);
    expect(await queryWorkspace(actions.join(' '), nb)).toEqual({
      PAUSE: true,
      START: true,
      UPDATE: true,
      DELETE: true,
    });
  });

  it('returns null when it does not exist', async () => {
    await using gateway = await startTestGateway({ objects: [namespace('team-b'), nb] });
    const { data, errors } = await gateway.query('{ workspace(namespace: "team-b", name: "nb") { name } }');
    expect({ data, errors }).toEqual({ data: { workspace: null }, errors: undefined });
  });

  it('returns a workspace whose namespace is not found', async () => {
    await using gateway = await startTestGateway({ objects: [workspace('nb', { namespace: 'unseen' })] });
    const { data } = await gateway.query(
      '{ workspaces { nodes { namespace { name phase metadata { uid } manifest } } } }',
    );
    const namespaceOfIt = { name: 'unseen', phase: null, metadata: null, manifest: null };
    expect(data).toEqual({ workspaces: { nodes: [{ namespace: namespaceOfIt }] } });
  });
});
