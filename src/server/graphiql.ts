import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { GraphiQLTab } from './graphiql-examples.ts';
import { clientScript, contentSecurityPolicy, graphiqlPage } from './graphiql-page.ts';
import { panelScript, panelStyle, type GraphiQLPerson } from './graphiql-panel.ts';
import { lazyValue } from './lazy-value.ts';
import { sendText } from './responses.ts';
import { createStaticAsset, sendAsset, type StaticAsset } from './static-asset.ts';

interface GraphiQLOptions {
  readonly endpoint: string;
  /** Examples. The first ones are the tabs of a first visit; later visits show the tabs as they were left, from the browser's storage. */
  readonly tabs: readonly GraphiQLTab[];
  /** People of the demo, as whom a visitor can act in all tabs. */
  readonly people?: readonly GraphiQLPerson[];
  /** Initial text of the headers editor: JSON with comments. */
  readonly graphiqlHeaders?: string;
  /** Called with errors that clients must not see. */
  readonly onUnexpected: (error: unknown) => void;
  /** Reads the files of GraphiQL. By default from the installed packages. */
  readonly readFiles?: () => Promise<GraphiQLFiles>;
}

export interface GraphiQL {
  handles(request: IncomingMessage): boolean;
  serve(request: IncomingMessage, response: ServerResponse): void;
}

/**
 * Serves GraphiQL: a page at the endpoint for requests that accept HTML, and its scripts below `<endpoint>/graphiql/`
 * under names that change with their content. Loads nothing from other hosts. Reads and compresses its files at the
 * first visit and keeps them in memory from then on.
 */
export function createGraphiQL(options: GraphiQLOptions): GraphiQL {
  const { endpoint, onUnexpected } = options;
  const site = lazyValue(() => buildGraphiQLSite(options));
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = pathOf(request);
    const { page, assets } = await site();
    if (path === endpoint) return sendAsset(request, response, { asset: page, headers: pageHeaders });
    const asset = assets.get(path);
    if (!asset) return sendText(response, 404, 'No file of this version at this path. Reload the page.');
    return sendAsset(request, response, { asset, headers: { 'cache-control': 'public, max-age=31536000, immutable' } });
  };
  return {
    handles: (request) =>
      isGetOrHead(request) && (isPageRequest(request, endpoint) || isAssetRequest(request, endpoint)),
    serve(request, response) {
      answer(request, response).catch((error: unknown) => {
        onUnexpected(error); // its message may have the path of a file
        if (response.headersSent) response.destroy();
        else sendText(response, 500, 'GraphiQL cannot be served at the moment; see the log of the gateway.');
      });
    },
  };
}

const pageHeaders = {
  'cache-control': 'no-cache',
  'content-security-policy': contentSecurityPolicy,
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
};

function pathOf(request: IncomingMessage): string {
  return request.url?.split('?', 1)[0] ?? '';
}

function isGetOrHead(request: IncomingMessage): boolean {
  return request.method === 'GET' || request.method === 'HEAD';
}

function isPageRequest(request: IncomingMessage, endpoint: string): boolean {
  return pathOf(request) === endpoint && (request.headers.accept ?? '').includes('text/html');
}

function isAssetRequest(request: IncomingMessage, endpoint: string): boolean {
  return pathOf(request).startsWith(`${endpoint}/graphiql/`);
}

/** The page, and all files that it loads by their paths. */
interface GraphiQLSite {
  readonly page: StaticAsset;
  readonly assets: ReadonlyMap<string, StaticAsset>;
}

async function buildGraphiQLSite(options: GraphiQLOptions): Promise<GraphiQLSite> {
  const { endpoint, tabs, people = [], graphiqlHeaders = '', readFiles = readInstalledFiles } = options;
  const assets = new Map<string, StaticAsset>();
  const publish = (file: SiteFile): string => {
    const asset = createStaticAsset(contentTypes[file.extension], file.text);
    const path = `${endpoint}/graphiql/${file.name}-${asset.hash}.${file.extension}`;
    assets.set(path, asset);
    // Relative, so that the page works behind a proxy that serves it below another path.
    return path.slice(endpoint.lastIndexOf('/') + 1);
  };
  const { style, scripts, workers } = await readFiles();
  const html = graphiqlPage({
    styleUrl: publish(style),
    scriptUrls: scripts.map(publish),
    workerUrls: Object.fromEntries(Object.entries(workers).map(([label, file]) => [label, publish(file)])),
    tabs,
    people,
    headers: graphiqlHeaders,
  });
  return { page: createStaticAsset('text/html; charset=utf-8', html), assets };
}

interface SiteFile {
  readonly name: string;
  readonly extension: keyof typeof contentTypes;
  readonly text: string;
}

interface GraphiQLFiles {
  readonly style: SiteFile;
  readonly scripts: readonly SiteFile[];
  /** By the labels that the editor, Monaco, requests workers with. */
  readonly workers: Readonly<Record<string, SiteFile>>;
}

const contentTypes = { js: 'text/javascript; charset=utf-8', css: 'text/css; charset=utf-8' } as const;

// Imported at the first visit, not when the gateway starts: the bundle is 9 MB of text.
async function readInstalledFiles(): Promise<GraphiQLFiles> {
  const bundle = await import('@graphql-yoga/render-graphiql/graphiql');
  return {
    style: { name: 'graphiql', extension: 'css', text: `${bundle.css}\n${tabStyle}${panelStyle}` },
    scripts: [
      script('graphql-ws', readGraphqlWs()),
      script('panel', panelScript),
      script('graphiql', bundle.js),
      script('client', clientScript),
    ],
    workers: {
      editorWorkerService: script('editor-worker', bundle.editorWorkerService),
      json: script('json-worker', bundle.jsonWorker),
      graphql: script('graphql-worker', bundle.graphqlWorker),
    },
  };
}

// GraphiQL's opening animation would move a tab away from the pointer at its first click, and the click would be lost.
const tabStyle = '.graphiql-container .graphiql-tabs .graphiql-tab { transform: none !important }\n';

function script(name: string, text: string): SiteFile {
  return { name, extension: 'js', text };
}

function readGraphqlWs(): string {
  const entry = createRequire(import.meta.url).resolve('graphql-ws');
  return readFileSync(join(entry, '../../umd/graphql-ws.min.js'), 'utf8');
}
