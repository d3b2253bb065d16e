import type { ObjectName } from '../kubernetes/object.ts';
import type { RedactedAccess, Resource } from '../kubernetes/resource.ts';
import { forbidden, type Authorizer } from './authorizer.ts';
import {
  attributesFor,
  type AccessTarget,
  type ResourceAttributes,
  type ReviewedResource,
} from './resource-attributes.ts';
import type { AccessChange } from './rbac/access-change.ts';
import { AccessInterests } from './rbac/access-interests.ts';
import type { Action } from './rbac/policy-rules.ts';
import type { ReviewBudget } from './review-budget.ts';
import type { Viewer } from './viewer.ts';
import { EMPTY_SCOPE, intersectionOf, scopeOf, unionOf, type Scope, type VisibilityScope } from './visibility-scope.ts';

/** Whether objects are only read, or watched too: that takes the verb `watch` as well. */
export type AccessMode = 'read' | 'watch';

export interface VisibilityResolverOptions {
  readonly viewer: Viewer;
  readonly authorizer: Authorizer;
  /** Returns the names of all namespaces. Throws a `StatusError` until they have been listed. */
  readonly namespaces: () => Iterable<string>;
  /** Decisions whose review started before this time (of `performance.now`) are not accepted. */
  readonly notBefore?: number | undefined;
  /** Whether a running subscription is authorized again; see `AuthorizeOptions`. */
  readonly isRecheck?: boolean | undefined;
  /** Cancels the access reviews. */
  readonly signal?: AbortSignal | undefined;
}

type ObjectAt = { readonly namespace?: string | null | undefined } & Pick<ObjectName, 'name'>;
type RedactionRule = Pick<RedactedAccess<never>, 'verbs' | 'on'>;

/**
 * Resolves which objects are visible to a viewer, from decisions of the authorizer: first for the whole cluster and, if
 * that is denied, for each namespace or name that RBAC could grant (see `rbac/candidates.ts`). If that is not known, for
 * each namespace; names are then not found. All methods reject with a `StatusError` if there is no decision. A resolver has
 * the review budget of one request.
 */
export class VisibilityResolver {
  readonly #options: VisibilityResolverOptions;
  readonly #budget: ReviewBudget;
  readonly #interests = new AccessInterests();

  constructor(options: VisibilityResolverOptions) {
    this.#options = options;
    this.#budget = options.authorizer.createBudget();
  }

  /** Returns whether a change of RBAC can change a result that the resolver has returned. */
  isAffectedBy(change: AccessChange): boolean {
    return this.#interests.isAffectedBy(change);
  }

  /** Returns whether the viewer has a permission. An omitted namespace or name means all of them. */
  async can(verb: string, resource: ReviewedResource, target?: AccessTarget): Promise<boolean> {
    const attributes = attributesFor(verb, resource, target);
    this.#interests.add(attributes);
    return this.#couldBeAllowed(attributes) && this.#isAllowed(attributes);
  }

