import type { CDPSession } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { namespace, workspace, workspaceKind } from '../../support/manifests.ts';
import { startTestGateway, type SimulatedGateway } from '../../support/test-gateway.ts';
import { executablePath } from '../browser.ts';
import { holdBack, type DashboardWindow } from './dashboard-window.ts';
import { suiteBrowser } from './suite.ts';

const STATES = ['Running', 'Paused', 'Pending', 'Error'];
const MANY = 10_000;
const EVENTS = 10_000;
const MAX_GROWTH_BYTES = 4_000_000;
/** Bound of rows in the document: those on the screen and some around it. */
const MAX_ROWS = 60;

function workspaces(count: number) {
  return Array.from({ length: count }, (_, index) =>
    workspace(`ws-${String(index).padStart(5, '0')}`, { state: STATES[index % STATES.length] ?? '' }),
  );
}

describe.skipIf(!executablePath)('the dashboard at scale', { timeout: 120_000 }, () => {
  const open = suiteBrowser();

  it('shows 10,000 workspaces with the rows of the screen only', async () => {
    const objects = [namespace('team-a'), workspaceKind('jupyterlab'), ...workspaces(MANY)];
    await using gateway = await startTestGateway({ objects });
    await using window = await open(gateway.url);
    const { page } = window;
    await window.showsRow('ws-00000');
    process.stderr.write(`first of 10,000 rows after ${await firstRowMs(window)} ms\n`);
    await page.getByRole('button', { name: 'All 10,000' }).waitFor();
    await page.getByRole('row').filter({ hasText: 'ws-00000' }).focus();
    await page.keyboard.press('End');
    await window.showsRow('ws-09999');
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toContain('ws-09999');
    expect(await page.locator('.virtual-rows .table-row').count()).toBeLessThan(MAX_ROWS);
    await window.picture('ten-thousand');
    await page.getByRole('searchbox').fill('ws-0777');
    await page.getByRole('button', { name: 'All 10', exact: true }).waitFor();
    gateway.cluster.apply(workspace('ws-07770', { state: 'Unknown' }));
    await window.showsRow('ws-07770', 'Unknown');
  });

  it('says that no workspace matches the filters only when all are loaded', async () => {
    const objects = [namespace('team-a'), workspaceKind('jupyterlab'), ...workspaces(100)];
    await using gateway = await startTestGateway({ objects });
    await using window = await open(gateway.url, { path: '?q=ws-00099' });
    const { page } = window;
    await window.showsRow('ws-00099');
    const release = await holdBack(page, (message) => message.includes('subscription WorkspaceRows'));
    await page.reload();
    await page.locator('option', { hasText: 'team-a' }).waitFor({ state: 'attached' }); // of the first rows
    expect(await page.getByRole('table', { name: 'Workspaces' }).getAttribute('aria-busy')).toBe('true');
    release();
    await window.showsRow('ws-00099');
    await page.getByRole('searchbox').fill('ws-99999');
    await page.getByRole('heading', { name: 'No workspace matches these filters' }).waitFor();
  });

  it('shows the first results of a large action, and asks for permissions once when all its changes fail', async () => {
    const objects = [namespace('team-a'), workspaceKind('jupyterlab'), ...workspaces(200)];
    await using gateway = await startTestGateway({ objects });
    gateway.cluster.faults.refuse({ status: 403, reason: 'Forbidden', when: ({ verb }) => verb === 'delete' });
    await using window = await open(gateway.url);
    const { page } = window;
    await page.getByRole('button', { name: 'All 200' }).waitFor();
    await page.getByRole('checkbox', { name: 'Select all shown workspaces' }).check();
    await page.getByRole('region', { name: 'Selected workspaces' }).getByRole('button', { name: 'Delete' }).click();
    let requests = 0;
    page.on('request', (request) => (requests += Number(request.postData()?.includes('query Permissions') ?? false)));
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    const task = page.locator('.task[data-status=failed]');
    await task.getByText('200 failed').waitFor();
    await task.getByText('and 100 more').waitFor();
    expect(await task.locator('li').count()).toBe(101);
    expect(requests).toBeLessThan(20);
  });

  it('shows the rows where the table was left, with their selection, after a visit of another page', async () => {
    const objects = [namespace('team-a'), workspaceKind('jupyterlab'), ...workspaces(200)];
    await using gateway = await startTestGateway({ objects });
    await using window = await open(gateway.url);
    const { page } = window;
    await page.getByRole('button', { name: 'All 200' }).waitFor();
    const firstShown = () => page.locator('.table').evaluate((table) => Math.floor(table.scrollTop / 54)); // rows have at least 54 pixels
    const row = (name: string) => page.getByRole('row').filter({ hasText: name });
    await row('ws-00000').focus();
    await page.keyboard.press('End');
    await row('ws-00195').getByRole('checkbox').check();
    const left = await firstShown();
    expect(left).toBeGreaterThan(100);
    await row('ws-00190').getByRole('link', { name: 'ws-00190' }).click();
    await page.getByRole('navigation', { name: 'Sections' }).waitFor();
    await page.goBack();
    await row('ws-00195').waitFor();
    expect(await firstShown()).toBe(left);
    await page.getByText('1 selected').waitFor();
    await page.getByRole('searchbox').fill('ws-000');
    await row('ws-00000').waitFor();
    expect(await firstShown()).toBe(0);
  });

  it('renders all rows for printing, and asks for the permissions of none of them', async () => {
    const objects = [namespace('team-a'), workspaceKind('jupyterlab'), ...workspaces(1_000)];
    await using gateway = await startTestGateway({ objects });
    await using window = await open(gateway.url);
    const { page } = window;
    await page.getByRole('button', { name: 'All 1,000' }).waitFor();
    await page.locator('.row-actions .action:not([aria-disabled=true])').first().waitFor();
    const rows = page.locator('.virtual-rows .table-row');
    const requested: string[] = [];
    page.on('request', (request) => requested.push(request.postData() ?? ''));
    await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
    expect(await rows.count()).toBe(1_000);
    await page.evaluate(() => dispatchEvent(new Event('afterprint')));
    await expect.poll(() => rows.count()).toBeLessThan(MAX_ROWS);
    expect(requested.filter((text) => text.includes('query Permissions'))).toEqual([]);
  });

  it('asks before the page is left when an action has changes to send', async () => {
    const objects = [namespace('team-a'), workspaceKind('jupyterlab'), ...workspaces(20)];
    await using gateway = await startTestGateway({ objects });
    const release = gateway.cluster.faults.delay(600_000, ({ verb }) => verb === 'delete');
    await using window = await open(gateway.url);
    const { page } = window;
    await window.isMarked('live');
    await page.getByRole('checkbox', { name: 'Select all shown workspaces' }).check();
    await page.getByRole('region', { name: 'Selected workspaces' }).getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('20 in progress').waitFor();
    const question = page.waitForEvent('dialog');
    await page.close({ runBeforeUnload: true });
    const dialog = await question;
    expect(dialog.type()).toBe('beforeunload');
    await dialog.accept();
    release();
  });

  it('does not grow over 10,000 events', async () => {
    const objects = [namespace('team-a'), workspaceKind('jupyterlab'), ...workspaces(50)];
    await using gateway = await startTestGateway({ objects });
    await using window = await open(gateway.url);
    await window.showsRow('ws-00000');
    const session = await window.page.context().newCDPSession(window.page);
    await session.send('Performance.enable');
    await change(gateway, window, { first: 0, count: 500 });
    const before = await sizeOf(session);
    await change(gateway, window, { first: 500, count: EVENTS });
    const after = await sizeOf(session);
    process.stderr.write(`before ${JSON.stringify(before)}, after 10,000 events ${JSON.stringify(after)}\n`);
    expect(after.bytes - before.bytes).toBeLessThan(MAX_GROWTH_BYTES);
    expect(after.nodes).toBeLessThan(before.nodes * 1.2);
    expect(after.listeners).toBeLessThan(before.listeners * 1.2);
  });
});

