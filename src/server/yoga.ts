import { useEngine } from '@envelop/core';
import type { ExecutionArgs, ExecutionResult, GraphQLError, GraphQLSchema } from 'graphql';
import { createYoga, type Plugin, type YogaServerInstance } from 'graphql-yoga';
import { isSerialized, type SerializedResult } from '../execution/serialized-result.ts';
import { isContext, type Caller, type Context } from '../graphql/context.ts';
import { failure } from '../graphql/errors.ts';
import { isRecord } from '../graphql/json-values.ts';
import type { OperationRecord } from '../graphql/operation-record.ts';
import type { Awaitable } from '../scheduling/awaitable.ts';
import type { DocumentCache } from './document-cache.ts';
import type { DocumentStore } from './document-store.ts';
import { parseWithin, type OperationLimits } from './operation-limits.ts';
import { describeOperation, type OperationCaller, type PreparedOperation } from './operation.ts';
import { bodyError, readParameters } from './request-parameters.ts';

export interface YogaOptions extends OperationLimits {
  readonly schema: GraphQLSchema;
  readonly endpoint: string;
  /** Limits on the bytes of the body of a request, and on the values in its JSON. */
  readonly maxBodyBytes: number;
  readonly maxBodyValues: number;
  readonly createContext: (caller: Caller) => Context;
  /** Returns the error as it may be shown to clients: coded, and without internals, which are logged instead. */
  readonly publicError: (error: unknown) => GraphQLError;
}

interface PipelineSteps {
  /** Documents by id. */
  readonly documents: DocumentStore;
  /** Parsed documents by text. */
  readonly documentCache: DocumentCache;
  readonly execute: (operation: PreparedOperation) => Awaitable<ExecutionResult | SerializedResult>;
  /** Codes the errors of a result, with the HTTP status that yoga reads, and records them. */
  readonly withHttpErrors: WithHttpErrors;
}

type WithHttpErrors = (result: ExecutionResult, record: OperationRecord | undefined) => ExecutionResult;

/** The client of a request that yoga serves. */
interface YogaCaller extends OperationCaller {
  /** Called with a result that the caller must send in place of yoga's response, which has no body: yoga would make one string of it. */
  readonly onSerialized?: (result: SerializedResult) => void;
}

/** Serves GET and POST requests with one response. Its parser and validation serve all transports. */
export type YogaServer = YogaServerInstance<YogaCaller, YogaContext>;

/** Returns a server of yoga that executes operations with the steps of the pipeline, and no subscriptions. */
export function createYogaServer(options: YogaOptions, steps: PipelineSteps): YogaServer {
  const { schema, endpoint, createContext, publicError } = options;
  const { documents, documentCache, execute, withHttpErrors } = steps;
  return createYoga<YogaCaller, YogaContext>({
    schema,
    graphqlEndpoint: endpoint,
    context: (caller) => ({ operationContext: createContext(caller) }),
    graphiql: false,
    landingPage: false,
    cors: false,
    multipart: false,
    maxRequestBodySize: options.maxBodyBytes,
    logging: false,
    healthCheckEndpoint: '/unused-health-check',
    maskedErrors: { maskError: (error) => publicError(bodyError(error, options.maxBodyBytes)) },
    parserAndValidationCache: { documentCache, errorCache: noErrorCache },
    plugins: [
      useEngine({
        parse: (source: string) => parseWithin(options, source),
        execute: async (operation: ExecutionArgs) => withoutText(await execute(withOwnContext(operation))),
        subscribe: refuseSubscription,
      }),
      readParameters(options, documents),
      recordAndCode(withHttpErrors, documentCache),
    ],
  });
}

/** Context of yoga's plugins. It contains that of the resolvers, because yoga copies its own properties. */
interface YogaContext {
  readonly operationContext: Context;
}

/** Returns an operation of yoga with the context of the resolvers. */
function withOwnContext({ contextValue, ...operation }: ExecutionArgs): PreparedOperation {
  const context: unknown = isRecord(contextValue) ? contextValue['operationContext'] : undefined;
  if (!isContext(context)) throw new TypeError('Expected an operation with a context of createContext.');
  return { ...operation, contextValue: context };
}

/** Makes yoga record operations, also those that are not valid, code their errors, and note valid documents. */
function recordAndCode(
  withHttpErrors: WithHttpErrors,
  documents: DocumentCache,
): Plugin<Partial<YogaCaller>, YogaCaller> {
  return {
    onValidate: ({ params: { schema, documentAST: document }, context: { params, record } }) => {
      // Operations of the other transports have been described, with their variables.
      if (params)
        describeOperation(record, {
          schema,
          document,
          operationName: params.operationName,
          variableValues: params.variables,
        });
      return ({ valid }) => {
        if (valid) documents.markValid(document);
      };
    },
    onExecutionResult: (done) => {
      const { result, context } = done;
      if (result && 'errors' in result) done.setResult(withHttpErrors(result, context.record));
    },
    // Errors of requests that name no operation, such as malformed JSON or the unknown hash of a document.
    onResultProcess: ({ result, serverContext: { record, onSerialized } }) => {
      if (isUnsent(result)) onSerialized?.(result.serialized);
      if (record?.errors.length === 0 && 'errors' in result) record.fail(result.errors ?? []);
    },
  };
}

/** A result of yoga, which calls its `stringify` instead of JSON.stringify. */
interface UnsentResult extends ExecutionResult {
  readonly serialized: SerializedResult;
  readonly stringify: () => string;
}

function withoutText(result: ExecutionResult | SerializedResult): ExecutionResult {
  if (!isSerialized(result)) return result;
  const unsent: UnsentResult = { serialized: result, stringify: () => '' };
  return unsent;
}

function isUnsent(result: object): result is UnsentResult {
  return 'serialized' in result;
}

/** Documents that cannot be parsed are not cached. */
const noErrorCache = { get: () => undefined, set: () => undefined };

function refuseSubscription(): ExecutionResult {
  const message =
    'Expected a transport that supports subscriptions. Connect to this URL by WebSocket (subprotocol graphql-transport-ws), or send Accept: text/event-stream for Server-Sent Events.';
  return { errors: [failure('NOT_ACCEPTABLE', message, { http: { status: 406 } })] };
}
