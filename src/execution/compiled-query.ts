import type { VariableValues } from 'graphql';
import type { Context } from '../graphql/context.ts';
import { andThen, type Awaitable } from '../scheduling/awaitable.ts';
import { turns } from '../scheduling/turns.ts';
import { Bail } from './bail.ts';
import { Output, type PendingList, type WritePending } from './output.ts';
import { RenderRun, resolveField, type FieldPlan, type ObjectPlan } from './plan.ts';
import { ResultText } from './result-text.ts';
import type { RunRows } from './run-rows.ts';
import type { ResultChunks } from './serialized-result.ts';
import { constantText } from './utf8-text.ts';
import { costOf, pendingWriter } from './writers.ts';

interface RootMember {
  readonly field: FieldPlan;
  /** With the comma before it. */
  readonly key: Uint8Array;
  readonly write: WritePending;
}

type Parts = readonly (string | PendingList)[];

interface RenderedFields {
  readonly parts: Parts;
  /** Number of root fields that have been rendered, those before included. */
  readonly end: number;
}

export interface ExecuteQueryOptions {
  readonly context: Context;
  readonly variableValues: VariableValues;
  readonly rows: RunRows;
  /** Returns a number that changes whenever the cluster cache does. */
  readonly changes: () => number;
  /** Whether to return undefined if the cluster cache changes before the result is complete, instead of mixing its versions. */
  readonly isConsistent: boolean;
}

/** Items that are rendered before the time of the turn is checked. A block of cached rows counts as one. */
const ITEMS_PER_CHECK = 16;
/** Cost of the lists in an item that counts as another item. */
const NESTED_COST_PER_ITEM = 64;
/** Bytes of an item that count as another item. */
const BYTES_PER_ITEM = 16 * 1024;
/** The rows of shorter lists are not joined to blocks. */
const MIN_JOINED_ITEMS = 16;

/** A query, compiled to functions that write its result. */
export class CompiledQuery {
  readonly #members: readonly RootMember[];

  constructor({ fields }: ObjectPlan) {
    this.#members = fields.map((field, index) => ({
      field,
      key: constantText(`${index === 0 ? '' : ','}${field.key}`),
      write: pendingWriter(field),
    }));
  }

  /**
   * Executes the query. Returns the chunks of the JSON text of its result, or undefined; see `isConsistent`. It is a promise only if a
   * root field is, or the query needs another turn. Throws, or rejects, if the result has errors, or a field below the root is
   * asynchronous.
   */
  execute({
    context,
    variableValues,
    rows,
    changes,
    isConsistent,
  }: ExecuteQueryOptions): Awaitable<ResultChunks | undefined> {
    const run = new RenderRun({ context, variableValues, rows });
    return andThen(this.#resolve(run), (values) => {
      rows.resume();
      const before = changes();
      const isOutdated = () => isConsistent && changes() !== before;
      return andThen(this.#renderFields(values, run, isOutdated), (parts) => {
        if (!parts || parts.every((part) => typeof part === 'string')) return parts;
        const rendering = new Rendering(parts, run);
        return rendering.run() ? rendering.chunks : inTurns(rendering, run, isOutdated);
      });
    });
  }

  /** Resolves the root fields at the same time, as graphql-js does. Settles when all have: none adds a cost afterwards. */
  #resolve(run: RenderRun): Awaitable<readonly unknown[]> {
    const values = this.#members.map(({ field }) => {
      try {
        return awaitable(resolveField(field, undefined, run));
      } catch (error) {
        return Promise.reject(asError(error));
      }
    });
    return values.some((value) => value instanceof Promise) ? settled(values) : values;
  }

  /**
   * Renders the root fields, in which lists are pending. A promise only if the turn is over between two of them: with undefined if the
   * cluster cache has changed meanwhile.
   */
  #renderFields(values: readonly unknown[], run: RenderRun, isOutdated: () => boolean): Awaitable<Parts | undefined> {
    const first = run.text.attempt(() => this.#render(values, run, 0));
    return first.end === this.#members.length ? first.parts : this.#renderFurther(values, run, { first, isOutdated });
  }

  async #renderFurther(
    values: readonly unknown[],
    run: RenderRun,
    { first, isOutdated }: { readonly first: RenderedFields; readonly isOutdated: () => boolean },
  ): Promise<Parts | undefined> {
    const parts = [...first.parts];
    for (let { end } = first; end < this.#members.length;) {
      await nextTurn(run);
      if (isOutdated()) return undefined;
      const next = run.text.attempt(() => this.#render(values, run, end));
      parts.push(...next.parts);
      end = next.end;
    }
    return parts;
  }

  /** Renders root fields until the turn is over, at least one. */
  #render(values: readonly unknown[], run: RenderRun, start: number): RenderedFields {
    const output = new Output(run.text);
    if (start === 0) run.text.write('{"data":{');
    let end = start;
    for (const { field, key, write } of start === 0 ? this.#members : this.#members.slice(start)) {
      if (end > start && turns.isOver) break;
      const value = values[end];
      end += 1;
      run.text.writeConstant(key);
      if (field.objectCost !== undefined) run.cost += costOf(value, field.objectCost);
      run.nested.beginItem();
      write(value, run, output);
    }
    if (end === this.#members.length) run.text.write('}}');
    run.charge();
    return { parts: output.parts(), end };
  }
}

