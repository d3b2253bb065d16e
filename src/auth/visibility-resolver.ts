import type { Authorizer } from './authorizer.ts';
import type { ResourceNameGrants } from './resource-name-grants.ts';
import { attributesFor, type ResourceAttributes } from './resource-attributes.ts';
import type { Viewer } from './viewer.ts';
import type { ObjectName } from '../kubernetes/object.ts';
import type { Resource, ResourceName } from '../kubernetes/resource.ts';
import { scopeOf, EMPTY_SCOPE, type Scope, type VisibilityScope } from './visibility-scope.ts';

/** What may be done with what is seen: only read, or followed too. */
export type AccessMode = 'read' | 'watch';

export interface VisibilityResolverOptions {
  readonly viewer: Viewer;
  readonly authorizer: Authorizer;
  readonly grants: ResourceNameGrants;
  /** The namespaces that there are. @throws {StatusError} while they are not known */
  readonly namespaces: () => Iterable<string>;
  /** Only answers of the authorizer to questions since this moment will do. */
  readonly notBefore?: number | undefined;
}

/**
 * Finds out what a viewer may see: one question for the whole cluster first, and one for each namespace only where that
 * is refused.
 */
export class VisibilityResolver {
  readonly #options: VisibilityResolverOptions;

  constructor(options: VisibilityResolverOptions) {
    this.#options = options;
  }

