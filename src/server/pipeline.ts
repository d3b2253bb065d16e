import { useEngine } from '@envelop/core';
import {
  getOperationAST,
  GraphQLError,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLSchema,
} from 'graphql';
import { createYoga, type Plugin, type YogaServerInstance } from 'graphql-yoga';
import { LRUCache } from 'lru-cache';
import type { Viewer } from '../auth/viewer.ts';
import type { OperationExecutor } from '../execution/operation-executor.ts';
import { isSerialized, type SerializedResult } from '../execution/serialized-result.ts';
import { isContext, type Context } from '../graphql/context.ts';
import type { ConcurrencyLimit } from '../graphql/concurrency-limit.ts';
import type { Deadline } from '../graphql/deadline.ts';
import { failure, stackless } from '../graphql/errors.ts';
import type { OperationRecord } from '../graphql/operation-record.ts';
import { invalidNames } from '../graphql/name-inputs.ts';
import { turns } from '../scheduling/turns.ts';
import { SubscriptionRegistry } from '../subscriptions/registry.ts';
import type { SubscriptionHandle } from '../subscriptions/subscriber.ts';
import { DocumentStore, type DocumentStoreOptions } from './document-store.ts';
import { readParameters } from './request-parameters.ts';
import { dependenciesOf } from '../graphql/field-dependencies.ts';
import { excessiveCost, excessiveVariables, parseWithin, withLimitStatus, type OperationLimits } from './limits.ts';

/** Operation of a document, and its variables. */
export interface OperationSelection {
  readonly operationName?: string | undefined;
  readonly variables?: Record<string, unknown> | undefined;
}

/** A GraphQL request, whatever the transport: the parameters of the GraphQL over HTTP specification. */
export interface OperationRequest extends OperationSelection {
  readonly query?: string | undefined;
  /** Id or hash of the document, instead of its text or with it: see {@link DocumentStore}. */
  readonly documentId?: string | undefined;
  readonly extensions?: unknown;
  /** Cursor of the last event that the client of a subscription received: `extensions.after`. */
  readonly after?: string | undefined;
}

/** An operation that is parsed, valid and has a context. It has not been executed. */
export type PreparedOperation = ExecutionArgs & { readonly contextValue: Context };

/** A query or mutation whose document is valid. */
export interface KnownOperation extends OperationSelection {
  readonly document: DocumentNode;
}

/** A result without data. Its errors are coded and may be shown to the client. */
interface FailedOperation {
  readonly errors: GraphQLError[];
}

/** The client that sends an operation. */
export interface OperationCaller {
  readonly viewer: Viewer;
  /** Time limit of the operation, cancelled when the client leaves. */
  readonly deadline: Deadline;
  readonly record?: OperationRecord | undefined;
  /** Counts an HTTP request as in progress. Must be disposed of when a subscription starts, which has limits of its own. */
  readonly inProgress?: Disposable;
  /** Whether the body of an HTTP request has been read and parsed: it is its `body`. */
  readonly isBodyParsed?: boolean;
}

export interface PipelineOptions extends OperationLimits, DocumentStoreOptions {
  readonly schema: GraphQLSchema;
  readonly endpoint: string;
  readonly executor: OperationExecutor;
  /** Limits on the bytes of the body of a request, and on the values in its JSON. */
  readonly maxBodyBytes: number;
  readonly maxBodyValues: number;
  readonly createContext: (viewer: Viewer, deadline: Deadline, record?: OperationRecord) => Context;
  /** Returns the error as it may be shown to clients: coded, and without internals, which are logged instead. */
  readonly publicError: (error: unknown) => GraphQLError;
  /** Limit on the running subscriptions of one viewer, over all connections. */
  readonly maxSubscriptionsPerViewer: number;
  /** Counts the subscriptions and queries that read logs. */
  readonly logReads: ConcurrencyLimit;
  /** Limit on the different operations that one viewer subscribes to. */
  readonly maxDistinctSubscriptionsPerViewer: number;
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
  readonly yoga: YogaServerInstance<OperationCaller, Context>;
  readonly #publicError: (error: unknown) => GraphQLError;
  readonly #limits: OperationLimits;
  readonly #schema: GraphQLSchema;
  readonly #createContext: PipelineOptions['createContext'];
  readonly #documents = createDocumentCache();
  readonly #valid = new WeakSet<DocumentNode>();
  readonly #executor: OperationExecutor;

