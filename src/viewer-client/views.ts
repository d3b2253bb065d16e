import type { Authorizer } from '../auth/authorizer.ts';
import type { NamedGrants } from '../auth/named-grants.ts';
import { questionOf, type AccessQuestion } from '../auth/question.ts';
import type { Viewer } from '../auth/viewer.ts';
import type { ObjectName } from '../kubernetes/object.ts';
import type { Resource, ResourceName } from '../kubernetes/resource.ts';
import { extentOf, NOTHING, type Extent, type View } from './view.ts';

/** What may be done with what is seen: only read, or followed too. */
export type Purpose = 'read' | 'follow';

export interface ViewsOptions {
  readonly viewer: Viewer;
  readonly authorizer: Authorizer;
  readonly grants: NamedGrants;
  /** The namespaces that there are. @throws {StatusError} while they are not known */
  readonly namespaces: () => Iterable<string>;
  /** Only answers of the authorizer to questions since this moment will do. */
  readonly since?: number | undefined;
}

/**
 * Finds out what a viewer may see: one question for the whole cluster first, and one for each namespace only where that
 * is refused.
 */
export class Views {
  readonly #options: ViewsOptions;

  constructor(options: ViewsOptions) {
    this.#options = options;
  }

  /** Everything of a resource that the viewer may list, and follow if that is the purpose; nothing is no failure. */
  async of(resource: Resource, purpose: Purpose): Promise<View> {
    const verbs = verbsFor('list', purpose);
    if (await this.#mayAll(verbs, resource, null)) return { whole: 'all', part: NOTHING };
    if (resource.namespaced) {
      const whole = await this.#namespacesWhere((namespace) => this.#mayAll(verbs, resource, namespace));
      return { whole, part: NOTHING };
    }
    const granted = await this.#namesGranted(resource, purpose);
    if (granted === 'all') return { whole: granted, part: NOTHING };
    const part = await this.#glimpsed(resource, purpose);
    const inside = await this.#grantedInside(resource, part, purpose);
    return { whole: inside.length > 0 ? extentOf([...granted, ...inside]) : granted, part };
  }

  /** Of the namespaces that are glimpsed, those to which rights are granted in them. */
  async #grantedInside({ glimpse, ...resource }: Resource, part: Extent, purpose: Purpose): Promise<readonly string[]> {
    if (glimpse?.where !== 'namespace-of-that-name') return [];
    const verbs = verbsFor('get', purpose);
    const names = part === 'all' ? [...this.#options.namespaces()] : [...part];
    const answers = await Promise.all(names.map((name) => this.#mayAll(verbs, resource, name)));
    return names.filter((_, index) => answers[index]);
  }

  /** One namespace of a resource. Undefined where the viewer may not. */
  async ofNamespace(resource: Resource, namespace: string, purpose: Purpose): Promise<View | undefined> {
    const verbs = verbsFor('list', purpose);
    const may = (await this.#mayAll(verbs, resource, null)) || (await this.#mayAll(verbs, resource, namespace));
    return may ? { whole: new Set([namespace]), part: NOTHING } : undefined;
  }

  /** One object, existing or not. Undefined where the viewer may see nothing of it. */
  async ofName(resource: Resource, { namespace = null, name }: NamedAt, purpose: Purpose): Promise<View | undefined> {
    const scope = new Set([resource.namespaced ? (namespace ?? '') : name]);
    const questions = verbsFor('get', purpose).map((verb) => questionOf(verb, resource, { namespace, name }));
    const answers = await Promise.all(questions.map((question) => this.may(question)));
    const mayList = async () => !resource.namespaced && this.#mayAll(verbsFor('list', purpose), resource, null);
    if (answers.every(Boolean) || (await mayList())) return { whole: scope, part: NOTHING };
    const isGlimpsed = await this.#isGlimpsed(resource, name, purpose);
    return isGlimpsed ? { whole: NOTHING, part: scope } : undefined;
  }

  /** One question. Asked for all names first; for the name only where some role speaks of it. */
  async may(question: AccessQuestion): Promise<boolean> {
    if (question.name === null) return this.#ask(question);
    if (await this.#ask({ ...question, name: null })) return true;
    const named = await this.#options.grants.namesFor(question, this.#options.since);
    return (named?.has(question.name) ?? true) && this.#ask(question);
  }

  #ask(question: AccessQuestion): Promise<boolean> {
    const { authorizer, viewer, since } = this.#options;
    return authorizer.allows(viewer, question, since);
  }

  async #mayAll(verbs: readonly string[], resource: ResourceName, namespace: string | null): Promise<boolean> {
    const answers = await Promise.all(verbs.map((verb) => this.#ask(questionOf(verb, resource, { namespace }))));
    return answers.every(Boolean);
  }

  async #namespacesWhere(holds: (namespace: string) => Promise<boolean>): Promise<Extent> {
    const namespaces = [...this.#options.namespaces()];
    const answers = await Promise.all(namespaces.map(holds));
    return extentOf(namespaces.filter((_, index) => answers[index]));
  }

  /** Of a resource without namespaces: all names, or those that the viewer has a grant for. */
  async #namesGranted(resource: Resource, purpose: Purpose): Promise<Extent> {
    const { grants, since } = this.#options;
    const verbs = verbsFor('get', purpose);
    if (await this.#mayAll(verbs, resource, null)) return 'all';
    const questions = verbs.map((verb) => questionOf(verb, resource));
    const named = await Promise.all(questions.map((question) => grants.namesFor(question, since)));
    const candidates = [...new Set(named.flatMap((names) => [...(names ?? [])]))];
    const granted = await Promise.all(
      candidates.map(async (name) => {
        const answers = await Promise.all(questions.map((question) => this.#ask({ ...question, name })));
        return answers.every(Boolean);
      }),
    );
    return extentOf(candidates.filter((_, index) => granted[index]));
  }

  /** Of which objects the viewer may see a part. */
  async #glimpsed({ glimpse }: Resource, purpose: Purpose): Promise<Extent> {
    if (!glimpse) return NOTHING;
    if (glimpse.where === 'any-namespace') return (await this.#mayAnywhere(glimpse, purpose)) ? 'all' : NOTHING;
    if (await this.#mayAny(glimpse, null, purpose)) return 'all';
    return this.#namespacesWhere((namespace) => this.#mayAny(glimpse, namespace, purpose));
  }

  async #isGlimpsed({ glimpse }: Resource, name: string, purpose: Purpose): Promise<boolean> {
    if (!glimpse) return false;
    if (glimpse.where === 'any-namespace') return this.#mayAnywhere(glimpse, purpose);
    return (await this.#mayAny(glimpse, null, purpose)) || this.#mayAny(glimpse, name, purpose);
  }

  async #mayAnywhere({ verbs, on }: GlimpseRule, purpose: Purpose): Promise<boolean> {
    for (const verb of verbs) {
      if (await this.#mayAny({ verbs: [verb], on }, null, purpose)) return true;
      const where = await this.#namespacesWhere((namespace) => this.#mayAny({ verbs: [verb], on }, namespace, purpose));
      if (where === 'all' || where.size > 0) return true;
    }
    return false;
  }

  async #mayAny({ verbs, on }: GlimpseRule, namespace: string | null, purpose: Purpose): Promise<boolean> {
    for (const verb of verbs) {
      const together = verb === 'list' ? verbsFor('list', purpose) : [verb];
      if (await this.#mayAll(together, on, namespace)) return true;
    }
    return false;
  }
}

type NamedAt = { readonly namespace?: string | null | undefined } & Pick<ObjectName, 'name'>;
type GlimpseRule = Pick<NonNullable<Resource['glimpse']>, 'verbs' | 'on'>;

function verbsFor(verb: 'get' | 'list', purpose: Purpose): readonly string[] {
  return purpose === 'follow' ? [verb, 'watch'] : [verb];
}
