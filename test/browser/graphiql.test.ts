import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser } from 'playwright-core';
import { startDemo } from '../../dev/demo/demo.ts';
import { demoUsers } from '../../dev/demo/users.ts';
import { exampleOf, firstTabs, readExampleTabs } from '../../src/server/graphiql-examples.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';
import { postOperation } from '../support/post-operation.ts';
import { executablePath } from './browser.ts';
import { launchChromium } from './chromium.ts';
import { openGraphiQL, type GraphiQLWindow } from './graphiql-window.ts';

/** Directory for pictures of the page, if any. */
const pictures = process.env['PICTURES'];

describe.skipIf(!executablePath)('GraphiQL in a browser', { timeout: 90_000 }, () => {
  let browser: Browser;
  let demo: Awaited<ReturnType<typeof startDemo>>;
  beforeAll(async () => {
    [browser, demo] = await Promise.all([launchChromium(executablePath ?? ''), startDemo({ port: 0 })]);
  });
  afterAll(async () => {
    await browser.close();
    await demo[Symbol.asyncDispose]();
  });

  it('opens the first eight examples in tabs, lists all in the panel, and returns data for the first query', async () => {
    await using graphiql = await openGraphiQL(browser, demo.url);
    const first = firstTabs(tabs).map(exampleOf);
    expect(first.map(({ number }) => number)).toEqual(['01', '02', '03', '04', '05', '06', '07', '08']);
    expect(await graphiql.tabs()).toEqual(first.map(({ operation }) => operation));
    const listed = await graphiql.search('');
    expect(listed.map((text) => text.replaceAll(/\s+/gu, ' ').trim())).toEqual(
      tabs
        .map(exampleOf)
        .map(({ number, operation, type }) => `${number} ${operation}${type === 'query' ? '' : ` ${type}`}`),
    );
    await graphiql.open('Workspaces');
    await graphiql.run();
    await graphiql.shows('"data": {');
    expect(graphiql.problems).toEqual([]);
  });

  it.each([
    [1280, 800],
    [640, 400],
  ])('fits into a window of %i by %i pixels', async (width, height) => {
    await using graphiql = await openGraphiQL(browser, demo.url);
    const { overflow, listHeight, buttonHeight } = await graphiql.layout(width, height);
    expect(overflow).toBe(0);
    expect(buttonHeight).toBeGreaterThanOrEqual(24); // as WCAG 2.2 asks for
    expect(listHeight).toBeGreaterThan(50);
  });

  it('continues the subscription of the tour in the log when the tab that pauses a workspace is opened', async () => {
    await using graphiql = await openGraphiQL(browser, demo.url);
    await graphiql.open('FollowWorkspaces');
    await graphiql.run();
    await graphiql.logs(/FollowWorkspaces, ada@example.com.*SYNCED/su);
    await graphiql.open('PauseWorkspace');
    await expect.poll(() => graphiql.variables()).toContain('"fraud-model"');
    await graphiql.run();
    await graphiql.shows('"stateReached": true');
    await graphiql.logs(/running.*MODIFIED fraud-model/su);
    if (pictures) await graphiql.picture(`${pictures}/graphiql.png`);
    expect(graphiql.problems).toEqual([]);
  });

  it('authenticates as another user when the headers editor has their token, for queries and subscriptions', async () => {
    await using graphiql = await openGraphiQL(browser, demo.url);
    const victor = demoUsers[2];
    await graphiql.writeHeaders(`{ "authorization": "Bearer ${victor.token}" }`);
    await graphiql.write('{ viewer { name } namespaces { nodes { name } } }');
    await graphiql.run();
    await graphiql.shows(`"name": "${victor.name}"`);
    await graphiql.write('subscription { workspace(namespace: "team-platform", name: "crash-course") { state } }');
    await graphiql.run();
    await graphiql.shows('"code": "FORBIDDEN"');
    expect([...graphiql.hosts]).toEqual([new URL(demo.url).host]);
  });

  it('acts as another person in all tabs when the panel switches', async () => {
    await using graphiql = await openGraphiQL(browser, demo.url);
    await graphiql.actAs('nobody@example.com');
    await graphiql.write('{ viewer { name } }');
    await graphiql.run();
    await graphiql.shows('"name": "nobody@example.com"');
    await graphiql.open('Gateway');
    await graphiql.run();
    await graphiql.shows('"name": "nobody@example.com"');
    await graphiql.open('FollowWorkspaces');
    await graphiql.run();
    await graphiql.logs(/FollowWorkspaces, nobody@example.com/u);
    expect(graphiql.problems).toEqual([]);
  });

  it('opens an operation of the panel with its variables, and names the operation that they need', async () => {
    await using graphiql = await openGraphiQL(browser, demo.url);
    expect((await graphiql.search('redirects')).map((text) => text.trim())).toEqual([
      expect.stringMatching(/^11\s+AcceptRedirects/u),
    ]);
    expect(await graphiql.search('no such operation')).toEqual([]);
    await graphiql.panelShows('No operation matches.');
    await graphiql.search('redirects');
    await graphiql.pick('AcceptRedirects');
    await graphiql.open('AcceptRedirects');
    await expect.poll(() => graphiql.variables()).toContain('<revision from operation 06>');
    await graphiql.run();
    await graphiql.shows('Run operation 06');
    await graphiql.shows('"code": "BAD_REQUEST"');
    await graphiql.search('');
    await graphiql.pick('Workspaces');
    await graphiql.run();
    await graphiql.shows('"data": {');
    expect((await graphiql.tabs()).filter((title) => title === 'Workspaces')).toHaveLength(1);
  });

  it('continues a subscription on another connection when the first is silent', async () => {
    await using proxy = await TcpProxy.to(demo);
    await using graphiql = await openGraphiQL(browser, proxy.url);
    await graphiql.open('FollowWorkspaces');
    await graphiql.run();
    await graphiql.logs('SYNCED');
    proxy.stall();
    await graphiql.logs(/SYNCED.*RESET.*SYNCED/su);
    expect(graphiql.problems).toEqual([]);
  });

  it('shows in the log that a subscription connects when its connection is lost', async () => {
    await using proxy = await TcpProxy.to(demo);
    await using graphiql = await openGraphiQL(browser, proxy.url);
    await followUntilDisconnected(graphiql, proxy);
    await proxy.reconnect();
    await graphiql.logs(/running.*SYNCED.*RESET.*SYNCED/su);
    expect([...graphiql.hosts]).toEqual([new URL(proxy.url).host]);
  });

  it('ends a subscription at once when it is stopped while it connects', async () => {
    await using proxy = await TcpProxy.to(demo);
    await using graphiql = await openGraphiQL(browser, proxy.url);
    await followUntilDisconnected(graphiql, proxy);
    expect(await graphiql.stop()).toContain('ended');
  });

  it('ends a subscription in the log when the stop button of its tab is used', async () => {
    await using graphiql = await openGraphiQL(browser, demo.url);
    await graphiql.write('subscription Followed { workspaces { type object { name } } }');
    await graphiql.run();
    await graphiql.logs(/SYNCED/u);
    await graphiql.run();
    await graphiql.logs(/ended/u);
    expect([...graphiql.hosts]).toEqual([new URL(demo.url).host]);
  });

  it('shows a coded error when the token is not valid, for queries and subscriptions', async () => {
    await using graphiql = await openGraphiQL(browser, demo.url);
    await graphiql.writeHeaders('{ "authorization": "Bearer unknown" }');
    await graphiql.write('{ viewer { name } }');
    await graphiql.run();
    await graphiql.shows('"code": "UNAUTHENTICATED"');
    await graphiql.write('subscription { workspaces { type } }');
    await graphiql.run();
    await graphiql.logs(/UNAUTHENTICATED/u);
    await graphiql.shows('"code": "UNAUTHENTICATED"');
    expect([...graphiql.hosts]).toEqual([new URL(demo.url).host]);
  });

  it('shows a MODIFIED event when a workspace is paused during a subscription', async () => {
    const { name, namespace } = await runningWorkspace(demo.url);
    await using graphiql = await openGraphiQL(browser, demo.url);
    await graphiql.write(
      `subscription { workspaces(namespace: "${namespace}", filter: { search: "${name}" }) { type object { name state paused } } }`,
    );
    await graphiql.run();
    await graphiql.shows('"type": "SYNCED"');
    await ask(
      demo.url,
      `mutation { pauseWorkspace(input: { namespace: "${namespace}", name: "${name}" }) { warnings } }`,
    );
    await graphiql.shows('"paused": true');
    await graphiql.shows('"state": "PAUSED"');
    expect([...graphiql.hosts]).toEqual([new URL(demo.url).host]);
  });
});

