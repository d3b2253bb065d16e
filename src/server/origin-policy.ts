import type { IncomingMessage, ServerResponse } from 'node:http';

const LOOPBACK_NAMES = new Set(['localhost', '127.0.0.1', '[::1]']);
const ALLOWED_HEADERS = 'content-type, authorization, last-event-id';
const PREFLIGHT_SECONDS = '600';

/**
 * Which web pages may talk to the gateway: those that it serves itself, and those of the allowed origins. A browser lets
 * any page open a WebSocket to anywhere, and send simple requests; so the gateway has to ask where they come from.
 */
export class OriginPolicy {
  readonly #allowed: ReadonlySet<string>;
  readonly #isLoopback: boolean;

  /** @param host where the gateway listens: on loopback only loopback names are its own, whatever DNS may say */
  constructor({ allowedOrigins, host }: { readonly allowedOrigins: readonly string[]; readonly host: string }) {
    this.#allowed = new Set(allowedOrigins);
    this.#isLoopback = isLoopback(host);
  }

  /** @returns why a request is refused; undefined where it is not. What is no browser names no origin. */
  refusal({ headers: { host = '', origin } }: IncomingMessage): string | undefined {
    if (origin !== undefined && this.#allowed.has(origin)) return undefined;
    if (this.#isLoopback && !LOOPBACK_NAMES.has(hostnameOf(`http://${host}`))) {
      return `Expected a Host such as localhost, got ${JSON.stringify(host)}: this gateway listens for its own machine only.`;
    }
    if (origin === undefined || hostOf(origin) === host.toLowerCase()) return undefined;
    return `Pages of ${origin} may not use this gateway. Its administrator can allow them by ALLOWED_ORIGINS.`;
  }

  /** Tells a browser that a page of an allowed origin may read the answer. @returns true where that was all it asked */
  answerBrowser(request: IncomingMessage, response: ServerResponse): boolean {
    const { origin } = request.headers;
    if (origin === undefined || !this.#allowed.has(origin)) return false;
    response.setHeader('access-control-allow-origin', origin);
    response.setHeader('vary', 'origin');
    if (request.method !== 'OPTIONS') return false;
    response.setHeader('access-control-allow-methods', 'GET, POST');
    response.setHeader('access-control-allow-headers', ALLOWED_HEADERS);
    response.setHeader('access-control-max-age', PREFLIGHT_SECONDS);
    response.writeHead(204).end();
    return true;
  }
}

/** Whether an address can be reached from this machine only. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

/**
 * Whether a browser would send this without asking first, from any page: a POST whose body is a form or plain text. Such
 * a request cannot be told from one that its sender never meant.
 */
export function isSimplePost({ method, headers }: IncomingMessage): boolean {
  if (method !== 'POST') return false;
  const type = (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase();
  return type !== 'application/json' && type !== 'application/graphql+json';
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

function hostnameOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname : '';
}
