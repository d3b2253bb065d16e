import { describe, expect, it } from 'vitest';
import { FAULT } from '../annotations.ts';
import type { Pod } from '../kubernetes-resources.ts';
import type { OptionList, WorkspaceKind } from '../workspace-kind.ts';
import type { Workspace, WorkspaceSpec, WorkspaceStatus } from '../workspace.ts';
import { jupyterlab as jupyterlabSpec } from '../fixtures/workspace-kinds.ts';
import type { ProbeResult } from './activity.ts';
import { statusAfter, type PodOutcome } from './pod-outcome.ts';
import { podTemplate } from './pod-template.ts';
import { calculateWorkspaceStatus, type WorkspaceResult, type WorkspaceSituation } from './workspace-status.ts';

const T0 = 1_790_000_000_000;
const meta = { uid: 'u-1', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' };
const jupyterlab = kindOf(jupyterlabSpec());

describe('the ways out before the pod is looked at', () => {
  const cases: readonly [string, Partial<WorkspaceSituation>, string][] = [
    ['0a: the kind is missing', { kind: undefined }, 'Workspace references unknown WorkspaceKind: jupyterlab'],
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
      '0c: a redirect leads nowhere',
      { kind: redirecting({ tiny_cpu: 'gone' }) },
      'Workspace has invalid podConfig: podConfig with id "gone" not found, was redirected from "tiny_cpu"',
    ],
    [
      '0d: redirects lead in a circle',
      { kind: redirecting({ tiny_cpu: 'small_cpu', small_cpu: 'tiny_cpu' }) },
      'Workspace has invalid podConfig: podConfig with id "tiny_cpu" has a circular redirect',
    ],
  ];
  it.each(cases)('row %s', (_, situation, stateMessage) => {
    expect(look(situation).status).toMatchObject({ state: 'Error', stateMessage });
  });

  it('leaves everything else as it was, and the pod alone', () => {
    const before = look({ pod: podOf('Ready') }).status;
    const { status, options } = look({ kind: undefined, workspace: workspaceOf({ status: before }), now: T0 + 1 });
    expect(status).toEqual({
      ...before,
      state: 'Error',
      stateMessage: expect.stringContaining('unknown WorkspaceKind'),
    });
    expect(options).toBeUndefined();
  });

  it('writes nothing while the same error stays', () => {
    const before = { ...look({ kind: undefined }).status, pendingRestart: true };
    expect(look({ kind: undefined, workspace: workspaceOf({ status: before }) }).status).toBe(before);
  });
});

