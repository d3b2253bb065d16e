import { describe, expect, it } from 'vitest';
import { specOf, type WorkspaceObject } from '../../src/kinds/workspace/resource.ts';
import { namespace, workspace } from '../support/manifests.ts';
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
  it('asks for it, notes who did, and lets its author read it at once', async () => {
    await using gateway = await startTestGateway({ objects: [namespace('team-a'), running] });
    gateway.cluster.faults.stall(); // whatever is read now does not come from the watch
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

  it('costs one request, once it is known what the viewer may do', async () => {
    await using gateway = await startTestGateway({ objects: [namespace('team-a'), running] });
    await gateway.query(PAUSE, { input: { ...at, dryRun: true } });
    const before = gateway.cluster.requests.length;
    await gateway.query(PAUSE, { input: at });
    const requests = gateway.cluster.requests.slice(before).filter(({ url }) => !url.includes('accessreviews'));
    expect(requests.map(({ verb }) => verb)).toEqual(['patch']);
  });

  it('keeps the annotations that are there, and those that come in between', async () => {
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

  it('changes nothing in a dry run', async () => {
    await using gateway = await startTestGateway({ objects: [namespace('team-a'), running] });
    const { data } = await gateway.query(PAUSE, { input: { ...at, dryRun: true, waitFor: 'PAUSED' } });
    expect(data?.['pauseWorkspace']).toMatchObject({ stateReached: false, workspace: { paused: true } });
    expect(specOf(stored(gateway)).paused).toBe(false);
    expect(
      (await gateway.query('{ workspace(namespace: "team-a", name: "nb-1") { paused } }')).data?.['workspace'],
    ).toEqual({ paused: false });
  });

  it('is a CONFLICT naming the state when it is asked to be paused already', async () => {
    await using gateway = await startTestGateway({ objects: [namespace('team-a'), paused] });
    const { errors } = await gateway.query(PAUSE, { input: at });
    expect(errors).toMatchObject([
      {
        message: expect.stringContaining('PAUSED'),
        extensions: { code: 'CONFLICT', ...at, kind: 'Workspace', state: 'PAUSED' },
      },
    ]);
  });

  it('is NOT_FOUND for an unknown name', async () => {
    await using gateway = await startTestGateway({ objects: [namespace('team-a')] });
    const { errors } = await gateway.query(PAUSE, { input: at });
    expect(errors).toMatchObject([{ extensions: { code: 'NOT_FOUND', kind: 'Workspace', ...at } }]);
  });

  it('is INVALID, with its causes, when admission refuses it although the state is right', async () => {
    const causes = [{ field: 'spec.paused', reason: 'FieldValueForbidden', message: 'not on a Friday' }];
    await using gateway = await startTestGateway({
      objects: [namespace('team-a'), running],
      admission: [({ operation }) => (operation === 'UPDATE' ? { deny: { causes } } : undefined)],
    });
    const { errors } = await gateway.query(PAUSE, { input: at });
    expect(errors).toMatchObject([{ extensions: { code: 'INVALID', causes } }]);
  });

  it('is INVALID when admission refuses it without naming a cause', async () => {
    await using gateway = await startTestGateway({
      objects: [namespace('team-a'), running],
      admission: [({ operation }) => (operation === 'UPDATE' ? { deny: { message: 'not today' } } : undefined)],
    });
    const { errors } = await gateway.query(PAUSE, { input: at });
    expect(errors).toMatchObject([{ message: expect.stringContaining('not today'), extensions: { code: 'INVALID' } }]);
  });

  it('brings the warnings of the API server', async () => {
    await using gateway = await startTestGateway({
      objects: [namespace('team-a'), running],
      admission: [({ operation }) => (operation === 'UPDATE' ? { warnings: ['say "please"'] } : undefined)],
    });
    const { data } = await gateway.query(PAUSE, { input: at });
    expect(data?.['pauseWorkspace']).toMatchObject({ warnings: ['say "please"'] });
  });

  it('waits for a state, and says when it was not reached in time or the workspace is gone', async () => {
    await using gateway = await startTestGateway({ objects: [namespace('team-a'), running] });
    const inTime = gateway.query(PAUSE, { input: { ...at, waitFor: 'PAUSED' } });
    await gateway.requested('patch');
    gateway.cluster.apply(paused);
    expect((await inTime).data?.['pauseWorkspace']).toMatchObject({
      stateReached: true,
      workspace: { state: 'PAUSED' },
    });
    gateway.cluster.apply(running);
    const late = await gateway.query(PAUSE, { input: { ...at, waitFor: 'PAUSED', timeoutSeconds: 0 } });
    expect(late.data?.['pauseWorkspace']).toMatchObject({ stateReached: false, workspace: { state: 'RUNNING' } });
    gateway.cluster.apply(running);
    const gone = gateway.query(PAUSE, { input: { ...at, waitFor: 'PAUSED' } });
    await gateway.requested('patch', 3);
    gateway.cluster.delete('kubeflow.org/v1beta1', 'Workspace', 'nb-1', 'team-a');
    expect((await gone).data?.['pauseWorkspace']).toMatchObject({ stateReached: false });
  });

  it('refuses a time-out that is none', async () => {
    await using gateway = await startTestGateway({ objects: [namespace('team-a'), running] });
    const { errors } = await gateway.query(PAUSE, { input: { ...at, timeoutSeconds: -1 } });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_REQUEST' } }]);
    expect(specOf(stored(gateway)).paused).toBe(false);
  });

  it('tells when the API server refuses, and changes nothing', async () => {
    await using gateway = await startTestGateway({ objects: [namespace('team-a'), running] });
    await gateway.query(PAUSE, { input: { ...at, dryRun: true } });
    gateway.cluster.faults.refuse({ status: 429, reason: 'TooManyRequests', retryAfterSeconds: 7 });
    const { errors } = await gateway.query(PAUSE, { input: at });
    expect(errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED', retryAfterSeconds: 7 } }]);
  });
});

describe('startWorkspace', () => {
  it('asks for it when the workspace is PAUSED', async () => {
    await using gateway = await startTestGateway({ objects: [namespace('team-a'), paused] });
    const { data, errors } = await gateway.query(START, { input: at });
    expect(errors).toBeUndefined();
    expect(data?.['startWorkspace']).toMatchObject({ workspace: { paused: false, state: 'PAUSED' } });
  });

  it.each([
    ['is still terminating', { paused: true, state: 'Terminating' }, 'TERMINATING'],
    ['has not been looked at', { paused: true }, 'UNKNOWN'],
    ['is not paused', { paused: false, state: 'Running' }, 'RUNNING'],
  ])('is a CONFLICT naming the state when the workspace %s', async (_, options, state) => {
    await using gateway = await startTestGateway({ objects: [namespace('team-a'), workspace('nb-1', options)] });
    const { errors } = await gateway.query(START, { input: at });
    expect(errors).toMatchObject([
      { message: expect.stringContaining(state), extensions: { code: 'CONFLICT', state } },
    ]);
  });
});