  constructor(options: PipelineOptions) {
    const { schema, endpoint, createContext, publicError } = options;
    this.#publicError = publicError;
    this.#limits = options;
    this.#schema = schema;
    this.#createContext = createContext;
    this.documents = new DocumentStore(options);
    this.#executor = options.executor;
    this.subscriptions = new SubscriptionRegistry(options);
    this.yoga = createYoga<OperationCaller, Context>({
      schema,
      graphqlEndpoint: endpoint,
      context: ({ viewer, deadline, record }) => createContext(viewer, deadline, record),
      graphiql: false,
      landingPage: false,
      cors: false,
      multipart: false,
      maxRequestBodySize: options.maxBodyBytes,
      logging: false,
      healthCheckEndpoint: '/unused-health-check',
      maskedErrors: { maskError: (error) => publicError(bodyError(error, options.maxBodyBytes)) },
      parserAndValidationCache: { documentCache: this.#documents, errorCache: noErrorCache },
      plugins: [
        useEngine({
          parse: (source: string) => parseWithin(options, source),
          execute: async (operation: ExecutionArgs) => withStringify(await this.#execute(operation)),
          subscribe: refuseSubscription,
        }),
        readParameters(options, this.documents),
        recordAndCode((result, record) => this.#withHttpErrors(result, record), this.#valid),
      ],
    });
  }

  /**
   * Parses and validates documents that clients are likely to send, so that their first requests do not wait for it. Leaves out those
   * that exceed a limit of the configuration.
   */
  learn(texts: readonly string[]): void {
    const { parse, validate, schema } = this.yoga.getEnveloped();
    for (const text of texts) {
      try {
        validate(schema, parse(text));
      } catch (error) {
        if (!(error instanceof GraphQLError)) throw error;
      }
    }
  }

  /** Returns the document with this text if it was valid in an earlier operation and is still in the cache. */
  knownDocument(text: string): DocumentNode | undefined {
    const document = this.#documents.get(text);
    return document && this.#valid.has(document) ? document : undefined;
  }

  /** Executes a query or mutation of a known document. Its errors have the HTTP status that yoga reads. Never rejects. */
  async executeKnown(
    { document, operationName, variables }: KnownOperation,
    { viewer, deadline, record }: OperationCaller,
  ): Promise<ExecutionResult | SerializedResult> {
    try {
      const contextValue = this.#createContext(viewer, deadline, record);
      const operation = { schema: this.#schema, document, operationName, variableValues: variables, contextValue };
      const result = await this.#execute(operation);
      return isSerialized(result) ? result : this.#withHttpErrors(result, record);
    } catch (error) {
      return this.#withHttpErrors({ errors: [this.#publicError(error)] }, record);
    }
  }

  /** Parses and validates an operation, and creates its context. Never rejects. */
  async prepare(request: OperationRequest, caller: OperationCaller): Promise<PreparedOperation | FailedOperation> {
    const { operationName, variables } = request;
    try {
      await turns.begin(caller.viewer.name);
      const { parse, validate, contextFactory, schema } = this.yoga.getEnveloped(caller);
      const document = parse(this.documents.textOf(request) ?? '');
      describe(caller.record, { schema, document, operationName, variableValues: variables });
      const problems: readonly Error[] = validate(schema, document);
      if (problems.length > 0) return this.#failure(problems, caller.record);
      return { schema, document, operationName, variableValues: variables, contextValue: await contextFactory() };
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
  async #execute(operation: ExecutionArgs): Promise<ExecutionResult | SerializedResult> {
    const { schema, document, contextValue } = operation;
    if (!isContext(contextValue)) throw new TypeError('Expected an operation with a context of createContext.');
    const { client, deadline, record } = contextValue;
    describe(record, operation);
    const errors = this.#invalidInputs(operation);
    if (errors.length > 0) return { errors };
    const prefetchAndExecute = async () => {
      await client.reader.prefetch(dependenciesOf(schema, document).resources, 'read');
      await turns.begin(contextValue.viewer.name);
      const result = await this.#executor.execute({ ...operation, contextValue });
      return client.cost.isExceeded ? { errors: [excessiveCost(client.cost, isMutation(operation))] } : result;
    };
    try {
      return await (deadline?.race(prefetchAndExecute()) ?? prefetchAndExecute());
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      return { errors: [error] };
    } finally {
      if (record) record.cost = client.cost.limit.actual;
    }
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

/** Makes yoga record operations, also those that are not valid, code their errors, and note valid documents. */
function recordAndCode(
  withHttpErrors: (result: ExecutionResult, record: OperationRecord | undefined) => ExecutionResult,
  validDocuments: WeakSet<DocumentNode>,
): Plugin<Partial<OperationCaller>, OperationCaller> {
  return {
    onValidate: ({ params: { schema, documentAST: document }, context: { params, record } }) => {
      // Operations of the other transports have been described, with their variables.
      if (params)
        describe(record, { schema, document, operationName: params.operationName, variableValues: params.variables });
      return ({ valid }) => {
        if (valid) validDocuments.add(document);
      };
    },
    onExecutionResult: (done) => {
      const { result, context } = done;
      if (result && 'errors' in result) done.setResult(withHttpErrors(result, context.record));
    },
  };
}

/** Records the operation that is about to be validated or executed. */
function describe(record: OperationRecord | undefined, operation: ExecutionArgs): void {
  if (!record) return;
  const { document, operationName, variableValues } = operation;
  record.describe(document, operationName);
  if (record.type === 'mutation') record.mutation = { operationName, variableValues: variableValues ?? {} };
}

function isMutation({ document, operationName }: ExecutionArgs): boolean {
  return getOperationAST(document, operationName)?.operation === 'mutation';
}

export function isSubscriptionOperation({ document, operationName }: ExecutionArgs): boolean {
  return getOperationAST(document, operationName)?.operation === 'subscription';
}

export function isSubscription(
  result: ExecutionResult | SerializedResult | SubscriptionHandle,
): result is SubscriptionHandle {
  return 'start' in result;
}

/** Returns a result of yoga, which calls its `stringify` instead of JSON.stringify. */
function withStringify(result: ExecutionResult | SerializedResult): ExecutionResult {
  if (!isSerialized(result)) return result;
  const serialized: ExecutionResult & { readonly stringify: () => string } = { stringify: () => result.text };
  return serialized;
}

/** Removes the HTTP status that yoga reads from errors: these transports have no status per operation. */
function withoutHttp(error: GraphQLError): GraphQLError {
  const { http: _, ...extensions } = error.extensions;
  const { message, nodes, source, positions, path } = error;
  return stackless(() => new GraphQLError(message, { nodes, source, positions, path, extensions }));
}

/** Bound of the cached documents in characters. A parsed document takes a few hundred bytes per character at worst. */
const MAX_CACHED_CHARACTERS = 250_000;

/** Cache of parsed documents by text. yoga's own is bounded by entries only, so large documents could exhaust the memory. */
function createDocumentCache(): LRUCache<string, DocumentNode> {
  return new LRUCache({ maxSize: MAX_CACHED_CHARACTERS, sizeCalculation: (_, text) => text.length + 1 });
}

/** Documents that cannot be parsed are not cached. */
const noErrorCache = { get: () => undefined, set: () => undefined };

/**
 * Replaces errors about the body of a request: that of yoga for one that is too large by one that names the limit, and that of Node
 * for a client that has left before its end, which is no error of the gateway.
 */
function bodyError(error: unknown, maxBodyBytes: number): unknown {
  if (error instanceof Error && error.message === 'aborted' && 'code' in error && error.code === 'ECONNRESET')
    return failure('TIMEOUT', 'The request was cancelled.');
  if (!(error instanceof GraphQLError) || error.extensions['code'] !== 'REQUEST_ENTITY_TOO_LARGE') return error;
  const message = `Expected a body of at most ${maxBodyBytes} bytes (MAX_BODY_BYTES), got a longer one.`;
  return failure('TOO_LARGE', message, { limit: { name: 'MAX_BODY_BYTES', max: maxBodyBytes }, http: { status: 413 } });
}

function refuseSubscription(): ExecutionResult {
  const message =
    'Expected a transport that supports subscriptions. Connect to this URL by WebSocket (subprotocol graphql-transport-ws), or send Accept: text/event-stream for Server-Sent Events.';
  return { errors: [failure('NOT_ACCEPTABLE', message, { http: { status: 406 } })] };
}
