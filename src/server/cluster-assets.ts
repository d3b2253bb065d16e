import type { IncomingMessage, ServerResponse } from 'node:http';
import type { GraphQLError } from 'graphql';
import type { Caller } from '../graphql/context.ts';
import { statusOfRefusal, type RequestGate } from './request-gate.ts';
import { sendCacheable, sendText } from './responses.ts';

/** A file whose content is in the cluster. */
interface ClusterAsset {
  readonly contentType: string;
  readonly content: Buffer;
  /** SHA-256 of the content, in hexadecimal. */
  readonly sha256: string;
}

export interface ClusterAssetsOptions {
  /** Returns the file at a path, undefined if there is none. Throws if the viewer may not see it or the API server cannot be asked. */
  readonly assetAt: (caller: Caller, path: string) => Promise<ClusterAsset | undefined>;
  readonly gate: RequestGate;
  readonly publicError: (error: unknown) => GraphQLError;
}

const PREFIX = '/assets/';
const YEAR_SECONDS = 31_536_000;

/** Content from the cluster is untrusted: an SVG may contain scripts, which a browser must not execute. */
const untrusted = {
  'content-security-policy': "default-src 'none'; sandbox",
  'x-content-type-options': 'nosniff',
};

/**
 * Serves files from the cluster below `/assets/` to viewers who may read the object that refers to them. A URL whose
 * `sha256` matches the content may be cached for a year; any other must be revalidated. Private caches only.
 */
export class ClusterAssetServer {
  readonly #options: ClusterAssetsOptions;

  constructor(options: ClusterAssetsOptions) {
    this.#options = options;
  }

  handles({ url = '' }: IncomingMessage): boolean {
    return url.startsWith(PREFIX);
  }

  serve(request: IncomingMessage, response: ServerResponse): void {
    const { method } = request;
    if (method !== 'GET' && method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      return refuse(response, 405, `Expected GET or HEAD, got ${method ?? 'nothing'}.`);
    }
    this.#send(request, response).catch((error: unknown) => {
      const failure = this.#options.publicError(error);
      const { retryAfterSeconds } = failure.extensions;
      if (typeof retryAfterSeconds === 'number' && !response.headersSent)
        response.setHeader('retry-after', retryAfterSeconds);
      refuse(response, statusOf(failure), failure.message);
    });
  }

  async #send(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { assetAt, gate } = this.#options;
    // Not parsed by `new URL`, which would resolve `..` and `%2e%2e`.
    const [path = '', query = ''] = (request.url ?? '').split('?');
    const caller = await gate.admit(request, response);
    const asset = await caller.deadline.race(assetAt(caller, path));
    if (!asset) return refuse(response, 404, `No file at ${path}.`);
    const isAddressedByContent = new URLSearchParams(query).get('sha256') === asset.sha256;
    return sendCacheable(request, response, {
      etag: `"${asset.sha256}"`,
      contentType: asset.contentType,
      headers: {
        ...untrusted,
        'cache-control': isAddressedByContent ? `private, max-age=${YEAR_SECONDS}, immutable` : 'private, no-cache',
      },
      content: () => asset.content,
    });
  }
}

function statusOf(error: GraphQLError): number {
  const { code, status } = error.extensions;
  if (code === 'INTERNAL') return 502;
  return typeof status === 'number' && status >= 400 ? status : statusOfRefusal(error);
}

function refuse(response: ServerResponse, status: number, message: string): void {
  if (response.headersSent || response.destroyed) return;
  sendText(response, status, message, { ...untrusted, 'cache-control': 'no-store' });
}
