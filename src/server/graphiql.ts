import type { IncomingMessage, ServerResponse } from 'node:http';
import { contentSecurityPolicy, type GraphiQLTab } from './graphiql-page.ts';
import { buildGraphiQLSite, type GraphiQLSite } from './graphiql-site.ts';
import { sendAsset } from './static-asset.ts';

export interface GraphiQLOptions {
  readonly endpoint: string;
  /** What somebody who comes for the first time finds; later visits show the tabs they left. */
  readonly tabs: readonly GraphiQLTab[];
  /** What the headers editor holds at first: JSON with comments. */
  readonly headers?: string;
}

export interface GraphiQL {
  handles(request: IncomingMessage): boolean;
  serve(request: IncomingMessage, response: ServerResponse): void;
}

/**
 * GraphiQL without any outside host: a small page at the endpoint for browsers, its scripts below it under names that
 * change with their content. Nothing is read or compressed before the first visit.
 */
export function createGraphiQL({ endpoint, tabs, headers = '' }: GraphiQLOptions): GraphiQL {
  let site: Promise<GraphiQLSite> | undefined;
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = pathOf(request);
    if (path === '/') return redirect(response, `.${endpoint}`);
    site ??= buildGraphiQLSite({ endpoint, tabs, headers });
    const { page, assets } = await site;
    if (path === endpoint) return sendAsset(request, response, { asset: page, headers: pageHeaders });
    const asset = assets.get(path);
    if (!asset) return notFound(response);
    return sendAsset(request, response, { asset, headers: { 'cache-control': 'public, max-age=31536000, immutable' } });
  };
  return {
    handles: (request) => isReading(request) && (isVisit(request, endpoint) || isAsset(request, endpoint)),
    serve(request, response) {
      answer(request, response).catch((error: unknown) => refuse(response, error));
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

function isReading(request: IncomingMessage): boolean {
  return request.method === 'GET' || request.method === 'HEAD';
}

function isVisit(request: IncomingMessage, endpoint: string): boolean {
  const path = pathOf(request);
  return (path === endpoint || path === '/') && (request.headers.accept ?? '').includes('text/html');
}

function isAsset(request: IncomingMessage, endpoint: string): boolean {
  return pathOf(request).startsWith(`${endpoint}/graphiql/`);
}

function redirect(response: ServerResponse, location: string): void {
  response.writeHead(302, { location, 'cache-control': 'no-cache', vary: 'accept' }).end();
}

function notFound(response: ServerResponse): void {
  response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end('No such file; reload the page.\n');
}

// Everything that can fail happens before the first header: the bundle is not installed, or cannot be read.
function refuse(response: ServerResponse, error: unknown): void {
  const reason = error instanceof Error ? error.message : String(error);
  response.writeHead(500, { 'content-type': 'text/plain; charset=utf-8' }).end(`GraphiQL cannot be shown: ${reason}\n`);
}
