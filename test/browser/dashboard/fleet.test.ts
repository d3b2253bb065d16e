import { startDemo } from '../../../dev/demo/demo.ts';
import type { RequestPredicate } from '../../../dev/simulator/faults.ts';
import type { KubernetesObject } from '../../../src/kubernetes/object.ts';
import { describe, expect, it } from 'vitest';
import { namespace, workspace, workspaceKind } from '../../support/manifests.ts';
import { postOperation } from '../../support/post-operation.ts';
import { startTestGateway } from '../../support/test-gateway.ts';
import { startLoadServer } from '../../support/prometheus.ts';
import { TcpProxy } from '../../support/tcp-proxy.ts';
import { executablePath } from '../browser.ts';
import type { DashboardWindow } from './dashboard-window.ts';
import { suiteBrowser } from './suite.ts';

const isWrite: RequestPredicate = ({ verb, url }) => verb === 'patch' && !url.includes('dryRun');
const DAY_MS = 86_400_000;

/** Returns the texts of the rows of a section, with the lines of each cell joined. */
async function rowsOf({ page }: DashboardWindow, section: string): Promise<readonly string[]> {
  const rows = await page.getByRole('region', { name: section }).locator('tbody tr').allInnerTexts();
  return rows.map((row) => row.replaceAll(/\s+/gu, ' '));
}

/** Returns a running workspace without activity for the days. */
function idle(name: string, days: number, at: string) {
  const lastActivity = Date.now() - days * DAY_MS;
  const manifest = workspace(name, { state: 'Running', namespace: at });
  const status = { ...Object(manifest['status']), activity: { lastActivity, lastUpdate: lastActivity } };
  return { ...manifest, status };
}

/** Returns the name of a workspace, and whether it is to be paused. */
function pausedOf({ metadata: { name }, ...object }: KubernetesObject) {
  return [name, Object(object)['spec']?.paused];
}

/** Returns a workspace of the demo that has a GPU. */
async function labellingIn(url: string) {
  const query = `{ workspace(namespace: "team-vision", name: "labelling") { pod { name } usage { gpu { percent } } } }`;
  const response = await postOperation(url, query, { headers: { authorization: 'Bearer demo-ada' } });
  const { data }: LabellingAnswer = await response.json();
  return data.workspace;
}

interface LabellingAnswer {
  readonly data: {
    readonly workspace: {
      readonly pod: { readonly name: string };
      readonly usage: { readonly gpu: { readonly percent: number } | null };
    };
  };
}

