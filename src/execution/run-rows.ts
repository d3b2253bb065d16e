import type { Context } from '../graphql/context.ts';
import type { AccessTarget, ReviewedResource } from '../auth/resource-attributes.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import type { OnRead, ScopedLister } from '../viewer-client/scoped-lister.ts';
import { assertObject } from './bail.ts';
import { RowReads } from './dependency-sets.ts';
import { RenderRun, type CachedRows, type ListedBlock, type RowPlan, type RowsOfList } from './plan.ts';
import { endsBlock, isUpToDate, RowBlock, type Row } from './row-block.ts';
import type { JoinedRow, RenderedRow, RowCache, RowSelection } from './row-cache.ts';
import { renderParts } from './row-plan.ts';
import { isCached, RowVariants, type RowVariant } from './row-variants.ts';
import type { Utf8Text } from './utf8-text.ts';

/** Cost of the lists in the rows of a block that are rendered in one piece, beyond that of one row. */
const MAX_NESTED_COST_OF_BLOCK = 4_000;
/** Bytes of the rows of a block, beyond those of one row. */
const MAX_BYTES_OF_BLOCK = 128 * 1024;

interface RunRowsOptions {
  readonly cache: RowCache;
  /**
   * Returns a context whose visibility is that of the operation, which all viewers may share, and which calls {@link RunRows.onRead}.
   */
  readonly sharedContext: () => Context;
  /** Called for each read that a row depends on, whether the row was rendered now or before, and for reads outside of rows. */
  readonly onDependency?: OnRead;
}

interface RowRendering {
  readonly object: KubernetesObject;
  readonly run: RenderRun;
  readonly variant: RowVariant;
}

/** The cached rows as one rendering reads and renders them. Must be {@link resume}d in each turn of the event loop. */
export class RunRows implements CachedRows {
  readonly #options: RunRowsOptions;
  readonly #variants = new Map<RowPlan, RowVariants>();
  #lastPlan: RowPlan | undefined;
  #lastVariants: RowVariants | undefined;
  /** The row that is being rendered: its object, and the decisions that its text may contain. */
  #rendered: Pick<RowRendering, 'object' | 'variant'> | undefined;
  #rendering: RenderRun | undefined;
  /** Reads of the row that is being rendered. */
  #reads = new RowReads();
  #listers: Map<string, ScopedLister<KubernetesObject>> | undefined;

  constructor(options: RunRowsOptions) {
    this.#options = options;
  }

