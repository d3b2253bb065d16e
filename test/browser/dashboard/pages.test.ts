import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { startDemo } from '../../../dev/demo/demo.ts';
import { namespace, workspace, workspaceKind } from '../../support/manifests.ts';
import { TcpProxy } from '../../support/tcp-proxy.ts';
import { startTestGateway } from '../../support/test-gateway.ts';
import { executablePath } from '../browser.ts';
import { suiteBrowser, suiteServer } from './suite.ts';

const MAX_BYTES = 62_000;

const pages = [
  { name: 'workspaces', path: '' },
  { name: 'workspace', path: 'workspaces/team-platform/crash-course' },
  { name: 'workspace-running', path: 'workspaces/team-vision/labelling' },
  { name: 'logs', path: 'workspaces/team-platform/crash-course?tab=logs' },
  { name: 'events', path: 'workspaces/team-platform/crash-course?tab=events' },
  { name: 'manifest', path: 'workspaces/team-platform/crash-course?tab=manifest' },
  { name: 'fleet', path: 'fleet' },
  { name: 'namespace', path: 'namespaces/team-vision' },
  { name: 'kinds', path: 'kinds' },
  { name: 'kinds-offered', path: 'kinds?namespace=team-research' },
  { name: 'namespaces', path: 'namespaces' },
  { name: 'gateway', path: 'gateway?namespace=team-vision' },
  { name: 'create', path: 'create?namespace=team-research&kind=jupyterlab' },
  { name: 'edit', path: 'workspaces/team-platform/crash-course/edit' },
  { name: 'missing', path: 'workspaces/team-platform/none' },
];
/** First content of each page. */
const CONTENT =
  '.virtual-rows .cell-name, .details-actions, .kind, .state-counts .badge, .plain-table td, .empty h1, .option-choices';
const screens = {
  wide: { width: 1440, height: 900 },
  narrow: { width: 360, height: 740 },
} as const;
const looks = [
  { size: 'wide', colorScheme: 'light' },
  { size: 'wide', colorScheme: 'dark' },
  { size: 'narrow', colorScheme: 'light' },
] as const;

