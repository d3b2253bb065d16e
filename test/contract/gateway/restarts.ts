import { expect, it } from 'vitest';
import type { TestGateway } from '../../support/test-gateway.ts';
import { waitFor } from '../../support/wait-for.ts';
import type { Cluster } from '../clusters.ts';
import { TestNamespace } from '../test-namespace.ts';

const RESTART =
  'mutation ($input: RestartWorkspaceInput!) { restartWorkspace(input: $input) { stateReached warnings workspace { paused state } } }';
const ANNOTATION = 'notebooks.kubeflow.org/gateway-restart';

export function restarts(cluster: () => Cluster): void {
  requests(cluster);
  abandonedRestarts(cluster);
  changes(cluster);
}

function restart(gateway: TestGateway, team: TestNamespace, input: object = {}) {
  return gateway.query(RESTART, { input: { namespace: team.name, name: 'nb', ...input } });
}

async function stored(team: TestNamespace) {
  const { spec, metadata } = (await team.api.get(team.pathOf('nb'))).body;
  return { paused: spec?.['paused'], mark: metadata?.annotations?.[ANNOTATION] };
}

/** Waits until the workspace is paused for a restart, and plays the controller until it is PAUSED. */
async function pause(team: TestNamespace): Promise<void> {
  await waitFor(async () => (await stored(team)).paused === true, 'the workspace is paused');
  await team.report('nb', 'Terminating');
  await team.report('nb', 'Paused');
}

async function hint(gateway: TestGateway, team: TestNamespace): Promise<unknown> {
  const query = 'query ($in: String!) { workspace(namespace: $in, name: "nb") { stateHint } }';
  return Object((await gateway.query(query, { in: team.name })).data?.['workspace'])['stateHint'];
}

function requests(cluster: () => Cluster): void {
  it('pauses the workspace, waits until it is PAUSED and starts it', async () => {
    const team = await TestNamespace.in(cluster());
    await team.create('nb', { state: 'Running' });
    await using gateway = await cluster().startGateway();
    const restarting = restart(gateway, team);
    await waitFor(async () => String(await hint(gateway, team)).includes('being restarted'), 'stateHint reports it');
    expect(await stored(team)).toEqual({ paused: true, mark: '2' });
    await pause(team);
    const { data, errors } = await restarting;
    expect(errors).toBeUndefined();
    const workspace = { paused: false, state: 'PAUSED' };
    expect(data).toEqual({ restartWorkspace: { stateReached: true, warnings: [], workspace } });
    expect(await stored(team)).toEqual({ paused: false, mark: undefined });
    expect(await hint(gateway, team)).toBeNull();
  });

  it('returns a warning when the time passes, and starts the workspace later', async () => {
    const team = await TestNamespace.in(cluster());
    await team.create('nb', { state: 'Running' });
    await using gateway = await cluster().startGateway();
    const { data } = await restart(gateway, team, { timeoutSeconds: 0 });
    const warnings = [expect.stringContaining('not PAUSED yet')];
    const workspace = { paused: true, state: 'RUNNING' };
    expect(data).toEqual({ restartWorkspace: { stateReached: false, warnings, workspace } });
    await pause(team);
    await waitFor(async () => (await stored(team)).paused === false, 'it is started');
  });

  it('returns CONFLICT when the workspace is paused', async () => {
    const team = await TestNamespace.in(cluster());
    await team.create('nb', { paused: true, state: 'Paused' });
    await using gateway = await cluster().startGateway();
    expect((await restart(gateway, team)).errors).toMatchObject([{ extensions: { code: 'CONFLICT' } }]);
    expect(await stored(team)).toEqual({ paused: true, mark: undefined });
  });
}

function abandonedRestarts(cluster: () => Cluster): void {
  it('starts the workspace when the client has left', async () => {
    const team = await TestNamespace.in(cluster());
    await team.create('nb', { state: 'Running' });
    await using gateway = await cluster().startGateway();
    const leaving = new AbortController();
    const input = { namespace: team.name, name: 'nb' };
    const response = gateway.query(RESTART, { input }, leaving.signal);
    await waitFor(async () => (await stored(team)).paused === true, 'the workspace is paused');
    leaving.abort();
    await expect(response).rejects.toThrow('aborted');
    await pause(team);
    await waitFor(async () => (await stored(team)).paused === false, 'it is started');
    expect(await stored(team)).toEqual({ paused: false, mark: undefined });
  });

  it('starts the workspace with the next gateway when the first one has ended', async () => {
    const team = await TestNamespace.in(cluster());
    await team.create('nb', { state: 'Running' });
    const first = await cluster().startGateway();
    await restart(first, team, { timeoutSeconds: 0 });
    await first[Symbol.asyncDispose]();
    await pause(team);
    expect(await stored(team)).toEqual({ paused: true, mark: '2' });
    await using next = await cluster().startGateway();
    await waitFor(async () => (await stored(team)).paused === false, 'it is started');
    expect(await stored(team)).toEqual({ paused: false, mark: undefined });
    await waitFor(async () => (await hint(next, team)) === null, 'stateHint is empty');
  });
}

function changes(cluster: () => Cluster): void {
  it('leaves the workspace paused, and says so, when its spec is changed meanwhile', async () => {
    const team = await TestNamespace.in(cluster());
    await team.create('nb', { state: 'Running' });
    await using gateway = await cluster().startGateway();
    const restarting = restart(gateway, team);
    await waitFor(async () => (await stored(team)).paused === true, 'the workspace is paused');
    await team.change('nb', { spec: { displayName: 'Changed' } });
    await team.report('nb', 'Paused');
    expect((await restarting).data).toMatchObject({
      restartWorkspace: { stateReached: false, workspace: { paused: true } },
    });
    await waitFor(async () => String(await hint(gateway, team)).includes('was interrupted'), 'stateHint reports it');
    const start = 'mutation ($input: StartWorkspaceInput!) { startWorkspace(input: $input) { warnings } }';
    expect((await gateway.query(start, { input: { namespace: team.name, name: 'nb' } })).errors).toBeUndefined();
    expect(await stored(team)).toEqual({ paused: false, mark: undefined });
  });

  it('removes the annotation when another client has started the workspace', async () => {
    const team = await TestNamespace.in(cluster());
    await team.create('nb', { state: 'Running' });
    await using gateway = await cluster().startGateway();
    await restart(gateway, team, { timeoutSeconds: 0 });
    await team.change('nb', { spec: { paused: false } });
    await waitFor(async () => (await stored(team)).mark === undefined, 'the annotation is removed');
    expect(await hint(gateway, team)).toBeNull();
  });
}
