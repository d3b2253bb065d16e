import type { ObjectName } from '../kubernetes/object.ts';
import type { RedactedAccess, Resource } from '../kubernetes/resource.ts';
import { forbidden, type Authorizer } from './authorizer.ts';
import {
  attributesFor,
  type AccessTarget,
  type ResourceAttributes,
  type ReviewedResource,
} from './resource-attributes.ts';
import type { ResourceNameGrants } from './resource-name-grants.ts';
import type { ReviewBudget } from './review-budget.ts';
import type { Viewer } from './viewer.ts';
import { EMPTY_SCOPE, scopeOf, type Scope, type VisibilityScope } from './visibility-scope.ts';

/** Whether objects are only read, or watched too: that takes the verb `watch` as well. */
export type AccessMode = 'read' | 'watch';

export interface VisibilityResolverOptions {
  readonly viewer: Viewer;
  readonly authorizer: Authorizer;
  readonly grants: ResourceNameGrants;
  /** Returns the names of all namespaces. Throws a `StatusError` until they have been listed. */
  readonly namespaces: () => Iterable<string>;
  /** Decisions whose review started before this time (of `performance.now`) are not accepted. */
  readonly notBefore?: number | undefined;
  /** Cancels the access reviews. */
  readonly signal?: AbortSignal | undefined;
}

type ObjectAt = { readonly namespace?: string | null | undefined } & Pick<ObjectName, 'name'>;
type RedactionRule = Pick<RedactedAccess<never>, 'verbs' | 'on'>;

/**
 * Resolves which objects are visible to a viewer, from decisions of the authorizer: first for the whole cluster and, if
 * that is denied, for each namespace or each name that a rule grants. All methods reject with a `StatusError` if there is
 * no decision. A resolver has the review budget of one request.
 */
export class VisibilityResolver {
  readonly #options: VisibilityResolverOptions;
  readonly #budget: ReviewBudget;

  constructor(options: VisibilityResolverOptions) {
    this.#options = options;
    this.#budget = options.authorizer.createBudget();
  }

  /** Returns whether the viewer has a permission. An omitted namespace or name means all of them. */
  can(verb: string, resource: ReviewedResource, target?: AccessTarget): Promise<boolean> {
    return this.#isAllowed(attributesFor(verb, resource, target));
  }

