import type { ResourceAttributes } from '../resource-attributes.ts';
import { isAffected, type AccessChange } from './access-change.ts';
import { actionKey, type Action } from './policy-rules.ts';

interface Interest {
  readonly action: Action;
  /** Null is the whole cluster; `any` stands for all namespaces and the cluster. */
  readonly namespaces: Set<string | null> | 'any';
}

/** Requests whose permission a result depends on. At most one entry per action and namespace. */
export class AccessInterests {
  readonly #interests = new Map<string, Interest>();

  /** Number of actions and namespaces. */
  get size(): number {
    return this.#interests
      .values()
      .reduce((sum, { namespaces }) => sum + (namespaces === 'any' ? 1 : namespaces.size), 0);
  }

  /** Adds a request, for any name. */
  add({ verb, group, resource, subresource, namespace }: ResourceAttributes): void {
    const action = { verb, group, resource, subresource };
    const key = actionKey(action);
    const known = this.#interests.get(key);
    if (known === undefined) this.#interests.set(key, { action, namespaces: new Set([namespace]) });
    else if (known.namespaces !== 'any') known.namespaces.add(namespace);
  }

  /** Adds an action in any namespace. */
  addEverywhere({ verb, group, resource, subresource }: Action): void {
    const action = { verb, group, resource, subresource };
    this.#interests.set(actionKey(action), { action, namespaces: 'any' });
  }

  /** Adds the requests of another result. */
  addAll({ interests }: { readonly interests: AccessInterests }): void {
    for (const { action, namespaces } of interests.#interests.values()) {
      if (namespaces === 'any') this.addEverywhere(action);
      else for (const namespace of namespaces) this.add({ ...action, namespace, name: null });
    }
  }

  /** Returns whether a change can change one of the permissions. */
  isAffectedBy(change: AccessChange): boolean {
    return this.#interests.values().some(({ action, namespaces }) => {
      if (namespaces === 'any') return isAffected(action, change);
      return namespaces.values().some((namespace) => isAffected({ ...action, namespace }, change));
    });
  }
}
