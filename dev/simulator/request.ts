import type { IncomingHttpHeaders } from 'node:http';
import type { AuthorizationAttributes } from './access/policy-rules.ts';
import { queryFlag } from './request-options.ts';

/** Verb and resource of a request, as in `RequestInfo` of kube-apiserver. */
interface RequestInfo {
  readonly verb: RequestVerb;
  readonly group: string;
  readonly version: string;
  /** Plural name; empty for non-resource paths, whose verb is `other`. */
  readonly resource: string;
  readonly subresource?: string | undefined;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
}

export type RequestVerb =
  | 'list'
  | 'watch'
  | 'get'
  | 'create'
  | 'update'
  | 'patch'
  | 'delete'
  | 'deletecollection'
  | 'other';

/** Request as the `when` predicate of a fault gets it. */
export interface SimulatedRequest extends RequestInfo {
  readonly method: string;
  /** Path and query, as sent. */
  readonly url: string;
  readonly userAgent: string;
}

/** Answered request. A watch is recorded when its stream opens. */
export interface RequestRecord extends SimulatedRequest {
  /** Name of the impersonated user, or else of the user of the token; empty if the token is unknown. */
  readonly user: string;
  readonly status: number;
  /** Attributes of an access review in JSON. */
  readonly reviewed?: AuthorizationAttributes | undefined;
}

/** Request with headers and body. */
export interface IncomingRequest extends SimulatedRequest {
  /** Decoded as a whole, like Go's `URL.Path`: an escaped slash separates segments, too. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** Every value of each header, by its name in lower case. */
  readonly headersDistinct: Readonly<NodeJS.Dict<readonly string[]>>;
  readonly body: Buffer;
}

const RESOURCE_PATH = /^\/(?:api\/(v[^/]+)|apis\/([^/]+)\/([^/]+))\/(.+?)\/*$/su;
const NAMESPACE_SUBRESOURCES = new Set(['status', 'finalize']);

/**
 * Splits a request target into path and query. Does not resolve `.`, `..` or empty segments. Returns undefined if the
 * path has a malformed escape.
 */
export function splitRequestTarget(
  url: string,
): { readonly path: string; readonly query: URLSearchParams } | undefined {
  const [, rawPath = '', rawQuery = ''] = /^([^?]*)\??(.*)$/su.exec(url) ?? [];
  if (/%(?![0-9A-Fa-f]{2})/u.test(rawPath)) return undefined;
  // Decodes bytes, so that invalid UTF-8 becomes U+FFFD, as in the JSON of Go.
  const bytes = rawPath.replaceAll(/%([0-9A-Fa-f]{2})/gu, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return { path: Buffer.from(bytes, 'latin1').toString(), query: new URLSearchParams(rawQuery) };
}

/** Parses method and decoded path. Does not check whether the resource exists. */
export function parseRequestInfo(method: string, path: string, query: URLSearchParams): RequestInfo {
  const [, coreVersion, group = '', version = '', rest = ''] = RESOURCE_PATH.exec(path) ?? [];
  const place = { group, version: coreVersion ?? version };
  if (rest === '') return { ...place, verb: 'other', resource: '' };
  const segments = rest.split('/');
  const [first, second, third = ''] = segments;
  const scoped = first === 'namespaces' && segments.length > 2 && !NAMESPACE_SUBRESOURCES.has(third);
  const [resource = '', name = '', subresource = ''] = scoped ? segments.slice(2) : segments;
  const namespace = scoped ? second : undefined;
  const named = { name: name || undefined, subresource: subresource || undefined };
  return { ...place, verb: verbOf(method, named.name, query), resource, namespace, ...named };
}

function verbOf(method: string, name: string | undefined, query: URLSearchParams): RequestVerb {
  switch (method) {
    case 'GET':
      if (name !== undefined) return 'get';
      return queryFlag(query, 'watch') ? 'watch' : 'list';
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return name === undefined ? 'deletecollection' : 'delete';
    default:
      return 'other';
  }
}
