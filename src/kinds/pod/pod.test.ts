import { describe, expect, it } from 'vitest';
import { limitedGateway } from '../../../test/support/limited-gateway.ts';
import { namespace, workspace } from '../../../test/support/manifests.ts';
import { queryWorkspace, WORKSPACE_NB } from '../../../test/support/workspace-query.ts';
import { podOf } from '../../../test/support/pods.ts';
import { startGatewayFor, startTestGateway } from '../../../test/support/test-gateway.ts';

const crashed = {
  exitCode: 137,
  reason: 'OOMKilled',
  startedAt: '2026-11-25T10:00:00Z',
  finishedAt: '2026-11-25T10:01:00Z',
};
const crashing = podOf('nb', {
  spec: {
    nodeName: 'node-1',
    initContainers: [{ name: 'fetch', image: 'example.com/fetch:1' }],
    containers: [
      {
        name: 'main',
        image: 'example.com/scipy:1',
        env: [{ name: 'TOKEN', value: 'hidden' }],
        resources: { requests: { cpu: '500m', memory: '1Gi' }, limits: { memory: '2Gi' } },
      },
      { name: 'sidecar', image: 'example.com/sidecar:1' },
    ],
  },
  status: {
    phase: 'Running',
    podIP: '10.0.0.7',
    conditions: [
      {
        type: 'Ready',
        status: 'False',
        reason: 'ContainersNotReady',
        message: 'containers with unready status: [main]',
      },
      { type: 'PodScheduled', status: 'True', lastTransitionTime: '2026-11-25T10:00:00Z' },
      { type: 'Odd', status: 'Perhaps' },
    ],
    initContainerStatuses: [
      {
        name: 'fetch',
        ready: true,
        restartCount: 1,
        image: 'x',
        imageID: '',
        state: { terminated: { exitCode: 0, reason: 'Completed' } },
      },
    ],
    containerStatuses: [
      {
        name: 'main',
        image: 'example.com/scipy@sha256:1',
        imageID: '',
        ready: false,
        restartCount: 3,
        state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 40s restarting failed container' } },
        lastState: { terminated: crashed },
      },
    ],
  },
});

function born(name: string, creationTimestamp: string) {
  return podOf('nb', { name, metadata: { name, creationTimestamp } });
}