describe.skipIf(!executablePath)('the pages of the dashboard', { timeout: 120_000 }, () => {
  const open = suiteBrowser();
  const demo = suiteServer(() => startDemo({ port: 0 }));

  it.each(pages)(
    'shows an accessible page in both themes and loads nothing from elsewhere: $name',
    async ({ name, path }) => {
      await using window = await open(demo().url, { path });
      await window.isMarked('live');
      await window.page.locator(CONTENT).first().waitFor();
      for (const { size, colorScheme } of looks) {
        await window.page.setViewportSize(screens[size]);
        await window.page.emulateMedia({ colorScheme });
        await window.picture(`${name}-${colorScheme}-${size}`);
        expect(await window.violations()).toEqual([]);
        expect(await window.contentWidth()).toBeLessThanOrEqual(screens[size].width);
      }
      expect(window.problems).toEqual([]);
      expect([...window.hosts]).toEqual([new URL(demo().url).host]);
    },
  );

  it('keeps the longest names within the window', async () => {
    const [at, name, kind] = ['n'.repeat(63), 'w'.repeat(63), 'k'.repeat(63)] as const;
    await using gateway = await startTestGateway({
      objects: [
        namespace(at),
        workspaceKind(kind, {}, { displayName: 'D'.repeat(100) }),
        workspace(name, { namespace: at, kind, state: 'Error', status: { stateMessage: 'm'.repeat(300) } }),
      ],
    });
    await using window = await open(gateway.url);
    await window.page.setViewportSize(screens.narrow);
    const path = `workspaces/${at}/${name}`;
    for (const to of ['', path, `${path}/edit`, `namespaces/${at}`, 'kinds', `create?namespace=${at}&kind=${kind}`]) {
      await window.goTo(to);
      await window.page.locator(CONTENT).first().waitFor();
      expect([to, await window.contentWidth()]).toEqual([to, screens.narrow.width]);
    }
  });

  it('shows the beginning and the punctuation of names in the direction of their script', async () => {
    const name = `${'\u05DE\u05D7\u05D1\u05E8\u05EA '.repeat(12)}2026!`; // Hebrew
    await using gateway = await startTestGateway({
      objects: [
        namespace('team-a'),
        workspaceKind('jupyterlab', {}, { displayName: name }),
        workspace('one', { state: 'Running', spec: { displayName: name } }),
      ],
    });
    await using window = await open(gateway.url);
    const { page } = window;
    for (const cut of ['.cell-name .title', '.cell-kind .line']) {
      const { first, last, left, right } = await page.locator(cut).first().evaluate(edgesOfText);
      expect([cut, right - first < 20, last < left]).toEqual([cut, true, true]);
    }
    for (const [path, whole] of [
      ['workspaces/team-a/one', 'h1'],
      ['kinds', '.kind h2'],
    ] as const) {
      await window.goTo(path);
      const { first, last } = await page.locator(whole, { hasText: '2026' }).evaluate(edgesOfText);
      expect([whole, last < first]).toEqual([whole, true]);
    }
  });

  it('shifts nothing while the table loads', async () => {
    await using window = await open(demo().url);
    await window.isMarked('live');
    await window.page.locator('.row-actions .action:not([aria-disabled=true])').first().waitFor();
    await window.page.locator('img.kind-icon').first().waitFor();
    expect(await window.layoutShift()).toBeLessThan(0.01);
  });

  it('keeps the size of the header, whatever the width of the window, when it connects again', async () => {
    await using proxy = await TcpProxy.to(demo());
    await using window = await open(proxy.url);
    const header = window.page.getByRole('banner');
    const sizes = async () => {
      const found: number[][] = [];
      for (const width of [360, 768, 900, 1_100]) {
        await window.page.setViewportSize({ width, height: 740 });
        found.push(await header.evaluate(({ scrollWidth, clientHeight }) => [scrollWidth, clientHeight]));
      }
      return found;
    };
    await window.isMarked('live');
    const live = await sizes();
    expect(live.map(([width]) => width)).toEqual([360, 768, 900, 1_100]);
    await proxy.disconnect();
    await window.isMarked('reconnecting');
    expect(await sizes()).toEqual(live);
    await window.page.getByText(/last update/u).waitFor();
    expect(await sizes()).toEqual(live);
  });

  it.each([
    'fleet',
    'kinds',
    'namespaces',
    'namespaces/team-vision',
    'gateway',
    'create?namespace=team-research&kind=jupyterlab',
  ])('shifts nothing while the page loads: %s', async (path) => {
    await using window = await open(demo().url, { path });
    await window.isMarked('live');
    await window.page.locator(CONTENT).first().waitFor();
    await window.page.locator('[aria-busy=true]').waitFor({ state: 'detached' });
    expect(await window.layoutShift()).toBeLessThan(0.02);
  });

  it('sends less than 62 kB of scripts and styles', () => {
    const files = ['app.js', 'app.css'].map((file) =>
      readFileSync(new URL(`../../../web/dist/${file}`, import.meta.url)),
    );
    expect(files.reduce((sum, file) => sum + gzipSync(file, { level: 9 }).length, 0)).toBeLessThan(MAX_BYTES);
  });

  it('says that there is no such namespace when the address names none', async () => {
    await using window = await open(demo().url, { path: 'namespaces/none' });
    await window.page.getByText('There is no such namespace, or you may not see it.').waitFor();
    expect(await window.page.getByRole('heading', { level: 1 }).innerText()).toBe('none');
  });

  it('covers no action with a result, whatever the width of the window', async () => {
    await using window = await open(demo().url, { path: '?state=running' });
    const { page } = window;
    await window.isMarked('live');
    const boxes = page.locator('.virtual-rows').getByRole('checkbox');
    await boxes.nth(0).check();
    await boxes.nth(1).check();
    const bar = page.getByRole('region', { name: 'Selected workspaces' });
    await bar.getByRole('button', { name: /^Pause/u }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Pause' }).click();
    await page.locator('.task').waitFor();
    await page.getByRole('button', { name: /^All/u }).click();
    for (const width of [360, 800, 1_000, 1_300, 1_440]) {
      await page.setViewportSize({ width, height: 740 });
      const [result, actions] = await Promise.all([page.locator('.task').boundingBox(), bar.boundingBox()]);
      expect([width, overlaps(result, actions)]).toEqual([width, false]);
      expect(await window.contentWidth()).toBeLessThanOrEqual(width);
      await window.picture(`results-${width}`);
    }
  });

  it('aligns the actions of all rows, whatever the width of the window', async () => {
    await using window = await open(demo().url);
    const { page } = window;
    await page.locator('.row-actions .action:not([aria-disabled=true])').first().waitFor();
    for (const width of [1_000, 1_280, 1_440, 1_920]) {
      await page.setViewportSize({ width, height: 900 });
      const ends = await page
        .locator('.row-actions .action')
        .evaluateAll((buttons) => buttons.map((button) => button.getBoundingClientRect().right));
      expect([width, Math.round(Math.max(...ends) - Math.min(...ends))]).toEqual([width, 0]);
    }
  });

  it('stays on a nested page when the link to its content is used', async () => {
    const path = 'workspaces/team-vision/labelling';
    await using window = await open(demo().url, { path });
    await window.page.locator(CONTENT).first().waitFor();
    await window.page.keyboard.press('Tab');
    await window.page.keyboard.press('Enter');
    await expect.poll(() => window.page.evaluate(() => document.activeElement?.id)).toBe('main');
    expect(new URL(window.page.url()).pathname).toBe(`/${path}`);
  });

  it('shows names that begin with an emoji, or that turn the direction of writing, without changing other texts', async () => {
    const named = workspace('turned', { state: 'Running', spec: { displayName: 'turned\u202Eabc' } });
    await using gateway = await startTestGateway({
      objects: [namespace('team-a'), workspaceKind('jupyterlab', {}, { displayName: '\u{1F680} Rocket' }), named],
    });
    await using window = await open(gateway.url);
    const { page } = window;
    await window.isMarked('live');
    expect(await page.locator('span.kind-icon').first().innerText()).toBe('\u{1F680}');
    await page.getByRole('button', { name: 'Pause', exact: true, disabled: false }).click();
    const heading = page.getByRole('dialog').getByRole('heading');
    await heading.waitFor();
    const { name, mark } = await heading.evaluate(edgesOf);
    expect(mark).toBeGreaterThanOrEqual(name);
  });

  it.each(['workspaces/team-platform/crash-course', 'kinds', ''])('prints all of the page: /%s', async (path) => {
    await using window = await open(demo().url, { path, viewport: { width: 1000, height: 300 } });
    const { page } = window;
    await page.locator(CONTENT).first().waitFor();
    await page.emulateMedia({ media: 'print' });
    const hidden = await page
      .locator('body, #app, main, .table')
      .evaluateAll((elements) =>
        elements.filter(({ scrollHeight, clientHeight }) => scrollHeight > clientHeight + 1).map(({ id }) => id),
      );
    expect(hidden).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollHeight)).toBeGreaterThan(300);
  });

  it('prints dark text when the theme is dark', async () => {
    await using window = await open(demo().url, { colorScheme: 'dark' });
    const { page } = window;
    await page.getByRole('button', { name: 'Theme' }).click();
    await page.getByRole('menuitemradio', { name: 'Dark' }).click();
    await page.emulateMedia({ media: 'print' });
    expect(await page.evaluate(() => getComputedStyle(document.body).color)).toBe('rgb(25, 29, 38)');
  });

  it('distinguishes the chosen filter and page when the person has chosen the colors of all pages', async () => {
    await using window = await open(demo().url, { path: '?state=error', forcedColors: 'active' });
    const { page } = window;
    const colors = (name: string, selector: string) =>
      page
        .locator(selector)
        .evaluateAll(
          (all, property) => [...new Set(all.map((element) => getComputedStyle(element).getPropertyValue(property)))],
          name,
        );
    const chosen = await colors('background-color', '.chip[aria-pressed=true], nav a[aria-current]');
    const others = await colors('background-color', '.chip[aria-pressed=false], nav a:not([aria-current])');
    expect(others.filter((color) => chosen.includes(color))).toEqual([]);
    const canvas = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(await colors('border-bottom-color', '.header nav a:not([aria-current])')).toEqual([canvas]);
  });

  it('grows with the size of text that the person has chosen in the browser', async () => {
    await using window = await open(demo().url);
    const { page } = window;
    const size = () => page.evaluate(() => getComputedStyle(document.documentElement).fontSize);
    expect(await size()).toBe('15px');
    const session = await page.context().newCDPSession(page);
    await session.send('Page.setFontSizes', { fontSizes: { standard: 24 } });
    await page.reload();
    expect(await size()).toBe('22.5px');
    expect(await window.contentWidth()).toBeLessThanOrEqual(1_440);
  });

  it('shows all links, and a form without its buttons before it, at a zoom of 400 %', async () => {
    await using window = await open(demo().url, { viewport: { width: 320, height: 256 } });
    const { page } = window;
    await window.goTo('workspaces/team-platform/crash-course');
    await page.locator('.details-actions').waitFor();
    const ends = await page.locator('nav a').evaluateAll((all) => all.map((a) => a.getBoundingClientRect().right));
    expect(ends).toHaveLength(9);
    expect(Math.max(...ends)).toBeLessThanOrEqual(320);
    await window.goTo('create?namespace=team-research&kind=jupyterlab');
    await page.locator('.option-choices').first().waitFor();
    const top = await page.locator('.form-footer').evaluate((footer) => footer.getBoundingClientRect().top);
    expect(top).toBeGreaterThan(256);
  });

  it('shows all entries of a menu in a window of 320 by 160 pixels', async () => {
    await using window = await open(demo().url, { viewport: { width: 320, height: 160 } });
    const { page } = window;
    await page.getByRole('button', { name: /^Signed in as/u }).click();
    const last = page.getByRole('menuitemradio').last();
    await page.keyboard.press('ArrowUp');
    await expect.poll(() => last.evaluate((entry) => entry === document.activeElement)).toBe(true);
    const { bottom } = await last.evaluate((entry) => entry.getBoundingClientRect());
    expect(bottom).toBeLessThanOrEqual(160);
  });

  it('shows the page when the browser blocks its storage', async () => {
    await using window = await open(demo().url);
    const { page } = window;
    await page.addInitScript(() => {
      for (const name of ['localStorage', 'sessionStorage'])
        Object.defineProperty(globalThis, name, {
          get: () => {
            throw new DOMException('Access is denied for this document.', 'SecurityError');
          },
        });
    });
    await page.reload();
    await window.showsRow('crash-course');
    await page.getByRole('button', { name: 'Theme' }).click();
    await page.getByRole('menuitemradio', { name: 'Dark' }).click();
    await window.actAs('victor@example.com');
    expect(await page.evaluate(() => document.documentElement.dataset['theme'])).toBe('dark');
    expect(window.problems).toEqual([]);
  });

  it('keeps the theme that was chosen when the page is loaded again', async () => {
    await using window = await open(demo().url, { colorScheme: 'light' });
    await window.page.getByRole('button', { name: 'Theme' }).click();
    await window.page.getByRole('menuitemradio', { name: 'Dark' }).click();
    await window.page.reload();
    const background = () => window.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(await background()).toBe('rgb(14, 17, 22)');
  });
});

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Returns whether two elements have a common pixel. True if one is not shown. */
function overlaps(one: Box | null, other: Box | null): boolean {
  if (!one || !other) return true;
  const isApart = (at: 'x' | 'y', size: 'width' | 'height') =>
    one[at] + one[size] <= other[at] || other[at] + other[size] <= one[at];
  return !isApart('x', 'width') && !isApart('y', 'height');
}

/** Runs in the page: returns the pixel at which the name in the title of a dialog ends, and the one of the question mark. */
function edgesOf(heading: Element) {
  const range = document.createRange();
  if (heading.lastChild) range.selectNodeContents(heading.lastChild);
  const name = heading.querySelector('bdi')?.getBoundingClientRect().right ?? Number.NaN;
  return { name, mark: range.getBoundingClientRect().left };
}

/** Runs in the page: returns the pixels at which the first and the last character of a text are, and those at which its box begins and ends. */
function edgesOfText(element: Element) {
  const leftOf = (index: number) => {
    const range = document.createRange();
    const text = element.firstChild;
    if (text) range.setStart(text, index);
    if (text) range.setEnd(text, index + 1);
    return range.getBoundingClientRect().left;
  };
  const { left, right } = element.getBoundingClientRect();
  return { first: leftOf(0), last: leftOf((element.textContent?.length ?? 1) - 1), left, right };
}
