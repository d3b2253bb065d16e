import type { ObjectName } from '../kubernetes/object.ts';
import type { Resource } from '../kubernetes/resource.ts';
import { andThen, type Awaitable } from '../scheduling/awaitable.ts';
import { AccessChecks, type AccessChecksOptions } from './access-checks.ts';
import { forbidden } from './authorizer.ts';
import type { ResolvedScope } from './kept-scopes.ts';
import { attributesFor, type AccessTarget, type ReviewedResource } from './resource-attributes.ts';
import type { AccessChange } from './rbac/access-change.ts';
import type { ViewerAccess } from './rbac/viewer-access.ts';
import { ScopeResolution, verbsFor } from './scope-resolution.ts';
import { type AccessMode, EMPTY_SCOPE, type VisibilityScope } from './visibility-scope.ts';

interface VisibilityResolverOptions extends Omit<AccessChecksOptions, 'budget'> {
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

/** An object, and the scope that has nothing but it. */
interface DecidedObject {
  readonly resource: Resource;
  readonly name: string;
  readonly mode: AccessMode;
  readonly scope: ReadonlySet<string>;
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
  // Created by the first use: the scopes of most operations are kept.
  #ownChecks: AccessChecks | undefined;
  #ownCheckOptions: AccessChecksOptions | undefined;
  /** Results of {@link resolve}, one for each call. */
  readonly #resolved: Pick<ResolvedScope, 'interests'>[] = [];
  #ofTurn: DecisionsOfTurn | undefined;

  constructor(options: VisibilityResolverOptions) {
    this.#options = options;
  }

  /** Of all results but those of {@link resolve}. */
  get #checks(): AccessChecks {
    this.#ownChecks ??= new AccessChecks(this.#checkOptions);
    return this.#ownChecks;
  }

  get #checkOptions(): AccessChecksOptions {
    this.#ownCheckOptions ??= { ...this.#options, budget: this.#options.authorizer.createBudget() };
    return this.#ownCheckOptions;
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
    if (forEveryName !== undefined) this.#keepForTurn(verb, resource, target, forEveryName);
    return decision;
  }

  /**
   * Returns what {@link can} returns for every object of a namespace, in this turn of the event loop. Undefined if the decision is not
   * cached, or objects have decisions of their own.
   */
  decisionIn(namespace: string, verb: string, resource: ReviewedResource): boolean | undefined {
    const target = { namespace };
    const known = this.#ofTurn?.get(verb, resource, target);
    if (known !== undefined) return known;
    const attributes = attributesFor(verb, resource, target);
    this.#checks.interests.add(attributes);
    const forEveryName = this.#checks.decisionForEveryName(attributes);
    if (forEveryName !== undefined) this.#keepForTurn(verb, resource, target, forEveryName);
    return forEveryName;
  }

  #keepForTurn(
    verb: string,
    resource: ReviewedResource,
    target: AccessTarget | undefined,
    forEveryName: boolean,
  ): void {
    const { authorizer, viewer } = this.#options;
    this.#ofTurn ??= new DecisionsOfTurn(authorizer.accessOf(viewer));
    this.#ofTurn.set(verb, resource, target, forEveryName);
  }

  /** As {@link can}, but reviews also what RBAC could not grant: another authorizer could. */
  authorize(verb: string, resource: ReviewedResource, target: AccessTarget): boolean | Promise<boolean> {
    return this.#checks.isAllowed(attributesFor(verb, resource, target));
  }

  /**
   * Throws FORBIDDEN if {@link authorize} denies a permission. The error is the same whether the object exists or not.
   */
  async assertCan(verb: string, resource: ReviewedResource, target: AccessTarget): Promise<void> {
    if (!(await this.authorize(verb, resource, target))) throw forbidden(attributesFor(verb, resource, target));
  }

  /** Returns the scope of all visible objects of a resource. It may be empty. Returns a promise only if no scope is kept. */
  resolve(resource: Resource, mode: AccessMode): Awaitable<VisibilityScope> {
    return andThen(this.#options.authorizer.ready(), () =>
      andThen(this.#keptOrResolved(resource, mode), (resolved) => {
        this.#resolved.push(resolved);
        return resolved.scope;
      }),
    );
  }

  #keptOrResolved(resource: Resource, mode: AccessMode): Awaitable<ResolvedScope> {
    const { authorizer, viewer, namespaces } = this.#options;
    const kept = authorizer.scopes.find(viewer, [resource, mode], this.#options);
    const isUpToDate = kept && (kept.namespaces === undefined || kept.namespaces === namespaces());
    return isUpToDate ? kept : this.#resolveAndKeep(resource, mode, kept);
  }

  async #resolveAndKeep(resource: Resource, mode: AccessMode, kept: ResolvedScope | undefined): Promise<ResolvedScope> {
    const { authorizer, viewer } = this.#options;
    const resolved = await this.#resolve(resource, mode, kept);
    authorizer.scopes.keep(viewer, [resource, mode], resolved);
    return resolved;
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

  /**
   * Returns the scope of one namespace; undefined if the viewer may not list it. Returns a promise only if a decision is not cached.
   */
  resolveNamespace(resource: Resource, namespace: string, mode: AccessMode): Awaitable<VisibilityScope | undefined> {
    const verbs = verbsFor('list', mode);
    const inAll = this.#checks.canAll(verbs, resource, null);
    const isAllowed = andThen(inAll, (allowed) => allowed || this.#checks.canAll(verbs, resource, namespace));
    const scopeIf = (allowed: boolean) => (allowed ? { full: new Set([namespace]), redacted: EMPTY_SCOPE } : undefined);
    return andThen(isAllowed, scopeIf);
  }

  /**
   * Returns the scope of one object, whether it exists or not; undefined if the viewer may not see it. Returns a promise unless the
   * viewer may see it by decisions that are cached.
   */
  resolveObject(
    resource: Resource,
    { namespace = null, name }: ObjectAt,
    mode: AccessMode,
  ): Awaitable<VisibilityScope | undefined> {
    const scope = new Set([resource.namespaced ? (namespace ?? '') : name]);
    const decisions = verbsFor('get', mode).map((verb) =>
      this.#checks.isAllowed(attributesFor(verb, resource, { namespace, name })),
    );
    if (decisions.every((decision) => decision === true)) return { full: scope, redacted: EMPTY_SCOPE };
    return this.#resolveDecided({ resource, name, mode, scope }, decisions);
  }

  /** @param decisions about the verbs of a read of the object */
  async #resolveDecided(
    { resource, name, mode, scope }: DecidedObject,
    decisions: readonly Awaitable<boolean>[],
  ): Promise<VisibilityScope | undefined> {
    const canList = async () => !resource.namespaced && this.#checks.canAll(verbsFor('list', mode), resource, null);
    const isAllowed =
      (await Promise.all(decisions.map(async (decision) => decision))).every(Boolean) || (await canList());
    if (isAllowed) return { full: scope, redacted: EMPTY_SCOPE };
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
