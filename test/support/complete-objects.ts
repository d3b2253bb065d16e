import type { Manifest } from '../../dev/simulator/api-object.ts';
import { workspace, workspaceKind } from './manifests.ts';

/** 2026-09-21T14:13:20Z, in milliseconds. */
export const MOMENT = 1_790_000_000_000;

const podTemplate = {
  podMetadata: { labels: { a: 'b' }, annotations: { c: 'd' } },
  volumes: {
    home: 'home',
    data: [{ pvcName: 'data', mountPath: '/data', readOnly: true }],
    secrets: [{ secretName: 'token', mountPath: '/token', defaultMode: 256 }],
  },
  options: { imageConfig: 'scipy', podConfig: 'tiny' },
};

const status = {
  pauseTime: MOMENT,
  lastRunningTime: MOMENT,
  pendingRestart: true,
  stateMessage: 'Workspace is running',
  activity: {
    lastActivity: MOMENT,
    lastUpdate: MOMENT,
    lastProbe: { startTime: MOMENT, endTime: MOMENT + 1_000, result: 'Success', message: 'Jupyter probe succeeded' },
    rules: { pauseWorkspace: { eligibleAfter: MOMENT } },
  },
  podTemplateOptions: {
    imageConfig: { desired: 'scipy-2', redirectChain: [{ source: 'scipy', target: 'scipy-2' }] },
    podConfig: { desired: 'tiny' },
  },
  podTemplatePod: {
    name: 'ws-0',
    nodeName: 'node-1',
    containers: [{ name: 'main' }],
    initContainers: [{ name: 'init' }],
  },
};

/** Returns a running workspace with every field that the gateway reads. */
export function completeWorkspace(
  name: string,
  { kind = 'jupyterlab', namespace = 'team-a', stateMessage = status.stateMessage } = {},
): Manifest {
  const spec = { displayName: 'A notebook', deferUpdates: true, podTemplate };
  return workspace(name, {
    kind,
    namespace,
    state: 'Running',
    labels: { a: 'b' },
    spec: { kind, ...spec },
    status: { ...status, stateMessage },
  });
}

const selector = { matchLabels: { a: 'b' }, matchExpressions: [{ key: 'c', operator: 'NotIn', values: ['d'] }] };
const effect = { ui: { hide: true }, api: { deny: true, denyMessage: { text: 'Not here.' } } };
const activityRules = [
  { config: { secondsSinceActive: 60, minRunningSeconds: 1 }, match: {}, effect: { pauseWorkspace: true } },
];
const picture = { configMap: { errorType: 'NotFound', errorMessage: 'gone' } };

/** Returns a WorkspaceKind with every field that the gateway reads. */
export function completeWorkspaceKind(name: string): Manifest {
  const filterRules = ['WORKSPACE_KIND', 'IMAGE_CONFIG', 'POD_CONFIG'].map((scope) => ({
    scope,
    effect,
    match: [{ matchNamespace: { selector } }, { matchPodConfig: { selector } }],
  }));
  const spawner = { hidden: true, deprecated: true, deprecationMessage: 'Use another.' };
  return {
    ...workspaceKind(name, { activityRules, filterRules }, spawner),
    status: { spawnerIcon: picture, spawnerLogo: picture },
  };
}
