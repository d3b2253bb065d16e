import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { mediaTypeOf } from './operation-request.ts';

const LOOPBACK_NAMES = new Set(['localhost', '127.0.0.1', '[::1]']);
/** Headers that GraphQL clients send: those of Apollo Client and graphql-http against cross-site requests, and tracing. */
const CLIENT_HEADERS = [
  'authorization',
  'content-type',
  'last-event-id',
  'apollo-require-preflight',
  'graphql-preflight',
  'traceparent',
];
const PREFLIGHT_SECONDS = '600';

interface OriginPolicyOptions {
  readonly allowedOrigins: readonly string[];
  /** Names of further request headers that pages of the allowed origins may send. */
  readonly allowedHeaders: readonly string[];
  /** Address that the gateway listens on. */
  readonly host: string;
}

/**
 * Decides which web pages may use the gateway: its own and those of the allowed origins.
 *
 * The same-origin policy of browsers does not cover WebSockets and simple requests, which any page may send to any host
 * (cross-site request forgery, cross-site WebSocket hijacking). Clients that send no Origin are not browsers and pass.
 * On loopback, only loopback host names are accepted, which prevents DNS rebinding.
 */
export class OriginPolicy {
  readonly #allowed: ReadonlySet<string>;
  readonly #isLoopback: boolean;
  readonly #allowedHeaders: string;
  /** The last accepted Host. Most requests have the same, whose URL is then not parsed again. */
  #lastHost: string | undefined;

  constructor({ allowedOrigins, allowedHeaders, host }: OriginPolicyOptions) {
    this.#allowedHeaders = [...CLIENT_HEADERS, ...allowedHeaders].join(', ');
    this.#allowed = new Set(allowedOrigins);
    this.#isLoopback = isLoopback(host);
  }

  /** Returns the reason to refuse a request, or undefined if it is allowed. */
  refusal({ headers }: IncomingMessage): string | undefined {
    const { host = '', origin } = headers;
    if (origin !== undefined && this.#allowed.has(origin)) return undefined;
    if (!this.#acceptsHost(host)) {
      return `Expected the header Host to be localhost, 127.0.0.1 or [::1], because the gateway listens on loopback only, got ${JSON.stringify(host)}.`;
    }
    if (origin === undefined) return undefined;
    const own = ownOrigin(headers);
    if (origin === own) return undefined;
    return `Expected the gateway's own origin ${own} or one of ALLOWED_ORIGINS, got ${JSON.stringify(origin)}. An administrator of the gateway can add it. If a proxy terminates TLS, it has to send X-Forwarded-Proto.`;
  }

  #acceptsHost(host: string): boolean {
    if (!this.#isLoopback || host === this.#lastHost) return true;
    if (!LOOPBACK_NAMES.has(hostnameOf(`http://${host}`))) return false;
    this.#lastHost = host;
    return true;
  }

  /**
   * Returns the reason to refuse an operation, or undefined if it is allowed. Browsers send no Origin with a GET of an
   * element such as `<img>`, but they do send Sec-Fetch-Site to HTTPS and loopback addresses (Fetch Metadata).
   */
  operationRefusal({ headers }: IncomingMessage): string | undefined {
    const { origin, 'sec-fetch-site': site } = headers;
    if (site === undefined || site === 'same-origin' || site === 'none') return undefined;
    if (origin !== undefined && this.#allowed.has(origin)) return undefined;
    return `Expected a request of the gateway's own pages or of one of ALLOWED_ORIGINS, got Sec-Fetch-Site: ${JSON.stringify(site)}.`;
  }

  /** Adds the CORS headers if the origin is allowed. @returns true if the request was a preflight and has been answered */
  applyCors(request: IncomingMessage, response: ServerResponse): boolean {
    const { origin } = request.headers;
    if (this.#allowed.size > 0) response.setHeader('vary', 'origin'); // also without Origin: a cache may have the answer for both
    if (origin === undefined || !this.#allowed.has(origin)) return false;
    response.setHeader('access-control-allow-origin', origin);
    response.setHeader('access-control-allow-credentials', 'true');
    response.setHeader('access-control-expose-headers', 'retry-after, x-request-id');
    if (request.method !== 'OPTIONS') return false;
    response.setHeader('access-control-allow-methods', 'GET, POST, QUERY');
    response.setHeader('access-control-allow-headers', this.#allowedHeaders);
    response.setHeader('access-control-max-age', PREFLIGHT_SECONDS);
    response.writeHead(204).end();
    return true;
  }
}

/** Whether an address is reachable from the same machine only. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

/**
 * Whether a browser sends this request from any page without a CORS preflight: a POST whose body is a form or plain text
 * (a "simple request" of the Fetch standard).
 */
export function isSimplePost({ method, headers }: IncomingMessage): boolean {
  if (method !== 'POST') return false;
  const type = mediaTypeOf(headers['content-type'] ?? '');
  return type !== 'application/json' && type !== 'application/graphql+json';
}

/**
 * Returns the origin of the gateway's pages as the browser sees it. X-Forwarded-Proto has the scheme if a proxy terminates
 * TLS; some proxies send `wss` for WebSockets. Another site's page cannot set that header without a CORS preflight.
 */
function ownOrigin({ host = '', 'x-forwarded-proto': forwarded = 'http' }: IncomingHttpHeaders): string | undefined {
  const proto = String(forwarded).split(',', 1)[0]?.trim().toLowerCase() ?? '';
  const url = `${/^(?:https|wss)$/u.test(proto) ? 'https' : 'http'}://${host}`;
  return URL.canParse(url) ? new URL(url).origin : undefined;
}

function hostnameOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname : '';
}
