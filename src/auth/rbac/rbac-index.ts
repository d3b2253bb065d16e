import { Multimap } from '../../kubernetes/multimap.ts';
import type { ObjectName } from '../../kubernetes/object.ts';
import { EVERYTHING, rulesThatDiffer, type AccessChange } from './access-change.ts';
import { candidatesFor, type Candidates, type Grant } from './candidates.ts';
import type { Action, PolicyRule } from './policy-rules.ts';
import { roleKey, type BindingObject, type RoleObject } from './resources.ts';

/** Change of one object in a store. */
type StoreChange<T> =
  | { readonly type: 'added'; readonly object: T }
  | { readonly type: 'updated'; readonly object: T; readonly previous: T }
  | { readonly type: 'deleted'; readonly object: T; readonly previous: T };

/** Store of one RBAC resource, as the cluster cache has it. */
interface RbacStore<T> {
  /** Empty until the resource has been listed, and while it is not served. */
  readonly version: string;
  get(name: ObjectName): T | undefined;
  byIndex(index: string, value: string): Iterable<T>;
  addEventHandler(handler: {
    changed(change: StoreChange<T>): void;
    reset(): void;
    failed(error: Error): void;
  }): () => void;
}

/** Stores of the resources in `resources.ts`. */
export interface RbacStores {
  readonly roles: RbacStore<RoleObject>;
  readonly clusterRoles: RbacStore<RoleObject>;
  readonly roleBindings: RbacStore<BindingObject>;
  readonly clusterRoleBindings: RbacStore<BindingObject>;
}

/** Failure of the watches of an index. */
export interface IndexInterruption {
  /** Time of the first failure since the last success, of `performance.now`. */
  readonly since: number;
  /** Whether the watches are not permitted: they will not continue by themselves. */
  readonly isForbidden: boolean;
}

interface RbacIndexOptions {
  readonly stores: RbacStores;
  /** Returns the failure of the watches; undefined while they run. */
  readonly interruption?: () => IndexInterruption | undefined;
  /** Resolves when the stores have been listed, or it is known that they cannot be. */
  readonly attempted?: Promise<unknown>;
}

type ChangeHandler = (change: AccessChange) => void;

const READY_TIMEOUT_MS = 5_000;

/**
 * Index of the cluster's RBAC objects by subject. It returns for which targets RBAC could allow an action, and reports
 * changes with the subjects that they concern. It allows nothing: the authorizer asks the API server about each candidate.
 *
 * Memory: the stores, about 1.1 kB per binding, and the handlers.
 */
export class RbacIndex implements Disposable {
  readonly #stores: RbacStores;
  readonly #options: RbacIndexOptions;
  /** Handlers by the key of their subjects. */
  readonly #handlers = new Multimap<string, ChangeHandler>();
  readonly #everyHandler = new Set<ChangeHandler>();
  readonly #removers: readonly (() => void)[];
  #isAttempted = false;

