import {
  getOperationAST,
  GraphQLError,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLSchema,
} from 'graphql';
import type { OperationExecutor } from '../execution/operation-executor.ts';
import { isSerialized, type SerializedResult } from '../execution/serialized-result.ts';
import type { ConcurrencyLimit } from '../graphql/concurrency-limit.ts';
import { stackless } from '../graphql/errors.ts';
import type { OperationRecord } from '../graphql/operation-record.ts';
import { invalidNames } from '../graphql/name-inputs.ts';
import { andThen, type Awaitable } from '../scheduling/awaitable.ts';
import { turns } from '../scheduling/turns.ts';
import { SubscriptionRegistry } from '../subscriptions/registry.ts';
import type { SubscriptionHandle } from '../subscriptions/subscription-handle.ts';
import { DocumentCache } from './document-cache.ts';
import { DocumentStore, type DocumentStoreOptions } from './document-store.ts';
import { dependenciesOf } from '../graphql/field-dependencies.ts';
import {
  describeOperation,
  isMutation,
  isSubscriptionOperation,
  type FailedOperation,
  type KnownOperation,
  type OperationCaller,
  type OperationRequest,
  type OperationSelection,
  type PreparedOperation,
} from './operation.ts';
import { createYogaServer, type YogaOptions, type YogaServer } from './yoga.ts';
import {
  excessiveCost,
  excessiveVariables,
  parseWithin,
  withLimitStatus,
  type OperationLimits,
} from './operation-limits.ts';

export interface PipelineOptions extends YogaOptions, DocumentStoreOptions {
  readonly executor: OperationExecutor;
  /** Limit on the running subscriptions of one viewer, over all connections. */
  readonly maxSubscriptionsPerViewer: number;
  /** Counts the subscriptions and queries that read logs. */
  readonly logReads: ConcurrencyLimit;
  /** Limit on the different operations that one viewer subscribes to. */
  readonly maxDistinctSubscriptionsPerViewer: number;
  /** Limit on the estimated bytes of the objects of all subscriptions of one viewer. */
  readonly maxSubscriptionBytesPerViewer: number;
  /** Limit on the characters of the objects of one subscription. */
  readonly maxBytesInFlight: number;
  /** Interval at which the permissions of subscribed viewers are checked again. */
  readonly recheckMs: number;
}

/**
 * Parses, validates and executes operations of all transports, and codes their errors.
 *
 * GET and POST requests with one response go through {@link yoga} until their document is known, then through {@link executeKnown}.
 * Server-Sent Events and WebSockets call {@link prepare} and {@link run}. All use the same schema, context, validation and error handling,
 * and none rejects.
 */
export class Pipeline {
  readonly subscriptions: SubscriptionRegistry;
  readonly documents: DocumentStore;
  /** Serves GET and POST. Disposed of by the HTTP server. */
  readonly yoga: YogaServer;
  readonly #publicError: (error: unknown) => GraphQLError;
  readonly #limits: OperationLimits;
  readonly #schema: GraphQLSchema;
  readonly #createContext: PipelineOptions['createContext'];
  readonly #documents = new DocumentCache();
  readonly #executor: OperationExecutor;

  constructor(options: PipelineOptions) {
    const { schema, createContext, publicError } = options;
    this.#publicError = publicError;
    this.#limits = options;
    this.#schema = schema;
    this.#createContext = createContext;
    this.documents = new DocumentStore(options);
    this.#executor = options.executor;
    this.subscriptions = new SubscriptionRegistry(options);
    this.yoga = createYogaServer(options, {
      documents: this.documents,
      documentCache: this.#documents,
      execute: (operation) => this.#execute(operation),
      withHttpErrors: (result, record) => this.#withHttpErrors(result, record),
    });
  }

  /**
   * Parses, validates and compiles an operation before a client sends it. Returns how far that is possible: not at all if it exceeds a
   * limit of the configuration.
   */
  precompile(query: string, { variables }: OperationSelection = {}): 'refused' | 'valid' | 'compiled' {
    const { parse, validate, schema } = this.yoga.getEnveloped();
    try {
      validate(schema, parse(query));
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
    }
    const document = this.knownDocument(query);
    if (!document) return 'refused';
    return this.#executor.prepare({ document, variableValues: variables }) ? 'compiled' : 'valid';
  }

  /** Returns the document with this text if it was valid in an earlier operation and is still in the cache. */
  knownDocument(text: string): DocumentNode | undefined {
    return this.#documents.valid(text);
  }