describe('Workspace.pod', () => {
  it('returns the reason why a pod does not start', async () => {
    const state = 'name reason message exitCode signal startedAt finishedAt';
    const selection = `pod { phase restartCount conditions { type status reason message changedAt } containerStatuses { name image ready restartCount state { ${state} } lastTermination { ${state} } } }`;
    const nothing = { reason: null, message: null, exitCode: null, signal: null, startedAt: null, finishedAt: null };
    expect(await queryWorkspace(selection, workspace('nb'), crashing)).toEqual({
      pod: {
        phase: 'RUNNING',
        restartCount: 4,
        conditions: [
          {
            type: 'Ready',
            status: 'FALSE',
            reason: 'ContainersNotReady',
            message: 'containers with unready status: [main]',
            changedAt: null,
          },
          { type: 'PodScheduled', status: 'TRUE', reason: null, message: null, changedAt: '2026-11-25T10:00:00Z' },
          { type: 'Odd', status: 'UNKNOWN', reason: null, message: null, changedAt: null },
        ],
        containerStatuses: [
          {
            name: 'main',
            image: 'example.com/scipy@sha256:1',
            ready: false,
            restartCount: 3,
            state: {
              ...nothing,
              name: 'WAITING',
              reason: 'CrashLoopBackOff',
              message: 'back-off 40s restarting failed container',
            },
            lastTermination: { ...nothing, ...crashed, name: 'TERMINATED' },
          },
          {
            name: 'sidecar',
            image: 'example.com/sidecar:1',
            ready: false,
            restartCount: 0,
            state: { ...nothing, name: 'UNKNOWN' },
            lastTermination: null,
          },
        ],
      },
    });
  });

  it('returns the resources, init containers and last termination of containers', async () => {
    const selection =
      'pod { containers initContainers containerStatuses { requests { resource quantity value } limits { resource quantity value } } initContainerStatuses { name ready state { name exitCode } } }';
    expect(await queryWorkspace(selection, workspace('nb'), crashing)).toEqual({
      pod: {
        containers: ['main', 'sidecar'],
        initContainers: ['fetch'],
        containerStatuses: [
          {
            requests: [
              { resource: 'cpu', quantity: '500m', value: 0.5 },
              { resource: 'memory', quantity: '1Gi', value: 2 ** 30 },
            ],
            limits: [{ resource: 'memory', quantity: '2Gi', value: 2 ** 31 }],
          },
          { requests: [], limits: [] },
        ],
        initContainerStatuses: [{ name: 'fetch', ready: true, state: { name: 'TERMINATED', exitCode: 0 } }],
      },
    });
  });

  it('returns the cached pod, whether the controller reports it yet or not', async () => {
    const reported = { podTemplatePod: { name: 'ws-nb-abcde-0', nodeName: 'node-9', containers: [{ name: 'old' }] } };
    const selection = 'pod { name nodeName containers object { name ip namespace { name } workspace { name } } }';
    const pod = {
      name: 'ws-nb-abcde-0',
      nodeName: 'node-1',
      containers: ['main', 'sidecar'],
      object: { name: 'ws-nb-abcde-0', ip: '10.0.0.7', namespace: { name: 'team-a' }, workspace: { name: 'nb' } },
    };
    expect(await queryWorkspace(selection, workspace('nb'), crashing)).toEqual({ pod });
    expect(await queryWorkspace(selection, workspace('nb', { state: 'Running', status: reported }), crashing)).toEqual({
      pod,
    });
  });

  it('falls back to the pod that the controller reports when it is not in the cache', async () => {
    const status = { podTemplatePod: { name: 'ws-0', nodeName: 'node-1', containers: [{ name: 'main' }] } };
    const selection =
      'pod { name containers phase restartCount startedAt object { name } containerStatuses { name } conditions { type } }';
    const other = podOf('other');
    expect(await queryWorkspace(selection, workspace('nb', { state: 'Running', status }), other)).toEqual({
      pod: {
        name: 'ws-0',
        containers: ['main'],
        phase: null,
        restartCount: null,
        startedAt: null,
        object: null,
        containerStatuses: [],
        conditions: [],
      },
    });
  });

  it('falls back to the pod that the controller reports when the viewer may not list pods', async () => {
    const status = { podTemplatePod: { name: 'ws-nb-abcde-0', nodeName: 'node-9', containers: [{ name: 'main' }] } };
    const objects = [namespace('team-a'), workspace('nb', { state: 'Running', status }), crashing];
    await using gateway = await limitedGateway({ objects, mayNot: 'pods' });
    const { data, errors } = await gateway.query(
      `{ ${WORKSPACE_NB} { pod { name nodeName containers phase object { name } } } }`,
    );
    expect(errors).toBeUndefined();
    const reported = { name: 'ws-nb-abcde-0', nodeName: 'node-9', containers: ['main'] };
    expect(data).toEqual({ workspace: { pod: { ...reported, phase: null, object: null } } });
  });

  it('selects the newest pod that is not being deleted when none is reported', async () => {
    const old = born('ws-nb-aaaaa-0', '2026-11-25T09:00:00Z');
    expect(
      await queryWorkspace('pod { name }', workspace('nb'), born('ws-nb-bbbbb-0', '2026-11-25T10:00:00Z'), old),
    ).toEqual({
      pod: { name: 'ws-nb-bbbbb-0' },
    });
  });

  it('selects the same pod on every gateway when several are of the same second', async () => {
    await using gateway = await startTestGateway({ objects: [workspace('nb')] });
    const query = `{ pods { totalCount } ${WORKSPACE_NB} { pod { name } } }`;
    await gateway.query(query);
    for (const name of ['ws-nb-bbbbb-0', 'ws-nb-aaaaa-0']) gateway.cluster.apply(born(name, '2026-11-25T10:00:00Z'));
    const selected = { pods: { totalCount: 2 }, workspace: { pod: { name: 'ws-nb-bbbbb-0' } } };
    await expect
      .poll(async () => (await gateway.query('{ pods { totalCount } }')).data)
      .toEqual({ pods: selected.pods });
    await using other = await startGatewayFor(gateway.cluster.kubeconfig);
    for (const each of [gateway, other]) expect((await each.query(query)).data).toEqual(selected);
  });

  it('sends the pod of a workspace again when it changes', async () => {
    await using gateway = await startTestGateway({ objects: [workspace('nb')] });
    const changes = gateway.subscribe(`subscription { ${WORKSPACE_NB} { pod { name phase } } }`);
    expect((await changes.next()).value?.data).toEqual({ workspace: { pod: null } });
    gateway.cluster.apply(podOf('nb', { status: { phase: 'Pending' } }));
    const pod = { name: 'ws-nb-abcde-0', phase: 'PENDING' };
    expect((await changes.next()).value?.data).toEqual({ workspace: { pod } });
    gateway.cluster.apply(podOf('nb'));
    expect((await changes.next()).value?.data).toEqual({ workspace: { pod: { ...pod, phase: 'RUNNING' } } });
    gateway.cluster.delete('v1', 'Pod', 'ws-nb-abcde-0', 'team-a');
    expect((await changes.next()).value?.data).toEqual({ workspace: { pod: null } });
  });
});

