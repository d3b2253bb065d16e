import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendText } from './responses.ts';
import { createStaticAsset, sendAsset, type StaticAsset } from './static-asset.ts';

const contentTypes = { js: 'text/javascript; charset=utf-8', css: 'text/css; charset=utf-8' } as const;

const IMMUTABLE = 'public, max-age=31536000, immutable';
/** Part of a path that changes with the content. */
const HASH = /-\w+(?=\.\w+$)/u;

/** A script or style of a page. */
export interface PageFile {
  readonly name: string;
  readonly extension: keyof typeof contentTypes;
  readonly text: string;
}

/** The scripts and styles of pages, at paths that change with their content. Keeps them in memory. */
export class PageFiles {
  readonly #prefix: string;
  readonly #assets = new Map<string, StaticAsset>();
  /** By their paths without hashes. */
  readonly #current = new Map<string, StaticAsset>();

  /** @param prefix beginning of all paths, with a slash at its end */
  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** Adds a file and returns its path. */
  add({ name, extension, text }: PageFile): string {
    const asset = createStaticAsset(contentTypes[extension], text);
    const path = `${this.#prefix}${name}-${asset.hash}.${extension}`;
    this.#assets.set(path, asset);
    this.#current.set(path.replace(HASH, ''), asset);
    return path;
  }

  /**
   * Sends the file at the path of a request, which caches may keep for ever. At the path of another version it sends the file of this
   * one, which caches must not keep: during an update, a replica of one version gets requests of pages that another one has sent.
   * 404 if there is no file of that name.
   */
  async send(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = pathOf(request);
    const asset = this.#assets.get(path);
    if (asset) return sendAsset(request, response, { asset, headers: { 'cache-control': IMMUTABLE } });
    const current = this.#current.get(path.replace(HASH, ''));
    if (current) return sendAsset(request, response, { asset: current, headers: { 'cache-control': 'no-store' } });
    return sendText(response, 404, 'No file at this path. Reload the page.');
  }
}

export function createPage(html: string): StaticAsset {
  return createStaticAsset('text/html; charset=utf-8', html);
}

/** Sends a page, which refers to the current version of its files, so caches ask each time. */
export function sendPage(
  request: IncomingMessage,
  response: ServerResponse,
  { page, contentSecurityPolicy }: { readonly page: StaticAsset; readonly contentSecurityPolicy: string },
): Promise<void> {
  const headers = {
    'cache-control': 'no-cache',
    'content-security-policy': contentSecurityPolicy,
    'cross-origin-opener-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
  };
  return sendAsset(request, response, { asset: page, headers });
}

/** Returns the path of a request, without its query. */
export function pathOf({ url = '/' }: IncomingMessage): string {
  return url.split('?', 1)[0] ?? '/';
}

export function isGetOrHead({ method }: IncomingMessage): boolean {
  return method === 'GET' || method === 'HEAD';
}