const tabs = readExampleTabs(fileURLToPath(new URL('../../schema/operations', import.meta.url)));

/** Subscribes to workspaces through a proxy, and then ends its connections. Resolves when the log says that the page connects again. */
async function followUntilDisconnected(graphiql: GraphiQLWindow, proxy: TcpProxy): Promise<void> {
  await graphiql.open('FollowWorkspaces');
  await graphiql.run();
  await graphiql.logs(/running.*SYNCED/su);
  await proxy.disconnect();
  await graphiql.logs(/connecting.*SYNCED/su);
}

async function runningWorkspace(url: string): Promise<{ readonly name: string; readonly namespace: string }> {
  const answer = await ask(
    url,
    '{ workspaces(filter: { states: [RUNNING] }, first: 1) { nodes { name namespace { name } } } }',
  );
  const [, name, namespace] = /"name":"([^"]+)","namespace":\{"name":"([^"]+)"/.exec(answer) ?? [];
  if (!name || !namespace) throw new TypeError(`Expected a running workspace, got ${answer}`);
  return { name, namespace };
}

async function ask(url: string, query: string): Promise<string> {
  const response = await postOperation(url, query, { headers: { authorization: `Bearer ${demoUsers[0].token}` } });
  const answer = await response.text();
  if (answer.includes('"errors"')) throw new Error(`Expected data from ${query}, got ${answer}`);
  return answer;
}