  constructor(options: RbacIndexOptions) {
    this.#options = options;
    this.#stores = options.stores;
    const { roles, clusterRoles, roleBindings, clusterRoleBindings } = options.stores;
    this.#removers = [
      ...[roles, clusterRoles].map((store) => this.#follow(store, (change) => this.#roleChanged(change))),
      ...[roleBindings, clusterRoleBindings].map((store) =>
        this.#follow(store, (change) => this.#bindingChanged(change)),
      ),
    ];
    void options.attempted?.then(() => (this.#isAttempted = true));
  }

  /** Whether all resources have been listed and may be watched. While they are not, every target is a candidate. */
  get isUsable(): boolean {
    const { roles, clusterRoles, roleBindings, clusterRoleBindings } = this.#stores;
    const areListed =
      isListed(roles) && isListed(clusterRoles) && isListed(roleBindings) && isListed(clusterRoleBindings);
    return areListed && !this.interruption?.isForbidden;
  }

  /** Failure of the watches. While there is one, changes may be missing. */
  get interruption(): IndexInterruption | undefined {
    return this.#options.interruption?.();
  }

  /** Resolves when the index is usable or known not to be, 5 s after the call at the latest. Undefined if it is already. */
  ready(): Promise<void> | undefined {
    const { attempted } = this.#options;
    return !attempted || this.#isAttempted || this.isUsable ? undefined : this.#untilReady(attempted);
  }

  async #untilReady(attempted: Promise<unknown>): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, READY_TIMEOUT_MS);
    await Promise.race([attempted, promise]);
    clearTimeout(timer);
  }

  /** Returns the candidates of some subjects together. Undefined while the index is not usable. */
  candidates(subjects: readonly string[], action: Action): Candidates | undefined {
    return this.isUsable ? candidatesFor(this.#grantsOf(subjects), action) : undefined;
  }

  /**
   * Calls a handler, synchronously, after each change that concerns one of the subjects. Returns a function that removes
   * the handler.
   */
  addChangeHandler(subjects: readonly string[], handler: ChangeHandler): () => void {
    this.#everyHandler.add(handler);
    for (const subject of subjects) this.#handlers.add(subject, handler);
    return () => {
      this.#everyHandler.delete(handler);
      for (const subject of subjects) this.#handlers.delete(subject, handler);
    };
  }

  [Symbol.dispose](): void {
    for (const remove of this.#removers) remove();
  }

  *#grantsOf(subjects: readonly string[]): Iterable<Grant> {
    const { roleBindings, clusterRoleBindings } = this.#stores;
    for (const store of [clusterRoleBindings, roleBindings])
      for (const subject of subjects)
        for (const binding of store.byIndex('subject', subject))
          yield { namespace: binding.metadata.namespace ?? null, rules: this.#rulesOf(binding) };
  }

  /** Returns no rules if the role does not exist. */
  #rulesOf({ role }: BindingObject): readonly PolicyRule[] {
    const { roles, clusterRoles } = this.#stores;
    const found = role.namespace === undefined ? clusterRoles.get(role) : roles.get(role);
    return found?.rules ?? [];
  }

  #follow<T>(store: RbacStore<T>, changed: (change: StoreChange<T>) => void): () => void {
    return store.addEventHandler({
      changed: (change) => {
        if (this.#everyHandler.size > 0) changed(change);
      },
      reset: () => this.#notify(EVERYTHING),
      failed: () => this.#notify(EVERYTHING),
    });
  }

  #roleChanged(change: StoreChange<RoleObject>): void {
    const before = change.type === 'added' ? [] : change.previous.rules;
    const after = change.type === 'deleted' ? [] : change.object.rules;
    const rules = rulesThatDiffer(before, after);
    if (rules.length === 0) return;
    const key = roleKey(change.object.metadata);
    for (const store of [this.#stores.roleBindings, this.#stores.clusterRoleBindings]) {
      for (const { metadata, subjects } of store.byIndex('role', key))
        this.#notify({ subjects, namespace: metadata.namespace ?? null, rules });
    }
  }

  #bindingChanged(change: StoreChange<BindingObject>): void {
    const before = change.type === 'added' ? [] : change.previous.subjects;
    const after = change.type === 'deleted' ? [] : change.object.subjects;
    const subjects = [
      ...before.filter((subject) => !after.includes(subject)),
      ...after.filter((subject) => !before.includes(subject)),
    ];
    const rules = this.#rulesOf(change.object);
    if (subjects.length === 0 || rules.length === 0) return;
    this.#notify({ subjects, namespace: change.object.metadata.namespace ?? null, rules });
  }

  #notify(change: AccessChange): void {
    for (const handler of this.#handlersOf(change)) handler(change);
  }

  /** Returns a copy, as handlers may add and remove handlers. */
  #handlersOf({ subjects }: AccessChange): ReadonlySet<ChangeHandler> {
    if (subjects === 'all') return new Set(this.#everyHandler);
    return new Set(subjects.flatMap((subject) => [...(this.#handlers.get(subject) ?? [])]));
  }
}

function isListed({ version }: Pick<RbacStore<never>, 'version'>): boolean {
  return version !== '';
}
