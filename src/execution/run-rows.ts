import type { Context } from '../graphql/context.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import type { OnRead, ScopedLister } from '../viewer-client/scoped-lister.ts';
import type { CacheRead } from './dependency-sets.ts';
import { RenderRun } from './render-run.ts';
import type { Row, RowCache, RowSelection } from './row-cache.ts';
import { renderParts, type RowPlan } from './row-plan.ts';

interface RunRowsOptions {
  readonly cache: RowCache;
  /**
   * Returns a context whose visibility is that of the operation, which all viewers may share, and which calls {@link RunRows.onRead}.
   */
  readonly sharedContext: () => Context;
  /** Called for each read that a row depends on, whether the row was rendered now or before, and for reads outside of rows. */
  readonly onDependency?: OnRead;
}

/** The cached rows as one rendering reads and renders them. Must be {@link resume}d in each turn of the event loop. */
export class RunRows {
  readonly #options: RunRowsOptions;
  /** Undefined for a selection whose rows are not cached. */
  readonly #selections = new Map<RowPlan, RowSelection | undefined>();
  #lastPlan: RowPlan | undefined;
  #lastSelection: RowSelection | undefined;
  #rendering: RenderRun | undefined;
  /** Reads of the row that is being rendered. */
  #reads: CacheRead[] = [];
  #listers: Map<string, ScopedLister<KubernetesObject>> | undefined;

  constructor(options: RunRowsOptions) {
    this.#options = options;
  }

  /** To be called for each read of the cache. */
  readonly onRead: OnRead = (lister, key) => {
    if (!this.#listers) return this.#options.onDependency?.(lister, key);
    const { storeKey } = lister;
    if (!this.#reads.some((read) => read.key === key && read.storeKey === storeKey))
      this.#reads.push({ key, storeKey });
    if (!this.#listers.has(storeKey)) this.#listers.set(storeKey, lister.detached());
  };

  /** Applies the changes since the last turn. */
  resume(): void {
    this.#options.cache.settle();
  }

  /** Returns the text of a row: cached parts, and those that depend on the viewer. */
  write(plan: RowPlan, object: KubernetesObject, run: RenderRun): string {
    const selection = plan === this.#lastPlan ? this.#lastSelection : this.#select(plan, run);
    if (!selection) return renderParts(plan, object, run);
    const row = selection.find(object) ?? this.#render(plan, { object, run, selection });
    run.cost += row.cost;
    this.#report(row, selection);
    const { texts } = row;
    if (plan.parts.length === 1) return texts[0] ?? '';
    let text = '';
    let index = 0;
    for (const { isDynamic, write } of plan.parts) {
      if (isDynamic) text += write(object, run);
      else text += texts[index++];
    }
    return text;
  }

  #select(plan: RowPlan, run: RenderRun): RowSelection | undefined {
    if (!this.#selections.has(plan)) this.#selections.set(plan, this.#options.cache.selection(keyOf(plan, run)));
    this.#lastPlan = plan;
    this.#lastSelection = this.#selections.get(plan);
    return this.#lastSelection;
  }

  /** Renders the static parts with a context that all viewers share: a resolver that uses the viewer throws. */
  #render(
    plan: RowPlan,
    { object, run, selection }: { object: KubernetesObject; run: RenderRun; selection: RowSelection },
  ): Row {
    const shared = (this.#rendering ??= this.#sharedRun(run));
    const [outerReads, outerListers] = [this.#reads, this.#listers];
    const costBefore = costOf(shared);
    this.#reads = [];
    this.#listers = selection.listers;
    try {
      const texts: string[] = [];
      for (const { isDynamic, write } of plan.parts) if (!isDynamic) texts.push(flattened(write(object, shared)));
      const cost = costOf(shared) - costBefore;
      shared.cost -= cost;
      return this.#options.cache.add(selection, { object, texts, cost }, this.#reads);
    } finally {
      this.#reads = outerReads;
      this.#listers = outerListers;
    }
  }

  #sharedRun({ variableValues, args }: RenderRun): RenderRun {
    return new RenderRun({ context: this.#options.sharedContext(), variableValues, args, rows: this });
  }

  /** Adds the reads of a row to those of the row that contains it, and reports them. */
  #report({ dependencies: { reads } }: Row, selection: RowSelection): void {
    if (reads.length === 0) return;
    const { onDependency } = this.#options;
    if (!this.#listers && !onDependency) return;
    for (const { key, storeKey } of reads) {
      const lister = selection.listers.get(storeKey);
      if (!lister) throw new TypeError(`Expected a lister of ${storeKey}.`);
      if (this.#listers) {
        this.#reads.push({ key, storeKey });
        this.#listers.set(storeKey, lister);
      } else {
        onDependency?.(lister, key);
      }
    }
  }
}

function costOf({ cost, context }: RenderRun): number {
  return cost + context.client.cost.total;
}

/** Makes V8 copy a concatenated string into one piece, which takes less memory and is faster to join. */
function flattened(text: string): string {
  text.charCodeAt(0);
  return text;
}

/** Identifies the selection of a row: fields, arguments and the visibility of related resources. */
function keyOf({ plan: { facts } }: RowPlan, run: RenderRun): string {
  const args = facts.slots.map((slot) => JSON.stringify(run.argumentsAt(slot)));
  const { visibility } = run.context.client.reader;
  const scopes = [...facts.resources].map((resource) => visibility.digestOf(resource));
  return [facts.normalized, ...args, ...scopes].join('\n');
}
