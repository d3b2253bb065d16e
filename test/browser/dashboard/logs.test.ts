import { describe, expect, it } from 'vitest';
import { namespace, workspace, workspaceKind } from '../../support/manifests.ts';
import { podOf } from '../../support/pods.ts';
import { startTestGateway } from '../../support/test-gateway.ts';
import { executablePath } from '../browser.ts';
import { suiteBrowser } from './suite.ts';

const objects = [namespace('team-a'), workspaceKind('jupyterlab'), workspace('one', { state: 'Running' })];

/** Returns the pod of the workspace `one`. */
function podWith(state: object, status: object = {}) {
  const container = { name: 'main', ready: false, restartCount: 0, state, ...status };
  return podOf('one', { status: { containerStatuses: [container] } });
}

describe.skipIf(!executablePath)('the page of logs', { timeout: 120_000 }, () => {
  const open = suiteBrowser();

  it('follows the log of a container that starts, and of its next run when it has crashed', async () => {
    const startedAt = '2026-11-25T10:00:00Z';
    await using gateway = await startTestGateway({
      objects: [...objects, podWith({ waiting: { reason: 'ContainerCreating' } })],
    });
    const { cluster } = gateway;
    await using window = await open(gateway.url, { path: 'workspaces/team-a/one?tab=logs' });
    const { page } = window;
    const log = page.getByRole('region', { name: 'Log' });
    await log.getByText('is waiting to start').waitFor();
    cluster.log('team-a', 'ws-one-abcde-0', 'main', 'first run\n');
    cluster.apply(podWith({ running: { startedAt } }));
    await log.getByText('first run').waitFor();
    cluster.apply(podWith({ terminated: { exitCode: 1, reason: 'Error', startedAt, finishedAt: startedAt } }));
    cluster.endLog('team-a', 'ws-one-abcde-0', 'main');
    await log.getByText('The container has ended.').waitFor();
    cluster.log('team-a', 'ws-one-abcde-0', 'main', 'second run\n');
    const lastState = { terminated: { exitCode: 1, reason: 'Error', startedAt, finishedAt: startedAt } };
    cluster.apply(podWith({ running: { startedAt: '2026-11-25T10:01:00Z' } }, { restartCount: 1, lastState }));
    await log.getByText('second run').waitFor();
    expect(await log.getByRole('status').innerText()).toBe('Following');
  });

  it('says why there is no log when a workspace has no pod, or one that is on no node yet', async () => {
    await using gateway = await startTestGateway({ objects });
    await using window = await open(gateway.url, { path: 'workspaces/team-a/one?tab=logs' });
    const status = window.page.getByRole('region', { name: 'Log' }).getByRole('status');
    await expect.poll(() => status.innerText()).toBe('There is no log without a pod.');
    const spec = { nodeName: undefined };
    gateway.cluster.apply(podOf('one', { spec, status: { phase: 'Pending', containerStatuses: [] } }));
    await expect.poll(() => status.innerText()).toBe('The container has not started yet.');
    gateway.cluster.log('team-a', 'ws-one-abcde-0', 'main', 'first line\n');
    gateway.cluster.apply(podOf('one'));
    await window.page.getByText('first line').waitFor();
    expect(await status.innerText()).toBe('Following');
  });

  it('goes on with the log of a container that runs when its stream has ended', async () => {
    const running = podWith({ running: { startedAt: '2026-11-25T10:00:00Z' } });
    await using gateway = await startTestGateway({ objects: [...objects, running] });
    const { cluster } = gateway;
    cluster.log('team-a', 'ws-one-abcde-0', 'main', 'before\n');
    await using window = await open(gateway.url, { path: 'workspaces/team-a/one?tab=logs' });
    const log = window.page.getByRole('region', { name: 'Log' });
    await log.getByText('before').waitFor();
    cluster.endLog('team-a', 'ws-one-abcde-0', 'main');
    await log.getByText('The stream has ended, and is opened again.').waitFor();
    cluster.log('team-a', 'ws-one-abcde-0', 'main', 'after\n');
    await log.getByText('after').waitFor();
    expect(await log.getByRole('status').innerText()).toBe('Following');
    expect(await log.locator('pre').innerText()).toBe('before\nafter');
  });
});
