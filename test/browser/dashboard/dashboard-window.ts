import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import axe from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { observePage, type PageObserver } from '../page-observer.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
/** Pictures of all pages, which CI keeps. */
const PICTURES = `${ROOT}test-results/dashboard`;

/** Builds the page, as `npm run build:web` does. */
export function buildDashboard(): void {
  execFileSync(process.execPath, ['scripts/build-web.mjs'], { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] });
}

/** A window with the dashboard. Disposing closes it. */
export interface DashboardWindow extends PageObserver {
  readonly page: Page;
  /** Shows another page of the dashboard, as a link to it does. */
  goTo(path: string): Promise<void>;
  /** Acts as another person of the demo. */
  actAs(name: string): Promise<void>;
  /** Waits until a row contains all texts. */
  showsRow(...texts: readonly string[]): Promise<void>;
  /** Waits until the header has this mark. */
  isMarked(mark: 'live' | 'reconnecting' | 'stale'): Promise<void>;
  /** Saves a picture of the window. */
  picture(name: string): Promise<void>;
  /** Returns the width of the page with what is beyond the window. */
  contentWidth(): Promise<number>;
  /** Returns violations of WCAG 2.2 AA and of best practices, each with its elements. */
  violations(): Promise<readonly string[]>;
  /** Returns the sum of all layout shifts so far that were not caused by input. */
  layoutShift(): Promise<number>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface WindowOptions extends BrowserContextOptions {
  readonly path?: string;
}

const TIMEOUT_MS = 30_000;

/** @param endpoint URL of the GraphQL endpoint */
export async function openDashboard(
  browser: Browser,
  endpoint: string,
  { path = '', ...options }: WindowOptions = {},
): Promise<DashboardWindow> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(TIMEOUT_MS);
  const { problems, hosts } = observePage(page);
  await page.addInitScript(recordLayoutShifts);
  const goTo = async (to: string) => void (await page.goto(new URL(to, endpoint.replace(/graphql$/u, '')).href));
  await goTo(path);
  return {
    page,
    problems,
    hosts,
    goTo,
    actAs: async (name) => {
      await page.getByRole('button', { name: /^Signed in as/u }).click();
      await page.getByRole('menuitemradio', { name }).click();
      await page.getByRole('button', { name: `Signed in as ${name}` }).waitFor();
    },
    showsRow: async (...texts) => {
      let row = page.getByRole('row');
      for (const text of texts) row = row.filter({ hasText: text });
      await row.first().waitFor();
    },
    isMarked: async (mark) => page.locator(`.live-mark[data-mark=${mark}]`).waitFor(),
    picture: async (name) => {
      mkdirSync(PICTURES, { recursive: true });
      await page.screenshot({ path: `${PICTURES}/${name}.png`, animations: 'disabled' });
    },
    contentWidth: () => page.evaluate(contentWidth),
    violations: () => violationsOf(page),
    layoutShift: () => page.evaluate(() => (globalThis as ShiftRecorder).layoutShift ?? 0),
    [Symbol.asyncDispose]: () => context.close(),
  };
}

/** Holds back messages of the page to the gateway. Returns a function that lets them pass. */
export async function holdBack(page: Page, isHeld: (message: string) => boolean): Promise<() => void> {
  const { promise: isReleased, resolve: release } = Promise.withResolvers<void>();
  await page.routeWebSocket(/graphql$/u, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage(async (message) => {
      if (isHeld(String(message))) await isReleased;
      server.send(message);
    });
  });
  return release;
}

/** Lets the first request of an operation, such as `query Identity`, fail. Returns a function that returns whether it has. */
export async function failFirst(page: Page, operation: string): Promise<() => boolean> {
  let hasFailed = false;
  await page.route('**/graphql', (route) => {
    if (hasFailed || !route.request().postData()?.includes(operation)) return route.continue();
    hasFailed = true;
    return route.abort();
  });
  return () => hasFailed;
}

interface ShiftRecorder {
  layoutShift?: number;
}

interface LayoutShift {
  readonly value: number;
  readonly hadRecentInput: boolean;
}

/** Runs in the page. */
function recordLayoutShifts(): void {
  const recorder = globalThis as ShiftRecorder;
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as unknown[] as LayoutShift[])
      if (!entry.hadRecentInput) recorder.layoutShift = (recorder.layoutShift ?? 0) + entry.value;
  });
  observer.observe({ entryTypes: ['layout-shift'] });
}

/** Runs in the page, whose content scrolls in `main`. */
function contentWidth(): number {
  return Math.max(document.documentElement.scrollWidth, document.querySelector('main')?.scrollWidth ?? 0);
}

async function violationsOf(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { axe: checker } = globalThis as unknown as { axe: typeof axe };
    const { violations } = await checker.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    });
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')} ${failureSummary ?? ''}`),
    );
  });
}
