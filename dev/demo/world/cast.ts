import type { Fault } from '../fault.ts';
import type { WorkspaceVolumes } from '../workspace.ts';

/** A workspace of the demo, and what became of it before the demo began. Hours and minutes are ago. */
export interface Member {
  readonly namespace: string;
  readonly name: string;
  readonly displayName?: string;
  readonly kind: string;
  readonly image: string;
  readonly podConfig: string;
  readonly owner: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly volumes?: WorkspaceVolumes;
  readonly createdHours: number;
  readonly runningHours?: number;
  /** Since when nobody has used it; without, someone is using it. */
  readonly idleMinutes?: number;
  readonly pausedHours?: number;
  readonly fault?: Fault;
  /** Its pod has been told to end, and takes so long. */
  readonly endingSeconds?: number;
  readonly isUnreachable?: boolean;
}

const SCIPY = { kind: 'jupyterlab', image: 'jupyter-scipy:v1.10.0', podConfig: 'tiny_cpu' } as const;
const CODE = { kind: 'codeserver', image: 'codeserver-python:v1.10.0', podConfig: 'small_cpu' } as const;
const RSTUDIO = { kind: 'rstudio', image: 'rstudio-tidyverse:v1.10.0', podConfig: 'small_cpu' } as const;
const [ALICE, BOB, CAROL] = ['alice@example.com', 'bob@example.com', 'carol@example.com'] as const;
const DAY_SECONDS = 86_400;

/** The workspace that {@link startLife} pauses and starts in turn. */
export const sleeper: Member = {
  namespace: 'team-vision',
  name: 'night-owl',
  displayName: 'Night owl',
  ...CODE,
  owner: BOB,
  createdHours: 300,
  runningHours: 3,
};

/** All workspaces of the demo: every state, and what clients must be able to bear. */
export const cast: readonly Member[] = [
  {
    namespace: 'team-research',
    name: 'fraud-model',
    displayName: 'Fraud model',
    ...SCIPY,
    owner: ALICE,
    labels: { project: 'fraud' },
    volumes: {
      home: 'alice-home',
      data: [{ pvcName: 'transactions', mountPath: '/data/transactions', readOnly: true }],
      secrets: [{ secretName: 'warehouse-password', mountPath: '/secrets/warehouse', defaultMode: 0o440 }],
    },
    createdHours: 720,
    runningHours: 5,
  },
  {
    namespace: 'team-research',
    name: 'churn-analysis',
    displayName: 'Churn analysis',
    ...SCIPY,
    owner: BOB,
    labels: { project: 'churn' },
    volumes: { home: 'bob-home' },
    createdHours: 240,
    runningHours: 8,
    idleMinutes: 55,
  },
  {
    namespace: 'team-research',
    name: 'old-baseline',
    displayName: 'Baseline of last year',
    ...SCIPY,
    owner: ALICE,
    image: 'jupyter-scipy:v1.8.0',
    volumes: { home: 'alice-home' },
    createdHours: 9_000,
    pausedHours: 50,
    idleMinutes: 60 * 53,
  },
  {
    namespace: 'team-research',
    name: 'image-typo',
    ...CODE,
    owner: CAROL,
    createdHours: 2,
    fault: 'ImagePullBackOff',
  },
  {
    namespace: 'team-research',
    name: 'fresh-volume',
    displayName: 'Waiting for its volume',
    ...SCIPY,
    owner: CAROL,
    volumes: { home: 'carol-home', data: [{ pvcName: 'shared', mountPath: '/data/shared', readOnly: false }] },
    createdHours: 0,
    fault: 'ContainerCreating',
  },
  {
    namespace: 'team-vision',
    name: 'labelling',
    displayName: 'Image labelling',
    ...SCIPY,
    owner: BOB,
    image: 'jupyter-pytorch-cuda-full:v1.9.2',
    podConfig: 'big_gpu',
    labels: { project: 'vision' },
    createdHours: 1_500,
    runningHours: 26,
  },
  {
    namespace: 'team-vision',
    name: 'gpu-training',
    displayName: 'GPU training',
    ...SCIPY,
    owner: ALICE,
    image: 'jupyter-pytorch-cuda-full:v1.10.0',
    podConfig: 'big_gpu',
    labels: { project: 'vision' },
    createdHours: 1,
    fault: 'Unschedulable',
  },
  {
    namespace: 'team-vision',
    name: 'slow-start',
    ...CODE,
    owner: CAROL,
    createdHours: 1,
    fault: 'NeverReady',
  },
  {
    namespace: 'team-vision',
    name: 'closing-time',
    displayName: 'Saving its work',
    ...SCIPY,
    owner: BOB,
    createdHours: 90,
    runningHours: 7,
    pausedHours: 0.1,
    endingSeconds: DAY_SECONDS,
  },
  sleeper,
  {
    namespace: 'team-platform',
    name: 'stats-desk',
    displayName: 'Statistics desk',
    ...RSTUDIO,
    owner: CAROL,
    volumes: { home: 'carol-home' },
    createdHours: 400,
    runningHours: 30,
    idleMinutes: 600,
    isUnreachable: true,
  },
  {
    namespace: 'team-platform',
    name: 'crash-course',
    ...RSTUDIO,
    owner: ALICE,
    createdHours: 3,
    fault: 'CrashLoopBackOff',
  },
  {
    namespace: 'team-platform',
    name: 'left-behind',
    displayName: 'Its kind is gone',
    ...SCIPY,
    owner: BOB,
    kind: 'zeppelin',
    image: 'zeppelin:0.10',
    createdHours: 6_000,
  },
  {
    namespace: 'team-platform',
    name: 'lost-option',
    displayName: 'Its image is gone',
    ...SCIPY,
    owner: CAROL,
    image: 'jupyter-scipy:v1.6.0',
    createdHours: 5_000,
  },
];
