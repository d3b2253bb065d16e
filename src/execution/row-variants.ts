import type { KubernetesObject } from '../kubernetes/object.ts';
import { hash } from 'node:crypto';
import { cacheKeyOf } from '../kubernetes/resource.ts';
import type { RenderRun, RowPart, RowPlan } from './plan.ts';
import { RowSelection, type RowCache, type UncachedRows } from './row-cache.ts';

/** Decisions about the viewer, by verb. */
type Decisions = ReadonlyMap<string, boolean>;

/** A selection of rows, and the parts that its texts are of. */
export interface RowVariant {
  readonly parts: readonly RowPart[];
  readonly selection: RowSelection;
  /** Decisions that the texts contain. Undefined if fields that ask for one are rendered each time. */
  readonly decisions: Decisions | undefined;
}

/** A variant, or the number of rows that were rendered with it while they are not cached. Undefined if none is ever cached. */
type FoundVariant = RowVariant | UncachedRows | undefined;

export function isCached(variant: FoundVariant): variant is RowVariant {
  return variant !== undefined && 'parts' in variant;
}

/**
 * The variants of a row plan in one run. A plan whose fields ask for permissions has one for each combination of decisions, which all
 * viewers with these decisions share. The decisions are those about every object of a namespace. Without them, such as for roles with
 * resourceNames, these fields are rendered each time.
 */
export class RowVariants {
  readonly #plan: RowPlan;
  readonly #run: RenderRun;
  readonly #cache: RowCache;
  readonly #key: string;
  /** By the text of the decisions. Empty: without. */
  readonly #byDecisions = new Map<string, FoundVariant>();
  readonly #byNamespace = new Map<string, FoundVariant>();
  readonly #only: FoundVariant;

  /** @param run of the viewer */
  constructor(plan: RowPlan, run: RenderRun, cache: RowCache) {
    this.#plan = plan;
    this.#run = run;
    this.#cache = cache;
    this.#key = keyOf(plan, run);
    this.#only = plan.decided ? undefined : this.#variant('');
  }

  /** Forgets the decisions, which may have changed since the last turn of the event loop. */
  resume(): void {
    this.#byNamespace.clear();
  }

  /** Returns the variant of an object. */
  of({ metadata: { namespace = '' } }: KubernetesObject): FoundVariant {
    return this.#plan.decided ? this.#in(namespace) : this.#only;
  }

  /** Whether all objects of these namespaces have a variant. */
  isIn(variant: RowVariant, namespaces: () => Iterable<string>): boolean {
    if (!this.#plan.decided) return true;
    for (const namespace of namespaces()) if (this.#in(namespace) !== variant) return false;
    return true;
  }

  #in(namespace: string): FoundVariant {
    const known = this.#byNamespace.get(namespace);
    if (known !== undefined || this.#byNamespace.has(namespace)) return known;
    const decisions = this.#decisionsIn(namespace);
    const variant = this.#variant(decisions ? JSON.stringify([...decisions]) : '', decisions);
    this.#byNamespace.set(namespace, variant);
    return variant;
  }

  #decisionsIn(namespace: string): Decisions | undefined {
    const { client } = this.#run.context;
    const decisions = new Map<string, boolean>();
    for (const { resource, verbIn } of this.#plan.decided?.permissions ?? []) {
      const verb = verbIn(this.#run);
      const decision = decisions.get(verb) ?? client.decisionIn(namespace, verb, resource);
      if (decision === undefined) return undefined;
      decisions.set(verb, decision);
    }
    return decisions;
  }

  #variant(text: string, decisions?: Decisions): FoundVariant {
    if (!this.#byDecisions.has(text)) this.#byDecisions.set(text, this.#create(text, decisions));
    return this.#byDecisions.get(text);
  }

  #create(text: string, decisions: Decisions | undefined): FoundVariant {
    const parts = (decisions && this.#plan.decided?.parts) ?? this.#plan.parts;
    if (parts.every(({ isDynamic }) => isDynamic)) return undefined;
    const selection = this.#cache.selection(`${this.#key}\n${text}`);
    return selection instanceof RowSelection ? { parts, selection, decisions } : selection;
  }
}

/** Identifies the selection of a row: fields, arguments and the visibility of related resources. Short, as arguments may be large. */
function keyOf({ plan: { facts } }: RowPlan, run: RenderRun): string {
  const args = facts.slots.map((slot) => JSON.stringify(run.argumentsAt(slot)));
  const { visibility } = run.context.client.reader;
  const scopes = [...facts.resources].map((resource) => `${cacheKeyOf(resource)} ${visibility.digestOf(resource)}`);
  return hash('sha256', [facts.normalized, ...args, ...scopes].join('\n'), 'base64url');
}