  /** Everything of a resource that the viewer may list, and follow if that is the purpose; nothing is no failure. */
  async resolve(resource: Resource, purpose: AccessMode): Promise<VisibilityScope> {
    const verbs = verbsFor('list', purpose);
    if (await this.#mayAll(verbs, resource, null)) return { full: 'all', redacted: EMPTY_SCOPE };
    if (resource.namespaced) {
      const full = await this.#namespacesWhere((namespace) => this.#mayAll(verbs, resource, namespace));
      return { full, redacted: EMPTY_SCOPE };
    }
    const granted = await this.#namesGranted(resource, purpose);
    if (granted === 'all') return { full: granted, redacted: EMPTY_SCOPE };
    const redacted = await this.#glimpsed(resource, purpose);
    const inside = await this.#grantedInside(resource, redacted, purpose);
    return { full: inside.length > 0 ? scopeOf([...granted, ...inside]) : granted, redacted };
  }

  /** Of the namespaces that are glimpsed, those to which rights are granted in them. */
  async #grantedInside(resource: Resource, part: Scope, purpose: AccessMode): Promise<readonly string[]> {
    if (resource.access.redacted?.where !== 'namespace-of-that-name') return [];
    const verbs = verbsFor('get', purpose);
    const names = part === 'all' ? [...this.#options.namespaces()] : [...part];
    const answers = await Promise.all(names.map((name) => this.#mayAll(verbs, resource, name)));
    return names.filter((_, index) => answers[index]);
  }

  /** One namespace of a resource. Undefined where the viewer may not. */
  async resolveNamespace(
    resource: Resource,
    namespace: string,
    purpose: AccessMode,
  ): Promise<VisibilityScope | undefined> {
    const verbs = verbsFor('list', purpose);
    const may = (await this.#mayAll(verbs, resource, null)) || (await this.#mayAll(verbs, resource, namespace));
    return may ? { full: new Set([namespace]), redacted: EMPTY_SCOPE } : undefined;
  }

  /** One object, existing or not. Undefined where the viewer may see nothing of it. */
  async resolveObject(
    resource: Resource,
    { namespace = null, name }: NamedAt,
    purpose: AccessMode,
  ): Promise<VisibilityScope | undefined> {
    const scope = new Set([resource.namespaced ? (namespace ?? '') : name]);
    const questions = verbsFor('get', purpose).map((verb) => attributesFor(verb, resource, { namespace, name }));
    const answers = await Promise.all(questions.map((question) => this.can(question)));
    const mayList = async () => !resource.namespaced && this.#mayAll(verbsFor('list', purpose), resource, null);
    if (answers.every(Boolean) || (await mayList())) return { full: scope, redacted: EMPTY_SCOPE };
    const isGlimpsed = await this.#isGlimpsed(resource, name, purpose);
    return isGlimpsed ? { full: EMPTY_SCOPE, redacted: scope } : undefined;
  }

  /** One question. Asked for all names first; for the name only where some role speaks of it. */
  async can(question: ResourceAttributes): Promise<boolean> {
    if (question.name === null) return this.#ask(question);
    if (await this.#ask({ ...question, name: null })) return true;
    const named = await this.#options.grants.namesFor(question, this.#options.notBefore);
    return (named?.has(question.name) ?? true) && this.#ask(question);
  }

  #ask(question: ResourceAttributes): Promise<boolean> {
    const { authorizer, viewer, notBefore } = this.#options;
    return authorizer.authorize(viewer, question, notBefore);
  }

  async #mayAll(verbs: readonly string[], resource: ResourceName, namespace: string | null): Promise<boolean> {
    const answers = await Promise.all(verbs.map((verb) => this.#ask(attributesFor(verb, resource, { namespace }))));
    return answers.every(Boolean);
  }

  async #namespacesWhere(holds: (namespace: string) => Promise<boolean>): Promise<Scope> {
    const namespaces = [...this.#options.namespaces()];
    const answers = await Promise.all(namespaces.map(holds));
    return scopeOf(namespaces.filter((_, index) => answers[index]));
  }

  /** Of a resource without namespaces: all names, or those that the viewer has a grant for. */
  async #namesGranted(resource: Resource, purpose: AccessMode): Promise<Scope> {
    const { grants, notBefore } = this.#options;
    const verbs = verbsFor('get', purpose);
    if (await this.#mayAll(verbs, resource, null)) return 'all';
    const questions = verbs.map((verb) => attributesFor(verb, resource));
    const named = await Promise.all(questions.map((question) => grants.namesFor(question, notBefore)));
    const candidates = [...new Set(named.flatMap((names) => [...(names ?? [])]))];
    const granted = await Promise.all(
      candidates.map(async (name) => {
        const answers = await Promise.all(questions.map((question) => this.#ask({ ...question, name })));
        return answers.every(Boolean);
      }),
    );
    return scopeOf(candidates.filter((_, index) => granted[index]));
  }

  /** Of which objects the viewer may see a part. */
  async #glimpsed({ access: { redacted: rule } }: Resource, purpose: AccessMode): Promise<Scope> {
    if (!rule) return EMPTY_SCOPE;
    if (rule.where === 'any-namespace') return (await this.#mayAnywhere(rule, purpose)) ? 'all' : EMPTY_SCOPE;
    if (await this.#mayAny(rule, null, purpose)) return 'all';
    return this.#namespacesWhere((namespace) => this.#mayAny(rule, namespace, purpose));
  }

  async #isGlimpsed({ access: { redacted: rule } }: Resource, name: string, purpose: AccessMode): Promise<boolean> {
    if (!rule) return false;
    if (rule.where === 'any-namespace') return this.#mayAnywhere(rule, purpose);
    return (await this.#mayAny(rule, null, purpose)) || this.#mayAny(rule, name, purpose);
  }

  async #mayAnywhere({ verbs, on }: GlimpseRule, purpose: AccessMode): Promise<boolean> {
    for (const verb of verbs) {
      if (await this.#mayAny({ verbs: [verb], on }, null, purpose)) return true;
      const where = await this.#namespacesWhere((namespace) => this.#mayAny({ verbs: [verb], on }, namespace, purpose));
      if (where === 'all' || where.size > 0) return true;
    }
    return false;
  }

  async #mayAny({ verbs, on }: GlimpseRule, namespace: string | null, purpose: AccessMode): Promise<boolean> {
    for (const verb of verbs) {
      const together = verb === 'list' ? verbsFor('list', purpose) : [verb];
      if (await this.#mayAll(together, on, namespace)) return true;
    }
    return false;
  }
}

type NamedAt = { readonly namespace?: string | null | undefined } & Pick<ObjectName, 'name'>;
type GlimpseRule = Pick<NonNullable<Resource['access']['redacted']>, 'verbs' | 'on'>;

function verbsFor(verb: 'get' | 'list', purpose: AccessMode): readonly string[] {
  return purpose === 'watch' ? [verb, 'watch'] : [verb];
}
