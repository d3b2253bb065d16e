import type { RedactedAccess, Resource } from '../kubernetes/resource.ts';
import type { AccessChecks } from './access-checks.ts';
import { attributesFor } from './resource-attributes.ts';
import {
  EMPTY_SCOPE,
  intersectionOf,
  scopeOf,
  unionOf,
  type AccessMode,
  type NamespaceDecisions,
  type Scope,
  type VisibilityScope,
} from './visibility-scope.ts';

type RedactionRule = Pick<RedactedAccess<never>, 'verbs' | 'on'>;

interface ScopeResolutionOptions {
  readonly checks: AccessChecks;
  readonly mode: AccessMode;
  /** Returns the names of all namespaces. Throws a `StatusError` until they have been listed. */
  readonly namespaces: () => readonly string[];
  /** Returns how many namespaces that RBAC could not grant to review, in order to find other authorizers. */
  readonly takeSamples: () => number;
  /** Decisions of an earlier resolution that are still usable. */
  readonly known?: NamespaceDecisions | undefined;
}

/**
 * Resolves which objects of a resource are visible to a viewer: first for the whole cluster and, if that is denied, for each
 * namespace or name that RBAC could grant. Both are asked at the same time if RBAC does not grant the whole cluster.
 */
export class ScopeResolution {
  readonly #options: ScopeResolutionOptions;
  readonly #checks: AccessChecks;
  readonly #mode: AccessMode;
  readonly #decided = new Map<string, Map<string, boolean>>();
  /** Names of all namespaces, if the result depends on which there are. */
  #namespaces: readonly string[] | undefined;
  #usesCandidates = false;

  constructor(options: ScopeResolutionOptions) {
    this.#options = options;
    this.#checks = options.checks;
    this.#mode = options.mode;
  }

  /** Names of all namespaces, if the result depends on which there are. */
  get namespaces(): readonly string[] | undefined {
    return this.#namespaces;
  }

  /** Decisions about all namespaces. Empty if only candidates were reviewed. */
  get decided(): NamespaceDecisions {
    return this.#decided;
  }

  /** Whether only candidates were reviewed, so that samples are due from time to time. */
  get usesCandidates(): boolean {
    return this.#usesCandidates;
  }

