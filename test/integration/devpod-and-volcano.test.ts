import { describe, expect, it } from 'vitest';
import { schema } from '../../src/schema.ts';
import { grantIn, type Rule } from '../support/access/grants.ts';
import { headerAuthentication } from '../support/authentication.ts';
import { fullSelection } from '../support/full-selection.ts';
import { namespace } from '../support/manifests.ts';
import { corrupt } from '../support/random-corruption.ts';
import { devPod, devPodCrd, volcanoCommandCrd, volcanoJob, volcanoJobCrd } from '../support/devpod-and-volcano.ts';
import { connectUser } from '../support/user-client.ts';
import { startTestGateway } from '../support/test-gateway.ts';

const SEEDS = Array.from({ length: 240 }, (_, index) => index + 1);
const CANARY = 'k4n4ri3n-v0gel';
const MOMENT = '2026-11-21T09:30:00Z';

const options = {
  TOKEN: { value: CANARY },
  OLD: CANARY,
  KEY: { valueFrom: { projectSecretRef: { name: 'keys', key: 'k', optional: true } } },
};
const template = {
  provider: { name: `https://ada:${CANARY}@example.com`, options, env: options },
  spaceTemplate: { name: 'space', version: '1.x.x', syncOnce: true },
  virtualClusterTemplate: { name: 'cluster' },
  workspaceEnv: options,
};

function wholePod(name: string) {
  return devPod(name, {
    spec: {
      displayName: 'Mine',
      owner: { user: 'ada' },
      templateRef: { name: 'python' },
      template,
      runnerRef: { runner: 'eu' },
      parameters: `password: ${CANARY}`,
      access: [{ name: 'mates', verbs: ['get'], users: ['ada'] }],
      presetRef: { name: 'gpu' },
    },
    status: {
      phase: 'Ready',
      message: `It likes ${CANARY}.`,
      conditions: [{ type: 'InstanceScheduled', status: 'True', lastTransitionTime: MOMENT }],
      instance: template,
    },
  });
}

function wholeJob(name: string) {
  const networkTopology = { mode: 'hard', highestTierAllowed: 2 };
  const policies = [{ event: 'PodFailed', action: 'RestartJob', exitCode: 1, timeout: '1m0s' }];
  return volcanoJob(name, {
    spec: {
      queue: 'default',
      minAvailable: 1,
      networkTopology,
      plugins: { ssh: [], svc: ['--a'] },
      policies,
      tasks: [{ name: 'w', replicas: 2, policies, dependsOn: { name: ['m'] }, partitionPolicy: { networkTopology } }],
      volumes: [{ mountPath: '/data', volumeClaim: {} }],
    },
    status: {
      state: { phase: 'Running', lastTransitionTime: MOMENT },
      conditions: [{ status: 'Pending', lastTransitionTime: MOMENT }],
      running: 2,
      Succeeded: 1,
      taskStatusCount: { w: { phase: { Running: 2 } } },
      ControlledResources: { 'plugin-ssh': 'ssh' },
    },
  });
}

describe('lists of DevPod and Volcano objects', () => {
  it.each([
    ['DevPodWorkspaceInstance', 'devPodWorkspaceInstances', devPodCrd, wholePod],
    ['VolcanoJob', 'volcanoJobs', volcanoJobCrd, wholeJob],
  ] as const)(
    'returns every %s without secrets when their manifests are corrupted at random',
    async (type, field, crd, whole) => {
      const mutants = SEEDS.map((seed) => corrupt(whole(`seed-${seed}`), seed));
      await using gateway = await startTestGateway({ objects: [crd, ...mutants] });
      const selection = fullSelection(schema, type, 4);
      const answer = await gateway.query(`{ ${field} { totalCount nodes ${selection} } }`);
      expect(answer.errors).toBeUndefined();
      expect(answer.data).toMatchObject({ [field]: { totalCount: SEEDS.length } });
      expect(JSON.stringify(answer)).not.toMatch(/k4n4ri3n|v0gel/u);
    },
  );
});

describe('access to DevPod and Volcano objects', () => {
  const reading = ['get', 'list', 'watch'];
  const objects = [
    devPodCrd,
    volcanoJobCrd,
    volcanoCommandCrd,
    namespace('team-a'),
    namespace('loft-p-team-a'),
    wholePod('pod'),
    wholeJob('train'),
    ...grantIn('loft-p-team-a', 'vic', devPods(...reading)),
    ...grantIn('team-a', 'vic', jobs(...reading)),
    ...grantIn('team-a', 'erin', jobs(...reading, 'patch')),
  ];

  it.each([
    ['vic', '{ devPodWorkspaceInstances { totalCount } volcanoJobs { totalCount } }', undefined],
    ['erin', '{ devPodWorkspaceInstances(namespace: "loft-p-team-a") { totalCount } }', 'FORBIDDEN'],
    ['erin', '{ devPodWorkspaceInstance(namespace: "loft-p-team-a", name: "pod") { name } }', 'FORBIDDEN'],
    ['nobody', '{ volcanoJob(namespace: "team-a", name: "none") { name } }', 'FORBIDDEN'],
    [
      'erin',
      'mutation { patchVolcanoJob(input: { namespace: "team-a", name: "train", type: MERGE, patch: {} }) { warnings } }',
      undefined,
    ],
    [
      'vic',
      'mutation { patchVolcanoJob(input: { namespace: "team-a", name: "train", type: MERGE, patch: {} }) { warnings } }',
      'FORBIDDEN',
    ],
    ['erin', 'mutation { suspendVolcanoJob(input: { namespace: "team-a", name: "train" }) { warnings } }', 'FORBIDDEN'],
    [
      'vic',
      'mutation { deleteDevPodWorkspaceInstance(input: { namespace: "loft-p-team-a", name: "pod" }) { warnings } }',
      'FORBIDDEN',
    ],
  ])('authorizes %s by the RBAC rules of the cluster: %s', async (user, query, code) => {
    await using gateway = await startTestGateway({ objects, authentication: headerAuthentication });
    await using person = connectUser(gateway.url, { headers: { 'kubeflow-userid': user } });
    const { errors } = await person.ask(query);
    expect(errors?.[0]?.extensions['code']).toBe(code);
  });
});

function devPods(...verbs: string[]): Rule {
  return { verbs, resources: ['devpodworkspaceinstances'], apiGroups: ['management.loft.sh'] };
}

function jobs(...verbs: string[]): Rule {
  return { verbs, resources: ['jobs'], apiGroups: ['batch.volcano.sh'] };
}
