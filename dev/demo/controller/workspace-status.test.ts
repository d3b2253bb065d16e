import { describe, expect, it } from 'vitest';
import { FAULT } from '../annotations.ts';
import type { Pod } from '../kubernetes-resources.ts';
import type { OptionList, WorkspaceKind } from '../workspace-kind.ts';
import type { Workspace, WorkspaceSpec, WorkspaceStatus } from '../workspace.ts';
import { jupyterlab as jupyterlabSpec } from '../fixtures/workspace-kinds.ts';
import type { ProbeResult } from './activity.ts';
import { statusAfter, type PodOutcome } from './pod-outcome.ts';
import { ownedName, podOf as runningPod, podTemplate } from './pod-template.ts';
import { calculateWorkspaceStatus, type WorkspaceResult, type WorkspaceInputs } from './workspace-status.ts';

const T0 = 1_790_000_000_000;
const meta = { uid: 'u-1', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' };
const jupyterlab = workspaceKindOf(jupyterlabSpec());

describe('status of a workspace whose kind or option is unknown', () => {
  const cases: readonly [string, Partial<WorkspaceInputs>, string][] = [
    ['0a: the kind is missing', { workspaceKind: undefined }, 'Workspace references unknown WorkspaceKind: jupyterlab'],
    [
      '0b: the option is missing',
      { workspace: workspaceOf({ imageConfig: 'x' }) },
      'Workspace has invalid imageConfig: imageConfig with id "x" not found',
    ],
    [
      '0b: likewise the pod config',
      { workspace: workspaceOf({ podConfig: 'x' }) },
      'Workspace has invalid podConfig: podConfig with id "x" not found',
    ],
    [
      '0c: the target of a redirect is missing',
      { workspaceKind: redirecting({ tiny_cpu: 'gone' }) },
      'Workspace has invalid podConfig: podConfig with id "gone" not found, was redirected from "tiny_cpu"',
    ],
    [
      '0g: a ServiceAccount that it does not own, although its pod has a warning',
      {
        ownershipProblem: 'Workspace ServiceAccount ws-nb already exists and is not owned by the Workspace',
        podWarning: 'w',
      },
      'Workspace ServiceAccount ws-nb already exists and is not owned by the Workspace',
    ],
    [
      '0d: redirects form a cycle',
      { workspaceKind: redirecting({ tiny_cpu: 'small_cpu', small_cpu: 'tiny_cpu' }) },
      'Workspace has invalid podConfig: podConfig with id "small_cpu" has a circular redirect',
    ],
  ];
  it.each(cases)('reports an error in row %s', (_, situation, stateMessage) => {
    expect(resultOf(situation).status).toMatchObject({ state: 'Error', stateMessage });
  });

  it('keeps the other fields of the status and returns no pod options when the kind is missing', () => {
    const before = resultOf({ pod: podOf('Ready') }).status;
    const { status, options } = resultOf({
      workspaceKind: undefined,
      workspace: workspaceOf({ status: before }),
      now: T0 + 1,
    });
    expect(status).toEqual({
      ...before,
      state: 'Error',
      stateMessage: expect.stringContaining('unknown WorkspaceKind'),
    });
    expect(options).toBeUndefined();
  });

  it('returns the previous status when the error stays the same', () => {
    const before = { ...resultOf({ workspaceKind: undefined }).status, pendingRestart: true };
    expect(resultOf({ workspaceKind: undefined, workspace: workspaceOf({ status: before }) }).status).toBe(before);
  });
});

describe('status of a workspace over time', () => {
  it('goes from Unknown over Pending to Running with a new activity when a workspace is created', () => {
    const history = historyOf({}, [{}, { pod: podOf() }, { pod: podOf('Ready') }]);
    expect(history.map(({ state }) => state)).toEqual(['Unknown', 'Pending', 'Running']);
    expect(history[0]?.podTemplatePod).toEqual({ name: '', nodeName: '', serviceAccountName: 'ws-nb' });
    expect(history[1]?.podTemplatePod).toMatchObject({
      name: expect.stringMatching(/^ws-nb-[0-9a-f]{5}-0$/u),
      containers: [{ name: 'main' }],
    });
    expect(history[2]).toMatchObject({
      lastRunningTime: T0 + 2,
      activity: { lastProbe: { result: 'Success', startTime: T0 + 2 } },
    });
  });

  it('reports Paused at once when a workspace is created paused', () => {
    const [status] = historyOf({ paused: true }, [{}]);
    expect(status).toMatchObject({ state: 'Paused', pauseTime: T0, lastRunningTime: 0 });
  });

  it('goes from Running with a pauseTime over Terminating to Paused when a workspace is paused', () => {
    const running = resultOf({ pod: podOf('Ready') }).status;
    const history = historyOf({ paused: true, status: running }, [
      { pod: podOf('Ready') },
      { pod: podOf('Ready', true) },
      {},
    ]);
    expect(history.map(({ state }) => state)).toEqual(['Running', 'Terminating', 'Paused']);
    expect(history.map(({ pauseTime }) => pauseTime)).toEqual([T0, T0, T0]);
    expect(history[2]?.podTemplatePod.name).toBe('');
  });

  it('goes from Unknown without a pauseTime over Pending to Running when a workspace is started', () => {
    const paused = { ...resultOf({ pod: podOf('Ready') }).status, state: 'Paused', pauseTime: T0 - 5 } as const;
    const history = historyOf({ status: paused }, [{}, { pod: podOf() }, { pod: podOf('Ready') }]);
    expect(history.map(({ state, pauseTime }) => [state, pauseTime])).toEqual([
      ['Unknown', 0],
      ['Pending', 0],
      ['Running', 0],
    ]);
    expect(history[2]?.lastRunningTime).toBe(T0 + 2);
  });

  it('reports a pending restart until a redirect is accepted, and stays Running', () => {
    const workspaceKind = redirecting({ tiny_cpu: 'small_cpu', small_cpu: 'big_gpu' });
    const before = resultOf({ pod: podOf('Ready') }).status;
    const { status } = resultOf({ workspaceKind, pod: podOf('Ready'), workspace: workspaceOf({ status: before }) });
    expect(status).toMatchObject({ state: 'Running', pendingRestart: true, lastRunningTime: before.lastRunningTime });
    const redirectChain = [
      { source: 'tiny_cpu', target: 'small_cpu' },
      { source: 'small_cpu', target: 'big_gpu' },
    ];
    expect(status.podTemplateOptions.podConfig).toEqual({ desired: 'big_gpu', redirectChain });
    const accepted = resultOf({ workspaceKind, workspace: workspaceOf({ podConfig: 'big_gpu', status }) }).status;
    expect(accepted).toMatchObject({
      pendingRestart: false,
      podTemplateOptions: { podConfig: { desired: 'big_gpu' } },
    });
  });

  it('recovers when the kind exists again', () => {
    const missing = resultOf({ workspaceKind: undefined }).status;
    expect(resultOf({ pod: podOf('Ready'), workspace: workspaceOf({ status: missing }) }).status.state).toBe('Running');
  });

  it('goes from Error to Running when a fault is removed', () => {
    const history = historyOf({}, [{ pod: podOf('ImagePullBackOff') }, { pod: podOf('Ready') }]);
    expect(history.map(({ state }) => state)).toEqual(['Error', 'Running']);
  });
});

interface Given extends Partial<Pick<WorkspaceSpec['podTemplate']['options'], 'imageConfig' | 'podConfig'>> {
  readonly paused?: boolean;
  readonly status?: WorkspaceStatus;
  readonly annotations?: Readonly<Record<string, string>>;
}

function workspaceOf({
  paused = false,
  status,
  annotations = {},
  imageConfig = 'jupyter-scipy:v1.10.0',
  podConfig = 'tiny_cpu',
}: Given): Workspace {
  return {
    apiVersion: 'kubeflow.org/v1beta1',
    kind: 'Workspace',
    metadata: { ...meta, name: 'nb', namespace: 'team-a', annotations },
    spec: { paused, kind: 'jupyterlab', podTemplate: { volumes: {}, options: { imageConfig, podConfig } } },
    ...(status ? { status } : {}),
  };
}

function workspaceKindOf(spec: WorkspaceKind['spec']): WorkspaceKind {
  return { apiVersion: 'kubeflow.org/v1beta1', kind: 'WorkspaceKind', metadata: { ...meta, name: 'jupyterlab' }, spec };
}

/** The kind jupyterlab with these redirects among its pod configs. */
function redirecting(redirects: Readonly<Record<string, string>>): WorkspaceKind {
  const template = jupyterlab.spec.podTemplate;
  const values = template.options.podConfig.values.map((value) => {
    const to = redirects[value.id];
    return to === undefined ? value : { ...value, redirect: { to } };
  });
  const podConfig: OptionList = { ...template.options.podConfig, values };
  return workspaceKindOf({
    ...jupyterlab.spec,
    podTemplate: { ...template, options: { ...template.options, podConfig } },
  });
}

function resultOf(further: Partial<WorkspaceInputs>): WorkspaceResult {
  return calculateWorkspaceStatus({
    workspace: workspaceOf({}),
    workspaceKind: jupyterlab,
    pod: undefined,
    namespaceLabels: {},
    now: T0,
    probeResult: probedAt(T0),
    ...further,
  });
}

/** Reconciles step by step, one millisecond apart. Each step starts with the status of the previous one. */
function historyOf(given: Given, steps: readonly Partial<WorkspaceInputs>[]): WorkspaceStatus[] {
  let { status } = given;
  return steps.map((step, i) => {
    const now = T0 + i;
    const workspace = workspaceOf({ ...given, ...(status ? { status } : {}) });
    status = resultOf({ workspace, now, probeResult: probedAt(now), ...step }).status;
    return status;
  });
}

function probedAt(at: number): ProbeResult {
  return { probe: { startTime: at, endTime: at, result: 'Success', message: '' }, lastActivity: at };
}

function podOf(outcome?: PodOutcome, isTerminating = false): Pod {
  const workspace = workspaceOf({ annotations: outcome && outcome !== 'Ready' ? { [FAULT]: outcome } : {} });
  const { options } = resultOf({ workspace });
  if (!options) throw new Error('Expected a workspace with options');
  const set = { metadata: { ...meta, name: ownedName(workspace, 'set'), namespace: 'team-a' } };
  const { metadata, ...template } = runningPod(podTemplate(workspace, jupyterlab, options), set, 'worker-1');
  const deletion = isTerminating ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {};
  return {
    ...template,
    metadata: { ...meta, ...metadata, namespace: 'team-a', ...deletion },
    ...(outcome ? { status: statusAfter({ outcome }, { ...template, metadata }, new Date(T0)) } : {}),
  };
}
