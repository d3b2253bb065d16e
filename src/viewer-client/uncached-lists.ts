import type { Client } from '../kubernetes/client.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import type { Resource } from '../kubernetes/resource.ts';
import { isNotFound } from '../kubernetes/status-error.ts';

/** What one request reads of whole namespaces from the API server: each list once. */
export class UncachedLists {
  readonly #client: Client;
  readonly #signal: AbortSignal;
  readonly #lists = new Map<Resource, Map<string, Promise<readonly KubernetesObject[]>>>();

  constructor(client: Client, signal: AbortSignal) {
    this.#client = client;
    this.#signal = signal;
  }

  /** Objects that are not what they should be are passed over. */
  async of<T extends KubernetesObject>(resource: Resource<T>, namespace: string): Promise<readonly T[]> {
    const lists = this.#lists.get(resource) ?? new Map<string, Promise<readonly KubernetesObject[]>>();
    this.#lists.set(resource, lists);
    let list = lists.get(namespace);
    if (!list) {
      list = this.#read(resource, namespace);
      lists.set(namespace, list);
    }
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a list is kept under its resource, so it holds what that says
    return list as Promise<readonly T[]>;
  }

  async #read(resource: Resource, namespace: string): Promise<readonly KubernetesObject[]> {
    const { items } = await this.#client.listAll(resource, { namespace, signal: this.#signal }, () => undefined);
    return items;
  }
}

/** Undefined for what does not exist. */
export async function ifAny<T>(object: Promise<T>): Promise<T | undefined> {
  try {
    return await object;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
