import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { GraphQLError } from 'graphql';
import { credentialsOf, type Authenticator } from '../auth/authenticator.ts';
import type { Viewer } from '../auth/viewer.ts';

/** A file that is kept in the cluster. */
export interface ClusterAsset {
  readonly contentType: string;
  readonly content: Buffer;
}

export interface ClusterAssetsOptions {
  /** The file at a path, for who may see it; undefined where there is none. */
  readonly assetAt: (viewer: Viewer, path: string, signal: AbortSignal) => Promise<ClusterAsset | undefined>;
  readonly authenticate: Authenticator;
  readonly publicError: (error: unknown) => GraphQLError;
}

const PREFIX = '/assets/';
const A_YEAR = 31_536_000;

/** What comes from the cluster may be a page in disguise: it gets no rights, wherever it is opened. */
const harmless = {
  'content-security-policy': "default-src 'none'; sandbox",
  'x-content-type-options': 'nosniff',
};

/** Serves files of the cluster below `/assets/`, each only to who may see what it belongs to. */
export function createClusterAssets({ assetAt, authenticate, publicError }: ClusterAssetsOptions) {
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // As it was sent: `new URL` would resolve `..` and `%2e%2e`.
    const [path = '', query = ''] = (request.url ?? '').split('?');
    const leaving = new AbortController();
    response.once('close', () => leaving.abort());
    const viewer = await authenticate(credentialsOf(request));
    const asset = await assetAt(viewer, path, leaving.signal);
    if (asset) send(request, response, { asset, known: new URLSearchParams(query).get('sha256') });
    else refuse(response, 404, `There is nothing at ${path}.`);
  }
  return {
    handles: (request: IncomingMessage): boolean => (request.url ?? '').startsWith(PREFIX),
    serve(request: IncomingMessage, response: ServerResponse): void {
      const { method } = request;
      if (method !== 'GET' && method !== 'HEAD') {
        response.setHeader('allow', 'GET, HEAD');
        return refuse(response, 405, `Expected GET or HEAD, got ${method ?? 'nothing'}.`);
      }
      answer(request, response).catch((error: unknown) => {
        const { message, extensions } = publicError(error);
        refuse(response, statusOf(extensions), message);
      });
    },
  };
}

interface Sending {
  readonly asset: ClusterAsset;
  /** What the client takes it to be: an address with it never shows anything else. */
  readonly known: string | null;
}

function send(request: IncomingMessage, response: ServerResponse, { asset, known }: Sending): void {
  const { contentType, content } = asset;
  const hash = createHash('sha256').update(content).digest('hex');
  const etag = `"${hash}"`;
  const headers = {
    ...harmless,
    etag,
    'cache-control': known === hash ? `private, max-age=${A_YEAR}, immutable` : 'private, no-cache',
  };
  const has = request.headers['if-none-match']?.split(',').map((tag) => tag.trim().replace(/^W\//u, ''));
  if (has?.some((tag) => tag === etag || tag === '*')) {
    response.writeHead(304, headers).end();
    return;
  }
  response.writeHead(200, { ...headers, 'content-type': contentType, 'content-length': content.length });
  response.end(request.method === 'HEAD' ? undefined : content);
}

function statusOf({ code, status }: GraphQLError['extensions']): number {
  if (code === 'UNAUTHENTICATED') return 401;
  if (code === 'INTERNAL') return 502;
  return typeof status === 'number' && status >= 400 ? status : 503;
}

function refuse(response: ServerResponse, status: number, message: string): void {
  if (response.headersSent || response.destroyed) return;
  const headers = { ...harmless, 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' };
  response.writeHead(status, headers).end(`${message}\n`);
}
