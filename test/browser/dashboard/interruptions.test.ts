import { describe, expect, it } from 'vitest';
import { freePort } from '../../../dev/simulator/free-port.ts';
import { workspace } from '../../support/manifests.ts';
import { TcpProxy } from '../../support/tcp-proxy.ts';
import { startGatewayFor, startTestGateway } from '../../support/test-gateway.ts';
import { executablePath } from '../browser.ts';
import { failFirst } from './dashboard-window.ts';
import { objects } from './objects.ts';
import { suiteBrowser } from './suite.ts';

describe.skipIf(!executablePath)('interruptions of the dashboard', { timeout: 120_000 }, () => {
  const open = suiteBrowser();

  it('says that it reconnects when the connection is cut, and shows the changes in between', async () => {
    await using gateway = await startTestGateway({ objects });
    await using proxy = await TcpProxy.to(gateway);
    await using window = await open(proxy.url);
    await window.showsRow('one', 'Running');
    await window.isMarked('live');
    await proxy.disconnect();
    await window.isMarked('reconnecting');
    await window.showsRow('one', 'Running');
    await window.picture('reconnecting');
    gateway.cluster.apply(workspace('one', { state: 'Paused', paused: true }));
    await proxy.reconnect();
    await window.isMarked('live');
    await window.showsRow('one', 'Paused');
    expect(await window.page.locator('.badge').allInnerTexts()).toEqual(['Paused', 'Running']);
  });

  it('connects again when its connection is silent, and the next one is never made', async () => {
    await using gateway = await startTestGateway({ objects });
    await using proxy = await TcpProxy.to(gateway);
    await using window = await open(proxy.url);
    await window.isMarked('live');
    proxy.blackHole();
    const attempt = window.page.waitForEvent('websocket');
    await window.isMarked('reconnecting');
    await attempt;
    proxy.endBlackHole();
    gateway.cluster.apply(workspace('one', { state: 'Paused', paused: true }));
    await window.showsRow('one', 'Paused');
    await window.isMarked('live');
    expect(await window.page.locator('.badge').allInnerTexts()).toEqual(['Paused', 'Running']);
  });

  it('connects again at once when the machine has slept', async () => {
    await using gateway = await startTestGateway({ objects });
    await using proxy = await TcpProxy.to(gateway);
    await using window = await open(proxy.url);
    const { page } = window;
    await page.clock.install();
    await page.reload();
    await window.isMarked('live');
    await page.clock.pauseAt(Date.now() + 1_000);
    proxy.stall();
    gateway.cluster.apply(workspace('one', { state: 'Paused', paused: true }));
    const next = page.waitForEvent('websocket');
    await page.clock.fastForward('01:00:00');
    await page.clock.runFor(4_000); // less than the time in which the gateway has to answer a ping
    await next;
    await page.clock.resume();
    await expect.poll(() => page.locator('.badge').allInnerTexts()).toEqual(['Paused', 'Running']);
  });

  it('counts from the end of the connection when the page was hidden before', async () => {
    await using gateway = await startTestGateway({ objects });
    await using proxy = await TcpProxy.to(gateway);
    await using window = await open(proxy.url);
    const { page } = window;
    await page.clock.install();
    await page.reload();
    await window.isMarked('live');
    await page.evaluate(setHidden, true);
    await page.clock.fastForward('01:00');
    await page.clock.fastForward('01:00');
    await proxy.disconnect();
    await page.locator('.live-mark:not([data-mark=live])').waitFor();
    await page.evaluate(setHidden, false);
    expect(await page.locator('.live-mark').innerText()).toBe('Reconnecting');
  });

  it('asks for the state of the gateway at once when the page is shown again', async () => {
    await using gateway = await startTestGateway({ objects });
    await using window = await open(gateway.url, { path: 'gateway' });
    const { page } = window;
    await page.clock.install();
    await page.reload();
    await page.getByRole('row').nth(1).waitFor();
    await page.evaluate(setHidden, true);
    await page.clock.pauseAt(Date.now() + 1_000);
    const asked: (string | null)[] = [];
    page.on('request', (sent) => asked.push(sent.postData()));
    await page.evaluate(setHidden, false);
    await expect.poll(() => asked).toContainEqual(expect.stringContaining('query GatewayStatus'));
  });

  it('goes on with the next gateway when one is restarted, and shows the changes in between', async () => {
    await using gateway = await startTestGateway({ objects });
    const { cluster } = gateway;
    const port = await freePort();
    const first = await startGatewayFor(cluster.kubeconfig, { port });
    await using window = await open(first.url, { path: 'workspaces/team-a/one' });
    await window.page.getByText('Running').first().waitFor();
    await first[Symbol.asyncDispose]();
    cluster.apply(workspace('one', { state: 'Error', status: { stateMessage: 'The image cannot be pulled.' } }));
    await window.isMarked('reconnecting');
    await using _second = await startGatewayFor(cluster.kubeconfig, { port });
    await window.page.getByText('The image cannot be pulled.').waitFor();
    await window.isMarked('live');
    expect(await window.page.locator('.details-head .badge').innerText()).toBe('Error');
  });

  it('names the person when the first request for the name has failed', async () => {
    await using gateway = await startTestGateway({ objects });
    await using window = await open(gateway.url);
    const { page } = window;
    const hasFailed = await failFirst(page, 'query Identity');
    await page.reload();
    await page.getByRole('button', { name: 'Signed in as system:admin' }).waitFor();
    expect(hasFailed()).toBe(true);
  });
});

/** Runs in the page: reports it as hidden, as behind another tab, or as shown. */
function setHidden(isHidden: boolean): void {
  Object.defineProperty(document, 'hidden', { value: isHidden, configurable: true });
  document.dispatchEvent(new Event('visibilitychange'));
}
