import { describe, expect, it } from 'vitest';
import { namespace } from '../../../test/support/manifests.ts';
import { volcanoJob, volcanoJobCrd } from '../../../test/support/devpod-and-volcano.ts';
import { startTestGateway } from '../../../test/support/test-gateway.ts';
import type { Manifest } from '../../../dev/simulator/api-object.ts';

async function askOfJob(selection: string, job: Manifest): Promise<unknown> {
  await using gateway = await startTestGateway({ objects: [volcanoJobCrd, namespace('team-a'), job] });
  const { errors, data } = await gateway.query(`{ volcanoJob(namespace: "team-a", name: "train") { ${selection} } }`);
  expect(errors).toBeUndefined();
  return data?.['volcanoJob'];
}

const TOPOLOGY = 'networkTopology { mode highestTierAllowed highestTierName }';
const POLICIES = 'policies { action event events exitCode timeout }';
const noPolicy = { action: null, event: null, events: [], exitCode: null, timeout: null };
const MOMENT = '2026-11-21T09:30:00Z';

describe('VolcanoJob', () => {
  it('returns all fields of the spec of a job', async () => {
    const spec = {
      queue: 'default',
      schedulerName: 'volcano',
      priorityClassName: 'high',
      minAvailable: 2,
      minSuccess: 1,
      maxRetry: 3,
      ttlSecondsAfterFinished: 60,
      runningEstimate: '1h0m0s',
      networkTopology: { mode: 'hard', highestTierAllowed: 2 },
      plugins: { ssh: [], env: null, svc: ['--a', '--b'] },
      policies: [{ event: 'PodEvicted', action: 'RestartJob', timeout: '10m0s' }],
      tasks: [],
      volumes: [
        { mountPath: '/data', volumeClaimName: 'data' },
        { mountPath: '/out', volumeClaim: { accessModes: ['ReadWriteOnce'] } },
      ],
    };
    const selection = `queue schedulerName priorityClassName minAvailable minSuccess maxRetry ttlSecondsAfterFinished runningEstimate ${TOPOLOGY} plugins { name arguments } ${POLICIES} tasks { name } volumes { mountPath volumeClaimName volumeClaim } namespace { name phase }`;
    expect(await askOfJob(selection, volcanoJob('train', { spec }))).toEqual({
      ...spec,
      networkTopology: { ...spec.networkTopology, highestTierName: null },
      plugins: [
        { name: 'env', arguments: [] },
        { name: 'ssh', arguments: [] },
        { name: 'svc', arguments: ['--a', '--b'] },
      ],
      policies: [{ ...noPolicy, ...spec.policies[0] }],
      volumes: [
        { ...spec.volumes[0], volumeClaim: null },
        { ...spec.volumes[1], volumeClaimName: null },
      ],
      namespace: { name: 'team-a', phase: 'ACTIVE' },
    });
  });

  it('returns the tasks of a job', async () => {
    const partitionPolicy = {
      totalPartitions: 2,
      partitionSize: 4,
      minPartitions: 1,
      networkTopology: { mode: 'soft' },
    };
    const worker = {
      name: 'worker',
      replicas: 8,
      minAvailable: 4,
      maxRetry: 1,
      topologyPolicy: 'best-effort',
      dependsOn: { name: ['master'], iteration: 'any' },
      partitionPolicy,
      policies: [{ events: ['PodFailed', 'PodEvicted'], exitCode: 137, action: 'RestartTask' }],
      template: { spec: { containers: [] } },
    };
    const status = { taskStatusCount: { worker: { phase: { Running: 5, Pending: 3 } } } };
    const job = volcanoJob('train', { spec: { tasks: [worker, { name: 'master' }] }, status });
    const selection = `tasks { name replicas minAvailable maxRetry topologyPolicy dependsOn dependsOnIteration ${POLICIES} template pods { phase count } partitionPolicy { totalPartitions partitionSize minPartitions networkTopology { mode } } }`;
    expect(await askOfJob(selection, job)).toEqual({
      tasks: [
        {
          ...worker,
          dependsOn: ['master'],
          dependsOnIteration: 'any',
          policies: [{ ...noPolicy, ...worker.policies[0] }],
          pods: [
            { phase: 'Pending', count: 3 },
            { phase: 'Running', count: 5 },
          ],
        },
        {
          name: 'master',
          replicas: 0,
          minAvailable: null,
          maxRetry: null,
          topologyPolicy: null,
          dependsOn: [],
          dependsOnIteration: null,
          partitionPolicy: null,
          policies: [],
          template: null,
          pods: [],
        },
      ],
    });
  });

  const COUNTS =
    'pending running succeeded failed terminating unknown retryCount version reportedMinAvailable controlledResources { key value }';

  it.each([
    ['newer versions spell', 'succeeded', 'controlledResources'],
    ['the document spells', 'Succeeded', 'ControlledResources'],
  ])('returns the status of a job as %s it', async (_, succeeded, controlledResources) => {
    const counts = { pending: 1, running: 2, failed: 3, terminating: 4, unknown: 5, retryCount: 6, version: 7 };
    const status = {
      ...counts,
      minAvailable: 8,
      [succeeded]: 9,
      [controlledResources]: { 'plugin-ssh': 'ssh', 'volume-pvc-data': 1 },
      state: { phase: 'Running', reason: 'Started', message: 'It runs.', lastTransitionTime: MOMENT },
      conditions: [{ status: 'Pending', lastTransitionTime: MOMENT }, { status: 'Running' }],
      runningDuration: '5m12s',
    };
    const selection = `${COUNTS} phase reason message phaseSince conditions { phase lastTransitionAt } runningDuration`;
    expect(await askOfJob(selection, volcanoJob('train', { status }))).toEqual({
      ...counts,
      succeeded: 9,
      reportedMinAvailable: 8,
      controlledResources: [
        { key: 'plugin-ssh', value: 'ssh' },
        { key: 'volume-pvc-data', value: '1' },
      ],
      phase: 'Running',
      reason: 'Started',
      message: 'It runs.',
      phaseSince: MOMENT,
      conditions: [
        { phase: 'Pending', lastTransitionAt: MOMENT },
        { phase: 'Running', lastTransitionAt: null },
      ],
      runningDuration: '5m12s',
    });
  });

  it('returns the times of a status in UTC, and none on days that do not exist', async () => {
    const state = { phase: 'Running', lastTransitionTime: '2026-11-21T11:30:00+02:00' };
    const conditions = [{ status: 'Pending', lastTransitionTime: '2026-02-30T09:30:00Z' }];
    const job = volcanoJob('train', { status: { state, conditions } });
    expect(await askOfJob('phaseSince conditions { lastTransitionAt }', job)).toEqual({
      phaseSince: '2026-11-21T09:30:00Z',
      conditions: [{ lastTransitionAt: null }],
    });
  });

  it('returns zero counts for a job without a status', async () => {
    expect(await askOfJob(`${COUNTS} phase tasks { name }`, volcanoJob('train'))).toEqual({
      pending: 0,
      running: 0,
      succeeded: 0,
      failed: 0,
      terminating: 0,
      unknown: 0,
      retryCount: 0,
      version: null,
      reportedMinAvailable: null,
      controlledResources: [],
      phase: null,
      tasks: [],
    });
  });

  it('returns the valid fields of a malformed job', async () => {
    const spec = {
      queue: 5,
      minAvailable: '2',
      plugins: { ssh: 'on' },
      tasks: [7, { name: 'a', replicas: 2 ** 40 }],
      policies: {},
    };
    const status = { state: { phase: 'Inqueue' }, running: 'many', taskStatusCount: { a: { phase: 'x' } } };
    const job = volcanoJob('train', { spec, status });
    const selection = `queue minAvailable plugins { name } ${POLICIES} tasks { name replicas pods { count } } phase running`;
    expect(await askOfJob(selection, job)).toEqual({
      queue: null,
      minAvailable: null,
      plugins: [],
      policies: [],
      tasks: [{ name: 'a', replicas: 0, pods: [] }],
      phase: 'Inqueue',
      running: 0,
    });
  });
});