  /** Throws FORBIDDEN if the viewer lacks a permission. The error is the same whether the object exists or not. */
  async assertCan(verb: string, resource: ReviewedResource, target: AccessTarget): Promise<void> {
    const attributes = attributesFor(verb, resource, target);
    if (!(await this.#isAllowed(attributes))) throw forbidden(attributes);
  }

  /** Returns the scope of all visible objects of a resource. It may be empty. */
  async resolve(resource: Resource, mode: AccessMode): Promise<VisibilityScope> {
    const verbs = verbsFor('list', mode);
    if (await this.#canAll(verbs, resource, null)) return { full: 'all', redacted: EMPTY_SCOPE };
    if (resource.namespaced) {
      const full = await this.#namespacesWhere((namespace) => this.#canAll(verbs, resource, namespace));
      return { full, redacted: EMPTY_SCOPE };
    }
    const granted = await this.#grantedNames(resource, mode);
    if (granted === 'all') return { full: granted, redacted: EMPTY_SCOPE };
    const redacted = await this.#redactedScope(resource, mode);
    const grantedInside = await this.#grantedInNamespace(resource, redacted, mode);
    return { full: grantedInside.length > 0 ? scopeOf([...granted, ...grantedInside]) : granted, redacted };
  }

  /** Returns the scope of one namespace; undefined if the viewer may not list it. */
  async resolveNamespace(
    resource: Resource,
    namespace: string,
    mode: AccessMode,
  ): Promise<VisibilityScope | undefined> {
    const verbs = verbsFor('list', mode);
    const allowed = (await this.#canAll(verbs, resource, null)) || (await this.#canAll(verbs, resource, namespace));
    return allowed ? { full: new Set([namespace]), redacted: EMPTY_SCOPE } : undefined;
  }

  /** Returns the scope of one object, whether it exists or not; undefined if the viewer may not see it. */
  async resolveObject(
    resource: Resource,
    { namespace = null, name }: ObjectAt,
    mode: AccessMode,
  ): Promise<VisibilityScope | undefined> {
    const scope = new Set([resource.namespaced ? (namespace ?? '') : name]);
    const decisions = await Promise.all(
      verbsFor('get', mode).map((verb) => this.can(verb, resource, { namespace, name })),
    );
    const canList = async () => !resource.namespaced && this.#canAll(verbsFor('list', mode), resource, null);
    if (decisions.every(Boolean) || (await canList())) return { full: scope, redacted: EMPTY_SCOPE };
    const seesRedacted = await this.#seesRedacted(resource, name, mode);
    return seesRedacted ? { full: EMPTY_SCOPE, redacted: scope } : undefined;
  }

  /** Authorizes all names first, and the one name only if some RBAC rule names it: a denial then takes one review. */
  async #isAllowed(attributes: ResourceAttributes): Promise<boolean> {
    if (attributes.name === null) return this.#authorize(attributes);
    if (await this.#authorize({ ...attributes, name: null })) return true;
    const names = await this.#options.grants.namesFor(attributes, this.#options.notBefore);
    return (names?.has(attributes.name) ?? true) && this.#authorize(attributes);
  }

  #authorize(attributes: ResourceAttributes): Promise<boolean> {
    const { authorizer, viewer, notBefore, signal } = this.#options;
    return authorizer.authorize(viewer, attributes, { notBefore, signal, budget: this.#budget });
  }

  async #canAll(verbs: readonly string[], resource: ReviewedResource, namespace: string | null): Promise<boolean> {
    const decisions = await Promise.all(
      verbs.map((verb) => this.#authorize(attributesFor(verb, resource, { namespace }))),
    );
    return decisions.every(Boolean);
  }

  async #namespacesWhere(isAllowed: (namespace: string) => Promise<boolean>): Promise<Scope> {
    const namespaces = [...this.#options.namespaces()];
    const decisions = await Promise.all(namespaces.map(isAllowed));
    return scopeOf(namespaces.filter((_, index) => decisions[index]));
  }

  /** Returns the names of a resource without namespaces that the viewer may get. */
  async #grantedNames(resource: Resource, mode: AccessMode): Promise<Scope> {
    const { grants, notBefore } = this.#options;
    const verbs = verbsFor('get', mode);
    if (await this.#canAll(verbs, resource, null)) return 'all';
    const all = verbs.map((verb) => attributesFor(verb, resource));
    const named = await Promise.all(all.map((attributes) => grants.namesFor(attributes, notBefore)));
    const candidates = [...new Set(named.flatMap((names) => [...(names ?? [])]))];
    const granted = await Promise.all(
      candidates.map(async (name) => {
        const decisions = await Promise.all(all.map((attributes) => this.#authorize({ ...attributes, name })));
        return decisions.every(Boolean);
      }),
    );
    return scopeOf(candidates.filter((_, index) => granted[index]));
  }

  /** Returns those of the redacted namespaces that a Role in the namespace itself makes fully visible. */
  async #grantedInNamespace(resource: Resource, redacted: Scope, mode: AccessMode): Promise<readonly string[]> {
    if (resource.access.redacted?.where !== 'namespace-of-that-name') return [];
    const verbs = verbsFor('get', mode);
    const names = redacted === 'all' ? [...this.#options.namespaces()] : [...redacted];
    const decisions = await Promise.all(names.map((name) => this.#canAll(verbs, resource, name)));
    return names.filter((_, index) => decisions[index]);
  }

  async #redactedScope({ access: { redacted: rule } }: Resource, mode: AccessMode): Promise<Scope> {
    if (!rule) return EMPTY_SCOPE;
    if (rule.where === 'any-namespace') return (await this.#canAnywhere(rule, mode)) ? 'all' : EMPTY_SCOPE;
    if (await this.#canAny(rule, null, mode)) return 'all';
    return this.#namespacesWhere((namespace) => this.#canAny(rule, namespace, mode));
  }

  async #seesRedacted({ access: { redacted: rule } }: Resource, name: string, mode: AccessMode): Promise<boolean> {
    if (!rule) return false;
    if (rule.where === 'any-namespace') return this.#canAnywhere(rule, mode);
    return (await this.#canAny(rule, null, mode)) || this.#canAny(rule, name, mode);
  }

  async #canAnywhere({ verbs, on }: RedactionRule, mode: AccessMode): Promise<boolean> {
    for (const verb of verbs) {
      if (await this.#canAny({ verbs: [verb], on }, null, mode)) return true;
      const where = await this.#namespacesWhere((namespace) => this.#canAny({ verbs: [verb], on }, namespace, mode));
      if (where === 'all' || where.size > 0) return true;
    }
    return false;
  }

  async #canAny({ verbs, on }: RedactionRule, namespace: string | null, mode: AccessMode): Promise<boolean> {
    for (const verb of verbs) {
      const required = verb === 'list' ? verbsFor('list', mode) : [verb];
      if (await this.#canAll(required, on, namespace)) return true;
    }
    return false;
  }
}

function verbsFor(verb: 'get' | 'list', mode: AccessMode): readonly string[] {
  return mode === 'watch' ? [verb, 'watch'] : [verb];
}
