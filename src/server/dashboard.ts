import { readFile, stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { acceptsHtml } from './content-negotiation.ts';
import { createPage, isGetOrHead, PageFiles, pathOf, sendPage, type PageFile } from './page-files.ts';
import type { Person } from './person.ts';
import { sendText } from './responses.ts';
import type { StaticAsset } from './static-asset.ts';

/** Settings that the page reads from its document. They contain no secrets, except for the tokens of the demo. */
export interface DashboardSettings {
  readonly authentication: 'header' | 'token' | 'kubeconfig';
  /** Origin and path before the paths of connect links. Empty if the page's own host serves them. */
  readonly connectBaseUrl: string;
  /** People of the demo. */
  readonly people?: readonly Person[];
}

export interface DashboardOptions {
  /** Directory with the `app.js` and `app.css` that `npm run build:web` writes. */
  readonly directory: string;
  readonly settings: DashboardSettings;
}

interface Dashboard {
  handles(request: IncomingMessage): boolean;
  serve(request: IncomingMessage, response: ServerResponse): void;
}

/** Paths of the pages, and paths below them for which the script says that there is no page. It decides by the path what it shows. */
const PAGES = /^\/(?:$|(?:create|fleet|gateway|kinds|namespaces|workspaces)(?:\/[^/]*){0,4}$)/u;
const FILES = '/dashboard/';

/**
 * Serves the dashboard: the page at `/` and the paths below it for requests that accept HTML, and its script and style
 * below `/dashboard/` under names that change with their content. Keeps them in memory, and reads them again when a page is
 * requested after another build.
 */
export function createDashboard(options: DashboardOptions): Dashboard {
  let site: Promise<DashboardSite> | undefined;
  let builtAt = Number.NaN;
  const siteFor = async (path: string): Promise<DashboardSite> => {
    if (site && !isPage(path)) return site;
    const { mtimeMs } = await stat(`${options.directory}/app.js`);
    if (mtimeMs !== builtAt) site = buildSite(options);
    builtAt = mtimeMs;
    return (site ??= buildSite(options));
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = pathOf(request);
    const { pageAt, files } = await siteFor(path);
    if (!isPage(path)) return files.send(request, response);
    return sendPage(request, response, { page: pageAt(path), contentSecurityPolicy });
  };
  return {
    handles: (request) =>
      isGetOrHead(request) && (pathOf(request).startsWith(FILES) || (isPage(pathOf(request)) && acceptsHtml(request))),
    serve(request, response) {
      // No header has been sent yet: only reading the files can fail.
      answer(request, response).catch(() => {
        site = undefined;
        sendText(response, 503, 'The dashboard is not built. Run npm run build:web, and reload the page.');
      });
    },
  };
}

function isPage(path: string): boolean {
  return PAGES.test(path);
}

/** Allows no other host, no inline script or style, and no code from text. Pictures are fetched with a token as blobs. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "connect-src 'self'",
  "base-uri 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

interface DashboardSite {
  readonly pageAt: (path: string) => StaticAsset;
  readonly files: PageFiles;
}

async function buildSite({ directory, settings }: DashboardOptions): Promise<DashboardSite> {
  const [script, style] = await Promise.all(
    ['app.js', 'app.css'].map((name) => readFile(`${directory}/${name}`, 'utf8')),
  );
  const files = new PageFiles(FILES);
  const publish = (extension: PageFile['extension'], text = ''): string =>
    files.add({ name: 'app', extension, text }).slice(1);
  const content = { scriptUrl: publish('js', script), styleUrl: publish('css', style), settings };
  const pages = new Map<number, StaticAsset>();
  const pageAt = (path: string): StaticAsset => {
    const depth = path.split('/').length - 2;
    const page = pages.get(depth) ?? createPage(htmlOf({ ...content, depth }));
    pages.set(depth, page);
    return page;
  };
  return { pageAt, files };
}

interface DashboardPage {
  readonly scriptUrl: string;
  readonly styleUrl: string;
  readonly settings: DashboardSettings;
  /** Number of slashes in the path of the page below the root. */
  readonly depth: number;
}

/** Returns the HTML page. All URLs are relative, so that it works behind a proxy that serves it below another path. */
function htmlOf({ scriptUrl, styleUrl, settings, depth }: DashboardPage): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <base href="${'../'.repeat(depth) || './'}" />
    <title>Workspaces</title>
    <link rel="icon" href="data:image/svg+xml,${encodeURIComponent(icon)}" />
    <link rel="stylesheet" href="${styleUrl}" />
    <script type="application/json" id="settings">${JSON.stringify(settings).replaceAll('<', String.raw`\u003c`)}</script>
    <script type="module" src="${scriptUrl}"></script>
  </head>
  <body>
    <noscript>The dashboard needs JavaScript.</noscript>
    <div id="app"></div>
  </body>
</html>
`;
}

const icon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" width="32" height="32">' +
  '<path d="M16 2.5 27.7 9.3v13.4L16 29.5 4.3 22.7V9.3Z" fill="#4f5bd5"/>' +
  '<path d="M11 13l4 3-4 3m6.500.5h4.500" fill="none" stroke="#fff" stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round"/></svg>';
