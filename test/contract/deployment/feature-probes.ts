import type { Manifest } from '../../../dev/simulator/api-object.ts';
import { devPod, volcanoJob } from '../../support/devpod-and-volcano.ts';
import { workspaceKind } from '../../support/manifests.ts';
import { claim, MOUNTABLE, secret, storageClass, volumeOf } from '../../support/storage.ts';
import type { TestNamespace } from '../test-namespace.ts';

const PATCH = 'type: MERGE, patch: { metadata: { labels: { a: "b" } } }, dryRun: true';
const CLAIM = 'name: "c", storageClassName: "fast", accessModes: [READ_WRITE_ONCE], requestedSize: "1Gi"';

/** Path of a picture, which is not part of the API. */
export const PICTURE = '/assets/workspacekinds/jupyterlab/icon';

/** Returns operations of which each needs another permission of the gateway. All writes are dry runs. */
export function probesIn(namespace: string): Readonly<Record<string, string>> {
  const team = `namespace: "${namespace}"`;
  const at = `${team}, name: "nb"`;
  const created = `${team}, name: "new", kind: "jupyterlab", imageConfig: "scipy", podConfig: "tiny", dryRun: true`;
  const writes = {
    pause: `pauseWorkspace(input: { ${at}, dryRun: true }) { warnings }`,
    create: `createWorkspace(input: { ${created} }) { warnings }`,
    mountSecret: `createWorkspace(input: { ${created}, volumes: { secrets: [{ secretName: "token", mountPath: "/s" }] } }) { warnings }`,
    mountClaim: `createWorkspace(input: { ${created}, volumes: { home: "data" } }) { warnings }`,
    patchStatus: `patchWorkspaceStatus(input: { ${at}, type: MERGE, patch: { status: { stateMessage: "x" } }, dryRun: true }) { warnings }`,
    patchKind: `patchWorkspaceKind(input: { name: "jupyterlab", ${PATCH} }) { warnings }`,
    createSecret: `createSecret(input: { ${team}, name: "s", entries: [], dryRun: true }) { warnings }`,
    createClaim: `createPersistentVolumeClaim(input: { ${team}, ${CLAIM}, dryRun: true }) { warnings }`,
    deleteClaim: `deletePersistentVolumeClaim(input: { ${team}, name: "data", dryRun: true }) { warnings }`,
    patchDevPod: `patchDevPodWorkspaceInstance(input: { ${team}, name: "dev", ${PATCH} }) { warnings }`,
    patchJob: `patchVolcanoJob(input: { ${team}, name: "job", ${PATCH} }) { warnings }`,
    suspendJob: `suspendVolcanoJob(input: { ${team}, name: "job", dryRun: true }) { warnings }`,
  };
  return {
    ...Object.fromEntries(Object.entries(readsOf(namespace)).map(([name, selection]) => [name, `{ ${selection} }`])),
    ...Object.fromEntries(Object.entries(writes).map(([name, selection]) => [name, `mutation { ${selection} }`])),
  };
}

function readsOf(namespace: string): Readonly<Record<string, string>> {
  const team = `namespace: "${namespace}"`;
  const at = `${team}, name: "nb"`;
  return {
    namespaces: 'namespaces { nodes { phase } }',
    workspaces: 'workspaces { nodes { name kind { name } } }',
    pod: `workspace(${at}) { pod { phase } }`,
    workspaceEvents: `workspace(${at}) { events { reason } }`,
    setEvents: `workspace(${team}, name: "starting") { events { reason } }`,
    events: `events(${team}) { nodes { reason } }`,
    claims: `persistentVolumeClaims(${team}) { nodes { name } }`,
    claimPods: `persistentVolumeClaims(${team}) { nodes { pods { name } } }`,
    volumes: 'persistentVolumes { nodes { name } }',
    storageClasses: 'storageClasses { nodes { name } }',
    clusterNodes: 'clusterNodes { nodes { ready } }',
    quotas: `namespace(name: "${namespace}") { resourceQuotas { name } }`,
    limitRanges: `namespace(name: "${namespace}") { limitRanges { name } }`,
    devPods: 'devPodWorkspaceInstances { nodes { name } }',
    jobs: 'volcanoJobs { nodes { name } }',
    secrets: `secrets(${team}) { nodes { name } }`,
    logs: `workspaceLogs(${at}) { text }`,
    usage: `workspace(${at}) { usage { available reason } }`,
  };
}

/** Creates the objects of the probes. The kinds have to be defined. */
export async function createProbedObjects(team: TestNamespace): Promise<void> {
  const { api, name: namespace } = team;
  const own = ({ metadata, ...manifest }: Manifest) => ({ ...manifest, metadata: { ...metadata, namespace } });
  const image = { configMap: { name: 'images', namespace, key: 'icon.svg', mediaType: 'image/svg+xml' } };
  const kind = workspaceKind('jupyterlab', {}, { icon: image, logo: image });
  await api.create('/apis/kubeflow.org/v1beta1/workspacekinds', kind);
  await api.create(team.pathTo('configmaps'), {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'images', labels: { 'notebooks.kubeflow.org/image-source': 'true' } },
    data: { 'icon.svg': '<svg/>' },
  });
  await api.create('/apis/storage.k8s.io/v1/storageclasses', storageClass('fast'));
  await api.create('/api/v1/persistentvolumes', volumeOf('data'));
  const limits = [{ type: 'PersistentVolumeClaim', max: { storage: '1Ti' } }];
  await api.create(team.pathTo('resourcequotas'), policy('ResourceQuota', { hard: { 'count/secrets': '100' } }));
  await api.create(team.pathTo('limitranges'), policy('LimitRange', { limits }));
  await api.create(team.pathTo('persistentvolumeclaims'), own(claim('data')));
  await api.create(team.pathTo('secrets'), own(secret('token', { metadata: { labels: MOUNTABLE } })));
  await api.create(team.pathTo('devpodworkspaceinstances', 'management.loft.sh'), own(devPod('dev')));
  const job = volcanoJob('job', { status: { state: { phase: 'Running' } } });
  await api.create(`/apis/batch.volcano.sh/v1alpha1/namespaces/${namespace}/jobs`, own(job));
  const [running, starting] = [await team.create('nb', { state: 'Running' }), await team.create('starting')];
  await team.createPodOf('nb', { uid: running.metadata?.uid ?? '', set: 'ws-nb-abcde' });
  await team.createSetOf('starting', { uid: starting.metadata?.uid ?? '', set: 'ws-starting-fghij' });
  for (const name of ['ws-nb-abcde', 'ws-starting-fghij'])
    await api.create(team.pathTo('events'), {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: `${name}.1` },
      involvedObject: { apiVersion: 'apps/v1', kind: 'StatefulSet', name, namespace },
      type: 'Warning',
      reason: 'FailedCreate',
    });
}

function policy(kind: string, spec: object): Manifest {
  return { apiVersion: 'v1', kind, metadata: { name: kind.toLowerCase() }, spec };
}