describe('pods', () => {
  const failed = podOf('b', {
    namespace: 'team-b',
    status: { phase: 'Failed', reason: 'Evicted', message: 'The node was low on memory.' },
  });
  const objects = [namespace('team-a'), namespace('team-b'), podOf('a'), failed];

  it.each([
    ['', ['ws-a-abcde-0', 'ws-b-abcde-0']],
    ['(namespace: "team-b")', ['ws-b-abcde-0']],
    ['(filter: { phases: [RUNNING] })', ['ws-a-abcde-0']],
    ['(filter: { workspaces: ["b"] })', ['ws-b-abcde-0']],
    ['(filter: { search: "WS-A" })', ['ws-a-abcde-0']],
    ['(filter: { nodeNames: ["node-2"] })', []],
    ['(filter: { labelSelector: "notebooks.kubeflow.org/workspace-name=a" })', ['ws-a-abcde-0']],
    ['(first: 1)', ['ws-a-abcde-0']],
  ])('filters pods%s', async (args, names) => {
    await using gateway = await startTestGateway({ objects });
    const { data, errors } = await gateway.query(`{ pods${args} { nodes { name } } }`);
    expect(errors).toBeUndefined();
    expect(data).toEqual({ pods: { nodes: names.map((name) => ({ name })) } });
  });

  it('returns a pod by name and by id, without the environment of its containers', async () => {
    await using gateway = await startTestGateway({ objects: [...objects, crashing] });
    const { data } = await gateway.query(
      '{ pod(namespace: "team-b", name: "ws-b-abcde-0") { phase reason message metadata { labels { value } } } secretive: pod(namespace: "team-a", name: "ws-nb-abcde-0") { id manifest } }',
    );
    expect(data?.['pod']).toEqual({
      phase: 'FAILED',
      reason: 'Evicted',
      message: 'The node was low on memory.',
      metadata: { labels: [{ value: 'b' }] },
    });
    expect(JSON.stringify(data?.['secretive'])).toContain('CrashLoopBackOff');
    expect(JSON.stringify(data?.['secretive'])).not.toContain('hidden');
    const { id } = (data as { readonly secretive: { readonly id: string } }).secretive;
    const node = await gateway.query('query ($id: ID!) { node(id: $id) { ... on Pod { name } } }', { id });
    expect(node.data).toEqual({ node: { name: 'ws-nb-abcde-0' } });
  });

  it('sends the changes of pods to subscribers', async () => {
    await using gateway = await startTestGateway({ objects });
    const running = gateway.subscribe('subscription { pods(filter: { phases: [RUNNING] }) { type object { name } } }');
    const events = [await running.next(), await running.next(), await running.next()];
    expect(events.map(({ value }) => value?.data?.['pods'])).toEqual([
      { type: 'RESET', object: null },
      { type: 'ADDED', object: { name: 'ws-a-abcde-0' } },
      { type: 'SYNCED', object: null },
    ]);
    gateway.cluster.apply(podOf('a', { status: { phase: 'Succeeded' } }));
    expect((await running.next()).value?.data?.['pods']).toMatchObject({ type: 'DELETED' });
    const one = gateway.subscribe('subscription { pod(namespace: "team-a", name: "ws-a-abcde-0") { phase } }');
    expect((await one.next()).value?.data).toEqual({ pod: { phase: 'SUCCEEDED' } });
  });
});