describe('volcanoJobs', () => {
  const jobs = [
    volcanoJob('b', { status: { state: { phase: 'Running' } }, spec: { queue: 'gpu' } }),
    volcanoJob('a', { metadata: { labels: { team: 'ml' } } }),
    volcanoJob('c', { metadata: { namespace: 'team-b' } }),
  ];

  it.each([
    ['', 'a b c'],
    ['namespace: "team-a"', 'a b'],
    ['filter: { phases: ["Running"] }', 'b'],
    ['filter: { queues: ["gpu"] }', 'b'],
    ['filter: { search: "C" }', 'c'],
    ['filter: { labelSelector: "team=ml" }', 'a'],
  ])('filters Volcano jobs with %s to %s', async (args, names) => {
    await using gateway = await startTestGateway({ objects: [volcanoJobCrd, ...jobs] });
    const { data } = await gateway.query(`{ volcanoJobs${args && `(${args})`} { nodes { name } totalCount } }`);
    const nodes = names.split(' ').map((name) => ({ name }));
    expect(data).toEqual({ volcanoJobs: { nodes, totalCount: nodes.length } });
  });

  it('returns Volcano jobs by id', async () => {
    await using gateway = await startTestGateway({ objects: [volcanoJobCrd, ...jobs] });
    const { data } = await gateway.query('{ volcanoJobs(first: 1) { nodes { id } } }');
    const [, id] = /"id":"([^"]+)"/u.exec(JSON.stringify(data)) ?? [];
    const again = await gateway.query('query ($id: ID!) { node(id: $id) { __typename id } }', { id });
    expect(again.data).toEqual({ node: { __typename: 'VolcanoJob', id } });
  });

  it('sends the changes of all and of one Volcano job to subscribers', async () => {
    await using gateway = await startTestGateway({ objects: [volcanoJobCrd, ...jobs] });
    const list = gateway.subscribe(
      'subscription { volcanoJobs(namespace: "team-b") { type object { name running } } }',
    );
    const one = gateway.subscribe('subscription { volcanoJob(namespace: "team-b", name: "c") { running } }');
    expect(await list.next()).toMatchObject(event('RESET', null));
    expect(await list.next()).toMatchObject(event('ADDED', { name: 'c', running: 0 }));
    expect(await list.next()).toMatchObject(event('SYNCED', null));
    expect(await one.next()).toMatchObject({ value: { data: { volcanoJob: { running: 0 } } } });
    gateway.cluster.apply(volcanoJob('c', { metadata: { namespace: 'team-b' }, status: { running: 3 } }));
    expect(await list.next()).toMatchObject(event('MODIFIED', { name: 'c', running: 3 }));
    expect(await one.next()).toMatchObject({ value: { data: { volcanoJob: { running: 3 } } } });
  });

  it('returns KIND_UNAVAILABLE when the cluster does not serve Volcano jobs', async () => {
    await using gateway = await startTestGateway();
    const { errors } = await gateway.query('{ volcanoJobs { totalCount } }');
    expect(errors).toMatchObject([{ extensions: { code: 'KIND_UNAVAILABLE', kind: 'Job' } }]);
  });
});

function event(type: string, object: object | null): object {
  return { value: { data: { volcanoJobs: { type, object } } } };
}
