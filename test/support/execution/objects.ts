import type { Manifest } from '../../../dev/simulator/api-object.ts';
import { completeWorkspace, completeWorkspaceKind } from '../complete-objects.ts';
import { devPod, devPodCrd, volcanoJob, volcanoJobCrd } from '../devpod-and-volcano.ts';
import { eventOf } from '../events.ts';
import { malformedWorkspaceKinds, malformedWorkspaces } from '../malformed-objects.ts';
import { namespace } from '../manifests.ts';
import { podOf } from '../pods.ts';
import { corrupt } from '../random-corruption.ts';
import type { SeededRandom } from '../seeded-random.ts';
import { claim, secret, storageClass, volumeOf } from '../storage.ts';

const texts = ['Workspace is running', '', 'Zoë "quoted"\n\\ \u{1f600} \ud800', 'a\u2028b\u0000'];
const workspaces = ['ws-0', 'ws-1'].flatMap((name) =>
  ['team-a', 'team-b'].map((each) => completeWorkspace(name, { namespace: each, stateMessage: texts[2] ?? '' })),
);

const node: Manifest = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'node-1' },
  status: { capacity: { cpu: '8' } },
};

/** At least one object of each kind that the gateway serves. */
export const executionObjects: readonly Manifest[] = [
  devPodCrd,
  volcanoJobCrd,
  namespace('team-a', { a: 'b' }),
  namespace('team-b'),
  namespace('loft-p-team-a'),
  completeWorkspaceKind('jupyterlab'),
  ...workspaces,
  podOf('ws-0'),
  podOf('ws-1', { namespace: 'team-b' }),
  claim('data'),
  volumeOf('data'),
  storageClass('fast'),
  secret('token'),
  eventOf('Workspace', 'ws-0'),
  node,
  quota('1'),
  limits('1'),
  devPod('dev-0'),
  volcanoJob('job-0'),
];

function quota(cpu: string): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'quota', namespace: 'team-a' },
    spec: { hard: { 'requests.cpu': '8' } },
    status: { hard: { 'requests.cpu': '8' }, used: { 'requests.cpu': cpu } },
  };
}

function limits(cpu: string): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'LimitRange',
    metadata: { name: 'limits', namespace: 'team-a' },
    spec: { limits: [{ type: 'Container', default: { cpu } }] },
  };
}

/** Returns another state of an object that exists, or may exist: complete, malformed, or damaged at random. */
export function randomState(random: SeededRandom): Manifest {
  return random.below(2) === 0 ? relatedState(random) : ownState(random);
}

function ownState(random: SeededRandom): Manifest {
  const isKind = random.below(4) === 0;
  if (random.below(4) === 0) return random.pick(isKind ? malformedWorkspaceKinds : malformedWorkspaces).manifest;
  const complete = isKind
    ? completeWorkspaceKind('jupyterlab')
    : completeWorkspace(random.pick(['ws-0', 'ws-1', 'ws-2']), {
        namespace: random.pick(['team-a', 'team-b']),
        stateMessage: random.pick(texts),
      });
  return random.below(2) === 0 ? complete : corrupt(complete, random.below(1_000_000));
}

/** Returns a state of an object that fields of workspaces and other objects read. */
function relatedState(random: SeededRandom): Manifest {
  const [name, team] = [random.pick(['ws-0', 'ws-1', 'ws-2']), random.pick(['team-a', 'team-b'])];
  const value = String(random.below(9) + 1);
  const states = [
    () =>
      podOf(name, {
        namespace: team,
        spec: {
          nodeName: random.pick(['node-1', 'node-2', '']),
          containers: [
            { name: 'main', image: texts[2], resources: { requests: { cpu: value, memory: `${value}Gi` } } },
          ],
          volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }],
        },
      }),
    () => namespace(team, { a: value }),
    () => claim('data', { spec: { storageClassName: random.pick(['fast', 'slow']) } }),
    () => volumeOf('data', { capacity: { storage: `${value}Gi` } }),
    () => storageClass('fast', { volumeBindingMode: random.pick(['Immediate', 'WaitForFirstConsumer']) }),
    () => ({ ...node, status: { capacity: { cpu: value } } }),
    () => quota(value),
    () => limits(value),
    () => eventOf('Workspace', name, { metadata: { name: `${name}.${value}` }, message: random.pick(texts) }),
    () => eventOf('Pod', `ws-${name}-abcde-0`, { metadata: { name: `pod.${value}` } }),
  ];
  return random.pick(states)();
}
