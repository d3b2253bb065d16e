import {
  execute,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLSchema,
  type ValidatedSubscriptionArgs,
} from 'graphql';
import type { Context, EventContext } from '../graphql/context.ts';
import { coercionOptions } from '../graphql/variables.ts';
import { andThen, type Awaitable } from '../scheduling/awaitable.ts';
import type { OperationCost } from '../viewer-client/operation-cost.ts';
import { CompiledEvent, type RenderedEvent } from './compiled-event.ts';
import { CompiledOperations, type CompiledOperation, type ParsedOperation } from './compiled-operations.ts';
import { CompiledQuery, type ExecuteQueryOptions } from './compiled-query.ts';
import type { ExecutionMode } from './execution-mode.ts';
import { inTurnsIfLong } from './long-result.ts';
import type { RowCache } from './row-cache.ts';
import { RunRows } from './run-rows.ts';
import { isSerialized, SerializedResult, type ResultChunks } from './serialized-result.ts';

interface OperationExecutorOptions {
  readonly schema: GraphQLSchema;
  readonly rows: RowCache;
  readonly mode: ExecutionMode;
}

type Operation = ExecutionArgs & { readonly contextValue: Context };

/** Returns the result of a subscription for an event. Undefined if graphql-js must execute the event. */
type RenderEvent = (event: unknown, eventContext: EventContext) => RenderedEvent | undefined;

interface RenderedSubscription {
  readonly compiled: CompiledOperation;
  readonly validated: ValidatedSubscriptionArgs;
  readonly context: Context;
}

/** Result of a compiled query that exceeds the limit of its cost. */
const EXCEEDED: ExecutionResult = { data: null };

/** Times that a query starts again because the cluster cache has changed before its result was complete. */
const MAX_RESTARTS = 2;

/**
 * Executes queries, and renders the events of subscriptions.
 *
 * A query whose fields below the root are synchronous is compiled once to functions that write the JSON text of its result; see
 * {@link CompiledOperations}. If the result has an error, or a field returns a promise, nothing has been sent, and graphql-js executes
 * the operation from the start. So a compiled operation has the same result, cost and errors, provided that resolvers only read.
 *
 * The two executions of a query that fails take up to twice the time that its limit of cost allows. They send no request to the API server
 * twice: it keeps the objects that it reads, and fields with requests of their own are not compiled; see `resolvedOnce`. A query that
 * exceeds the limit is executed once, and one that fails again and again is rarely tried; see {@link CompiledOperation}.
 *
 * Mutations and introspection are never compiled. Selected fields of objects in the cluster cache are read from the {@link RowCache}.
 */
export class OperationExecutor {
  readonly #options: OperationExecutorOptions;
  readonly #operations: CompiledOperations;

  constructor(options: OperationExecutorOptions) {
    this.#options = options;
    this.#operations = new CompiledOperations(options.schema);
  }

  /** Compiles an operation before it is executed. Returns whether it can be compiled. */
  prepare(request: ParsedOperation): boolean {
    return this.#options.mode !== 'reference' && this.#operations.find(request)?.compiled.operation !== undefined;
  }

  /**
   * Executes a query or a mutation. Returns a promise only if it waits for something. Rejects if the signal aborts. The result has no
   * meaning if the cost is exceeded, which the caller has to check.
   */
  execute(operation: Operation): Awaitable<ExecutionResult | SerializedResult> {
    if (this.#options.mode === 'compared') return this.#compare(operation);
    return andThen(this.#render(operation), (result) => result ?? executeWithGraphql(operation));
  }

  async #compare(operation: Operation): Promise<ExecutionResult | SerializedResult> {
    const { cost } = operation.contextValue.client;
    const costBefore = cost.total;
    const changesBefore = this.#options.rows.changes;
    const result = await this.#render(operation);
    if (!result) return executePlainly(operation);
    cost.restore(costBefore);
    const expected = await executePlainly(operation);
    if (!isSerialized(result)) return assertExceeded(cost);
    if (this.#options.rows.changes === changesBefore) assertEqual(result.text, expected);
    return result;
  }

  /**
   * Returns a function that renders the events of a subscription. It returns undefined for an event that graphql-js must execute. The
   * operation is compiled when it is first called.
   * @param context of the subscription
   */
  eventRenderer(validated: ValidatedSubscriptionArgs, context: Context): RenderEvent {
    if (this.#options.mode === 'reference') return () => undefined;
    let compiled: CompiledOperation | undefined;
    return (event, eventContext) => {
      compiled ??= this.#compiledEvent(validated);
      return compiled?.isPromising(context.viewer)
        ? this.#renderEvent({ compiled, validated, context }, event, eventContext)
        : undefined;
    };
  }

  #compiledEvent({ document, operation, rawVariableValues }: ValidatedSubscriptionArgs): CompiledOperation | undefined {
    return this.#operations.find({
      document,
      operationName: operation.name?.value,
      variableValues: rawVariableValues,
    })?.compiled;
  }

