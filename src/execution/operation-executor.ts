import {
  execute,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLSchema,
  type ValidatedSubscriptionArgs,
} from 'graphql';
import type { OperationVisibility } from '../auth/operation-visibility.ts';
import type { Context } from '../graphql/context.ts';
import type { OnRead } from '../viewer-client/scoped-lister.ts';
import { CompiledEvent, type RenderedEvent } from './compiled-event.ts';
import { CompiledOperations } from './compiled-operations.ts';
import { CompiledQuery, type ExecuteQueryOptions } from './compiled-query.ts';
import type { ExecutionMode } from './execution-mode.ts';
import type { RowCache } from './row-cache.ts';
import { RunRows } from './run-rows.ts';
import { SerializedResult } from './serialized-result.ts';

export interface OperationExecutorOptions {
  readonly schema: GraphQLSchema;
  readonly rows: RowCache;
  readonly mode: ExecutionMode;
}

type Operation = ExecutionArgs & { readonly contextValue: Context };

interface EventOptions {
  /** Context of the subscription. */
  readonly context: Context;
  readonly visibility: OperationVisibility;
  readonly signal: AbortSignal;
  readonly onRead: OnRead;
  /** Whether several viewers share the event. */
  readonly shared: boolean;
}

/** Times that a query starts again because the cluster cache has changed before its result was complete. */
const MAX_RESTARTS = 2;

/**
 * Executes queries, and renders the events of subscriptions.
 *
 * A query whose fields below the root are synchronous is compiled once to functions that write the JSON text of its result; see
 * {@link CompiledOperations}. If the result has an error, or a field returns a promise, nothing has been sent, and graphql-js executes
 * the operation from the start. So a compiled operation has the same result, cost and errors, provided that resolvers only read.
 * Mutations and introspection are never compiled. Selected fields of objects in the cluster cache are read from the {@link RowCache}.
 */
export class OperationExecutor {
  readonly #options: OperationExecutorOptions;
  readonly #operations: CompiledOperations;

  constructor(options: OperationExecutorOptions) {
    this.#options = options;
    this.#operations = new CompiledOperations(options.schema);
  }

  /** Executes a query or a mutation. Rejects if its signal aborts. */
  async execute(operation: Operation): Promise<ExecutionResult | SerializedResult> {
    const { client, signal } = operation.contextValue;
    const costBefore = client.cost.total;
    const changesBefore = this.#options.rows.changes;
    const text = await this.#render(operation);
    if (text === undefined) return execute({ ...operation, abortSignal: signal });
    if (this.#options.mode === 'compared') {
      client.cost.restore(costBefore);
      const expected = await execute({ ...operation, abortSignal: signal });
      if (this.#options.rows.changes === changesBefore) assertEqual(text, expected);
    }
    return new SerializedResult(text);
  }

  /** Returns the result of a subscription for an event. Undefined if graphql-js must execute the event. */
  renderEvent(validated: ValidatedSubscriptionArgs, event: unknown, options: EventOptions): RenderedEvent | undefined {
    if (this.#options.mode === 'reference') return undefined;
    const { document, operation, rawVariableValues } = validated;
    const found = this.#operations.find({
      document,
      operationName: operation.name?.value,
      variableValues: rawVariableValues,
    });
    const compiled = found?.compiled;
    if (!(compiled?.operation instanceof CompiledEvent) || !compiled.isPromising) return undefined;
    const { context, onRead, shared, ...eventOptions } = options;
    const rows: RunRows = new RunRows({
      cache: this.#options.rows,
      sharedContext: () =>
        shared ? eventContext : context.forEvent({ ...eventOptions, onRead: rows.onRead, shared: true }),
      onDependency: onRead,
    });
    const eventContext = context.forEvent({ ...eventOptions, onRead: rows.onRead, shared });
    try {
      const { variableValues } = validated;
      const rendered = compiled.operation.render(event, { context: eventContext, variableValues, rows });
      compiled.rendered();
      return rendered;
    } catch {
      compiled.bailed(); // graphql-js gets the same error, and reports it
      return undefined;
    }
  }

  /** Returns the result of a query as text. Undefined if graphql-js must execute the operation. Rejects if its signal aborts. */
  async #render(operation: Operation): Promise<string | undefined> {
    if (this.#options.mode === 'reference') return undefined;
    const found = this.#operations.find(operation);
    const { contextValue: context } = operation;
    if (!found) return undefined;
    const { compiled, variableValues } = found;
    if (!(compiled.operation instanceof CompiledQuery) || !compiled.isPromising) return undefined;
    const costBefore = context.client.cost.total;
    try {
      for (let restarts = 0; ; restarts += 1) {
        const text = await this.#attempt(compiled.operation, context, {
          variableValues,
          isConsistent: restarts < MAX_RESTARTS,
        });
        if (text !== undefined) {
          compiled.rendered();
          return text;
        }
        context.client.cost.restore(costBefore);
      }
    } catch {
      context.signal.throwIfAborted();
      context.client.cost.restore(costBefore);
      compiled.bailed(); // graphql-js gets the same error, and reports it
      return undefined;
    }
  }

  #attempt(
    query: CompiledQuery,
    context: Context,
    options: Pick<ExecuteQueryOptions, 'variableValues' | 'isConsistent'>,
  ): Promise<string | undefined> {
    const cache = this.#options.rows;
    const { signal, client } = context;
    const { visibility } = client.reader;
    const rows: RunRows = new RunRows({
      cache,
      sharedContext: () => context.forEvent({ signal, onRead: rows.onRead, visibility, shared: true }),
    });
    return query.execute({ ...options, context, rows, changes: () => cache.changes });
  }
}

function assertEqual(text: string, result: ExecutionResult): void {
  const expected = JSON.stringify(result);
  if (text !== expected) throw new TypeError(`Expected the compiled result to be ${expected}, got ${text}.`);
}