  /** Returns the scope of all visible objects. It may be empty. */
  async resolve(resource: Resource): Promise<VisibilityScope> {
    const verbs = verbsFor('list', this.#mode);
    if (resource.namespaced) {
      const full = await this.#unlessEverywhere(verbs, resource, () =>
        this.#namespacesWhere(
          'full',
          () => this.#candidatesForAll(verbs, resource),
          async (namespace) => this.#checks.canAll(verbs, resource, namespace),
        ),
      );
      return { full, redacted: EMPTY_SCOPE };
    }
    let redacted = EMPTY_SCOPE;
    const full = await this.#unlessEverywhere(verbs, resource, async () => {
      const [granted, seen] = await Promise.all([this.#grantedNames(resource), this.#redactedScope(resource)]);
      if (granted === 'all') return granted;
      redacted = seen;
      return unionOf([granted, await this.#grantedInNamespace(resource, seen)]);
    });
    return { full, redacted: full === 'all' ? EMPTY_SCOPE : redacted };
  }

  /** Returns whether an object is visible in its redacted form. */
  async seesRedacted({ access: { redacted: rule } }: Resource, name: string): Promise<boolean> {
    if (!rule) return false;
    if (rule.where === 'any-namespace') return this.#canAnywhere(rule);
    return (await this.#canAny(rule, null)) || this.#canAny(rule, name);
  }

  /** Returns `all` if the verbs are allowed in the whole cluster, else the scope of single targets. */
  async #unlessEverywhere(verbs: readonly string[], resource: Resource, single: () => Promise<Scope>): Promise<Scope> {
    const everywhere = this.#checks.canAll(verbs, resource, null);
    if (this.#checks.expectsAll(verbs, resource) !== false) return (await everywhere) ? 'all' : single();
    const scope = single();
    scope.catch(() => undefined); // awaited below, unless the whole cluster is allowed or its review fails
    return (await everywhere) ? 'all' : scope;
  }

  #candidatesForAll(verbs: readonly string[], resource: Resource): Scope {
    return intersectionOf(verbs.map((verb) => this.#checks.candidateNamespaces(attributesFor(verb, resource))));
  }

  #candidatesForAny({ verbs, on }: RedactionRule): Scope {
    return unionOf(
      verbs.map((verb) =>
        intersectionOf(
          requiredFor(verb, this.#mode).map((each) => this.#checks.candidateNamespaces(attributesFor(each, on))),
        ),
      ),
    );
  }

  /**
   * Returns those of the candidates that are allowed. If the reviews, or those of a sample of the other namespaces, show
   * that not all permissions are from RBAC, reviews all namespaces.
   */
  async #namespacesWhere(
    question: string,
    candidatesNow: () => Scope,
    isAllowed: (namespace: string) => Promise<boolean>,
  ): Promise<Scope> {
    const candidates = candidatesNow();
    if (candidates === 'all') return this.#allNamespacesWhere(question, isAllowed);
    this.#usesCandidates = true;
    const [allowed, hasOthers] = await Promise.all([
      where(candidates, isAllowed),
      this.#isAnySampleAllowed(candidates, isAllowed),
    ]);
    const isComplete = !hasOthers && candidatesNow() !== 'all';
    return isComplete ? allowed : this.#allNamespacesWhere(question, isAllowed);
  }

  /** Decides about the namespaces that are new since the known decisions. */
  async #allNamespacesWhere(question: string, isAllowed: (namespace: string) => Promise<boolean>): Promise<Scope> {
    const known = this.#options.known?.get(question);
    const decided = new Map<string, boolean>();
    this.#decided.set(question, decided);
    const namespaces = (this.#namespaces ??= this.#options.namespaces());
    await Promise.all(
      namespaces.map(async (namespace) => {
        decided.set(namespace, known?.get(namespace) ?? (await isAllowed(namespace)));
      }),
    );
    // In the order of the namespaces, not of the answers: a snapshot has the order of its scope.
    return scopeOf(namespaces.filter((namespace) => decided.get(namespace)));
  }

  async #isAnySampleAllowed(
    candidates: ReadonlySet<string>,
    isAllowed: (namespace: string) => Promise<boolean>,
  ): Promise<boolean> {
    const count = this.#options.takeSamples();
    if (count === 0) return false;
    const others = this.#options.namespaces().filter((namespace) => !candidates.has(namespace));
    const samples = Array.from({ length: Math.min(count, others.length) }, () => takeRandom(others));
    const decisions = await Promise.allSettled(samples.map(isAllowed));
    return decisions.some((decision) => decision.status === 'fulfilled' && decision.value);
  }

  /** Returns the names of a resource without namespaces that the viewer may get. */
  async #grantedNames(resource: Resource): Promise<Scope> {
    const verbs = verbsFor('get', this.#mode);
    return this.#unlessEverywhere(verbs, resource, async () => {
      const all = verbs.map((verb) => attributesFor(verb, resource));
      const candidates = intersectionOf(all.map((attributes) => this.#checks.candidateNames(attributes)));
      if (candidates === 'all') return EMPTY_SCOPE; // the names are not known
      return where(candidates, async (name) => {
        const decisions = await Promise.all(all.map(async (one) => this.#checks.isAllowedFor({ ...one, name })));
        return decisions.every(Boolean);
      });
    });
  }

  /** Returns those of the redacted namespaces that a Role in the namespace itself makes fully visible. */
  async #grantedInNamespace(resource: Resource, redacted: Scope): Promise<Scope> {
    if (resource.access.redacted?.where !== 'namespace-of-that-name') return EMPTY_SCOPE;
    const verbs = verbsFor('get', this.#mode);
    for (const verb of verbs) this.#checks.interests.addEverywhere(attributesFor(verb, resource));
    const isGranted = async (name: string) => {
      const all = verbs.map((verb) => attributesFor(verb, resource, { name }));
      const decisions = await Promise.all(
        all.map(async (attributes) => this.#checks.couldBeAllowed(attributes) && this.#checks.isAllowed(attributes)),
      );
      return decisions.every(Boolean);
    };
    return redacted === 'all' ? this.#allNamespacesWhere('granted', isGranted) : where(redacted, isGranted);
  }

  async #redactedScope({ access: { redacted: rule } }: Resource): Promise<Scope> {
    if (!rule) return EMPTY_SCOPE;
    if (rule.where === 'any-namespace') return (await this.#canAnywhere(rule)) ? 'all' : EMPTY_SCOPE;
    if (await this.#canAny(rule, null)) return 'all';
    return this.#namespacesWhere(
      'redacted',
      () => this.#candidatesForAny(rule),
      (namespace) => this.#canAny(rule, namespace),
    );
  }

  /** Asks about the first candidate alone, as one allowed namespace is enough. */
  async #canAnywhere({ verbs, on }: RedactionRule): Promise<boolean> {
    for (const verb of verbs) {
      const rule = { verbs: [verb], on };
      const isAllowed = (namespace: string) => this.#canAny(rule, namespace);
      const candidates = this.#candidatesForAny(rule);
      const [first] = candidates === 'all' ? [] : candidates;
      if (first !== undefined && (await isAllowed(first))) return true;
      if (await this.#canAny(rule, null)) return true;
      const allowed = await this.#namespacesWhere(`any ${verb}`, () => this.#candidatesForAny(rule), isAllowed);
      if (allowed === 'all' || allowed.size > 0) return true;
    }
    return false;
  }

  async #canAny({ verbs, on }: RedactionRule, namespace: string | null): Promise<boolean> {
    for (const verb of verbs) {
      if (await this.#checks.canAll(requiredFor(verb, this.#mode), on, namespace)) return true;
    }
    return false;
  }
}

/** Returns the verbs that a verb stands for in a mode. */
export function verbsFor(verb: 'get' | 'list', mode: AccessMode): readonly string[] {
  return mode === 'watch' ? [verb, 'watch'] : [verb];
}

/** Returns the verbs that a verb of a redaction rule stands for. */
function requiredFor(verb: string, mode: AccessMode): readonly string[] {
  return verb === 'list' ? verbsFor(verb, mode) : [verb];
}

async function where(names: Iterable<string>, isAllowed: (name: string) => Promise<boolean>): Promise<Scope> {
  const all = [...names];
  const decisions = await Promise.all(all.map(isAllowed));
  return scopeOf(all.filter((_, index) => decisions[index]));
}

/** Removes an element at random and returns it. */
function takeRandom(values: string[]): string {
  const [taken = ''] = values.splice(Math.floor(Math.random() * values.length), 1);
  return taken;
}