/** Returns a promise of a list whose items are promises. */
function awaitable(value: unknown): unknown {
  return Array.isArray(value) && value.some((item) => item instanceof Promise) ? Promise.all<unknown>(value) : value;
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Bail('a resolver threw a value that is not an error');
}

async function settled(values: readonly unknown[]): Promise<readonly unknown[]> {
  const results = await Promise.allSettled(values);
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}

/** The text of a result while its lists are rendered, in one or several turns of the viewer. */
class Rendering {
  readonly #parts: readonly (string | PendingList)[];
  readonly #run: RenderRun;
  readonly #text: ResultText;
  /** The next part and, if that is a list, its next item. */
  #part = 0;
  #item = 0;
  #sinceCheck = 0;

  constructor(parts: readonly (string | PendingList)[], run: RenderRun) {
    this.#parts = parts;
    this.#run = run;
    this.#text = new ResultText(run.text);
  }

  get chunks(): ResultChunks {
    return this.#text.chunks();
  }

  /** Goes on until the turn is over. Returns whether the text is complete. */
  run(): boolean {
    return this.#run.text.attempt(() => {
      this.#text.begin();
      const isComplete = this.#renderParts();
      this.#text.end();
      return isComplete;
    });
  }

  #renderParts(): boolean {
    const { text } = this.#run;
    for (; this.#part < this.#parts.length; this.#part += 1) {
      const part = this.#parts[this.#part] ?? '';
      if (typeof part === 'string') text.write(part);
      else if (!this.#renderItems(part)) return false;
    }
    this.#run.charge();
    return true;
  }

  /** Returns whether the list is complete. */
  #renderItems(list: PendingList): boolean {
    const { text } = this.#run;
    const { length } = list.items;
    if (this.#item === 0) {
      text.write('[');
      this.#sinceCheck = 0;
    }
    while (this.#item < length) {
      if (this.#sinceCheck >= ITEMS_PER_CHECK) {
        this.#sinceCheck = 0;
        if (turns.isOver) return false;
      }
      const rendered = this.#renderNext(list);
      this.#item += rendered.items;
      this.#sinceCheck += rendered.work;
    }
    text.write(']');
    this.#item = 0;
    return true;
  }

  /** Renders one item, or a block of cached rows. Returns the number of items, and of those that had to be rendered, at least 1. */
  #renderNext({ items, write, row }: PendingList): { readonly items: number; readonly work: number } {
    const index = this.#item;
    const { nested, text, context } = this.#run;
    const { cost } = context.client;
    const costBefore = nested.total + cost.total;
    const workOf = (rendered: number, bytes: number) =>
      Math.max(rendered, 1) + (nested.total + cost.total - costBefore) / NESTED_COST_PER_ITEM + bytes / BYTES_PER_ITEM;
    const joined =
      row && items.length >= MIN_JOINED_ITEMS
        ? this.#run.rows?.block({ plan: row, items, index }, this.#run)
        : undefined;
    if (!joined) {
      const start = text.length;
      if (index > 0) text.write(',');
      nested.beginItem();
      write(items[index], this.#run);
      const bytes = text.length - start;
      cost.addText(bytes);
      this.#text.written();
      return { items: 1, work: workOf(1, bytes) };
    }
    const { block } = joined;
    cost.addText(block.bytes.length);
    this.#text.writeBytes(index === 0 ? block.bytes.subarray(1) : block.bytes);
    return { items: block.rows.length, work: workOf(joined.joined, joined.joined > 0 ? block.bytes.length : 0) };
  }
}

/** Goes on in further turns of the viewer. Resolves with undefined if the cluster cache has changed between two of them. */
async function inTurns(
  rendering: Rendering,
  run: RenderRun,
  isOutdated: () => boolean,
): Promise<ResultChunks | undefined> {
  do {
    run.charge();
    await nextTurn(run);
    if (isOutdated()) return undefined;
  } while (!rendering.run());
  return rendering.chunks;
}

/** Rejects if the signal of the operation aborts. */
async function nextTurn({ context, rows }: RenderRun): Promise<void> {
  await (context.client.cost.pause() ?? turns.continue(context.viewer.name));
  context.signal.throwIfAborted();
  rows?.resume();
}
