import type { Client } from '../kubernetes/client.ts';
import type { ResourceAttributes } from './resource-attributes.ts';
import { Remembered } from './remembered.ts';

interface RawRule {
  readonly verbs?: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
}

interface RawRoles {
  readonly items?: readonly { readonly rules?: readonly RawRule[] | null }[];
}

const RBAC = ['apis', 'rbac.authorization.k8s.io', 'v1'];

/**
 * The names that roles of the cluster grant something for, whoever has them. Where a thing is refused for all names, only
 * for these is it worth asking again: so that many refusals cost one question.
 */
export class ResourceNameGrants {
  readonly #client: Client;
  readonly #forMs: number;
  readonly #rules = new Remembered<readonly RawRule[] | undefined>(1);

  /** @param forMs how long what was read holds */
  constructor(client: Client, forMs: number) {
    this.#client = client;
    this.#forMs = forMs;
  }

  /**
   * @param notBefore only what was read at this moment or later will do
   * @returns undefined where nobody knows, since we may not read the roles; so any name may be granted
   */
  async namesFor(
    { verb, group, resource, subresource }: ResourceAttributes,
    notBefore?: number,
  ): Promise<ReadonlySet<string> | undefined> {
    const read = async () => ({ value: await this.#read(), forMs: this.#forMs });
    const rules = await this.#rules.get('', read, notBefore);
    const path = subresource ? `${resource}/${subresource}` : resource;
    const isMeant = ({ verbs, apiGroups, resources }: RawRule) =>
      includes(verbs, verb) &&
      includes(apiGroups, group) &&
      (includes(resources, path) || includes(resources, `*/${subresource}`));
    return rules && new Set(rules.filter(isMeant).flatMap(({ resourceNames = [] }) => resourceNames));
  }

  async #read(): Promise<readonly RawRule[] | undefined> {
    try {
      const lists = await Promise.all([this.#rulesIn('clusterroles'), this.#rulesIn('roles')]);
      return lists.flat();
    } catch {
      return undefined; // not allowed, or not to be had now: who asks goes the long way
    }
  }

  async #rulesIn(plural: string): Promise<readonly RawRule[]> {
    const { signal } = new AbortController();
    const { items = [] } = (await this.#client.document('GET', [...RBAC, plural], { signal })) as RawRoles;
    return items.flatMap(({ rules }) => rules ?? []).filter(({ resourceNames }) => (resourceNames ?? []).length > 0);
  }
}

function includes(values: readonly string[] | undefined, wanted: string): boolean {
  return values?.some((value) => value === '*' || value === wanted) ?? false;
}
