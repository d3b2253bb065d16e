import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { clientScript } from './graphiql-client.ts';
import { graphiqlPage, type GraphiQLTab } from './graphiql-page.ts';
import { createStaticAsset, type StaticAsset } from './static-asset.ts';

/** The page and all it loads, by path. A file's name changes with its content, so a browser may keep it for ever. */
export interface GraphiQLSite {
  readonly page: StaticAsset;
  readonly assets: ReadonlyMap<string, StaticAsset>;
}

export async function buildGraphiQLSite({
  endpoint,
  tabs,
  headers,
}: {
  readonly endpoint: string;
  readonly tabs: readonly GraphiQLTab[];
  readonly headers: string;
}): Promise<GraphiQLSite> {
  const assets = new Map<string, StaticAsset>();
  const publish = (file: SiteFile): string => {
    const asset = createStaticAsset(contentTypes[file.extension], file.text);
    const path = `${endpoint}/graphiql/${file.name}-${asset.hash}.${file.extension}`;
    assets.set(path, asset);
    // Relative, so that the page also works behind a proxy that serves it below another path.
    return path.slice(endpoint.lastIndexOf('/') + 1);
  };
  const { style, scripts, workers } = await readFiles();
  const html = graphiqlPage({
    styleUrl: publish(style),
    scriptUrls: scripts.map(publish),
    workerUrls: Object.fromEntries(Object.entries(workers).map(([label, file]) => [label, publish(file)])),
    tabs,
    headers,
  });
  return { page: createStaticAsset('text/html; charset=utf-8', html), assets };
}

interface SiteFile {
  readonly name: string;
  readonly extension: keyof typeof contentTypes;
  readonly text: string;
}

const contentTypes = { js: 'text/javascript; charset=utf-8', css: 'text/css; charset=utf-8' } as const;

// The bundle is 9 MB of text: imported when somebody opens GraphiQL, not when the gateway starts.
async function readFiles() {
  const bundle = await import('@graphql-yoga/render-graphiql/graphiql');
  return {
    style: { name: 'graphiql', extension: 'css', text: `${bundle.css}\n${tabsStayPut}` } satisfies SiteFile,
    scripts: [script('graphql-ws', readGraphqlWs()), script('graphiql', bundle.js), script('client', clientScript)],
    // The labels by which the editor asks for its workers.
    workers: {
      editorWorkerService: script('editor-worker', bundle.editorWorkerService),
      json: script('json-worker', bundle.jsonWorker),
      graphql: script('graphql-worker', bundle.graphqlWorker),
    },
  };
}

// A tab's first press would move it away from under the pointer, and the click be lost: a leftover of GraphiQL's opening animation.
const tabsStayPut = '.graphiql-container .graphiql-tabs .graphiql-tab { transform: none !important }\n';

function script(name: string, text: string): SiteFile {
  return { name, extension: 'js', text };
}

function readGraphqlWs(): string {
  const entry = createRequire(import.meta.url).resolve('graphql-ws');
  return readFileSync(join(entry, '../../umd/graphql-ws.min.js'), 'utf8');
}
