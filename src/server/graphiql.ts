import { existsSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { GraphiQLTab } from './graphiql-examples.ts';
import { clientScript, contentSecurityPolicy, graphiqlPage } from './graphiql-page.ts';
import { panelScript, panelStyle } from './graphiql-panel.ts';
import { lazyValue } from './lazy-value.ts';
import { acceptsHtml } from './content-negotiation.ts';
import { createPage, isGetOrHead, PageFiles, pathOf, sendPage, type PageFile } from './page-files.ts';
import type { Person } from './person.ts';
import { sendText } from './responses.ts';
import type { StaticAsset } from './static-asset.ts';

interface GraphiQLOptions {
  readonly endpoint: string;
  /** Examples. The first ones are the tabs of a first visit; later visits show the tabs as they were left, from the browser's storage. */
  readonly tabs: readonly GraphiQLTab[];
  /** People of the demo, as whom a visitor can act in all tabs. */
  readonly people?: readonly Person[];
  /** Initial text of the headers editor: JSON with comments. */
  readonly graphiqlHeaders?: string;
  /** Called with errors that clients must not see. */
  readonly onUnexpected: (error: unknown) => void;
  /** Reads the files of GraphiQL. By default from the installed packages. */
  readonly readFiles?: () => Promise<GraphiQLFiles>;
}

interface GraphiQL {
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
    const { page, files } = await site();
    if (pathOf(request) !== endpoint) return files.send(request, response);
    return sendPage(request, response, { page, contentSecurityPolicy });
  };
  return {
    handles: (request) =>
      isGetOrHead(request) &&
      (pathOf(request).startsWith(filesOf(endpoint)) || (pathOf(request) === endpoint && acceptsHtml(request))),
    serve(request, response) {
      answer(request, response).catch((error: unknown) => {
        onUnexpected(error); // its message may have the path of a file
        if (response.headersSent) response.destroy();
        else sendText(response, 500, 'GraphiQL cannot be served at the moment; see the log of the gateway.');
      });
    },
  };
}

/** The page, and all files that it loads. */
interface GraphiQLSite {
  readonly page: StaticAsset;
  readonly files: PageFiles;
}

async function buildGraphiQLSite(options: GraphiQLOptions): Promise<GraphiQLSite> {
  const { endpoint, tabs, people = [], graphiqlHeaders = '', readFiles = readInstalledFiles } = options;
  const files = new PageFiles(filesOf(endpoint));
  // Relative, so that the page works behind a proxy that serves it below another path.
  const publish = (file: PageFile): string => files.add(file).slice(endpoint.lastIndexOf('/') + 1);
  const { style, scripts, workers } = await readFiles();
  const html = graphiqlPage({
    styleUrl: publish(style),
    scriptUrls: scripts.map(publish),
    workerUrls: Object.fromEntries(Object.entries(workers).map(([label, file]) => [label, publish(file)])),
    tabs,
    people,
    headers: graphiqlHeaders,
  });
  return { page: createPage(html), files };
}

/** Returns the beginning of the paths of all files. */
function filesOf(endpoint: string): string {
  return `${endpoint}/graphiql/`;
}

interface GraphiQLFiles {
  readonly style: PageFile;
  readonly scripts: readonly PageFile[];
  /** By the labels that the editor, Monaco, requests workers with. */
  readonly workers: Readonly<Record<string, PageFile>>;
}

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

function script(name: string, text: string): PageFile {
  return { name, extension: 'js', text };
}

/** The bundled server has the file beside it, and no packages. */
function readGraphqlWs(): string {
  const bundled = fileURLToPath(new URL('graphql-ws.min.js', import.meta.url));
  if (existsSync(bundled)) return readFileSync(bundled, 'utf8');
  const entry = createRequire(import.meta.url).resolve('graphql-ws');
  return readFileSync(join(entry, '../../umd/graphql-ws.min.js'), 'utf8');
}
