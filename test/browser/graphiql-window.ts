import type { Browser, Page } from 'playwright-core';
import { observePage, type PageObserver } from './page-observer.ts';

/** A page with GraphiQL, operated through its visible elements. Disposing closes it. */
export interface GraphiQLWindow extends PageObserver {
  tabs(): Promise<readonly string[]>;
  open(tab: string): Promise<void>;
  write(query: string): Promise<void>;
  /** Returns the texts of the operations that the side panel lists, after a search. */
  search(text: string): Promise<readonly string[]>;
  /** Waits until the side panel contains the text. */
  panelShows(text: string): Promise<void>;
  /** Opens an operation from the side panel. */
  pick(operation: string): Promise<void>;
  /** Acts as another person in all tabs. */
  actAs(name: string): Promise<void>;
  /** Returns the visible text of the variables editor. */
  variables(): Promise<string>;
  /** Waits until the log of subscriptions contains the text. */
  logs(text: string | RegExp): Promise<void>;
  /** Stops the newest subscription in the panel. Returns the text of the log just after that. */
  stop(): Promise<string>;
  /** Returns pixels of the page in a window of this size. */
  layout(width: number, height: number): Promise<Layout>;
  /** Saves a picture of the page. */
  picture(file: string): Promise<void>;
  writeHeaders(headers: string): Promise<void>;
  run(): Promise<void>;
  /** Waits until one line of the result pane contains the text. */
  shows(text: string): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

interface Layout {
  /** Width by which the page exceeds the window. */
  readonly overflow: number;
  /** Height between the search and the next heading of the side panel. Negative if they overlap. */
  readonly listHeight: number;
  /** Height of the lowest button of the side panel. */
  readonly buttonHeight: number;
}

export async function openGraphiQL(browser: Browser, url: string): Promise<GraphiQLWindow> {
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  const { hosts, problems } = observePage(page);
  await page.goto(url);
  const runButton = page.locator('.graphiql-execute-button');
  await runButton.waitFor();
  return {
    hosts,
    problems,
    tabs: () => page.locator('.graphiql-tab-button').allInnerTexts(),
    open: (tab) => page.locator('.graphiql-tab-button', { hasText: new RegExp(`^${tab}$`) }).click(),
    write: (query) => replaceText(page, '.graphiql-query-editor', query),
    async search(text) {
      await page.getByRole('searchbox', { name: 'Search operations' }).fill(text);
      return page.locator('#panel nav button:visible').allInnerTexts();
    },
    panelShows: (text) => page.locator('#panel').getByText(text).waitFor(),
    pick: (operation) => page.locator('#panel nav button', { hasText: new RegExp(` ${operation}\\b`) }).click(),
    async actAs(name) {
      await page.getByLabel('Act in all tabs as').selectOption(name);
    },
    async variables() {
      // The editor renders spaces as non-breaking spaces.
      return (await page.locator(`${TOOL_EDITOR} .view-lines`).innerText()).replaceAll('\u00A0', ' ');
    },
    logs: (text) => page.locator('#panel .log', { hasText: text }).waitFor(),
    stop: () => stopNewest(page),
    layout: (width, height) => layoutOf(page, { width, height }),
    picture: async (path) => void (await page.screenshot({ path })),
    async writeHeaders(headers) {
      await showHeaders(page);
      await replaceText(page, TOOL_EDITOR, headers);
    },
    run: () => runButton.click(),
    shows: (text) => page.locator('.graphiql-response .view-line', { hasText: text }).first().waitFor(),
    [Symbol.asyncDispose]: () => context.close(),
  };
}

const TOOL_EDITOR = '.graphiql-editor-tool .graphiql-editor:not(.hidden)';

async function layoutOf(page: Page, size: { readonly width: number; readonly height: number }): Promise<Layout> {
  await page.setViewportSize(size);
  const search = await page.getByRole('searchbox', { name: 'Search operations' }).boundingBox();
  const heading = await page.getByRole('heading', { name: 'Subscriptions' }).boundingBox();
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  const buttons = await page
    .locator('#panel button')
    .evaluateAll((all) => all.map((button) => button.getBoundingClientRect().height));
  return {
    overflow: width - size.width,
    listHeight: (heading?.y ?? 0) - (search?.y ?? 0) - (search?.height ?? 0),
    buttonHeight: Math.min(...buttons),
  };
}

async function stopNewest(page: Page): Promise<string> {
  const log = page.locator('#panel .log');
  await log.getByRole('button', { name: 'Stop' }).first().click();
  return log.innerText();
}

async function showHeaders(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Headers', exact: true }).click();
}

async function replaceText(page: Page, editor: string, text: string): Promise<void> {
  await page.locator(`${editor} .view-lines`).click();
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.press('Backspace');
  await page.keyboard.insertText(text);
}