  #renderEvent(
    { compiled, validated, context }: RenderedSubscription,
    event: unknown,
    { signal, onRead, visibility, shared }: EventContext,
  ): RenderedEvent | undefined {
    if (!(compiled.operation instanceof CompiledEvent)) return undefined;
    const rows: RunRows = new RunRows({
      cache: this.#options.rows,
      sharedContext: () =>
        shared
          ? eventContext
          : context.forEvent({ signal, onRead: rows.onRead, visibility, shared: true, decide: rows.decide }),
      onDependency: onRead,
    });
    const eventContext = context.forEvent({ signal, onRead: rows.onRead, visibility, shared });
    try {
      const { variableValues } = validated;
      const rendered = compiled.operation.render(event, { context: eventContext, variableValues, rows });
      compiled.rendered(context.viewer);
      return rendered;
    } catch {
      compiled.failed(context.viewer); // graphql-js gets the same error, and reports it
      return undefined;
    }
  }

  /**
   * Returns the result of a query, or {@link EXCEEDED}. Undefined if graphql-js must execute the operation. Rejects if its signal
   * aborts, or there is no room for the result.
   */
  #render(operation: Operation): Awaitable<SerializedResult | ExecutionResult | undefined> {
    if (this.#options.mode === 'reference') return undefined;
    const found = this.#operations.find(operation);
    const { contextValue: context } = operation;
    if (!found) return undefined;
    const { compiled, variableValues } = found;
    if (!(compiled.operation instanceof CompiledQuery) || !compiled.isPromising(context.viewer)) return undefined;
    const costBefore = context.client.cost.total;
    context.client.reader.keepGets();
    const fail = () => {
      if (context.client.cost.isExceeded) return EXCEEDED;
      context.client.cost.restore(costBefore);
      compiled.failed(context.viewer); // graphql-js gets the same error, and reports it
      return undefined;
    };
    const finish = (chunks: ResultChunks) => {
      compiled.rendered(context.viewer);
      return new SerializedResult(chunks);
    };
    try {
      const chunks = this.#attempts(compiled.operation, context, variableValues);
      if (!(chunks instanceof Promise)) return finish(chunks);
      return chunks.then(finish).catch((error: unknown) => {
        context.signal.throwIfAborted();
        if (context.client.cost.isRefused) throw error;
        return fail();
      });
    } catch {
      return fail();
    }
  }

  /** Renders again, from the start, while the cluster cache changes before the result is complete. */
  #attempts(
    query: CompiledQuery,
    context: Context,
    variableValues: ExecuteQueryOptions['variableValues'],
    restarts = 0,
  ): Awaitable<ResultChunks> {
    const costBefore = context.client.cost.total;
    const chunks = this.#attempt(query, context, { variableValues, isConsistent: restarts < MAX_RESTARTS });
    return andThen(chunks, (complete) => {
      if (complete) return complete;
      context.client.cost.restore(costBefore);
      return this.#attempts(query, context, variableValues, restarts + 1);
    });
  }

  #attempt(
    query: CompiledQuery,
    context: Context,
    options: Pick<ExecuteQueryOptions, 'variableValues' | 'isConsistent'>,
  ): ReturnType<CompiledQuery['execute']> {
    const cache = this.#options.rows;
    const { visibility } = context.client.reader;
    const rows: RunRows = new RunRows({
      cache,
      sharedContext: () => {
        const { onRead, decide } = rows;
        return context.forEvent({ signal: context.signal, onRead, visibility, shared: true, decide });
      },
    });
    return query.execute({ ...options, context, rows, changes: () => cache.changes });
  }
}

function executePlainly(operation: Operation): Awaitable<ExecutionResult> {
  return execute({ ...operation, abortSignal: operation.contextValue.signal, options: coercionOptions });
}

/** Executes an operation with graphql-js. */
function executeWithGraphql(operation: Operation): Awaitable<ExecutionResult | SerializedResult> {
  const { contextValue: context } = operation;
  return andThen(executePlainly(operation), (result) => {
    const sent = inTurnsIfLong(result, context);
    if (!(sent instanceof Promise)) return sent;
    return sent.catch((error: unknown) => {
      if (context.client.cost.isExceeded) return EXCEEDED;
      throw error;
    });
  });
}

function assertExceeded({ isExceeded, limit }: OperationCost): ExecutionResult {
  if (isExceeded) return EXCEEDED;
  throw new TypeError(`Expected the operation to exceed its limit of cost, got ${JSON.stringify(limit)}.`);
}

function assertEqual(text: string, result: ExecutionResult): void {
  const expected = JSON.stringify(result);
  if (text !== expected) throw new TypeError(`Expected the compiled result to be ${expected}, got ${text}.`);
}
