import { fileURLToPath } from 'node:url';
import { parse } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser } from 'playwright-core';
import { startDemo } from '../../dev/demo/demo.ts';
import { demoUsers } from '../../dev/demo/users.ts';
import { readExampleTabs } from '../../src/server/graphiql.ts';
import { findChromium, launchChromium } from './chromium.ts';
import { openGraphiQL } from './graphiql-window.ts';

const executablePath = findChromium(process.env);
const missing = 'No Chromium on the PATH (or in CHROMIUM)';
if (!executablePath && process.env['REQUIRE_BROWSER'] === '1')
  throw new Error(`${missing}, and REQUIRE_BROWSER is set`);
if (!executablePath) process.stderr.write(`${missing}: the GraphiQL tests are skipped\n`);

describe.skipIf(!executablePath)('GraphiQL in a browser', () => {
  let browser: Browser;
  let demo: Awaited<ReturnType<typeof startDemo>>;
  beforeAll(async () => {
    [browser, demo] = await Promise.all([launchChromium(executablePath ?? ''), startDemo({ port: 0 })]);
  });
  afterAll(async () => {
    await browser.close();
    await demo[Symbol.asyncDispose]();
  });

  it('shows a tab for every example and returns data for the first query', async () => {
    await using graphiql = await openGraphiQL(browser, demo.url);
    expect(await graphiql.tabs()).toEqual(examples.map(({ title }) => title));
    await graphiql.open(examples.find(({ operation }) => operation === 'query')?.title ?? '');
    await graphiql.run();
    await graphiql.shows('"data": {');
    expect(graphiql.problems).toEqual([]);
  });

  it('authenticates as another user when the headers editor has their token, for queries and subscriptions', async () => {
    await using graphiql = await openGraphiQL(browser, demo.url);
    const shown = await graphiql.headers();
    for (const { token, name } of demoUsers.slice(0, 2))
      expect(shown).toMatch(new RegExp(`${name}[^]*Bearer ${token}`, 'u'));
    const victor = demoUsers[2];
    await graphiql.writeHeaders(`{ "authorization": "Bearer ${victor.token}" }`);
    await graphiql.write('{ viewer { name } namespaces { nodes { name } } }');
    await graphiql.run();
    await graphiql.shows(`"name": "${victor.name}"`);
    await graphiql.write('subscription { workspace(namespace: "team-platform", name: "crash-course") { state } }');
    await graphiql.run();
    await graphiql.shows('"code": "FORBIDDEN"');
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

const examples = readExampleTabs(fileURLToPath(new URL('../../schema/operations', import.meta.url))).map(
  ({ query }) => {
    const [definition] = parse(query).definitions;
    if (definition?.kind !== 'OperationDefinition') throw new TypeError(`Expected an operation first in ${query}`);
    return { title: definition.name?.value ?? '<untitled>', operation: definition.operation };
  },
);

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
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${demoUsers[0].token}` };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query }) });
  const answer = await response.text();
  if (answer.includes('"errors"')) throw new Error(`Expected data from ${query}, got ${answer}`);
  return answer;
}
