import { expect, it } from 'vitest';
import type { Answer, TestGateway } from '../../support/test-gateway.ts';
import { waitFor } from '../../support/wait-for.ts';
import type { Cluster } from '../clusters.ts';
import { TestNamespace } from '../test-namespace.ts';

const PAUSE =
  'mutation ($input: PauseWorkspaceInput!) { pauseWorkspace(input: $input) { stateReached workspace { paused state audit { updatedBy } } } }';
const START =
  'mutation ($input: StartWorkspaceInput!) { startWorkspace(input: $input) { stateReached workspace { paused state } } }';

/** Returns the code and state of the first error. */
function failureOf({ errors }: Answer): { readonly code: unknown; readonly message: string } {
  const [error] = errors ?? [];
  return { code: error?.extensions['code'], message: error?.message ?? '' };
}

export function pausing(cluster: () => Cluster): void {
  pauses(cluster);
  pauseConflicts(cluster);
  pausesDuringDeletion(cluster);
  pauseWaits(cluster);
  starts(cluster);
}

function pauses(cluster: () => Cluster): void {
  it('pauses a workspace with audit annotations, and returns it to the next query', async () => {
    const team = await TestNamespace.in(cluster());
    await team.create('nb', { state: 'Running' });
    await using gateway = await cluster().startGateway();
    const { data, errors } = await gateway.query(PAUSE, inputs(team));
    expect(errors).toBeUndefined();
    const workspace = { paused: true, state: 'RUNNING', audit: { updatedBy: expect.any(String) } };
    expect(data).toEqual({ pauseWorkspace: { stateReached: null, workspace } });
    expect(await isPaused(team)).toBe(true);
    const query = 'query ($in: String!) { workspace(namespace: $in, name: "nb") { paused } }';
    expect((await gateway.query(query, { in: team.name })).data).toEqual({ workspace: { paused: true } });
  });

  it('keeps existing annotations when it pauses a workspace', async () => {
    const team = await TestNamespace.in(cluster());
    await team.create('nb', { state: 'Running' });
    await team.change('nb', { metadata: { annotations: { mine: 'kept' } } });
    await using gateway = await cluster().startGateway();
    expect((await gateway.query(PAUSE, inputs(team))).errors).toBeUndefined();
    const { body } = await team.api.get(team.pathOf('nb'));
    expect(body.metadata?.annotations).toEqual({
      mine: 'kept',
      'notebooks.kubeflow.org/updated-by': expect.any(String),
      'notebooks.kubeflow.org/updated-at': expect.any(String),
    });
  });

  it('uses the current state when its cache is behind', async () => {
    const team = await TestNamespace.in(cluster());
    await team.create('nb', { paused: true, state: 'Paused' });
    await using gateway = await cluster().startGateway();
    await Promise.all([
      team.change('nb', { spec: { paused: false }, metadata: { annotations: { by: 'kubectl' } } }),
      team.report('nb', 'Running'),
    ]);
    expect((await gateway.query(PAUSE, inputs(team))).errors).toBeUndefined();
    expect(await isPaused(team)).toBe(true);
  });
}

function pauseConflicts(cluster: () => Cluster): void {
  it('returns CONFLICT with the state when the workspace is already paused', async () => {
    const team = await TestNamespace.in(cluster());
    await team.create('nb', { paused: true, state: 'Terminating' });
    await using gateway = await cluster().startGateway();
    const message = expect.stringContaining('TERMINATING');
    expect(failureOf(await gateway.query(PAUSE, inputs(team)))).toEqual({ code: 'CONFLICT', message });
  });

  it('accepts one of two concurrent pauses', async () => {
    const team = await TestNamespace.in(cluster());
    await team.create('nb', { state: 'Running' });
    await using gateway = await cluster().startGateway();
    const answers = await Promise.all([1, 2, 3].map(() => gateway.query(PAUSE, inputs(team))));
    expect(answers.map((answer) => String(failureOf(answer).code)).toSorted()).toEqual([
      'CONFLICT',
      'CONFLICT',
      'undefined',
    ]);
    expect((await team.api.get(team.pathOf('nb'))).body.metadata?.generation).toBe(2);
  });

  it('returns NOT_FOUND when the name or namespace does not exist', async () => {
    const team = await TestNamespace.in(cluster());
    await using gateway = await cluster().startGateway();
    expect(failureOf(await gateway.query(PAUSE, inputs(team))).code).toBe('NOT_FOUND');
    expect(failureOf(await gateway.query(START, inputs(team, { namespace: 'nowhere' }))).code).toBe('NOT_FOUND');
  });

  it('validates but changes nothing when the pause is a dry run', async () => {
    const team = await TestNamespace.in(cluster());
    await team.create('nb', { state: 'Running' });
    await using gateway = await cluster().startGateway();
    const { data } = await gateway.query(PAUSE, inputs(team, { dryRun: true }));
    expect(data).toMatchObject({ pauseWorkspace: { workspace: { paused: true } } });
    expect(await isPaused(team)).toBe(false);
    expect(failureOf(await gateway.query(START, inputs(team, { dryRun: true }))).code).toBe('CONFLICT');
  });
}

