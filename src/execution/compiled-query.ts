import type { VariableValues } from 'graphql';
import type { Context } from '../graphql/context.ts';
import { turns } from '../scheduling/turns.ts';
import { Bail } from './bail.ts';
import type { FieldPlan, ObjectPlan } from './operation-plan.ts';
import { Output, type PendingList, type WritePending } from './output.ts';
import { RenderRun } from './render-run.ts';
import type { RunRows } from './run-rows.ts';
import { costOf, pendingWriter } from './writers.ts';

interface RootMember {
  readonly field: FieldPlan;
  readonly write: WritePending;
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

/** Items that are rendered before the time of the turn is checked. */
const ITEMS_PER_CHECK = 16;

/** A query, compiled to functions that write its result. */
export class CompiledQuery {
  readonly #members: readonly RootMember[];

  constructor({ fields }: ObjectPlan) {
    this.#members = fields.map((field) => ({ field, write: pendingWriter(field) }));
  }

  /**
   * Executes the query. Resolves with the JSON text of its result, or with undefined; see `isConsistent`. Rejects if the result has
   * errors, or a field below the root is asynchronous.
   */
  async execute({
    context,
    variableValues,
    rows,
    changes,
    isConsistent,
  }: ExecuteQueryOptions): Promise<string | undefined> {
    const run = new RenderRun({ context, variableValues, rows });
    const values = await this.#resolve(run);
    rows.resume();
    const before = changes();
    const chunks = this.#render(values, run);
    const texts: string[] = [];
    for (const chunk of chunks) {
      if (typeof chunk === 'string') texts.push(chunk);
      else if (!(await renderList(chunk, { run, texts, isOutdated: () => isConsistent && changes() !== before })))
        return undefined;
    }
    run.charge();
    return texts.join('');
  }

  /** Resolves the root fields at the same time, as graphql-js does. Settles when all have: none adds a cost afterwards. */
  async #resolve(run: RenderRun): Promise<readonly unknown[]> {
    const values = this.#members.map(({ field }) => {
      try {
        return awaitable(field.resolve(undefined, run));
      } catch (error) {
        return Promise.reject(asError(error));
      }
    });
    if (!values.some((value) => value instanceof Promise)) return values;
    const settled = await Promise.allSettled(values);
    return settled.map((result) => {
      if (result.status === 'rejected') throw result.reason;
      return result.value;
    });
  }

  #render(values: readonly unknown[], run: RenderRun): readonly (string | PendingList)[] {
    const output = new Output();
    output.write('{"data":{');
    for (const [index, { field, write }] of this.#members.entries()) {
      const value = values[index];
      output.write(`${index === 0 ? '' : ','}${field.key}`);
      if (field.objectCost !== undefined) run.cost += costOf(value, field.objectCost);
      write(value, run, output);
    }
    output.write('}}');
    run.charge();
    return output.chunks();
  }
}

/** Returns a promise of a list whose items are promises. */
function awaitable(value: unknown): unknown {
  return Array.isArray(value) && value.some((item) => item instanceof Promise) ? Promise.all<unknown>(value) : value;
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Bail('a resolver threw what is no error');
}

interface ListRendering {
  readonly run: RenderRun;
  /** Receives the text. */
  readonly texts: string[];
  readonly isOutdated: () => boolean;
}

/** Renders a list in turns of the viewer. Resolves with false if the cluster cache has changed between two of them. */
async function renderList({ items, write }: PendingList, { run, texts, isOutdated }: ListRendering): Promise<boolean> {
  const rendered: string[] = [];
  for (let index = 0; index < items.length; index += 1) {
    if (index % ITEMS_PER_CHECK === ITEMS_PER_CHECK - 1 && turns.isOver) {
      await pause(run);
      if (isOutdated()) return false;
    }
    rendered.push(write(items[index], run));
  }
  texts.push('[', rendered.join(','), ']');
  return true;
}

async function pause(run: RenderRun): Promise<void> {
  const { viewer, signal } = run.context;
  run.charge();
  await turns.continue(viewer.name);
  signal.throwIfAborted();
  run.rows?.resume();
}