describe.skipIf(!executablePath)('the fleet on the dashboard', { timeout: 120_000 }, () => {
  const open = suiteBrowser();

  it('adds up the workspaces of each group while they change, and pauses the idle ones', async () => {
    await using gateway = await startTestGateway({
      objects: [
        namespace('team-a'),
        namespace('team-b'),
        workspaceKind('jupyterlab'),
        workspaceKind('rstudio', {}, { displayName: 'RStudio' }),
        idle('fresh', 0, 'team-a'),
        idle('old', 3, 'team-a'),
        idle('older', 9, 'team-b'),
      ],
    });
    await using window = await open(gateway.url, { path: 'fleet?idle=86400' });
    const { page } = window;
    const rows = () => rowsOf(window, 'Groups');
    await expect.poll(rows).toEqual(['team-a 2 2 running 0 0 B 0 1', 'team-b 1 1 running 0 0 B 0 1']);
    gateway.cluster.apply(idle('oldest', 20, 'team-b'));
    await expect.poll(rows).toContain('team-b 2 2 running 0 0 B 0 2');
    await page.getByRole('combobox', { name: 'Idle time' }).selectOption('Idle for 7 days');
    await expect.poll(rows).toContain('team-a 2 2 running 0 0 B 0 0');
    await page.getByRole('button', { name: 'Pause them…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Pause 2 workspaces?' });
    await expect.poll(() => dialog.locator('li').allInnerTexts()).toEqual(['team-b/older', 'team-b/oldest']);
    await dialog.getByRole('button', { name: 'Pause' }).click();
    await page.getByText('2 accepted').waitFor();
    expect(gateway.cluster.list('kubeflow.org/v1beta1', 'Workspace').map(pausedOf)).toEqual([
      ['fresh', false],
      ['old', false],
      ['older', true],
      ['oldest', true],
    ]);
    expect(window.problems).toEqual([]);
  });

  it('asks for no confirmation when another person acts before the idle workspaces are found', async () => {
    await using demo = await startDemo({ port: 0 });
    await using window = await open(demo.url, { path: 'fleet' });
    const { page } = window;
    const { promise: isReleased, resolve: release } = Promise.withResolvers<void>();
    await page.route('**/graphql', async (route) => {
      if (route.request().postData()?.includes('FindIdle')) await isReleased;
      await route.continue();
    });
    const found = page.waitForRequest((request) => request.postData()?.includes('FindIdle') === true);
    await page.getByRole('button', { name: 'Pause them…' }).click();
    const request = await found;
    await window.actAs('erin@example.com');
    release();
    await request.response().catch(() => undefined);
    await expect.poll(() => rowsOf(window, 'Groups')).toContainEqual(expect.stringMatching(/^team-research /u));
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  it('shows the progress of an action, and all results although the connection is cut meanwhile', async () => {
    const names = Array.from({ length: 40 }, (_, index) => `nb-${index}`);
    await using gateway = await startTestGateway({
      objects: [namespace('team-a'), workspaceKind('jupyterlab'), ...names.map((name) => idle(name, 1, 'team-a'))],
    });
    let writes = 0;
    const release = gateway.cluster.faults.delay(600_000, (request) => isWrite(request) && (writes += 1) > 10);
    await using proxy = await TcpProxy.to(gateway);
    await using window = await open(proxy.url, { path: 'namespaces/team-a' });
    const { page } = window;
    await page.getByRole('button', { name: 'Pause them…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Pause' }).click();
    const progress = page.getByRole('progressbar', { name: 'Pausing 40 workspaces' });
    await expect.poll(async () => Number(await progress.getAttribute('value'))).toBeGreaterThan(0);
    expect(Number(await progress.getAttribute('value'))).toBeLessThan(40);
    await proxy.disconnect();
    await window.isMarked('reconnecting');
    release();
    await proxy.reconnect();
    await page.getByText('40 accepted').waitFor();
    expect(
      gateway.cluster.list('kubeflow.org/v1beta1', 'Workspace').filter((object) => pausedOf(object)[1]),
    ).toHaveLength(40);
  });

  it('shows the results of an action to the person who has started it, also after another has acted', async () => {
    const names = Array.from({ length: 40 }, (_, index) => `nb-${index}`);
    const users = ['ann', 'bob'].map((name) => ({ token: name, name, groups: ['system:masters'] }));
    await using gateway = await startTestGateway({
      authentication: { mode: 'token' },
      users,
      objects: [namespace('team-a'), workspaceKind('jupyterlab'), ...names.map((name) => idle(name, 1, 'team-a'))],
    });
    let writes = 0;
    const release = gateway.cluster.faults.delay(600_000, (request) => isWrite(request) && (writes += 1) > 10);
    await using window = await open(gateway.url, { path: 'namespaces/team-a' });
    const { page } = window;
    const signIn = async (name: string) => {
      await page.getByLabel('Bearer token').fill(name);
      await page.getByRole('button', { name: 'Continue' }).click();
      await page.getByRole('button', { name: `Signed in as ${name}` }).waitFor();
    };
    const leave = async (name: string) => {
      await page.getByRole('button', { name: `Signed in as ${name}` }).click();
      await page.getByRole('menuitem', { name: 'Use another token' }).click();
    };
    await signIn('ann');
    await page.getByRole('button', { name: 'Pause them…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Pause' }).click();
    await page.getByText(/^1\d accepted/u).waitFor();
    await leave('ann');
    await signIn('bob');
    await window.isMarked('live');
    expect(await page.locator('.task').count()).toBe(0);
    await leave('bob');
    await signIn('ann');
    await page.getByText(/^\d+ accepted, \d+ in progress/u).waitFor();
    release();
    await page.getByText('40 accepted').waitFor();
  });

  it('shows the requests on each node, and the quotas of a namespace', async () => {
    await using demo = await startDemo({ port: 0 });
    await using window = await open(demo.url, { path: 'fleet' });
    const { page } = window;
    const nodes = () => rowsOf(window, 'Nodes');
    await expect.poll(nodes).toContainEqual(expect.stringMatching(/^worker-3 \d+ [\d.]+ of 64 .+ of 256 GiB 1 of 1$/u));
    expect(await nodes()).toContainEqual(expect.stringMatching(/^worker-4 cordoned 0 0 of 32 0 B of 128 GiB 0$/u));
    await page.getByRole('combobox', { name: 'Groups' }).selectOption('By node');
    await expect.poll(() => rowsOf(window, 'Groups')).toContainEqual(expect.stringMatching(/^worker-3 .+ 1 0$/u));
    await page.getByRole('combobox', { name: 'Groups' }).selectOption('By namespace');
    await page.getByRole('link', { name: 'team-vision' }).click();
    await page.getByRole('heading', { name: 'team-vision' }).waitFor();
    const quota = page.getByRole('region', { name: 'Quotas and limits' });
    await quota.getByText('4 of 20').waitFor();
    expect(await quota.getByRole('meter', { name: 'requests.nvidia.com/gpu' }).getAttribute('value')).toBe('2');
    await page.getByRole('link', { name: 'New workspace' }).click();
    await expect.poll(() => new URL(page.url()).search).toBe('?namespace=team-vision');
    await window.goTo('namespaces/team-research');
    await quota.getByText('At most 16 cpu.').waitFor();
    await window.picture('namespace-limits');
    expect(window.problems).toEqual([]);
  });

  it('names the missing permission in the place of nodes', async () => {
    await using demo = await startDemo({ port: 0 });
    await using window = await open(demo.url, { path: 'fleet' });
    await window.actAs('erin@example.com');
    const { page } = window;
    await page.getByRole('region', { name: 'Nodes' }).getByText(/nodes/u).last().waitFor();
    await expect.poll(() => rowsOf(window, 'Groups')).toContainEqual(expect.stringMatching(/^team-research /u));
    await window.actAs('nobody@example.com');
    await page
      .getByRole('region', { name: 'Groups' })
      .getByText('There are no workspaces that you may list.')
      .waitFor();
  });

  it('shows the load of the GPUs of a workspace', async () => {
    await using loads = await startLoadServer();
    await using demo = await startDemo({
      port: 0,
      settings: { PROMETHEUS_URL: loads.url, PROMETHEUS_INTERVAL_SECONDS: '5', PROMETHEUS_GPU_LOAD_QUERY: 'load' },
    });
    const { pod } = await labellingIn(demo.url);
    loads.serve([{ namespace: 'team-vision', pod: pod.name, percent: 73 }]);
    await expect.poll(async () => (await labellingIn(demo.url)).usage.gpu?.percent).toBe(73);
    await using window = await open(demo.url, { path: 'workspaces/team-vision/labelling' });
    await window.page.getByText('73 %').waitFor();
    await window.picture('workspace-gpu');
    expect(window.problems).toEqual([]);
  });
});
