import type { Manifest } from '../../dev/simulator/api-object.ts';

interface PodOptions {
  readonly namespace?: string;
  /** Default: `ws-<workspace>-abcde-0`. */
  readonly name?: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
}

/** Returns the running pod of a workspace, by default in `team-a`. */
export function podOf(workspace: string, options: PodOptions = {}): Manifest {
  const { namespace = 'team-a', name = `ws-${workspace}-abcde-0` } = options;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      labels: { 'notebooks.kubeflow.org/workspace-name': workspace },
      ...options.metadata,
    },
    spec: { nodeName: 'node-1', containers: [{ name: 'main', image: 'example.com/scipy:1' }], ...options.spec },
    status: {
      phase: 'Running',
      startTime: '2026-11-25T10:00:00Z',
      conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-11-25T10:00:05Z' }],
      containerStatuses: [
        {
          name: 'main',
          image: 'example.com/scipy:1',
          imageID: '',
          ready: true,
          restartCount: 0,
          state: { running: { startedAt: '2026-11-25T10:00:04Z' } },
        },
      ],
      ...options.status,
    },
  };
}
