import { describe, expect, it } from 'vitest';
import { startDemo } from '../../../dev/demo/demo.ts';
import { namespace, workspace, workspaceKind } from '../../support/manifests.ts';
import { startTestGateway } from '../../support/test-gateway.ts';
import { executablePath } from '../browser.ts';
import { suiteBrowser, suiteServer } from './suite.ts';

describe.skipIf(!executablePath)('the table of workspaces', { timeout: 120_000 }, () => {
  const open = suiteBrowser();
  const demo = suiteServer(() => startDemo({ port: 0 }));

  it('shows the change of one person to another, and offers each the actions that they may perform', async () => {
    await using ada = await open(demo().url, { path: '?q=churn' });
    await using victor = await open(demo().url, { path: '?q=churn' });
    await victor.actAs('victor@example.com');
    await victor.showsRow('Churn analysis', 'Running', 'View only');
    await ada.page.getByRole('button', { name: 'Pause', exact: true }).click();
    await ada.page.getByRole('dialog').getByRole('button', { name: 'Pause' }).click();
    await victor.showsRow('Churn analysis', 'Paused');
    await ada.page.locator('.task', { hasText: /Paused after \d+ s/u }).waitFor();
    await ada.picture('paused-by-ada');
    await victor.picture('paused-seen-by-victor');
    await ada.page.getByRole('button', { name: 'Start', exact: true }).click();
    await victor.showsRow('Churn analysis', 'Running');
    expect([...ada.problems, ...victor.problems]).toEqual([]);
  });

  it('keeps filters, search and order in the URL, with counts of the states', async () => {
    await using window = await open(demo().url);
    await window.isMarked('live');
    await window.page.getByRole('button', { name: /^Error \d/u }).click();
    await window.page.getByLabel('Namespace', { exact: true }).selectOption('team-platform');
    await window.page.getByRole('searchbox').fill('crash');
    await window.page.getByRole('button', { name: 'Workspace', exact: true }).click();
    await expect
      .poll(() => new URL(window.page.url()).search)
      .toBe('?state=error&namespace=team-platform&q=crash&sort=-name');
    await window.page.reload();
    await window.showsRow('crash-course');
    expect(await window.page.locator('.cell-name .title').allInnerTexts()).toEqual(['crash-course']);
    expect(
      await window.page.getByRole('columnheader', { name: 'Workspace', exact: true }).getAttribute('aria-sort'),
    ).toBe('descending');
    await window.page.getByRole('button', { name: /^Error 1$/u }).waitFor();
  });

  it('shows the result of each workspace when several are changed', async () => {
    await using window = await open(demo().url, { path: '?namespace=team-platform' });
    await window.isMarked('live');
    await window.page.getByRole('checkbox', { name: 'Select all shown workspaces' }).check();
    await window.page
      .getByRole('region', { name: 'Selected workspaces' })
      .getByRole('button', { name: /^Pause/u })
      .click();
    await window.page.getByRole('dialog').getByRole('button', { name: 'Pause' }).click();
    const task = window.page.locator('.task[data-status=done]', { hasText: /Pause \d workspaces/u });
    await task.getByText('Results').click();
    await task.getByText('crash-course').waitFor();
    await window.picture('bulk-pause');
    expect(await task.locator('li').count()).toBe(await window.page.locator('.virtual-rows .table-row').count());
  });

  it('operates the table of workspaces with the keyboard', async () => {
    await using window = await open(demo().url);
    const { page } = window;
    await window.isMarked('live');
    await page.keyboard.press('/');
    await page.keyboard.type('crash');
    await expect.poll(() => page.locator('.cell-name .title').allInnerTexts()).toEqual(['crash-course']);
    await page.getByRole('row').filter({ hasText: 'crash-course' }).focus();
    await page.keyboard.press(' ');
    await page.getByText('1 selected').waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'crash-course' }).waitFor();
    await page.getByRole('navigation', { name: 'Sections' }).waitFor();
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('crash-course');
  });

  it('reaches the actions on selected workspaces with the Tab key after the controls of one row', async () => {
    await using window = await open(demo().url, { path: '?namespace=team-platform' });
    const { page } = window;
    await window.isMarked('live');
    await page.getByRole('row').nth(1).focus();
    await page.keyboard.press(' ');
    const bar = page.getByRole('region', { name: 'Selected workspaces' });
    await bar.waitFor();
    const isInBar = () => bar.evaluate((element) => element.contains(document.activeElement));
    let presses = 0;
    for (; presses < 10 && !(await isInBar()); presses += 1) await page.keyboard.press('Tab');
    expect(presses).toBeLessThan(6);
  });

  it('asks for confirmation with the Delete key only when the person may delete the workspace', async () => {
    await using window = await open(demo().url, { path: '?q=fraud-model' });
    const { page } = window;
    const row = page.getByRole('row').filter({ hasText: 'fraud-model' });
    const pressDelete = async () => {
      await row.focus();
      await page.keyboard.press('Delete');
    };
    await window.actAs('victor@example.com');
    await window.showsRow('fraud-model', 'View only');
    await pressDelete();
    expect(await page.getByRole('dialog').count()).toBe(0);
    await window.actAs('ada@example.com');
    await row.getByRole('button', { name: 'Pause' }).waitFor();
    await pressDelete();
    await page.getByRole('dialog', { name: /^Delete / }).waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => row.evaluate((element) => element === document.activeElement)).toBe(true);
  });

  it('applies keys to the row that has the focus, also when the rows above it change', async () => {
    await using gateway = await startTestGateway({
      objects: [namespace('team-a'), workspaceKind('jupyterlab'), workspace('b'), workspace('c')],
    });
    await using window = await open(gateway.url);
    const { page } = window;
    await window.isMarked('live');
    const row = (name: string) => page.getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) });
    await row('c').focus();
    await page.keyboard.press('Delete');
    await page.getByRole('dialog', { name: 'Delete c?' }).waitFor();
    await page.keyboard.press('Escape');
    await row('b').focus();
    gateway.cluster.apply(workspace('a'));
    await row('a').waitFor();
    await page.keyboard.press(' ');
    await page.getByText('1 selected').waitFor();
    expect(await page.getByRole('row', { selected: true }).locator('.title').innerText()).toBe('b');
  });

  it('returns the focus to the row that follows, or to the heading, when a workspace is deleted by keyboard', async () => {
    await using gateway = await startTestGateway({
      objects: [namespace('team-a'), workspaceKind('jupyterlab'), ...['a', 'b', 'c'].map((name) => workspace(name))],
    });
    await using window = await open(gateway.url);
    const { page } = window;
    await window.isMarked('live');
    const focused = () => page.evaluate(() => document.activeElement?.textContent);
    await page.getByRole('row').nth(1).focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Delete');
    await page.getByRole('dialog', { name: 'Delete b?' }).getByRole('button', { name: 'Delete' }).press('Enter');
    await expect.poll(() => page.locator('.cell-name .title').allInnerTexts()).toEqual(['a', 'c']);
    await expect.poll(focused).toContain('team-a/c');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Delete' }).press('Enter');
    await page.getByRole('dialog', { name: 'Delete c?' }).getByRole('button', { name: 'Delete' }).press('Enter');
    await expect.poll(focused).toBe('There is no workspace c');
    await page.getByRole('button', { name: 'Dismiss' }).first().press('Enter');
    await expect.poll(focused).toBe('There is no workspace c');
  });

  it('deletes nothing when the key that asks for a deletion is held', async () => {
    const objects = [namespace('team-a'), workspaceKind('jupyterlab'), workspace('kept')];
    await using gateway = await startTestGateway({ objects });
    await using window = await open(gateway.url, { path: 'workspaces/team-a/kept' });
    const { page } = window;
    const dialog = page.getByRole('dialog', { name: 'Delete kept?' });
    await page.getByRole('button', { name: 'Delete' }).focus();
    await page.keyboard.down('Enter');
    await dialog.waitFor();
    await page.keyboard.down('Enter'); // as the keyboard repeats it
    await dialog.waitFor({ state: 'detached' });
    expect(await page.locator('.task').count()).toBe(0);
    await page.keyboard.up('Enter');
  });

  it('asks for no confirmation on the page before when a person goes back', async () => {
    await using window = await open(demo().url, { path: 'fleet' });
    const { page } = window;
    await page.getByRole('link', { name: 'Workspaces', exact: true }).click();
    await page.getByRole('button', { name: 'More actions for crash-course' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    const dialog = page.getByRole('dialog', { name: 'Delete crash-course?' });
    await dialog.waitFor();
    await page.goBack();
    await dialog.waitFor({ state: 'detached' });
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('Fleet');
  });

  it('goes back by one step when the link to a page was used twice', async () => {
    await using window = await open(demo().url, { path: 'fleet' });
    const { page } = window;
    const link = page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Kinds' });
    await link.click();
    await link.click();
    await page.goBack();
    await expect.poll(() => page.getByRole('heading', { level: 1 }).innerText()).toBe('Fleet');
  });

  it('keeps the focus on the button of an action that is confirmed by keyboard', async () => {
    await using window = await open(demo().url, { path: '?q=churn' });
    const { page } = window;
    await window.isMarked('live');
    await page.getByRole('button', { name: 'Pause', exact: true, disabled: false }).press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Enter');
    await window.showsRow('Churn analysis', 'Paused');
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toContain('Start');
    await page.keyboard.press('Enter');
    await window.showsRow('Churn analysis', 'Running');
  });

  it('keeps a menu open while a log scrolls', async () => {
    await using window = await open(demo().url, { path: 'workspaces/team-vision/labelling?tab=logs' });
    const { page } = window;
    await page.locator('.log pre').first().waitFor();
    await page.getByRole('button', { name: 'Theme' }).click();
    await page.locator('.log').evaluate(
      (log) =>
        new Promise((resolve) => {
          log.addEventListener('scroll', resolve, { once: true });
          log.scrollTo(0, log.scrollTop === 0 ? 1 : 0);
        }),
    );
    await page.evaluate(() => new Promise(requestAnimationFrame));
    expect(await page.getByRole('menu', { name: 'Theme' }).count()).toBe(1);
  });

  it('shows the top of the page before when a person goes back from within another', async () => {
    await using window = await open(demo().url, { path: 'kinds', viewport: { width: 1000, height: 500 } });
    const { page } = window;
    const main = page.locator('main');
    await page.locator('.kind').first().waitFor();
    await page.getByRole('link', { name: 'Fleet' }).click();
    await page.getByRole('region', { name: 'Nodes' }).getByRole('table').waitFor();
    await main.evaluate((element) => element.scrollTo(0, 300));
    expect(await main.evaluate(({ scrollTop }) => scrollTop)).toBeGreaterThan(0);
    await page.goBack();
    await page.locator('.kind').first().waitFor();
    expect(await main.evaluate(({ scrollTop }) => scrollTop)).toBe(0);
  });

  it.each([true, false])('copies a manifest when the page has a clipboard: %s', async (hasClipboard) => {
    await using window = await open(demo().url, { permissions: ['clipboard-read', 'clipboard-write'] });
    const { page } = window;
    // As for a page that is not served by HTTPS.
    if (!hasClipboard)
      await page.addInitScript(() => Object.defineProperty(Navigator.prototype, 'clipboard', { value: undefined }));
    await window.goTo('workspaces/team-research/fraud-model?tab=manifest');
    await page.getByRole('button', { name: 'Copy' }).click();
    await page.getByText('Copied').waitFor();
    await window.goTo('?q=');
    await page.getByRole('searchbox').focus();
    await page.keyboard.press('ControlOrMeta+V');
    expect(await page.getByRole('searchbox').inputValue()).toContain('name: fraud-model');
    expect(window.problems).toEqual([]);
  });

  it('keeps the focus on the heading when the content of a page has been loaded', async () => {
    await using window = await open(demo().url, { path: '?q=crash-course' });
    const { page } = window;
    const focused = () => page.evaluate(() => document.activeElement?.textContent);
    await page.getByRole('row').filter({ hasText: 'crash-course' }).press('Enter');
    await page.getByRole('navigation', { name: 'Sections' }).waitFor();
    await expect.poll(focused).toBe('crash-course');
    await page.getByRole('link', { name: 'Edit', exact: true }).press('Enter');
    await page.getByRole('group', { name: 'Name' }).waitFor();
    await expect.poll(focused).toBe('Edit crash-course');
  });

  it('flashes a row once when it changes, and not when the person prefers less motion', async () => {
    await using calm = await open(demo().url, { path: '?q=fraud', reducedMotion: 'reduce' });
    await using window = await open(demo().url, { path: '?q=fraud' });
    await window.isMarked('live');
    await calm.isMarked('live');
    for (const { page } of [calm, window]) await page.evaluate(countFlashes);
    await window.page.getByRole('button', { name: 'Pause', exact: true }).click();
    await window.page.getByRole('dialog').getByRole('button', { name: 'Pause' }).click();
    await Promise.all([window, calm].map((each) => each.showsRow('Fraud model', 'Paused')));
    await expect.poll(() => window.page.evaluate(flashes)).toBeGreaterThan(0);
    expect(await calm.page.evaluate(flashes)).toBe(0);
  });

  it('explains why the table is empty to a person without permissions', async () => {
    await using window = await open(demo().url);
    await window.actAs('nobody@example.com');
    await window.page.getByText('There are no workspaces that you may see').waitFor();
    await window.page
      .getByText(/^nobody@example\.com \(groups: system:authenticated\) may list .* kubeflow-view/u)
      .waitFor();
    await window.picture('empty-without-permission');
    expect(await window.violations()).toEqual([]);
  });

  it('shows the pictures of kinds although they need a token', async () => {
    await using window = await open(demo().url, { path: '?q=crash-course' });
    const picture = window.page.locator('img.kind-icon');
    await picture.first().waitFor();
    expect(await picture.first().getAttribute('src')).toMatch(/^blob:/u);
    await expect
      .poll(() => picture.first().evaluate((image) => (image as { naturalWidth?: number }).naturalWidth))
      .toBeGreaterThan(0);
  });

  it('asks for a picture that could not be loaded again after a minute', async () => {
    await using window = await open(demo().url, { path: 'gateway' });
    const { page } = window;
    await page.clock.install();
    let refused = 0;
    await page.route('**/assets/**', async (route) => {
      refused += 1;
      await route.fulfill({ status: 503 });
    });
    await window.goTo('kinds');
    await expect.poll(() => refused).toBeGreaterThan(0);
    await page.unrouteAll({ behavior: 'wait' });
    const pageLink = (name: string) => page.getByRole('navigation').getByRole('link', { name, exact: true });
    const pictures = async () => {
      await page.clock.fastForward(60_000);
      await pageLink('Namespaces').click();
      await pageLink('Kinds').click();
      await page.locator('.kind-icon').first().waitFor();
      return page.locator('img.kind-icon').count();
    };
    await expect.poll(pictures).toBeGreaterThan(0);
  });

  it('frees the pictures when another person acts', async () => {
    await using window = await open(demo().url, { path: 'kinds' });
    const { page } = window;
    const picture = await page.locator('img.kind-icon').first().getAttribute('src');
    await page.evaluate(recordFreed);
    await window.actAs('nobody@example.com');
    await expect.poll(() => page.evaluate(freed)).toContain(picture);
  });

  it('measures the time of an action when the clock is set back meanwhile', async () => {
    await using window = await open(demo().url, { path: '?q=labelling' });
    const { page } = window;
    await page.clock.install();
    await page.reload();
    await page.getByRole('button', { name: 'Pause', exact: true, disabled: false }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Pause' }).click();
    await page.locator('.task').waitFor();
    await page.clock.setSystemTime(0);
    const result = page.getByText(/^Paused after/u);
    await result.waitFor();
    expect(await result.innerText()).toMatch(/^Paused after \d+ s$/u);
  });
});

interface FreedUrls {
  freedUrls?: string[];
}

/** Runs in the page: records the object URLs that are revoked. */
function recordFreed(): void {
  const urls: string[] = [];
  (globalThis as FreedUrls).freedUrls = urls;
  const revoke = URL.revokeObjectURL.bind(URL);
  URL.revokeObjectURL = (url) => {
    urls.push(url);
    revoke(url);
  };
}

/** Runs in the page. */
function freed(): readonly string[] {
  return (globalThis as FreedUrls).freedUrls ?? [];
}

interface FlashCounter {
  flashes?: number;
}

/** Runs in the page: counts animations that are started by script. */
function countFlashes(): void {
  const counter = globalThis as FlashCounter;
  counter.flashes = 0;
  const animate = Reflect.get<Element, 'animate'>(Element.prototype, 'animate');
  Element.prototype.animate = function count(...args) {
    counter.flashes = (counter.flashes ?? 0) + 1;
    return animate.apply(this, args);
  };
}

/** Runs in the page. */
function flashes(): number {
  return (globalThis as FlashCounter).flashes ?? 0;
}
