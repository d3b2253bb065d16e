import { once } from 'node:events';
import { createServer, get, type IncomingHttpHeaders } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createGraphiQL } from './graphiql.ts';

const browser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

describe('GraphiQL', () => {
  it('serves browsers a page that contains every example and forbids other hosts', async () => {
    await using site = await startSite();
    const page = await site.visit('/graphql', browser);
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page.headers['content-security-policy']).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
    expect(page.headers['x-content-type-options']).toBe('nosniff');
    expect(page.body.toString()).toContain('query List { gateway { version } }');
    expect(page.body.toString()).toContain(String.raw`# a tab about \u003c/script>`);
  });

  it.each([
    { path: '/graphql', headers: {} },
    { path: '/graphql', headers: { accept: '*/*' } },
    { path: '/graphql', headers: { accept: 'application/graphql-response+json' } },
    { path: '/', headers: browser },
    { path: '/livez', headers: browser },
  ])('does not handle $path with $headers', async ({ path, headers }) => {
    await using site = await startSite();
    expect(await site.visit(path, headers)).toMatchObject({ status: 418 });
  });

  it('loads nothing from another host', async () => {
    await using site = await startSite();
    const loads = await site.loads();
    const files = await Promise.all(loads.map((path) => site.visit(path)));
    const page = await site.visit('/graphql', browser);
    expect(page.body.toString().match(/(src|href)="(?!data:image\/svg|graphql\/)[^"]*"/g)).toBeNull();
    for (const { body } of files) {
      expect(body.toString().match(/(@import|url\(|importScripts\(|import\()\s*["']?https?:[^)]{0,80}/g)).toBeNull();
    }
  });

  it.each(['br', 'gzip'])('sends at most 3 MB with %s, workers included', async (encoding) => {
    await using site = await startSite();
    const headers = { ...browser, 'accept-encoding': encoding };
    const answers = await Promise.all(['/graphql', ...(await site.loads())].map((path) => site.visit(path, headers)));
    expect(answers.map((answer) => answer.headers['content-encoding'])).toEqual(answers.map(() => encoding));
    expect(answers.reduce((bytes, { body }) => bytes + body.length, 0)).toBeLessThan(3_000_000);
  });

  it('sends the same bytes in every encoding', async () => {
    await using site = await startSite();
    const [plain, brotli, zipped] = await Promise.all(
      ['br;q=0, gzip;q=0', 'gzip, deflate, br', 'gzip, br;q=0'].map((encoding) =>
        site.visit('/graphql', { ...browser, 'accept-encoding': encoding }),
      ),
    );
    expect(plain?.headers['content-encoding']).toBeUndefined();
    expect(brotliDecompressSync(brotli?.body ?? '')).toEqual(plain?.body);
    expect(gunzipSync(zipped?.body ?? '')).toEqual(plain?.body);
  });

  it('marks scripts as immutable and the page as no-cache', async () => {
    await using site = await startSite();
    const answers = await Promise.all(['/graphql', ...(await site.loads())].map((path) => site.visit(path, browser)));
    expect(answers.map(({ headers }) => headers['cache-control'])).toEqual([
      'no-cache',
      ...answers.slice(1).map(() => 'public, max-age=31536000, immutable'),
    ]);
  });

  it('sends 304 without a body when If-None-Match has the tag of the same encoding', async () => {
    await using site = await startSite();
    const { headers } = await site.visit('/graphql', { ...browser, 'accept-encoding': 'br' });
    const again = { ...browser, 'if-none-match': `"other", ${headers.etag}` };
    const same = await site.visit('/graphql', { ...again, 'accept-encoding': 'br' });
    const otherEncoding = await site.visit('/graphql', { ...again, 'accept-encoding': 'gzip' });
    expect({ status: same.status, bytes: same.body.length, etag: same.headers.etag }).toEqual({
      status: 304,
      bytes: 0,
      etag: headers.etag,
    });
    expect(otherEncoding.status).toBe(200);
  });

  it('sends its own script, which caches do not keep, when that of another version is requested', async () => {
    await using site = await startSite();
    const own = (await site.loads()).find((path) => /graphql-ws-\w+\.js$/u.test(path)) ?? '';
    const { status, headers, body } = await site.visit(own.replace(/-\w+(?=\.js$)/u, '-0000000000000000'));
    expect({ status, caching: headers['cache-control'] }).toEqual({ status: 200, caching: 'no-store' });
    expect(body).toEqual((await site.visit(own)).body);
  });

  it('sends 404 when it has no script of the name', async () => {
    await using site = await startSite();
    expect(await site.visit('/graphql/graphiql/other-0000000000000000.js')).toMatchObject({ status: 404 });
  });
});

it('serves GraphiQL after its files could not be read, and shows no path of a file', async () => {
  const error = new Error("EMFILE: too many open files, open '/srv/gateway/graphiql.js'");
  const file = { name: 'x', extension: 'js', text: '1' } as const;
  const style = { name: 'style', extension: 'css', text: 'a {}' } as const;
  const results = [Promise.reject(error), Promise.resolve({ style, scripts: [file], workers: {} })];
  results[0]?.catch(() => undefined);
  await using site = await startSite({ readFiles: () => results.shift() ?? Promise.reject(error) });
  const failed = await site.visit('/graphql', browser);
  expect([failed.status, failed.body.toString()]).toEqual([
    500,
    'GraphiQL cannot be served at the moment; see the log of the gateway.\n',
  ]);
  expect(site.unexpected).toEqual([error]);
  expect((await site.visit('/graphql', browser)).status).toBe(200);
  expect((await site.visit('/graphql', browser)).status).toBe(200);
  expect(results).toEqual([]);
});

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

async function startSite(options: Pick<Parameters<typeof createGraphiQL>[0], 'readFiles'> = {}) {
  const unexpected: unknown[] = [];
  const graphiql = createGraphiQL({
    ...options,
    onUnexpected: (error) => unexpected.push(error),
    endpoint: '/graphql',
    tabs: [
      { name: 'list', query: 'query List { gateway { version } }' },
      { name: 'hostile', query: '# a tab about </script>\n{ __typename }', variables: '{}' },
    ],
  });
  const server = createServer((request, response) => {
    if (graphiql.handles(request)) graphiql.serve(request, response);
    else response.writeHead(418).end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const visit = async (path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> => {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    get({ port, path, headers, agent: false }, (response) => {
      buffer(response).then(
        (body) => resolve({ status: response.statusCode, headers: response.headers, body }),
        reject,
      );
    }).on('error', reject);
    return promise;
  };
  return {
    visit,
    unexpected,
    /** Returns the paths of all files that the page may load. */
    async loads(): Promise<readonly string[]> {
      const { body } = await visit('/graphql', browser);
      return [...body.toString().matchAll(/"(graphql\/graphiql\/[^"]+)"/g)].map(([, path]) => `/${path}`);
    },
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
