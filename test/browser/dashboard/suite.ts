import type { Browser } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { executablePath } from '../browser.ts';
import { launchChromium } from '../chromium.ts';
import { buildDashboard, openDashboard, type DashboardWindow, type WindowOptions } from './dashboard-window.ts';

/** Builds the page and starts a browser for the tests of a suite. Returns a function that opens the dashboard of an endpoint. */
export function suiteBrowser(): (endpoint: string, options?: WindowOptions) => Promise<DashboardWindow> {
  let browser: Browser | undefined;
  beforeAll(async () => {
    buildDashboard();
    browser = await launchChromium(executablePath ?? '');
  });
  afterAll(() => browser?.close());
  return (endpoint, options) => {
    if (!browser) throw new TypeError('Expected a test of the suite, got a call before the browser has started.');
    return openDashboard(browser, endpoint, options);
  };
}

/** Starts a server for the tests of a suite, and stops it after them. Returns a function that returns it. */
export function suiteServer<Server extends AsyncDisposable>(start: () => Promise<Server>): () => Server {
  let server: Server | undefined;
  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server?.[Symbol.asyncDispose]());
  return () => {
    if (!server) throw new TypeError('Expected a test of the suite, got a call before the server has started.');
    return server;
  };
}