  /**
   * Throws FORBIDDEN if the viewer lacks a permission. The error is the same whether the object exists or not. Reviews also
   * what RBAC could not grant: another authorizer could.
   */
  async assertCan(verb: string, resource: ReviewedResource, target: AccessTarget): Promise<void> {
    const attributes = attributesFor(verb, resource, target);
    if (!(await this.#isAllowed(attributes))) throw forbidden(attributes);
  }

  /** Returns the scope of all visible objects of a resource. It may be empty. */
  async resolve(resource: Resource, mode: AccessMode): Promise<VisibilityScope> {
    await this.#options.authorizer.ready();
    const verbs = verbsFor('list', mode);
    if (await this.#canAll(verbs, resource, null)) return { full: 'all', redacted: EMPTY_SCOPE };
    if (resource.namespaced) {
      const full = await this.#namespacesWhere(
        () => this.#candidatesForAll(verbs, resource),
        (namespace) => this.#canAll(verbs, resource, namespace),
      );
      return { full, redacted: EMPTY_SCOPE };
    }
    const granted = await this.#grantedNames(resource, mode);
    if (granted === 'all') return { full: granted, redacted: EMPTY_SCOPE };
    const redacted = await this.#redactedScope(resource, mode);
    const full = unionOf([granted, await this.#grantedInNamespace(resource, redacted, mode)]);
    return { full, redacted };
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
      verbsFor('get', mode).map((verb) => this.#isAllowed(attributesFor(verb, resource, { namespace, name }))),
    );
    const canList = async () => !resource.namespaced && this.#canAll(verbsFor('list', mode), resource, null);
    if (decisions.every(Boolean) || (await canList())) return { full: scope, redacted: EMPTY_SCOPE };
    const seesRedacted = await this.#seesRedacted(resource, name, mode);
    return seesRedacted ? { full: EMPTY_SCOPE, redacted: scope } : undefined;
  }

  /** Reviews all names, and then the one name, as far as RBAC could grant them: a denial mostly takes one review. */
  async #isAllowed(attributes: ResourceAttributes): Promise<boolean> {
    const allNames = { ...attributes, name: null };
    const isNamed = attributes.name !== null && this.#couldBeAllowed(attributes);
    const isAllNames = this.#couldBeAllowed(allNames) || !isNamed;
    if (isAllNames && (await this.#authorize(allNames))) return true;
    return isNamed && this.#authorize(attributes);
  }

  /** Returns whether RBAC could grant a permission; true if that is not known. */
  #couldBeAllowed(attributes: ResourceAttributes): boolean {
    const { authorizer, viewer } = this.#options;
    return authorizer.accessOf(viewer)?.expects(attributes) ?? true;
  }

  #authorize(attributes: ResourceAttributes): Promise<boolean> {
    this.#interests.add(attributes);
    const { authorizer, viewer, notBefore, isRecheck, signal } = this.#options;
    return authorizer.authorize(viewer, attributes, { notBefore, isRecheck, signal, budget: this.#budget });
  }

  async #canAll(verbs: readonly string[], resource: ReviewedResource, namespace: string | null): Promise<boolean> {
    const decisions = await Promise.all(
      verbs.map((verb) => this.#authorize(attributesFor(verb, resource, { namespace }))),
    );
    return decisions.every(Boolean);
  }

  /** Returns the namespaces in which RBAC could grant all of the verbs; `all` if that is not known. */
  #candidatesForAll(verbs: readonly string[], resource: ReviewedResource): Scope {
    return intersectionOf(verbs.map((verb) => this.#candidateNamespaces(attributesFor(verb, resource))));
  }

  /** Returns the namespaces in which RBAC could grant any of the verbs that a redaction rule names. */
  #candidatesForAny({ verbs, on }: RedactionRule, mode: AccessMode): Scope {
    return unionOf(verbs.map((verb) => this.#candidatesForAll(requiredFor(verb, mode), on)));
  }

  #candidateNamespaces(action: Action): Scope {
    this.#interests.addEverywhere(action);
    const { authorizer, viewer } = this.#options;
    const candidates = authorizer.accessOf(viewer)?.candidates(action) ?? 'all';
    return candidates === 'all' ? candidates : candidates.namespaces;
  }

  /**
   * Returns those of the candidates that are allowed. If the reviews, or those of a sample of the other namespaces, show
   * that not all permissions are from RBAC, reviews all namespaces.
   */
  async #namespacesWhere(
    candidatesNow: () => Scope,
    isAllowed: (namespace: string) => Promise<boolean>,
  ): Promise<Scope> {
    const candidates = candidatesNow();
    if (candidates === 'all') return this.#where(this.#options.namespaces(), isAllowed);
    const [allowed, hasOthers] = await Promise.all([
      this.#where(candidates, isAllowed),
      this.#isAnySampleAllowed(candidates, isAllowed),
    ]);
    const isComplete = !hasOthers && candidatesNow() !== 'all';
    return isComplete ? allowed : this.#where(this.#options.namespaces(), isAllowed);
  }

  async #where(names: Iterable<string>, isAllowed: (name: string) => Promise<boolean>): Promise<Scope> {
    const all = [...names];
    const decisions = await Promise.all(all.map(isAllowed));
    return scopeOf(all.filter((_, index) => decisions[index]));
  }

  async #isAnySampleAllowed(
    candidates: ReadonlySet<string>,
    isAllowed: (namespace: string) => Promise<boolean>,
  ): Promise<boolean> {
    const { authorizer, viewer, namespaces } = this.#options;
    const count = authorizer.accessOf(viewer)?.takeSamples() ?? 0;
    if (count === 0) return false;
    const others = [...namespaces()].filter((namespace) => !candidates.has(namespace));
    const samples = Array.from({ length: Math.min(count, others.length) }, () => takeRandom(others));
    const decisions = await Promise.allSettled(samples.map(isAllowed));
    return decisions.some((decision) => decision.status === 'fulfilled' && decision.value);
  }

  /** Returns the names of a resource without namespaces that the viewer may get. */
  async #grantedNames(resource: Resource, mode: AccessMode): Promise<Scope> {
    const verbs = verbsFor('get', mode);
    if (await this.#canAll(verbs, resource, null)) return 'all';
    const all = verbs.map((verb) => attributesFor(verb, resource));
    const candidates = intersectionOf(all.map((attributes) => this.#candidateNames(attributes)));
    if (candidates === 'all') return EMPTY_SCOPE; // the names are not known
    return this.#where(candidates, async (name) => {
      const decisions = await Promise.all(all.map((attributes) => this.#authorize({ ...attributes, name })));
      return decisions.every(Boolean);
    });
  }

  #candidateNames(action: Action): Scope {
    const { authorizer, viewer } = this.#options;
    const candidates = authorizer.accessOf(viewer)?.candidates(action) ?? 'all';
    return candidates === 'all' ? candidates : candidates.names;
  }

  /** Returns those of the redacted namespaces that a Role in the namespace itself makes fully visible. */
  async #grantedInNamespace(resource: Resource, redacted: Scope, mode: AccessMode): Promise<Scope> {
    if (resource.access.redacted?.where !== 'namespace-of-that-name') return EMPTY_SCOPE;
    const verbs = verbsFor('get', mode);
    for (const verb of verbs) this.#interests.addEverywhere(attributesFor(verb, resource));
    const names = redacted === 'all' ? this.#options.namespaces() : redacted;
    return this.#where(names, async (name) => {
      const decisions = await Promise.all(verbs.map((verb) => this.can(verb, resource, { name })));
      return decisions.every(Boolean);
    });
  }

  async #redactedScope({ access: { redacted: rule } }: Resource, mode: AccessMode): Promise<Scope> {
    if (!rule) return EMPTY_SCOPE;
    if (rule.where === 'any-namespace') return (await this.#canAnywhere(rule, mode)) ? 'all' : EMPTY_SCOPE;
    if (await this.#canAny(rule, null, mode)) return 'all';
    return this.#namespacesWhere(
      () => this.#candidatesForAny(rule, mode),
      (namespace) => this.#canAny(rule, namespace, mode),
    );
  }

  async #seesRedacted({ access: { redacted: rule } }: Resource, name: string, mode: AccessMode): Promise<boolean> {
    if (!rule) return false;
    if (rule.where === 'any-namespace') return this.#canAnywhere(rule, mode);
    return (await this.#canAny(rule, null, mode)) || this.#canAny(rule, name, mode);
  }

  async #canAnywhere({ verbs, on }: RedactionRule, mode: AccessMode): Promise<boolean> {
    for (const verb of verbs) {
      const rule = { verbs: [verb], on };
      if (await this.#canAny(rule, null, mode)) return true;
      const where = await this.#namespacesWhere(
        () => this.#candidatesForAny(rule, mode),
        (namespace) => this.#canAny(rule, namespace, mode),
      );
      if (where === 'all' || where.size > 0) return true;
    }
    return false;
  }

  async #canAny({ verbs, on }: RedactionRule, namespace: string | null, mode: AccessMode): Promise<boolean> {
    for (const verb of verbs) {
      if (await this.#canAll(requiredFor(verb, mode), on, namespace)) return true;
    }
    return false;
  }
}

/** Returns the verbs that a verb of a redaction rule stands for. */
function requiredFor(verb: string, mode: AccessMode): readonly string[] {
  return verb === 'list' ? verbsFor(verb, mode) : [verb];
}

/** Removes an element at random and returns it. */
function takeRandom(values: string[]): string {
  const [taken = ''] = values.splice(Math.floor(Math.random() * values.length), 1);
  return taken;
}

function verbsFor(verb: 'get' | 'list', mode: AccessMode): readonly string[] {
  return mode === 'watch' ? [verb, 'watch'] : [verb];
}
