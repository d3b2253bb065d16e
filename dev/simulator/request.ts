import type { IncomingHttpHeaders } from 'node:http';

/** What a request asks for, as an API server understands its URL. */
export interface RequestTarget {
  readonly verb: RequestVerb;
  readonly group: string;
  readonly version: string;
  /** The plural name; empty for paths that are no resource, whose verb is `other`. */
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

/** A request before it is answered: what the `when` of a fault looks at. */
export interface SimulatedRequest extends RequestTarget {
  readonly method: string;
  /** Path and query, as sent. */
  readonly url: string;
  readonly userAgent: string;
}

/** A request that has been answered. A watch counts as answered when its stream opens. */
export interface RequestRecord extends SimulatedRequest {
  /** In whose name: the impersonated user's, or else of whom the token stands for; empty for nobody we know. */
  readonly user: string;
  readonly status: number;
}

/** A request with everything needed to answer it. */
export interface IncomingRequest extends SimulatedRequest {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** Every value of each header, by its name in lower case. */
  readonly headersDistinct: Readonly<NodeJS.Dict<readonly string[]>>;
  readonly body: Buffer;
}

const RESOURCE_PATH = /^\/(?:api\/(v[^/]+)|apis\/([^/]+)\/([^/]+))\/(.+?)\/?$/u;
const NAMESPACE_SUBRESOURCES = new Set(['status', 'finalize']);

/** Reads method and URL. Whether the resource exists is not asked here. */
export function readTarget(method: string, path: string, query: URLSearchParams): RequestTarget {
  const [, coreVersion, group = '', version = '', rest = ''] = RESOURCE_PATH.exec(path) ?? [];
  const place = { group, version: coreVersion ?? version };
  if (rest === '') return { ...place, verb: 'other', resource: '' };
  const segments = rest.split('/').map(decodeSegment);
  const [first, second, third = ''] = segments;
  const scoped = first === 'namespaces' && segments.length > 2 && !NAMESPACE_SUBRESOURCES.has(third);
  const [resource = '', name, subresource] = scoped ? segments.slice(2) : segments;
  const namespace = scoped ? second : undefined;
  return { ...place, verb: verbOf(method, name, query), resource, namespace, name, subresource };
}

function verbOf(method: string, name: string | undefined, query: URLSearchParams): RequestVerb {
  switch (method) {
    case 'GET': {
      if (name !== undefined) return 'get';
      const watch = query.get('watch');
      return watch !== null && watch !== 'false' && watch !== '0' ? 'watch' : 'list';
    }
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

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    // A malformed escape names nothing that exists; it is looked up, and not found, as it stands.
    return segment;
  }
}
