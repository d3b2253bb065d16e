import type { Client } from './client.ts';
import { apiVersionOf, groupVersionPath, type ResourceName } from './resource.ts';
import { StatusError } from './status-error.ts';
import { TtlCache } from './ttl-cache.ts';

interface RawResourceList {
  readonly resources?: readonly { readonly name?: string; readonly verbs?: readonly string[] }[];
}

interface RawVersion {
  readonly gitVersion?: string;
}

/** How the cluster serves a resource: `listed` is without watch. `unknown` while it could not be asked. */
export type Serving = 'watched' | 'listed' | 'absent' | 'unknown';

/** Time by which a timer may fire early. */
const TIMER_SLACK_MS = 2;
const MAX_GROUP_VERSIONS = 1_000;

/** What the cluster serves, asked when somebody wants to know: each group version once per interval, at most. */
export class Discovery {
  readonly #client: Client;
  readonly #options: { readonly intervalMs: number; readonly now: () => number; readonly signal: AbortSignal };
  /** By plural, for each group version; undefined if the API server returned none. */
  readonly #served: TtlCache<ReadonlyMap<string, Serving> | undefined>;
  /** What was found last, for as long as nothing else is. */
  readonly #lastFound = new Map<string, ReadonlyMap<string, Serving>>();

  constructor(
    client: Client,
    options: { readonly intervalMs: number; readonly now: () => number; readonly signal: AbortSignal },
  ) {
    this.#client = client;
    this.#options = options;
    this.#served = new TtlCache({ maxEntries: MAX_GROUP_VERSIONS, now: options.now });
  }

  /** As of an interval ago, or later. */
  async discover(resource: ResourceName): Promise<Serving> {
    const ttlMs = this.#options.intervalMs - TIMER_SLACK_MS;
    const load = async () => ({ value: await this.#read(resource), ttlMs });
    return servingIn(await this.#served.get(apiVersionOf(resource), load), resource);
  }

  /** As it was when last asked. */
  lastKnown(resource: ResourceName): Serving {
    return servingIn(this.#lastFound.get(apiVersionOf(resource)), resource);
  }

  async #read(resource: ResourceName): Promise<ReadonlyMap<string, Serving> | undefined> {
    try {
      const found = await fetchGroupVersion(this.#client, resource, this.#options.signal);
      this.#lastFound.set(apiVersionOf(resource), found);
      return found;
    } catch {
      return undefined; // whoever asks goes on without knowing; the reads themselves tell what is wrong
    }
  }
}

function servingIn(resources: ReadonlyMap<string, Serving> | undefined, { plural }: ResourceName): Serving {
  return resources ? (resources.get(plural) ?? 'absent') : 'unknown';
}

/** All resources of the resource's group version. */
async function fetchGroupVersion(
  client: Client,
  resource: ResourceName,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Serving>> {
  try {
    const { resources = [] } = (await client.request('GET', groupVersionPath(resource), {
      signal,
    })) as RawResourceList;
    return new Map(
      resources.map(({ name = '', verbs }) => [name, !verbs || verbs.includes('watch') ? 'watched' : 'listed']),
    );
  } catch (error) {
    if (error instanceof StatusError && error.code === 404) return new Map(); // not even the group
    throw error;
  }
}

/** The API server's version, e.g. `v1.37.2`; undefined where it does not say. */
export async function kubernetesVersionOf(client: Client, signal: AbortSignal): Promise<string | undefined> {
  return ((await client.request('GET', ['version'], { signal })) as RawVersion).gitVersion;
}
