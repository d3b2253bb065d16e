import type { ObjectName } from '../kubernetes/object.ts';
import type { Resource } from '../kubernetes/resource.ts';
import { AccessChecks, type AccessChecksOptions } from './access-checks.ts';
import { forbidden } from './authorizer.ts';
import type { ResolvedScope } from './kept-scopes.ts';
import { attributesFor, type AccessTarget, type ReviewedResource } from './resource-attributes.ts';
import type { AccessChange } from './rbac/access-change.ts';
import type { ViewerAccess } from './rbac/viewer-access.ts';
import { ScopeResolution, verbsFor, type AccessMode } from './scope-resolution.ts';
import { EMPTY_SCOPE, type VisibilityScope } from './visibility-scope.ts';

export interface VisibilityResolverOptions extends Omit<AccessChecksOptions, 'budget'> {
  /**
   * Returns the names of all namespaces: the same array until a namespace appears or goes. Throws a `StatusError` until they
   * have been listed.
   */
  readonly namespaces: () => readonly string[];
}

/**
 * Decisions that hold for every name in a namespace, until the turn of the event loop ends or permissions change. A list of
 * 1,000 objects in one namespace thus takes one decision for each verb.
 */
class DecisionsOfTurn {
  readonly #byResource = new Map<ReviewedResource, Map<string, Map<string, boolean>>>();
  readonly #access: ViewerAccess | undefined;
  #revision = 0;

  /** @param access the RBAC index as it concerns the viewer */
  constructor(access: ViewerAccess | undefined) {
    this.#access = access;
  }

