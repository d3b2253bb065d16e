import type { Client } from './client.ts';
import { listOf, object, string } from './decoder.ts';
import { redactedSummary } from './redacted.ts';
import { apiVersionOf, groupVersionPath, type ResourceName } from './resource.ts';
import { invalidResponse, StatusError } from './status-error.ts';
import { TtlCache } from './ttl-cache.ts';

const resourceList = object({ kind: string, resources: listOf(object({ name: string, verbs: listOf(string) })) });

const apiGroup = object({ versions: listOf(object({ version: string })) });

/**
 * Verbs with which the API server serves a resource. `listed`: without watch. `unknown`: no discovery has succeeded
 * yet.
 */
export type Serving = 'watched' | 'listed' | 'absent' | 'unknown';

/** Maximum time by which a timer fires early. */
const TIMER_SLACK_MS = 2;
const MAX_GROUP_VERSIONS = 1_000;

interface DiscoveryOptions {
  readonly intervalMs: number;
  readonly now: () => number;
  readonly signal: AbortSignal;
  /** Called with the error of a discovery and its group version. */
  readonly onFailure?: (apiVersion: string, error: unknown) => void;
}

/**
 * Discovers which resources the API server serves, on demand and at most once per interval for each group version. See
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#discovery-api. Memory is bounded by the number of group
 * versions of the defined resources.
 */
export class Discovery {
  readonly #client: Client;
  readonly #options: DiscoveryOptions;
  /** By plural, for each group version; undefined if the request failed. */
  readonly #served: TtlCache<ReadonlyMap<string, Serving> | undefined>;
  /** Last successful discovery of each group version. */
  readonly #lastFound = new Map<string, ReadonlyMap<string, Serving>>();

  constructor(client: Client, options: DiscoveryOptions) {
    this.#client = client;
    this.#options = options;
    this.#served = new TtlCache({ maxEntries: MAX_GROUP_VERSIONS, now: options.now });
  }

  /** Returns the result of a discovery that is at most an interval old; `unknown` if it failed. Never throws. */
  async discover(resource: ResourceName): Promise<Serving> {
    const ttlMs = this.#options.intervalMs - TIMER_SLACK_MS;
    const load = async () => ({ value: await this.#read(resource), ttlMs });
    return servingIn(await this.#served.get(apiVersionOf(resource), load), resource);
  }

  /** Returns the result of the last successful discovery, without a request. */
  lastKnown(resource: ResourceName): Serving {
    return servingIn(this.#lastFound.get(apiVersionOf(resource)), resource);
  }

  /** Returns the other versions of its group in which the API server serves a resource; none if that cannot be found out. */
  async otherVersions(resource: ResourceName): Promise<readonly string[]> {
    if (resource.group === '') return [];
    const versions = await fetchVersions(this.#client, resource.group, this.#options.signal).catch(() => []);
    const found = versions.map(async (version) => ({
      version,
      serving: await this.discover({ ...resource, version }),
    }));
    const served = (await Promise.all(found)).filter(({ serving }) => serving === 'watched' || serving === 'listed');
    return served.flatMap(({ version }) => (version === resource.version ? [] : version));
  }

  async #read(resource: ResourceName): Promise<ReadonlyMap<string, Serving> | undefined> {
    try {
      const found = await fetchGroupVersion(this.#client, resource, this.#options.signal);
      this.#lastFound.set(apiVersionOf(resource), found);
      return found;
    } catch (error) {
      this.#options.onFailure?.(apiVersionOf(resource), error);
      return undefined; // callers continue with `unknown`; the errors of their own reads state the cause
    }
  }
}

function servingIn(resources: ReadonlyMap<string, Serving> | undefined, { plural }: ResourceName): Serving {
  return resources ? (resources.get(plural) ?? 'absent') : 'unknown';
}

/** Returns the versions of a group (`APIGroup`), the preferred one first. */
async function fetchVersions(client: Client, group: string, signal: AbortSignal): Promise<readonly string[]> {
  const { versions = [] } = apiGroup.decode(await client.request('GET', ['apis', group], { signal })) ?? {};
  return versions.flatMap(({ version = [] }) => version);
}

/** Returns the resources of the group version (`APIResourceList`), by plural. */
async function fetchGroupVersion(
  client: Client,
  resource: ResourceName,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Serving>> {
  try {
    const response = await client.request('GET', groupVersionPath(resource), { signal });
    const { kind, resources = [] } = resourceList.decode(response) ?? {};
    if (kind !== 'APIResourceList')
      throw invalidResponse(`Expected an APIResourceList, got ${redactedSummary(response)}.`);
    return new Map(
      resources.map(({ name = '', verbs }) => [name, !verbs || verbs.includes('watch') ? 'watched' : 'listed']),
    );
  } catch (error) {
    if (error instanceof StatusError && error.code === 404) return new Map(); // the group version is not served
    throw error;
  }
}
