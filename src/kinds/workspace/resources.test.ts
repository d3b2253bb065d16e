import { describe, expect, it } from 'vitest';
import { limitedGateway } from '../../../test/support/limited-gateway.ts';
import { namespace, workspace, workspaceKind } from '../../../test/support/manifests.ts';
import { podOf } from '../../../test/support/pods.ts';
import { queryWorkspace, WORKSPACE_NB } from '../../../test/support/workspace-query.ts';

const FIELDS = 'resources { source requests { resource quantity value } limits { resource quantity } }';
const resources = { requests: { memory: '2Gi' }, limits: { memory: '4Gi', 'nvidia.com/gpu': 1 } };
const big = { id: 'big', spawner: { displayName: 'Big' }, spec: { resources } };
const options = {
  imageConfig: { spawner: { default: 'scipy' }, values: [] },
  podConfig: { spawner: { default: 'big' }, values: [big] },
};
const kind = workspaceKind('jupyterlab', { podTemplate: { volumeMounts: { home: '/home' }, options } });
const nb = workspace('nb', { podConfig: 'big' });
const pod = podOf('nb', {
  spec: {
    serviceAccountName: 'ws-nb',
    containers: [{ name: 'main', image: 'i', resources: { requests: { cpu: '1' }, limits: { cpu: '2' } } }],
    initContainers: [{ name: 'proxy', image: 'i', restartPolicy: 'Always', resources: { requests: { cpu: '500m' } } }],
  },
});
const ofPodConfig = {
  source: 'POD_CONFIG',
  requests: [
    { resource: 'memory', quantity: '2Gi', value: 2 ** 31 },
    { resource: 'nvidia.com/gpu', quantity: '1', value: 1 },
  ],
  limits: [
    { resource: 'memory', quantity: '4Gi' },
    { resource: 'nvidia.com/gpu', quantity: '1' },
  ],
};

describe('Workspace.resources', () => {
  it('returns those of the pod while there is one', async () => {
    expect(await queryWorkspace(FIELDS, nb, kind, pod)).toEqual({
      resources: {
        source: 'POD',
        requests: [{ resource: 'cpu', quantity: '1500m', value: 1.5 }],
        limits: [{ resource: 'cpu', quantity: '2' }],
      },
    });
  });

  it('returns those of the podConfig while there is no pod', async () => {
    expect(await queryWorkspace(FIELDS, nb, kind)).toEqual({ resources: ofPodConfig });
  });

  it('returns none when the option or the WorkspaceKind does not exist', async () => {
    const none = { resources: { source: 'NONE', requests: [], limits: [] } };
    expect(await queryWorkspace(FIELDS, workspace('nb', { podConfig: 'gone' }), kind)).toEqual(none);
    expect(await queryWorkspace(FIELDS, nb)).toEqual(none);
  });

  it('returns those of the podConfig to viewers who may not list pods', async () => {
    await using gateway = await limitedGateway({ objects: [namespace('team-a'), nb, kind, pod], mayNot: 'pods' });
    const { data } = await gateway.query(`{ ${WORKSPACE_NB} { ${FIELDS} } }`);
    expect(data).toEqual({ workspace: { resources: ofPodConfig } });
  });
});

describe('the service account of a workspace', () => {
  it('returns the service account as the controller reports it, and that of the pod', async () => {
    const status = { podTemplatePod: { name: '', nodeName: '', serviceAccountName: 'ws-nb' } };
    const selection = 'serviceAccountName pod { serviceAccountName }';
    expect(await queryWorkspace(selection, workspace('nb', { status }))).toEqual({
      serviceAccountName: 'ws-nb',
      pod: null,
    });
    expect(await queryWorkspace(selection, nb, pod)).toEqual({
      serviceAccountName: null,
      pod: { serviceAccountName: 'ws-nb' },
    });
  });
});
