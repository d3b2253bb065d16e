import type { ApiRequestOutcome } from '../kubernetes/api-connection.ts';
import { Histogram } from './histogram.ts';

const DURATION_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

interface RequestCounts {
  readonly verb: string;
  readonly resource: string;
  readonly byCode: Map<string, number>;
  readonly seconds: Histogram;
}

/**
 * Counters of the requests to the API server by verb, resource and HTTP status. The resources are those of the gateway's code,
 * so clients cannot add any.
 */
export class ApiRequestMetrics {
  readonly #counts = new Map<string, RequestCounts>();

  record({ method, path, status, durationMs }: ApiRequestOutcome): void {
    const { verb, resource } = labelsOf(method, path);
    const key = `${verb} ${resource}`;
    const counts = this.#counts.get(key) ?? {
      verb,
      resource,
      byCode: new Map(),
      seconds: new Histogram(DURATION_BUCKETS),
    };
    this.#counts.set(key, counts);
    const code = status === undefined ? 'none' : String(status);
    counts.byCode.set(code, (counts.byCode.get(code) ?? 0) + 1);
    counts.seconds.observe(durationMs / 1_000);
  }

  requests(): readonly RequestCounts[] {
    return [...this.#counts.values()];
  }
}

const verbs: Readonly<Record<string, string>> = { POST: 'create', PUT: 'update', PATCH: 'patch' };

/** Returns the verb and the resource of a request, such as `list` and `workspaces`, or `get` and `pods/log`. */
export function labelsOf(method: string, path: string): { readonly verb: string; readonly resource: string } {
  const [plain = '', query = ''] = path.split('?');
  const segments = plain.split('/').filter((segment) => segment !== '');
  // api/v1/… or apis/GROUP/VERSION/…; other paths are those of discovery and the version.
  const [root] = segments;
  const rest = segments.slice(root === 'api' ? 2 : 3);
  if ((root !== 'api' && root !== 'apis') || rest.length === 0) return { verb: 'get', resource: 'discovery' };
  const isNamespaced = rest[0] === 'namespaces' && rest.length > 2;
  const [resource = '', name, subresource] = isNamespaced ? rest.slice(2) : rest;
  const about = subresource === undefined ? resource : `${resource}/${subresource}`;
  if (method === 'DELETE') return { verb: name === undefined ? 'deletecollection' : 'delete', resource: about };
  if (method !== 'GET') return { verb: verbs[method] ?? 'other', resource: about };
  const isWatch = query.startsWith('watch=true') || query.includes('&watch=true');
  return { verb: isWatch ? 'watch' : name === undefined ? 'list' : 'get', resource: about };
}