/** Returns the milliseconds from the start of the navigation to the first row. */
async function firstRowMs({ page }: DashboardWindow): Promise<number> {
  return page.evaluate(() => Math.round(performance.getEntriesByName('first-rows')[0]?.startTime ?? Number.NaN));
}

/** Changes workspaces in sequence, and waits until the page shows the last change. */
async function change(
  { cluster }: SimulatedGateway,
  window: DashboardWindow,
  { first, count }: { readonly first: number; readonly count: number },
): Promise<void> {
  for (let index = first; index < first + count; index += 1) {
    const name = `ws-${String(index % 50).padStart(5, '0')}`;
    cluster.apply(workspace(name, { state: 'Error', status: { stateMessage: `change ${index}` } }));
    if (index % 200 === 0) await window.page.evaluate(() => new Promise(requestAnimationFrame));
  }
  await window.page.getByRole('searchbox').fill(`ws-${String((first + count - 1) % 50).padStart(5, '0')}`);
  await window.showsRow(`change ${first + count - 1}`);
  await window.page.getByRole('searchbox').fill('');
  await window.page.getByRole('button', { name: 'All 50', exact: true }).waitFor();
}

async function sizeOf(session: CDPSession) {
  await session.send('HeapProfiler.collectGarbage');
  const { metrics } = await session.send('Performance.getMetrics');
  const valueOf = (name: string) => metrics.find((metric) => metric.name === name)?.value ?? Number.NaN;
  return { bytes: valueOf('JSHeapUsedSize'), nodes: valueOf('Nodes'), listeners: valueOf('JSEventListeners') };
}