  /** To be called for each read of the cache. */
  readonly onRead: OnRead = (lister, key) => {
    if (!this.#listers) return this.#options.onDependency?.(lister, key);
    const { storeKey } = lister;
    this.#reads.add({ key, storeKey });
    if (!this.#listers.has(storeKey)) this.#listers.set(storeKey, lister.detached());
  };

  /** Returns a decision that the text of the row that is being rendered contains. Throws if it contains no such decision. */
  readonly decide = (verb: string, { plural }: ReviewedResource, target: AccessTarget = {}): boolean => {
    const { object, variant } = this.#rendered ?? {};
    const decision = target.namespace === object?.metadata.namespace ? variant?.decisions?.get(verb) : undefined;
    if (decision === undefined)
      throw new TypeError(
        `A resolver used the permission to ${verb} ${plural} without declaring it; see dependsOnPermission.`,
      );
    return decision;
  };

  resume(): void {
    this.#options.cache.settle();
    for (const variants of this.#variants.values()) variants.resume();
  }

  write(plan: RowPlan, object: KubernetesObject, run: RenderRun): void {
    const variant = this.#variantsOf(plan, run).of(object);
    if (!isCached(variant)) {
      if (variant) variant.count += 1;
      return renderParts(plan, object, run);
    }
    const { parts, selection } = variant;
    const row = selection.find(object) ?? this.#add({ object, run, variant });
    run.cost += row.cost;
    this.#report(row, selection);
    let index = 0;
    for (const { isDynamic, write } of parts) {
      if (isDynamic) write(object, run);
      else writeRow(row, index++, run.text);
    }
  }

  block({ plan, items, index }: RowsOfList, run: RenderRun): ListedBlock | undefined {
    if (this.#listers || this.#options.onDependency) return undefined;
    const variants = this.#variantsOf(plan, run);
    const first = objectIn(items[index], plan, run);
    const variant = first && variants.of(first);
    if (!isCached(variant) || variant.parts.length > 1) return undefined;
    const { cache } = this.#options;
    const known = cache.findBlock(variant.selection, items, index);
    if (known && variants.isIn(variant, () => known.namespaces)) {
      run.cost += known.cost;
      return { block: known, joined: 0 };
    }
    const { text } = run;
    const start = text.length;
    const rows = this.#writeRows({ plan, items, index }, { variant, variants, run });
    const block = cache.join(variant.selection, rows, text.take(start));
    run.cost += block.cost;
    return { block, joined: rows.length };
  }

  /**
   * Writes the rows of a block, each after a comma, at least one: those up to its end, up to an object with another variant, or up to a
   * cost of the lists in them or a number of bytes.
   */
  #writeRows(
    { plan, items, index }: RowsOfList,
    {
      variant,
      variants,
      run,
    }: { readonly variant: RowVariant; readonly variants: RowVariants; readonly run: RenderRun },
  ): readonly JoinedRow[] {
    const { selection } = variant;
    const { text, nested } = run;
    const start = text.length;
    const maxNested = nested.total + MAX_NESTED_COST_OF_BLOCK;
    const rows: JoinedRow[] = [];
    const earlier = selection.blockAt(items[index])?.rows ?? [];
    let isEnd = false;
    for (let at = index; !isEnd && at < items.length; at += 1) {
      const object = objectIn(items[at], plan, run);
      if (!object || variants.of(object) !== variant) return rows;
      const known = earlier[rows.length]; // mostly the row of the object, which is found faster than in the map
      const row = known?.object === object && isUpToDate(known) ? known : selection.find(object);
      text.write(',');
      nested.beginItem();
      if (row) writeRow(row, 0, text);
      rows.push({ row: row ?? this.#render({ object, run, variant }), end: text.length - start });
      isEnd = endsBlock(object, rows.length) || nested.total > maxNested || text.length - start > MAX_BYTES_OF_BLOCK;
    }
    return rows;
  }

  #variantsOf(plan: RowPlan, run: RenderRun): RowVariants {
    if (plan === this.#lastPlan && this.#lastVariants) return this.#lastVariants;
    const variants = this.#variants.get(plan) ?? new RowVariants(plan, run, this.#options.cache);
    this.#variants.set(plan, variants);
    this.#lastPlan = plan;
    this.#lastVariants = variants;
    return variants;
  }

  /** Renders a row, and adds it to the cache. */
  #add({ object, run, variant }: RowRendering): Row {
    const { text } = run;
    const texts: string[] = [];
    const start = text.length;
    const rendered = this.#render({ object, run, variant }, () => texts.push(text.takeString(start)));
    return this.#options.cache.add(variant.selection, rendered, texts);
  }

  /**
   * Writes the static parts of a row with a context that all viewers share: a resolver that uses the viewer throws.
   * @param onPart called after each part
   */
  #render({ object, run, variant }: RowRendering, onPart?: () => void): RenderedRow {
    const { parts, selection } = variant;
    const shared = (this.#rendering ??= this.#sharedRun(run));
    const [outer, outerReads, outerListers] = [this.#rendered, this.#reads, this.#listers];
    const costBefore = totalCostOf(shared);
    const readBefore = shared.context.client.cost.total;
    this.#rendered = { object, variant };
    this.#reads = new RowReads();
    this.#listers = selection.listers;
    try {
      for (const { isDynamic, write } of parts) {
        if (isDynamic) continue;
        write(object, shared);
        onPart?.();
      }
      const cost = totalCostOf(shared) - costBefore;
      if (!outer) run.nested.addReads(shared.context.client.cost.total - readBefore);
      shared.cost -= cost;
      return { object, cost, reads: this.#reads.all };
    } finally {
      this.#rendered = outer;
      this.#reads = outerReads;
      this.#listers = outerListers;
    }
  }

  #sharedRun({ variableValues, args, nested }: RenderRun): RenderRun {
    return new RenderRun({ context: this.#options.sharedContext(), variableValues, args, rows: this, nested });
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
        this.#reads.add({ key, storeKey });
        this.#listers.set(storeKey, lister);
      } else {
        onDependency?.(lister, key);
      }
    }
  }
}

function totalCostOf({ cost, context }: RenderRun): number {
  return cost + context.client.cost.total;
}

/** Writes one of the texts of a row. */
function writeRow({ content, start, end }: Row, part: number, text: Utf8Text): void {
  if (content instanceof RowBlock) text.writeBytes(content.bytes, start, end);
  else text.write(content[part] ?? '');
}

/** Returns an item of a list. Undefined if it is null. */
function objectIn(item: unknown, { plan: { type } }: RowPlan, run: RenderRun): KubernetesObject | undefined {
  if (item === null || item === undefined) return undefined;
  assertObject(type, item, run);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the values of the types of rows are Kubernetes objects
  return item as KubernetesObject;
}
