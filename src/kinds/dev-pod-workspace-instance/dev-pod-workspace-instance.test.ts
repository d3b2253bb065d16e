import { expect, describe, it } from 'vitest';
import { namespace } from '../../../test/support/manifests.ts';
import { devPod, devPodCrd, unwatchableDevPods } from '../../../test/support/devpod-and-volcano.ts';
import { startTestGateway } from '../../../test/support/test-gateway.ts';
import type { Manifest } from '../../../dev/simulator/api-object.ts';

const POD = 'devPodWorkspaceInstance(namespace: "loft-p-team-a", name: "pod")';

async function askOfPod(selection: string, pod: Manifest): Promise<unknown> {
  await using gateway = await startTestGateway({ objects: [devPodCrd, namespace('loft-p-team-a'), pod] });
  const { errors, data } = await gateway.query(`{ ${POD} { ${selection} } }`);
  expect(errors).toBeUndefined();
  return data?.['devPodWorkspaceInstance'];
}

const template = {
  provider: {
    name: 'aws',
    options: {
      TOKEN: { value: 's3cret' },
      KEY: { valueFrom: { projectSecretRef: { name: 'keys', key: 'aws', optional: true } } },
      EMPTY: { value: '' },
    },
    env: { HOME: { value: '/root' }, SHARED: { valueFrom: { sharedSecretRef: { name: 'all', key: 'k' } } } },
  },
  spaceTemplate: { name: 'space', version: '1.x.x', syncOnce: true },
  virtualClusterTemplate: { name: 'cluster' },
  workspaceEnv: { EDITOR: { value: 'vim' } },
};
const OPTION = '{ name value isSet projectSecret { name key optional } sharedSecret { name key optional } }';
const REFERENCE = '{ name version syncOnce }';
const TEMPLATE = `{ provider { name options ${OPTION} env ${OPTION} } spaceTemplate ${REFERENCE} virtualClusterTemplate ${REFERENCE} workspaceEnv ${OPTION} }`;
const nowhere = { projectSecret: null, sharedSecret: null };
const shownTemplate = {
  provider: {
    name: 'aws',
    options: [
      { name: 'EMPTY', value: '', isSet: false, ...nowhere },
      {
        name: 'KEY',
        value: null,
        isSet: false,
        projectSecret: { name: 'keys', key: 'aws', optional: true },
        sharedSecret: null,
      },
      { name: 'TOKEN', value: '***', isSet: true, ...nowhere },
    ],
    env: [
      { name: 'HOME', value: '***', isSet: true, ...nowhere },
      {
        name: 'SHARED',
        value: null,
        isSet: false,
        projectSecret: null,
        sharedSecret: { name: 'all', key: 'k', optional: false },
      },
    ],
  },
  spaceTemplate: { name: 'space', version: '1.x.x', syncOnce: true },
  virtualClusterTemplate: { name: 'cluster', version: null, syncOnce: false },
  workspaceEnv: [{ name: 'EDITOR', value: '***', isSet: true, ...nowhere }],
};

