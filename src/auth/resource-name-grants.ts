import type { Client } from '../kubernetes/client.ts';
import { listOf, object, string, type Decoded } from '../kubernetes/decoder.ts';
import { TtlCache } from '../kubernetes/ttl-cache.ts';
import { invalidResponse } from '../kubernetes/status-error.ts';
import type { ResourceAttributes } from './resource-attributes.ts';

const rule = object({
  verbs: listOf(string),
  apiGroups: listOf(string),
  resources: listOf(string),
  resourceNames: listOf(string),
});
const roles = object({ items: listOf(object({ rules: listOf(rule) })) });
type Rule = Decoded<typeof rule>;

const RBAC = ['apis', 'rbac.authorization.k8s.io', 'v1'];

/**
 * RBAC rules with `resourceNames`, of all Roles and ClusterRoles, bound or not. A permission that is denied for
 * all names can be granted for these names only, so a denial costs one review instead of one for each object.
 */
export class ResourceNameGrants {
  readonly #client: Client;
  readonly #ttlMs: number;
  readonly #rules = new TtlCache<readonly Rule[] | undefined>({ maxEntries: 1 });

  constructor(client: Client, ttlMs: number) {
    this.#client = client;
    this.#ttlMs = ttlMs;
  }

  /**
   * Returns the names that some rule grants these attributes for. Undefined if the roles cannot be listed: then any name
   * may be granted. Rules listed before `notBefore` (of `performance.now`) are not accepted.
   */
  async namesFor(
    { verb, group, resource, subresource }: ResourceAttributes,
    notBefore?: number,
  ): Promise<ReadonlySet<string> | undefined> {
    const load = async () => ({ value: await this.#list(), ttlMs: this.#ttlMs });
    const rules = await this.#rules.get('', load, { notBefore });
    const path = subresource ? `${resource}/${subresource}` : resource;
    const applies = ({ verbs, apiGroups, resources }: Rule) =>
      includes(verbs, verb) &&
      includes(apiGroups, group) &&
      (includes(resources, path) || includes(resources, `*/${subresource}`));
    return rules && new Set(rules.filter(applies).flatMap(({ resourceNames = [] }) => resourceNames));
  }

  async #list(): Promise<readonly Rule[] | undefined> {
    try {
      const lists = await Promise.all([this.#rulesOf('clusterroles'), this.#rulesOf('roles')]);
      return lists.flat();
    } catch {
      return undefined; // forbidden, or unavailable now: callers review each name
    }
  }

  async #rulesOf(plural: string): Promise<readonly Rule[]> {
    const { signal } = new AbortController(); // all callers share the result
    const { items } = roles.decode(await this.#client.request('GET', [...RBAC, plural], { signal })) ?? {};
    if (!items) throw invalidResponse(`Expected a list of ${plural} from the API server.`);
    return items.flatMap(({ rules = [] }) => rules).filter(({ resourceNames = [] }) => resourceNames.length > 0);
  }
}

function includes(values: readonly string[] | undefined, wanted: string): boolean {
  return values?.some((value) => value === '*' || value === wanted) ?? false;
}
