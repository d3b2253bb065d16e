import type { Browser, Page } from 'playwright-core';

/** A page with GraphiQL, operated through its visible elements. Disposing closes it. */
export interface GraphiQLWindow {
  /** Hosts of all requests and WebSockets so far. */
  readonly hosts: ReadonlySet<string>;
  /** Uncaught errors of the page, and errors that the browser logged, such as a blocked request. */
  readonly problems: readonly string[];
  tabs(): Promise<readonly string[]>;
  open(tab: string): Promise<void>;
  write(query: string): Promise<void>;
  /** Returns the visible text of the headers editor. */
  headers(): Promise<string>;
  writeHeaders(headers: string): Promise<void>;
  run(): Promise<void>;
  /** Waits until one line of the result pane contains the text. */
  shows(text: string): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function openGraphiQL(browser: Browser, url: string): Promise<GraphiQLWindow> {
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const { hosts, problems } = observe(page);
  await page.goto(url);
  const runButton = page.locator('.graphiql-execute-button');
  await runButton.waitFor();
  return {
    hosts,
    problems,
    tabs: () => page.locator('.graphiql-tab-button').allInnerTexts(),
    open: (tab) => page.locator('.graphiql-tab-button', { hasText: new RegExp(`^${tab}$`) }).click(),
    write: (query) => replaceText(page, '.graphiql-query-editor', query),
    async headers() {
      await showHeaders(page);
      // The editor renders spaces as non-breaking spaces.
      return (await page.locator(`${HEADERS_EDITOR} .view-lines`).innerText()).replaceAll('\u00A0', ' ');
    },
    async writeHeaders(headers) {
      await showHeaders(page);
      await replaceText(page, HEADERS_EDITOR, headers);
    },
    run: () => runButton.click(),
    shows: (text) => page.locator('.graphiql-response .view-line', { hasText: text }).first().waitFor(),
    [Symbol.asyncDispose]: () => context.close(),
  };
}

function observe(page: Page): { readonly hosts: Set<string>; readonly problems: string[] } {
  const hosts = new Set<string>();
  const problems: string[] = [];
  const remember = ({ protocol, host }: URL) => {
    if (protocol !== 'data:' && protocol !== 'blob:') hosts.add(host);
  };
  page.on('request', (request) => remember(new URL(request.url())));
  page.on('websocket', (socket) => remember(new URL(socket.url())));
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  return { hosts, problems };
}

const HEADERS_EDITOR = '.graphiql-editor-tool .graphiql-editor:not(.hidden)';

async function showHeaders(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Headers', exact: true }).click();
}

async function replaceText(page: Page, editor: string, text: string): Promise<void> {
  await page.locator(`${editor} .view-lines`).click();
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.press('Backspace');
  await page.keyboard.insertText(text);
}