  /**
   * Executes a query or mutation of a known document. Its errors have the HTTP status that yoga reads. Never fails, or rejects. Returns a
   * promise only if the operation waits.
   */
  executeKnown(
    { document, operationName, variables }: KnownOperation,
    caller: OperationCaller,
  ): Awaitable<ExecutionResult | SerializedResult> {
    const finish = (result: ExecutionResult | SerializedResult) =>
      isSerialized(result) ? result : this.#withHttpErrors(result, caller.record);
    const fail = (error: unknown) => this.#withHttpErrors({ errors: [this.#publicError(error)] }, caller.record);
    try {
      const contextValue = this.#createContext(caller);
      const operation = { schema: this.#schema, document, operationName, variableValues: variables, contextValue };
      const result = this.#execute(operation);
      return result instanceof Promise ? result.then(finish).catch(fail) : finish(result);
    } catch (error) {
      return fail(error);
    }
  }

  /** Parses and validates an operation, and creates its context. Never rejects. */
  async prepare(request: OperationRequest, caller: OperationCaller): Promise<PreparedOperation | FailedOperation> {
    const { operationName, variables } = request;
    try {
      await turns.begin(caller.viewer.name);
      const { parse, validate, schema } = this.yoga.getEnveloped(caller);
      const document = parse(this.documents.textOf(request) ?? '');
      describeOperation(caller.record, { schema, document, operationName, variableValues: variables });
      const problems: readonly Error[] = validate(schema, document);
      if (problems.length > 0) return this.#failure(problems, caller.record);
      return { schema, document, operationName, variableValues: variables, contextValue: this.#createContext(caller) };
    } catch (error) {
      return this.#failure([error], caller.record);
    }
  }

  /**
   * Executes a query or mutation, or authorizes a subscription, which the caller must start. Never rejects.
   * @param after cursor of the last event that the client received, if the transport carries it
   */
  async run(
    operation: PreparedOperation,
    after?: string,
  ): Promise<ExecutionResult | SerializedResult | SubscriptionHandle> {
    const { record } = operation.contextValue;
    try {
      if (isSubscriptionOperation(operation)) {
        const errors = this.#invalidInputs(operation);
        return errors.length > 0 ? this.#failure(errors, record) : await this.#subscribe(operation, after);
      }
      const result = await this.#execute(operation);
      if (isSerialized(result)) return result;
      return result.errors ? { ...result, ...this.#failure(result.errors, record) } : result;
    } catch (error) {
      return this.#failure([error], record);
    }
  }

  /** Returns the type of the operation to execute. Undefined if it is invalid: {@link prepare} reports the error. */
  operationTypeOf(request: OperationRequest): string | undefined {
    try {
      const text = this.documents.textOf(request) ?? '';
      const document = this.knownDocument(text) ?? parseWithin(this.#limits, text);
      return getOperationAST(document, request.operationName)?.operation;
    } catch {
      return undefined;
    }
  }

  /**
   * Executes an operation after fetching the viewer's visibility of all resources that it reads. Returns an error, and stops
   * the execution, when the deadline passes.
   */
  #execute(operation: PreparedOperation): Awaitable<ExecutionResult | SerializedResult> {
    const { client, deadline, record } = operation.contextValue;
    describeOperation(record, operation);
    const errors = this.#invalidInputs(operation);
    if (errors.length > 0) return { errors };
    const recordCost = () => {
      if (record) record.cost = Math.ceil(client.cost.total);
    };
    try {
      const executed = this.#prefetchAndExecute(operation);
      if (!(executed instanceof Promise)) return executed;
      return (deadline?.race(executed) ?? executed).catch(codedResult).finally(recordCost);
    } catch (error) {
      return codedResult(error);
    } finally {
      recordCost();
    }
  }

  #prefetchAndExecute(operation: PreparedOperation): Awaitable<ExecutionResult | SerializedResult> {
    const { client, deadline, viewer } = operation.contextValue;
    const { resources } = dependenciesOf(operation.schema, operation.document);
    const execute = () =>
      andThen(this.#executor.execute(operation), (result) =>
        client.cost.isExceeded ? { errors: [excessiveCost(client.cost, isMutation(operation))] } : result,
      );
    const prefetched = client.reader.prefetch(resources, 'read');
    if (prefetched) return prefetched.then(() => turns.begin(viewer.name)).then(execute);
    const turn = turns.begin(viewer.name);
    return turn || deadline?.isOver ? Promise.resolve(turn).then(execute) : execute();
  }

  /** Authorizes a subscription within the deadline. The subscription itself has none. */
  async #subscribe(operation: PreparedOperation, after: string | undefined): Promise<SubscriptionHandle> {
    const { deadline, viewer } = operation.contextValue;
    await turns.begin(viewer.name);
    const subscribed = this.subscriptions.subscribe(operation, after);
    if (!deadline) return subscribed;
    // A subscription that is authorized too late must end its reservation.
    void subscribed.then(
      (handle) => deadline.signal.aborted && handle.discard(),
      () => undefined,
    );
    const handle = await deadline.race(subscribed);
    deadline.remove();
    return handle;
  }

  #invalidInputs(operation: ExecutionArgs): readonly GraphQLError[] {
    const excess = excessiveVariables(this.#limits, operation.variableValues);
    return excess ? [excess] : invalidNames(operation);
  }

  /** Codes the errors of a result, with the HTTP status that yoga reads, and records them. */
  #withHttpErrors(result: ExecutionResult, record: OperationRecord | undefined): ExecutionResult {
    if (!result.errors) return result;
    const errors = result.errors.map((error) => withLimitStatus(this.#publicError(error)));
    record?.fail(errors);
    return { ...result, errors };
  }

  #failure(errors: readonly unknown[], record: OperationRecord | undefined): FailedOperation {
    const shown = errors.map((error) => withoutHttp(this.#publicError(error)));
    record?.fail(shown);
    return { errors: shown };
  }
}

/** Returns the result of an operation that ended with a coded error. Throws every other error. */
function codedResult(error: unknown): ExecutionResult {
  if (!(error instanceof GraphQLError)) throw error;
  return { errors: [error] };
}

/** Removes the HTTP status that yoga reads from errors: these transports have no status per operation. */
export function withoutHttp(error: GraphQLError): GraphQLError {
  const { http: _, ...extensions } = error.extensions;
  const { message, nodes, source, positions, path } = error;
  return stackless(() => new GraphQLError(message, { nodes, source, positions, path, extensions }));
}