describe('the timelines', () => {
  it('creates: unknown, pending, running with its activity begun anew', () => {
    const story = tell({}, [{}, { pod: podOf() }, { pod: podOf('Ready') }]);
    expect(story.map(({ state }) => state)).toEqual(['Unknown', 'Pending', 'Running']);
    expect(story[0]?.podTemplatePod).toEqual({ name: '', nodeName: '', serviceAccountName: 'ws-nb' });
    expect(story[1]?.podTemplatePod).toMatchObject({
      name: expect.stringMatching(/^ws-nb-[0-9a-f]{5}-0$/u),
      containers: [{ name: 'main' }],
    });
    expect(story[2]).toMatchObject({
      lastRunningTime: T0 + 2,
      activity: { lastProbe: { result: 'Success', startTime: T0 + 2 } },
    });
  });

  it('creates paused: paused at once', () => {
    const [status] = tell({ paused: true }, [{}]);
    expect(status).toMatchObject({ state: 'Paused', pauseTime: T0, lastRunningTime: 0 });
  });

  it('pauses: still running with a pause time, terminating, paused without a pod', () => {
    const running = look({ pod: podOf('Ready') }).status;
    const story = tell({ paused: true, status: running }, [{ pod: podOf('Ready') }, { pod: podOf('Ready', true) }, {}]);
    expect(story.map(({ state }) => state)).toEqual(['Running', 'Terminating', 'Paused']);
    expect(story.map(({ pauseTime }) => pauseTime)).toEqual([T0, T0, T0]);
    expect(story[2]?.podTemplatePod.name).toBe('');
  });

  it('starts: unknown without a pause time, pending, running since now', () => {
    const paused = { ...look({ pod: podOf('Ready') }).status, state: 'Paused', pauseTime: T0 - 5 } as const;
    const story = tell({ status: paused }, [{}, { pod: podOf() }, { pod: podOf('Ready') }]);
    expect(story.map(({ state, pauseTime }) => [state, pauseTime])).toEqual([
      ['Unknown', 0],
      ['Pending', 0],
      ['Running', 0],
    ]);
    expect(story[2]?.lastRunningTime).toBe(T0 + 2);
  });

  it('gets a redirect and accepts it, running all the while', () => {
    const kind = redirecting({ tiny_cpu: 'small_cpu', small_cpu: 'big_gpu' });
    const before = look({ pod: podOf('Ready') }).status;
    const { status } = look({ kind, pod: podOf('Ready'), workspace: workspaceOf({ status: before }) });
    expect(status).toMatchObject({ state: 'Running', pendingRestart: true, lastRunningTime: before.lastRunningTime });
    const redirectChain = [
      { source: 'tiny_cpu', target: 'small_cpu' },
      { source: 'small_cpu', target: 'big_gpu' },
    ];
    expect(status.podTemplateOptions.podConfig).toEqual({ desired: 'big_gpu', redirectChain });
    const accepted = look({ kind, workspace: workspaceOf({ podConfig: 'big_gpu', status }) }).status;
    expect(accepted).toMatchObject({
      pendingRestart: false,
      podTemplateOptions: { podConfig: { desired: 'big_gpu' } },
    });
  });

  it('recovers when its kind is there again', () => {
    const lost = look({ kind: undefined }).status;
    expect(look({ pod: podOf('Ready'), workspace: workspaceOf({ status: lost }) }).status.state).toBe('Running');
  });

  it('shows a fault, and that it has healed', () => {
    const story = tell({}, [{ pod: podOf('ImagePullBackOff') }, { pod: podOf('Ready') }]);
    expect(story.map(({ state }) => state)).toEqual(['Error', 'Running']);
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

function kindOf(spec: WorkspaceKind['spec']): WorkspaceKind {
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
  return kindOf({
    ...jupyterlab.spec,
    podTemplate: { ...template, options: { ...template.options, podConfig } },
  });
}

function look(further: Partial<WorkspaceSituation>): WorkspaceResult {
  return calculateWorkspaceStatus({
    workspace: workspaceOf({}),
    kind: jupyterlab,
    pod: undefined,
    namespaceLabels: {},
    now: T0,
    probeIntervalMs: 1_000,
    probeResult: used(T0),
    ...further,
  });
}

/** One look after the other, a millisecond apart, each beginning with the status that the one before left. */
function tell(given: Given, scenes: readonly Partial<WorkspaceSituation>[]): WorkspaceStatus[] {
  let { status } = given;
  return scenes.map((scene, i) => {
    const now = T0 + i;
    const workspace = workspaceOf({ ...given, ...(status ? { status } : {}) });
    status = look({ workspace, now, probeResult: used(now), ...scene }).status;
    return status;
  });
}

function used(at: number): ProbeResult {
  return { probe: { startTime: at, endTime: at, result: 'Success', message: '' }, lastActivity: at };
}

function podOf(outcome?: PodOutcome, isEnding = false): Pod {
  const workspace = workspaceOf({ annotations: outcome && outcome !== 'Ready' ? { [FAULT]: outcome } : {} });
  const { options } = look({ workspace });
  if (!options) throw new Error('Expected a workspace with options');
  const { metadata, ...template } = podTemplate(workspace, jupyterlab, options);
  const ending = isEnding ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {};
  return {
    ...template,
    metadata: { ...meta, ...metadata, namespace: 'team-a', ...ending },
    ...(outcome ? { status: statusAfter(outcome, { ...template, metadata }, new Date(T0)) } : {}),
  };
}
