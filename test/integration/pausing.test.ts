import { describe, expect, it } from 'vitest';
import { specOf, type WorkspaceObject } from '../../src/kinds/workspace/resource.ts';
import { oldWorkspaceCrd } from '../support/crds/old-workspace.ts';
import { namespace, workspace } from '../support/manifests.ts';
import { recordingLog } from '../support/recording-log.ts';
import { startTestGateway, type SimulatedGateway } from '../support/test-gateway.ts';

const running = workspace('nb-1', { state: 'Running' });
const paused = workspace('nb-1', { paused: true, state: 'Paused' });
const PAUSE =
  'mutation ($input: PauseWorkspaceInput!) { pauseWorkspace(input: $input) { stateReached warnings workspace { paused state audit { updatedBy updatedAt } } } }';
const START =
  'mutation ($input: StartWorkspaceInput!) { startWorkspace(input: $input) { stateReached warnings workspace { paused state } } }';
const at = { namespace: 'team-a', name: 'nb-1' };

function stored(gateway: SimulatedGateway): WorkspaceObject {
  return gateway.cluster.get('kubeflow.org/v1beta1', 'Workspace', 'nb-1', 'team-a') as WorkspaceObject;
}

describe('pauseWorkspace', () => {
  it('pauses a workspace with audit annotations, and the next query returns it before the watch does', async () => {
    await using gateway = await startTestGateway({ objects: [namespace('team-a'), running] });
    gateway.cluster.faults.stall(); // from here on nothing arrives through the watch
    const { data, errors } = await gateway.query(PAUSE, { input: at });
    expect(errors).toBeUndefined();
    expect(data?.['pauseWorkspace']).toMatchObject({
      stateReached: null,
      warnings: [],
      workspace: { paused: true, state: 'RUNNING' },
    });
    expect(specOf(stored(gateway)).paused).toBe(true);
    expect(stored(gateway).metadata.annotations).toMatchObject({ 'notebooks.kubeflow.org/updated-by': 'system:admin' });
    const read = await gateway.query('{ workspace(namespace: "team-a", name: "nb-1") { paused } }');
    expect(read.data?.['workspace']).toEqual({ paused: true });
  });

  it('sends one request when the access decision is cached', async () => {
    await using gateway = await startTestGateway({ objects: [namespace('team-a'), running] });
    await gateway.query(PAUSE, { input: { ...at, dryRun: true } });
    const before = gateway.cluster.requests.length;
    await gateway.query(PAUSE, { input: at });
    const requests = gateway.cluster.requests.slice(before).filter(({ url }) => !url.includes('accessreviews'));
    expect(requests.map(({ verb }) => verb)).toEqual(['patch']);
  });

  it('keeps existing annotations and those of concurrent writes', async () => {
    await using gateway = await startTestGateway({ objects: [namespace('team-a'), running] });
    gateway.cluster.faults.stall();
    gateway.cluster.apply({ ...running, metadata: { ...running.metadata, annotations: { mine: 'kept' } } });
    const { errors } = await gateway.query(PAUSE, { input: at });
    expect(errors).toBeUndefined();
    expect(stored(gateway).metadata.annotations).toMatchObject({
      mine: 'kept',
      'notebooks.kubeflow.org/updated-by': 'system:admin',
    });
  });

  it('changes nothing when pauseWorkspace is a dry run', async () => {
    await using gateway = await startTestGateway({ objects: [namespace('team-a'), running] });
    const { data } = await gateway.query(PAUSE, { input: { ...at, dryRun: true, waitFor: 'PAUSED' } });
    expect(data?.['pauseWorkspace']).toMatchObject({ stateReached: false, workspace: { paused: true } });
    expect(specOf(stored(gateway)).paused).toBe(false);
    expect(
      (await gateway.query('{ workspace(namespace: "team-a", name: "nb-1") { paused } }')).data?.['workspace'],
    ).toEqual({ paused: false });
  });

  it('returns CONFLICT with the state when the workspace is already paused', async () => {
    await using gateway = await startTestGateway({ objects: [namespace('team-a'), paused] });
    const { errors } = await gateway.query(PAUSE, { input: at });
    expect(errors).toMatchObject([
      {
        message: expect.stringContaining('PAUSED'),
        extensions: { code: 'CONFLICT', ...at, kind: 'Workspace', state: 'PAUSED' },
      },
    ]);
  });

  it('returns NOT_FOUND when the name is unknown', async () => {
    await using gateway = await startTestGateway({ objects: [namespace('team-a')] });
    const { errors } = await gateway.query(PAUSE, { input: at });
    expect(errors).toMatchObject([{ extensions: { code: 'NOT_FOUND', kind: 'Workspace', ...at } }]);
  });

  it('returns INVALID with the causes when admission rejects a valid transition', async () => {
    const causes = [{ field: 'spec.paused', reason: 'FieldValueForbidden', message: 'not on a Friday' }];
    await using gateway = await startTestGateway({
      objects: [namespace('team-a'), running],
      admission: [({ operation }) => (operation === 'UPDATE' ? { deny: { causes } } : undefined)],
    });
    const { errors } = await gateway.query(PAUSE, { input: at });
    expect(errors).toMatchObject([{ extensions: { code: 'INVALID', causes } }]);
  });

  it('returns INVALID when admission rejects it without a cause', async () => {
    await using gateway = await startTestGateway({
      objects: [namespace('team-a'), running],
      admission: [({ operation }) => (operation === 'UPDATE' ? { deny: { message: 'not today' } } : undefined)],
    });
    const { errors } = await gateway.query(PAUSE, { input: at });
    expect(errors).toMatchObject([{ message: expect.stringContaining('not today'), extensions: { code: 'INVALID' } }]);
  });

  it('returns the warnings of the API server', async () => {
    await using gateway = await startTestGateway({
      objects: [namespace('team-a'), running],
      admission: [({ operation }) => (operation === 'UPDATE' ? { warnings: ['say "please"'] } : undefined)],
    });
    const { data } = await gateway.query(PAUSE, { input: at });
    expect(data?.['pauseWorkspace']).toMatchObject({ warnings: ['say "please"'] });
  });

  it('returns after the state is reached, or TIMEOUT or NOT_FOUND when it is not', async () => {
    await using gateway = await startTestGateway({ objects: [namespace('team-a'), running] });
    const inTime = gateway.query(PAUSE, { input: { ...at, waitFor: 'PAUSED' } });
    await gateway.requested('patch');
    gateway.cluster.apply(paused);
    expect((await inTime).data?.['pauseWorkspace']).toMatchObject({
      stateReached: true,
      workspace: { state: 'PAUSED' },
    });
    gateway.cluster.apply(running);
    await gateway.caughtUp();
    const late = await gateway.query(PAUSE, { input: { ...at, waitFor: 'PAUSED', timeoutSeconds: 0 } });
    expect(late.data?.['pauseWorkspace']).toMatchObject({ stateReached: false, workspace: { state: 'RUNNING' } });
    gateway.cluster.apply(running);
    await gateway.caughtUp();
    const gone = gateway.query(PAUSE, { input: { ...at, waitFor: 'PAUSED' } });
    await gateway.requested('patch', 3);
    gateway.cluster.delete('kubeflow.org/v1beta1', 'Workspace', 'nb-1', 'team-a');
    expect((await gone).data?.['pauseWorkspace']).toMatchObject({ stateReached: false });
  });

  it('rejects timeoutSeconds when it is out of range', async () => {
    await using gateway = await startTestGateway({ objects: [namespace('team-a'), running] });
    const { errors } = await gateway.query(PAUSE, { input: { ...at, timeoutSeconds: -1 } });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_REQUEST' } }]);
    expect(specOf(stored(gateway)).paused).toBe(false);
  });

  it('returns an error and changes nothing when the API server rejects the pause', async () => {
    await using gateway = await startTestGateway({ objects: [namespace('team-a'), running] });
    await gateway.query(PAUSE, { input: { ...at, dryRun: true } });
    gateway.cluster.faults.refuse({ status: 429, reason: 'TooManyRequests', retryAfterSeconds: 7 });
    const { errors } = await gateway.query(PAUSE, { input: at });
    expect(errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED', retryAfterSeconds: 7 } }]);
  });
});

describe('startWorkspace', () => {
  it('starts a workspace when it is PAUSED', async () => {
    await using gateway = await startTestGateway({ objects: [namespace('team-a'), paused] });
    const { data, errors } = await gateway.query(START, { input: at });
    expect(errors).toBeUndefined();
    expect(data?.['startWorkspace']).toMatchObject({ workspace: { paused: false, state: 'PAUSED' } });
  });

  it.each([
    ['is still terminating', { paused: true, state: 'Terminating' }, 'TERMINATING'],
    ['has not been looked at', { paused: true }, 'UNKNOWN'],
    ['is not paused', { paused: false, state: 'Running' }, 'RUNNING'],
  ])('returns CONFLICT with the state when the workspace %s', async (_, options, state) => {
    await using gateway = await startTestGateway({ objects: [namespace('team-a'), workspace('nb-1', options)] });
    const { errors } = await gateway.query(START, { input: at });
    expect(errors).toMatchObject([
      { message: expect.stringContaining(state), extensions: { code: 'CONFLICT', state } },
    ]);
  });
});

describe('restartWorkspace', () => {
  it('logs the error of a start that fails after the mutation has returned', async () => {
    const { log, lines } = recordingLog('error');
    await using gateway = await startTestGateway({ objects: [namespace('team-a'), running], log });
    const restart =
      'mutation { restartWorkspace(input: { namespace: "team-a", name: "nb-1", timeoutSeconds: 0 }) { stateReached } }';
    const { value } = await gateway.subscribe(restart).next(); // over a WebSocket, which stays open
    expect(value?.data).toEqual({ restartWorkspace: { stateReached: false } });
    using _failing = gateway.cluster.faults.refuse({ status: 500, when: ({ verb }) => verb === 'patch' });
    const { spec, metadata } = stored(gateway);
    gateway.cluster.apply({ ...running, spec, metadata, status: { state: 'Paused' } });
    await expect.poll(() => lines('unexpected error')).not.toEqual([]);
  });

  it('starts the workspace when the controller of the oldest version of the CRD has replaced its options while it was paused', async () => {
    const objects = [namespace('team-a'), oldWorkspaceCrd, workspace('nb-1', { state: 'Running' })];
    await using gateway = await startTestGateway({ objects });
    const restart = 'mutation { restartWorkspace(input: { namespace: "team-a", name: "nb-1" }) { stateReached } }';
    const restarting = gateway.query(restart);
    await expect.poll(() => specOf(stored(gateway)).paused).toBe(true);
    const podTemplate = { volumes: {}, options: { imageConfig: 'scipy-2', podConfig: 'tiny' } };
    const { metadata, spec } = stored(gateway);
    gateway.cluster.apply({ ...running, metadata, spec: { ...Object(spec), podTemplate } });
    gateway.cluster.apply({
      ...running,
      ...stored(gateway),
      status: { ...Object(running['status']), state: 'Paused' },
    });
    expect((await restarting).data).toEqual({ restartWorkspace: { stateReached: true } });
    expect(specOf(stored(gateway))).toMatchObject({ paused: false, podTemplate });
  });
});