  get(verb: string, resource: ReviewedResource, target: AccessTarget | undefined): boolean | undefined {
    if (this.#byResource.size === 0 || !isInNamespace(resource, target)) return undefined;
    if (this.#access && this.#access.revision !== this.#revision) this.#byResource.clear();
    return this.#byResource.get(resource)?.get(verb)?.get(target.namespace);
  }

  set(verb: string, resource: ReviewedResource, target: AccessTarget | undefined, decision: boolean): void {
    if (!isInNamespace(resource, target)) return;
    if (this.#byResource.size === 0) setImmediate(() => this.#byResource.clear());
    const byVerb = this.#byResource.get(resource) ?? new Map<string, Map<string, boolean>>();
    const byNamespace = byVerb.get(verb) ?? new Map<string, boolean>();
    this.#byResource.set(resource, byVerb.set(verb, byNamespace.set(target.namespace, decision)));
    this.#revision = this.#access?.revision ?? 0;
  }
}

function isInNamespace(
  { namespaced }: ReviewedResource,
  target: AccessTarget | undefined,
): target is AccessTarget & { readonly namespace: string } {
  return namespaced && typeof target?.namespace === 'string' && !target.subresource;
}

type ObjectAt = { readonly namespace?: string | null | undefined } & Pick<ObjectName, 'name'>;

/**
 * Resolves which objects are visible to a viewer, from decisions of the authorizer: first for the whole cluster and, if
 * that is denied, for each namespace or name that RBAC could grant (see `rbac/candidates.ts`). If that is not known, for
 * each namespace; names are then not found. Scopes of whole resources are kept for the viewer's other operations
 * (`kept-scopes.ts`). All methods reject with a `StatusError` if there is no decision. A resolver has the review budget of one
 * request.
 */
export class VisibilityResolver {
  readonly #options: VisibilityResolverOptions;
  /** Of all results but those of {@link resolve}. */
  readonly #checks: AccessChecks;
  readonly #checkOptions: AccessChecksOptions;
  /** Results of {@link resolve}, one for each call. */
  readonly #resolved: Pick<ResolvedScope, 'interests'>[] = [];
  #ofTurn: DecisionsOfTurn | undefined;

  constructor(options: VisibilityResolverOptions) {
    this.#options = options;
    this.#checkOptions = { ...options, budget: options.authorizer.createBudget() };
    this.#checks = new AccessChecks(this.#checkOptions);
  }

  /** Returns whether a change of RBAC can change a result that the resolver has returned. */
  isAffectedBy(change: AccessChange): boolean {
    return [this.#checks, ...this.#resolved].some(({ interests }) => interests.isAffectedBy(change));
  }

  /**
   * Returns whether the viewer has a permission. An omitted namespace or name means all of them. Returns a promise only if a
   * decision is not cached, so that lists of objects with permissions are executed synchronously.
   */
  can(verb: string, resource: ReviewedResource, target?: AccessTarget): boolean | Promise<boolean> {
    const known = this.#ofTurn?.get(verb, resource, target);
    if (known !== undefined) return known;
    const attributes = attributesFor(verb, resource, target);
    this.#checks.interests.add(attributes);
    const decision = this.#checks.couldBeAllowed(attributes) && this.#checks.isAllowed(attributes);
    const forEveryName = typeof decision === 'boolean' ? this.#checks.decisionForEveryName(attributes) : undefined;
    if (forEveryName !== undefined) {
      const { authorizer, viewer } = this.#options;
      this.#ofTurn ??= new DecisionsOfTurn(authorizer.accessOf(viewer));
      this.#ofTurn.set(verb, resource, target, forEveryName);
    }
    return decision;
  }

  /**
   * Throws FORBIDDEN if the viewer lacks a permission. The error is the same whether the object exists or not. Reviews also
   * what RBAC could not grant: another authorizer could.
   */
  async assertCan(verb: string, resource: ReviewedResource, target: AccessTarget): Promise<void> {
    const attributes = attributesFor(verb, resource, target);
    if (!(await this.#checks.isAllowed(attributes))) throw forbidden(attributes);
  }

  /** Returns the scope of all visible objects of a resource. It may be empty. */
  async resolve(resource: Resource, mode: AccessMode): Promise<VisibilityScope> {
    const { authorizer, viewer, namespaces } = this.#options;
    await authorizer.ready();
    const kept = authorizer.scopes.find(viewer, [resource, mode], this.#options);
    const isUpToDate = kept && (kept.namespaces === undefined || kept.namespaces === namespaces());
    const resolved = isUpToDate ? kept : await this.#resolve(resource, mode, kept);
    if (resolved !== kept) authorizer.scopes.keep(viewer, [resource, mode], resolved);
    this.#resolved.push(resolved);
    return resolved.scope;
  }

  /** @param kept a scope that lacks only the namespaces that have appeared since */
  async #resolve(resource: Resource, mode: AccessMode, kept: ResolvedScope | undefined): Promise<ResolvedScope> {
    const { authorizer, viewer, namespaces } = this.#options;
    const access = authorizer.accessOf(viewer);
    const [begunAt, isObserved] = [kept?.begunAt ?? authorizer.now(), access?.isObserved ?? false];
    const checks = new AccessChecks(this.#checkOptions);
    if (kept) checks.addResult(kept);
    const takeSamples = () => this.#samples();
    const resolution = new ScopeResolution({ checks, mode, namespaces, takeSamples, known: kept?.decided });
    const scope = await resolution.resolve(resource);
    const { interests, validity } = checks;
    const { namespaces: all, decided, usesCandidates } = resolution;
    return { scope, interests, validity, namespaces: all, decided, usesCandidates, access, isObserved, begunAt };
  }

  /** Returns the scope of one namespace; undefined if the viewer may not list it. */
  async resolveNamespace(
    resource: Resource,
    namespace: string,
    mode: AccessMode,
  ): Promise<VisibilityScope | undefined> {
    const verbs = verbsFor('list', mode);
    const allowed =
      (await this.#checks.canAll(verbs, resource, null)) || (await this.#checks.canAll(verbs, resource, namespace));
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
      verbsFor('get', mode).map(async (verb) =>
        this.#checks.isAllowed(attributesFor(verb, resource, { namespace, name })),
      ),
    );
    const canList = async () => !resource.namespaced && this.#checks.canAll(verbsFor('list', mode), resource, null);
    if (decisions.every(Boolean) || (await canList())) return { full: scope, redacted: EMPTY_SCOPE };
    const { namespaces } = this.#options;
    const single = new ScopeResolution({ checks: this.#checks, mode, namespaces, takeSamples: () => this.#samples() });
    const seesRedacted = await single.seesRedacted(resource, name);
    return seesRedacted ? { full: EMPTY_SCOPE, redacted: scope } : undefined;
  }

  #samples(): number {
    const { authorizer, viewer } = this.#options;
    return authorizer.takeSamples(viewer);
  }
}
