import type { Browser, Page } from 'playwright-core';

/** GraphiQL as a person uses it: through what is on the screen. */
export interface GraphiQLWindow {
  /** The hosts of all requests and WebSockets so far. */
  readonly hosts: ReadonlySet<string>;
  /** Errors that nobody in the page caught, and those the browser reported, such as a refused load. */
  readonly problems: readonly string[];
  tabs(): Promise<readonly string[]>;
  open(tab: string): Promise<void>;
  write(query: string): Promise<void>;
  run(): Promise<void>;
  /** Waits until the result pane shows this, within one line. */
  shows(text: string): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function openGraphiQL(browser: Browser, url: string): Promise<GraphiQLWindow> {
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
  const page = await context.newPage();
  const { hosts, problems } = observe(page);
  await page.goto(url);
  const runButton = page.locator('.graphiql-execute-button');
  await runButton.waitFor();
  return {
    hosts,
    problems,
    tabs: () => page.locator('.graphiql-tab-button').allInnerTexts(),
    open: (tab) => page.locator('.graphiql-tab-button', { hasText: new RegExp(`^${tab}$`) }).click(),
    write: (query) => replaceQuery(page, query),
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

async function replaceQuery(page: Page, query: string): Promise<void> {
  await page.locator('.graphiql-query-editor .view-lines').click();
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.insertText(query);
}
