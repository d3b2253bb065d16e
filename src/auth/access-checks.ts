import { andThen, type Awaitable } from '../scheduling/awaitable.ts';
import type { Authorizer } from './authorizer.ts';
import type { Decision, Validity } from './decision-lifetime.ts';
import { AccessInterests } from './rbac/access-interests.ts';
import type { Action } from './rbac/policy-rules.ts';
import { attributesFor, type ResourceAttributes, type ReviewedResource } from './resource-attributes.ts';
import type { ReviewBudget } from './review-budget.ts';
import type { Viewer } from './viewer.ts';
import type { Scope } from './visibility-scope.ts';

/** Owner of a signal that cancels work: an `AbortController`, for example, or an object that creates the signal at its first use. */
export interface Cancellation {
  readonly signal: AbortSignal;
}

export interface AccessChecksOptions {
  readonly viewer: Viewer;
  readonly authorizer: Authorizer;
  /** Decisions whose review started before this time (of `performance.now`) are not accepted. */
  readonly notBefore?: number | undefined;
  /** Whether a running subscription is authorized again; see `DecideOptions`. */
  readonly isRecheck?: boolean | undefined;
  /** Cancels the access reviews. */
  readonly cancellation?: Cancellation | undefined;
  /** Pays for the access reviews. */
  readonly budget?: ReviewBudget | undefined;
}

const UNLIMITED: Validity = { startedAt: Infinity, usableUntil: Infinity, recheckUntil: Infinity };

/** Access checks of one viewer for one result. Records which permissions the result depends on, and how long it may be used. */
export class AccessChecks {
  readonly interests = new AccessInterests();
  readonly #options: AccessChecksOptions;
  #validity: Validity = UNLIMITED;

  constructor(options: AccessChecksOptions) {
    this.#options = options;
  }

  get validity(): Validity {
    return this.#validity;
  }

  /** Makes the result depend on another one, too. */
  addResult(other: { readonly interests: AccessInterests; readonly validity: Validity }): void {
    this.interests.addAll(other);
    this.#validity = earliestOf(this.#validity, other.validity);
  }

  /** Returns whether RBAC could grant a permission. Undefined if that is not known. */
  expects(attributes: ResourceAttributes): boolean | undefined {
    const { authorizer, viewer } = this.#options;
    return authorizer.accessOf(viewer)?.expects(attributes);
  }

  /** Returns whether RBAC could grant a permission; true if that is not known. */
  couldBeAllowed(attributes: ResourceAttributes): boolean {
    return this.expects(attributes) ?? true;
  }

  /** Returns the namespaces in which RBAC could grant an action for every name. The result depends on it in any namespace. */
  candidateNamespaces(action: Action): Scope {
    this.interests.addEverywhere(action);
    const candidates = this.#candidates(action);
    return candidates === 'all' ? candidates : candidates.namespaces;
  }

  /** Returns the names for which RBAC could grant an action cluster-wide. `all` if they are not known. */
  candidateNames(action: Action): Scope {
    const candidates = this.#candidates(action);
    return candidates === 'all' ? candidates : candidates.names;
  }

  /** Returns a promise only if the decision is not cached. */
  isAllowedFor(attributes: ResourceAttributes): Awaitable<boolean> {
    this.interests.add(attributes);
    const { authorizer, viewer } = this.#options;
    const cached = authorizer.cachedDecision(viewer, attributes, this.#options);
    return cached ? this.#include(cached) : this.#review(attributes);
  }

  /**
   * Reviews all names, and then the one name, as far as RBAC could grant them: a denial mostly takes one review. Returns a
   * promise only if a decision is not cached.
   */
  isAllowed(attributes: ResourceAttributes): Awaitable<boolean> {
    const allNames = { ...attributes, name: null };
    const isNamed = () => attributes.name !== null && this.couldBeAllowed(attributes);
    const isAllNames = this.couldBeAllowed(allNames) || !isNamed();
    const forAllNames = isAllNames && this.isAllowedFor(allNames);
    return andThen(forAllNames, (isAllowed) => isAllowed || (isNamed() && this.isAllowedFor(attributes)));
  }

  /**
   * Returns the decision about an action in the namespace of the attributes, if it is the same for every name and cached.
   * Undefined if each name has a decision of its own.
   */
  decisionForEveryName(attributes: ResourceAttributes): boolean | undefined {
    const { namespace } = attributes;
    const candidates = this.#candidates(attributes);
    if (candidates !== 'all' && namespace !== null && !candidates.namespaces.has(namespace))
      return candidates.names.size === 0 && !candidates.namesIn.has(namespace) ? false : undefined;
    const { authorizer, viewer } = this.#options;
    const forAllNames = authorizer.cachedDecision(viewer, { ...attributes, name: null }, this.#options);
    return forAllNames?.allowed === true ? true : undefined;
  }

  /**
   * Returns whether all verbs are allowed. If RBAC could grant them all they are reviewed at once, else one after the other
   * until the first denial: most denials take one review. Returns a promise only if a decision is not cached.
   */
  canAll(verbs: readonly string[], resource: ReviewedResource, namespace: string | null): Awaitable<boolean> {
    const all = verbs.map((verb) => attributesFor(verb, resource, { namespace }));
    if (!all.every((attributes) => this.expects(attributes))) return this.#inTurn(all);
    const decisions = all.map((attributes) => this.isAllowedFor(attributes));
    if (decisions.every((decision) => typeof decision === 'boolean')) return decisions.every(Boolean);
    return Promise.all(decisions.map(async (decision) => decision)).then((known) => known.every(Boolean));
  }

  #inTurn([first, ...others]: readonly ResourceAttributes[]): Awaitable<boolean> {
    if (!first) return true;
    return andThen(this.isAllowedFor(first), (isAllowed) => isAllowed && this.#inTurn(others));
  }

  /** Returns whether RBAC could grant all verbs in all namespaces. Undefined if that is not known. */
  expectsAll(verbs: readonly string[], resource: ReviewedResource): boolean | undefined {
    const expected = verbs.map((verb) => this.expects(attributesFor(verb, resource)));
    return expected.includes(undefined) ? undefined : expected.every(Boolean);
  }

  async #review(attributes: ResourceAttributes): Promise<boolean> {
    const { authorizer, viewer, notBefore, isRecheck, cancellation, budget } = this.#options;
    const options = { notBefore, isRecheck, signal: cancellation?.signal, budget };
    return this.#include(await authorizer.decide(viewer, attributes, options));
  }

  #include(decision: Decision): boolean {
    this.#validity = earliestOf(this.#validity, decision);
    return decision.allowed;
  }

  #candidates(action: Action) {
    const { authorizer, viewer } = this.#options;
    return authorizer.accessOf(viewer)?.candidates(action) ?? 'all';
  }
}

function earliestOf(one: Validity, other: Validity): Validity {
  return {
    startedAt: Math.min(one.startedAt, other.startedAt),
    usableUntil: Math.min(one.usableUntil, other.usableUntil),
    recheckUntil: Math.min(one.recheckUntil, other.recheckUntil),
  };
}