describe('DevPodWorkspaceInstance', () => {
  it('returns the example of the DevPod documentation', async () => {
    const spec = {
      displayName: 'my-display-name',
      owner: { user: 'my-user' },
      parameters: 'my-parameter: my-value',
      runnerRef: {},
      templateRef: { name: 'my-devpod-workspace-template' },
    };
    const selection = `name displayName description owner { user team } parameters runner templateRef ${REFERENCE} template { workspaceEnv { name } } phase namespace { name phase } metadata { namespace }`;
    expect(await askOfPod(selection, devPod('pod', { spec }))).toEqual({
      name: 'pod',
      displayName: 'my-display-name',
      description: null,
      owner: { user: 'my-user', team: null },
      parameters: 'my-parameter: "***"\n',
      runner: null,
      templateRef: { name: 'my-devpod-workspace-template', version: null, syncOnce: false },
      template: null,
      phase: null,
      namespace: { name: 'loft-p-team-a', phase: 'ACTIVE' },
      metadata: { namespace: 'loft-p-team-a' },
    });
  });

  it('returns all fields of the spec, without values of options', async () => {
    const access = [{ name: 'mates', verbs: ['get'], subresources: ['up'], users: ['ada'], teams: ['ml'] }];
    const spec = { description: 'Mine', runnerRef: { runner: 'eu' }, template, access };
    expect(
      await askOfPod(
        `displayName description runner access { name verbs subresources users teams } template ${TEMPLATE}`,
        devPod('pod', { spec }),
      ),
    ).toEqual({ displayName: 'pod', description: 'Mine', runner: 'eu', access, template: shownTemplate });
  });

  it('returns all fields of the status', async () => {
    const status = {
      lastWorkspaceStatus: 'Running',
      phase: 'Ready',
      reason: 'AllFine',
      message: 'It runs.',
      conditions: [
        { type: 'InstanceScheduled', status: 'True', lastTransitionTime: '2026-11-21T10:30:00+01:00' },
        {
          type: 'InstanceTemplateResolved',
          status: 'False',
          severity: 'Error',
          reason: 'NotFound',
          message: 'No such.',
        },
      ],
      instance: template,
      ignoreReconciliation: true,
    };
    const selection = `phase reason message lastWorkspaceStatus ignoreReconciliation instance ${TEMPLATE} conditions { type status severity reason message lastTransitionAt }`;
    const untold = { severity: null, reason: null, message: null, lastTransitionAt: null };
    expect(await askOfPod(selection, devPod('pod', { status }))).toEqual({
      ...status,
      instance: shownTemplate,
      conditions: [
        { ...untold, type: 'InstanceScheduled', status: 'True', lastTransitionAt: '2026-11-21T09:30:00Z' },
        { ...untold, ...status.conditions[1] },
      ],
    });
  });

  it('returns the fields of newer versions', async () => {
    const spec = {
      presetRef: { name: 'gpu', version: '2' },
      environmentRef: { name: 'prod' },
      preventWakeUpOnConnection: true,
      somethingNew: { a: 1 },
    };
    const selection = 'preset { name version } environment { name version } preventWakeUpOnConnection phase manifest';
    const status = { phase: 'Hibernating' };
    expect(await askOfPod(selection, devPod('pod', { spec, status }))).toMatchObject({
      preset: { name: 'gpu', version: '2' },
      environment: { name: 'prod', version: null },
      preventWakeUpOnConnection: true,
      phase: 'Hibernating',
      manifest: { spec, status },
    });
  });

  it.each([
    [{ type: 'Ready', status: 'True' }, [{ type: 'Ready', status: 'True' }]],
    [
      { Ready: { status: 'False' }, Odd: 'yes' },
      [
        { type: 'Ready', status: 'False' },
        { type: 'Odd', status: 'Unknown' },
      ],
    ],
    ['fine', []],
  ])('reads conditions in the form %j', async (conditions, expected) => {
    expect(await askOfPod('conditions { type status }', devPod('pod', { status: { conditions } }))).toEqual({
      conditions: expected,
    });
  });

  it('returns the valid fields of a malformed instance', async () => {
    const spec = {
      displayName: 5,
      owner: 'me',
      template: { provider: { options: ['a'] } },
      access: [7],
      runnerRef: [],
    };
    const strange = devPod('pod', { spec, status: { phase: 5, instance: 'x' } });
    const selection = `displayName owner { user } runner access { name } phase template ${TEMPLATE} instance { workspaceEnv { name } }`;
    expect(await askOfPod(selection, strange)).toEqual({
      displayName: 'pod',
      owner: null,
      runner: null,
      access: [],
      phase: null,
      template: {
        provider: { name: '', options: [], env: [] },
        spaceTemplate: null,
        virtualClusterTemplate: null,
        workspaceEnv: [],
      },
      instance: null,
    });
  });
});

