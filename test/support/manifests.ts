import type { Manifest } from '../../dev/simulator/api-object.ts';

/** Returns a namespace. */
export function namespace(name: string, labels: Readonly<Record<string, string>> = {}): Manifest {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
}

interface WorkspaceOptions {
  readonly namespace?: string;
  readonly kind?: string;
  readonly imageConfig?: string;
  readonly podConfig?: string;
  readonly paused?: boolean;
  /** State as in the status, such as `Running`. Undefined: the controller has not written a status. */
  readonly state?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
}

/** Returns a workspace, by default running in `team-a`. */
export function workspace(name: string, options: WorkspaceOptions = {}): Manifest {
  const { kind = 'jupyterlab', imageConfig = 'scipy', podConfig = 'tiny', paused = false, state } = options;
  const status =
    state === undefined && !options.status ? {} : { status: { ...completeStatus, state, ...options.status } };
  return {
    apiVersion: 'kubeflow.org/v1beta1',
    kind: 'Workspace',
    metadata: { name, namespace: options.namespace ?? 'team-a', labels: options.labels ?? {} },
    spec: { kind, paused, podTemplate: { volumes: {}, options: { imageConfig, podConfig } }, ...options.spec },
    ...status,
  };
}

const completeStatus = {
  activity: { lastActivity: 0, lastUpdate: 0 },
  pauseTime: 0,
  pendingRestart: false,
  podTemplateOptions: { imageConfig: {}, podConfig: {} },
  podTemplatePod: { name: '', nodeName: '' },
  stateMessage: '',
};

/** Returns a WorkspaceKind with images `scipy` (redirected to `scipy-2`) and `scipy-2`, and pod sizes `tiny` and `big`. */
export function workspaceKind(
  name: string,
  spec: Readonly<Record<string, unknown>> = {},
  spawner: Readonly<Record<string, unknown>> = {},
): Manifest {
  return {
    apiVersion: 'kubeflow.org/v1beta1',
    kind: 'WorkspaceKind',
    metadata: { name },
    spec: {
      spawner: {
        displayName: 'JupyterLab',
        description: 'A notebook server',
        icon: { url: 'https://example.com/icon.svg' },
        logo: { url: 'https://example.com/logo.svg' },
        ...spawner,
      },
      podTemplate: {
        volumeMounts: { home: '/home/jovyan' },
        ports: [{ id: 'lab', protocol: 'HTTP', defaultDisplayName: 'JupyterLab' }],
        options: {
          imageConfig: {
            spawner: { default: 'scipy-2' },
            values: [
              {
                ...image('scipy', 'SciPy 1'),
                redirect: { to: 'scipy-2', message: { level: 'Warning', text: 'SciPy 1 is old.' } },
              },
              image('scipy-2', 'SciPy 2'),
            ],
          },
          podConfig: { spawner: { default: 'tiny' }, values: [podSize('tiny', '100m'), podSize('big', '4')] },
        },
      },
      ...spec,
    },
  };
}

function image(id: string, displayName: string): object {
  return {
    id,
    spawner: { displayName },
    spec: { image: `example.com/${id}:latest`, ports: [{ id: 'lab', port: 8888 }] },
  };
}

function podSize(id: string, cpu: string): object {
  return { id, spawner: { displayName: id, labels: [{ key: 'cpu', value: cpu }] }, spec: {} };
}
