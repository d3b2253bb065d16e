import type { Manifest } from '../../simulator/api-object.ts';
import { secondsOf, uidOf } from './member.ts';

const HOUR_MS = 3_600_000;

/** A job that runs, and one that waits. */
export function volcanoJobs(now: number): Manifest[] {
  return [training(now), sweep(now)];
}

/** One workspace, whose options are of every sort: in the clear, in the clear although secret, and from secrets. */
export function devPodWorkspaceInstances(now: number): Manifest[] {
  return [recommender(now)];
}

function recommender(now: number): Manifest {
  const token = { projectSecretRef: { name: 'git-credentials', key: 'password' } };
  const options = {
    KUBERNETES_NAMESPACE: { value: 'team-research' },
    DISK_SIZE: { value: '20Gi' },
    REGISTRY_TOKEN: { value: 'dckr_pat_not-really-a-token' },
    GIT_TOKEN: { valueFrom: token },
  };
  const workspaceEnv = {
    EDITOR: { value: 'vim' },
    DATABASE_URL: { valueFrom: { sharedSecretRef: { name: 'warehouse', key: 'url', optional: true } } },
  };
  const template = {
    provider: { name: 'kubernetes', options, env: { KUBECONFIG: { value: '/etc/demo' } } },
    workspaceEnv,
  };
  return {
    apiVersion: 'management.loft.sh/v1',
    kind: 'DevPodWorkspaceInstance',
    metadata: {
      name: 'recommender-dev',
      namespace: 'team-research',
      uid: uidOf('devpod recommender-dev'),
      creationTimestamp: secondsOf(now - 20 * HOUR_MS),
      labels: { 'loft.sh/workspace-id': 'recommender-dev' },
    },
    spec: {
      displayName: 'Recommender',
      description: 'Development of the recommender service',
      owner: { user: 'alice' },
      templateRef: { name: 'python', version: '1.x.x', syncOnce: false },
      template,
      runnerRef: { runner: 'runner-eu' },
      parameters: 'python: "3.12"\ngpu: false\n',
      access: [{ name: 'owners', verbs: ['*'], subresources: ['*'], users: ['alice'], teams: ['research'] }],
    },
    status: {
      lastWorkspaceStatus: 'Running',
      phase: 'Ready',
      conditions: ['InstanceScheduled', 'InstanceTemplateResolved'].map((type) => ({
        type,
        status: 'True',
        lastTransitionTime: secondsOf(now - 20 * HOUR_MS),
      })),
      instance: template,
      ignoreReconciliation: false,
    },
  };
}

function training(now: number): Manifest {
  const since = secondsOf(now - 2 * HOUR_MS);
  return {
    ...job('detector-training', now - 2 * HOUR_MS),
    spec: {
      minAvailable: 3,
      maxRetry: 3,
      queue: 'research',
      schedulerName: 'volcano',
      plugins: { env: [], ssh: [], svc: ['--publish-not-ready-addresses=true'] },
      policies: [{ event: 'PodEvicted', action: 'RestartJob' }],
      tasks: [
        task('master', 1, [{ event: 'TaskCompleted', action: 'CompleteJob' }]),
        { ...task('worker', 3), minAvailable: 2, dependsOn: { name: ['master'] } },
      ],
      volumes: [{ mountPath: '/data', volumeClaimName: 'shared' }],
    },
    status: {
      minAvailable: 3,
      running: 4,
      version: 1,
      retryCount: 0,
      controlledResources: { 'plugin-env': 'env', 'plugin-ssh': 'ssh', 'plugin-svc': 'svc' },
      taskStatusCount: { master: { phase: { Running: 1 } }, worker: { phase: { Running: 3 } } },
      conditions: [
        { status: 'Pending', lastTransitionTime: since },
        { status: 'Running', lastTransitionTime: since },
      ],
      state: { phase: 'Running', lastTransitionTime: since },
    },
  };
}

/** Waits in its queue, as a server of the older sort tells it. */
function sweep(now: number): Manifest {
  return {
    ...job('parameter-sweep', now - HOUR_MS / 2),
    spec: { minAvailable: 8, queue: 'research', schedulerName: 'volcano', tasks: [task('trial', 8)] },
    status: {
      minAvailable: 8,
      pending: 8,
      Succeeded: 0,
      ControlledResources: { 'plugin-env': 'env' },
      state: { phase: 'Inqueue', message: 'pod group is waiting for resources of the queue' },
    },
  };
}

function job(name: string, createdAt: number) {
  const metadata = {
    name,
    namespace: 'team-vision',
    uid: uidOf(`job ${name}`),
    creationTimestamp: secondsOf(createdAt),
  };
  return { apiVersion: 'batch.volcano.sh/v1alpha1', kind: 'Job', metadata };
}

function task(name: string, replicas: number, policies: readonly object[] = []) {
  const resources = { requests: { cpu: '2', memory: '8Gi' }, limits: { 'nvidia.com/gpu': '1' } };
  const container = { name, image: 'registry.example.com/detector:2.1', command: ['python', `${name}.py`], resources };
  return { name, replicas, policies, template: { spec: { restartPolicy: 'OnFailure', containers: [container] } } };
}