describe('devPodWorkspaceInstances', () => {
  const pods = [
    devPod('b', { status: { phase: 'Ready' }, spec: { displayName: 'Berta' } }),
    devPod('a', { status: { phase: 'Sleeping' }, metadata: { labels: { team: 'ml' } } }),
    devPod('c', { metadata: { namespace: 'loft-p-team-b' } }),
  ];

  it.each([
    ['', 'a b c'],
    ['namespace: "loft-p-team-a"', 'a b'],
    ['filter: { phases: ["Ready"] }', 'b'],
    ['filter: { search: "BERT" }', 'b'],
    ['filter: { labelSelector: "team=ml" }', 'a'],
    ['first: 1, namespace: "loft-p-team-b"', 'c'],
  ])('filters DevPod workspaces with %s to %s', async (args, names) => {
    await using gateway = await startTestGateway({ objects: [devPodCrd, ...pods] });
    const { data } = await gateway.query(
      `{ devPodWorkspaceInstances${args && `(${args})`} { nodes { name } totalCount } }`,
    );
    const nodes = names.split(' ').map((name) => ({ name }));
    expect(data).toEqual({ devPodWorkspaceInstances: { nodes, totalCount: nodes.length } });
  });

  it('returns DevPod workspaces by id', async () => {
    await using gateway = await startTestGateway({ objects: [devPodCrd, ...pods] });
    const { data } = await gateway.query('{ devPodWorkspaceInstances(first: 1) { nodes { id } } }');
    const [, id] = /"id":"([^"]+)"/u.exec(JSON.stringify(data)) ?? [];
    const again = await gateway.query('query ($id: ID!) { node(id: $id) { __typename id } }', { id });
    expect(again.data).toEqual({ node: { __typename: 'DevPodWorkspaceInstance', id } });
  });

  it('sends the changes of all and of one DevPod workspace to subscribers', async () => {
    await using gateway = await startTestGateway({ objects: [devPodCrd, ...pods] });
    const list = gateway.subscribe(
      'subscription { devPodWorkspaceInstances(namespace: "loft-p-team-b") { type object { name phase } } }',
    );
    const one = gateway.subscribe(
      'subscription { devPodWorkspaceInstance(namespace: "loft-p-team-b", name: "d") { phase } }',
    );
    expect(await list.next()).toMatchObject(event('RESET', null));
    expect(await list.next()).toMatchObject(event('ADDED', { name: 'c', phase: null }));
    expect(await list.next()).toMatchObject(event('SYNCED', null));
    expect(await one.next()).toMatchObject({ value: { data: { devPodWorkspaceInstance: null } } });
    gateway.cluster.apply(devPod('d', { metadata: { namespace: 'loft-p-team-b' }, status: { phase: 'Odd' } }));
    expect(await list.next()).toMatchObject(event('ADDED', { name: 'd', phase: 'Odd' }));
    expect(await one.next()).toMatchObject({ value: { data: { devPodWorkspaceInstance: { phase: 'Odd' } } } });
  });

  it('polls DevPod workspaces when the cluster serves no watch, and reports it', async () => {
    await using gateway = await startTestGateway({ aggregated: [unwatchableDevPods], objects: [...pods] });
    const changes = gateway.subscribe(
      'subscription { devPodWorkspaceInstances(namespace: "loft-p-team-b") { type object { name phase } } }',
    );
    expect([await changes.next(), await changes.next(), await changes.next()]).toMatchObject([
      event('RESET', null),
      event('ADDED', { name: 'c', phase: null }),
      event('SYNCED', null),
    ]);
    const { data } = await gateway.query('{ gateway { kinds { kind updates objects } } }');
    expect(data).toMatchObject({
      gateway: {
        kinds: expect.arrayContaining([{ kind: 'DevPodWorkspaceInstance', updates: 'POLLED', objects: 3 }]),
      },
    });
    await gateway.query(
      'mutation { patchDevPodWorkspaceInstance(input: { namespace: "loft-p-team-b", name: "c", type: MERGE, patch: { status: { phase: "Ready" } } }) { warnings } }',
    );
    expect(await changes.next()).toMatchObject(event('MODIFIED', { name: 'c', phase: 'Ready' }));
  });

  it('returns KIND_UNAVAILABLE when the cluster does not serve DevPod workspaces', async () => {
    await using gateway = await startTestGateway();
    const { errors } = await gateway.query('{ devPodWorkspaceInstances { totalCount } }');
    expect(errors).toMatchObject([{ extensions: { code: 'KIND_UNAVAILABLE', kind: 'DevPodWorkspaceInstance' } }]);
  });
});

function event(type: string, object: object | null): object {
  return { value: { data: { devPodWorkspaceInstances: { type, object } } } };
}