function pausesDuringDeletion(cluster: () => Cluster): void {
  it('returns CONFLICT when the workspace is being deleted', async () => {
    const team = await TestNamespace.in(cluster());
    await team.create('nb', { state: 'Running' });
    await team.change('nb', { metadata: { finalizers: ['example.org/keep'] } });
    await team.delete('nb');
    await using gateway = await cluster().startGateway();
    expect(failureOf(await gateway.query(PAUSE, inputs(team)))).toEqual({
      code: 'CONFLICT',
      message: `Workspace ${team.name}/nb cannot be paused: it is being deleted. Its state is TERMINATING.`,
    });
    expect(await isPaused(team)).toBe(false);
    await team.change('nb', { metadata: { finalizers: null } });
  });
}

function pauseWaits(cluster: () => Cluster): void {
  it('returns after the controller reports the state when waitFor is set', async () => {
    const team = await TestNamespace.in(cluster());
    await team.create('nb', { state: 'Running' });
    await using gateway = await cluster().startGateway();
    const paused = gateway.query(PAUSE, inputs(team, { waitFor: 'PAUSED' }));
    await waitFor(async () => (await isPaused(team)) === true, 'spec.paused is true');
    await team.report('nb', 'Terminating');
    await team.report('nb', 'Paused');
    expect((await paused).data).toMatchObject({
      pauseWorkspace: { stateReached: true, workspace: { state: 'PAUSED' } },
    });
  });

  it('returns TIMEOUT or NOT_FOUND when the state is not reached or the workspace is deleted', async () => {
    const team = await TestNamespace.in(cluster());
    await team.create('nb', { state: 'Running' });
    await using gateway = await cluster().startGateway();
    const dry = await gateway.query(PAUSE, inputs(team, { waitFor: 'PAUSED', timeoutSeconds: 0 }));
    expect(dry.data).toMatchObject({ pauseWorkspace: { stateReached: false, workspace: { state: 'RUNNING' } } });
    await team.report('nb', 'Paused');
    const starting = gateway.query(START, inputs(team, { waitFor: 'RUNNING' }));
    await waitFor(async () => (await isPaused(team)) === false, 'spec.paused is false');
    await team.delete('nb');
    expect((await starting).data).toMatchObject({ startWorkspace: { stateReached: false } });
  });
}

function starts(cluster: () => Cluster): void {
  it('starts a workspace only when it is PAUSED', async () => {
    const team = await TestNamespace.in(cluster());
    await team.create('nb', { paused: true });
    await using gateway = await cluster().startGateway();
    expect(failureOf(await gateway.query(START, inputs(team)))).toMatchObject({ code: 'CONFLICT' });
    await team.report('nb', 'Terminating');
    expect(failureOf(await gateway.query(START, inputs(team))).message).toContain('TERMINATING');
    await team.report('nb', 'Paused');
    const { data, errors } = await gateway.query(START, inputs(team));
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({ startWorkspace: { workspace: { paused: false, state: 'PAUSED' } } });
    expect(await isPaused(team)).toBe(false);
  });

  it('pauses a workspace immediately after its creation', async () => {
    const team = await TestNamespace.in(cluster());
    await using gateway = await cluster().startGateway();
    await team.create('nb');
    expect((await gateway.query(PAUSE, inputs(team))).errors).toBeUndefined();
    await seen(gateway, team);
    expect(await isPaused(team)).toBe(true);
  });
}

async function isPaused(team: TestNamespace): Promise<unknown> {
  return (await team.api.get(team.pathOf('nb'))).body.spec?.['paused'];
}

function inputs(team: TestNamespace, how: object = {}) {
  return { input: { namespace: team.name, name: 'nb', ...how } };
}

async function seen(gateway: TestGateway, team: TestNamespace): Promise<void> {
  const query = 'query ($in: String!) { workspace(namespace: $in, name: "nb") { name } }';
  await waitFor(
    async () => Boolean((await gateway.query(query, { in: team.name })).data?.['workspace']),
    'the gateway returns the workspace',
  );
}
