import { useEngine } from '@envelop/core';
import {
  execute,
  getOperationAST,
  GraphQLError,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLSchema,
} from 'graphql';
import { createYoga, type YogaServerInstance } from 'graphql-yoga';
import type { Viewer } from '../auth/viewer.ts';
import { isContext, type Context } from '../graphql/context.ts';
import { failure } from '../graphql/errors.ts';
import { invalidNames } from '../graphql/name-inputs.ts';
import { SubscriptionRegistry } from '../subscriptions/registry.ts';
import type { SubscriptionHandle } from '../subscriptions/subscriber.ts';
import { dependenciesOf } from '../graphql/field-dependencies.ts';

/** What a client sends, on whatever transport. */
export interface OperationRequest {
  readonly query?: string | undefined;
  readonly operationName?: string | undefined;
  readonly variables?: Record<string, unknown> | undefined;
}

/** An operation that may be executed. */
export type PreparedOperation = ExecutionArgs & { readonly contextValue: Context };

/** Why an operation was not executed, or what went wrong in it. */
export interface FailedOperation {
  readonly errors: GraphQLError[];
}

/** Where an operation comes from. */
export interface OperationCaller {
  /** Aborts when the client has gone or has lost interest. */
  readonly signal: AbortSignal;
  /** Who sends it. */
  readonly viewer: Viewer;
}

export interface PipelineOptions {
  readonly schema: GraphQLSchema;
  readonly endpoint: string;
  readonly createContext: (viewer: Viewer, signal: AbortSignal) => Context;
  /** What a client may know of an error; what it may not is logged. */
  readonly publicError: (error: unknown) => GraphQLError;
  /** How many subscriptions one viewer may have at once, over all connections. */
  readonly maxSubscriptionsPerViewer: number;
  /** How often it is asked again what those who listen may see. */
  readonly recheckMs: number;
}

/** The one way an operation goes, whatever transport brings it: parsed, validated, executed, its errors made fit to be seen. */
export class Pipeline {
  readonly subscriptions: SubscriptionRegistry;
  /** GET and POST with one answer. */
  readonly yoga: YogaServerInstance<OperationCaller, Context>;
  readonly #publicError: (error: unknown) => GraphQLError;

  constructor(options: PipelineOptions) {
    const { schema, endpoint, createContext, publicError } = options;
    this.#publicError = publicError;
    this.subscriptions = new SubscriptionRegistry(options);
    this.yoga = createYoga<OperationCaller, Context>({
      schema,
      graphqlEndpoint: endpoint,
      context: ({ request, signal, viewer }) => createContext(viewer, request?.signal ?? signal),
      graphiql: false,
      landingPage: false,
      cors: false,
      multipart: false,
      logging: false,
      healthCheckEndpoint: '/yoga-has-no-health-check-of-its-own',
      maskedErrors: { maskError: publicError },
      plugins: [
        useEngine({ execute: executePrepared, subscribe: refuseStream }),
        {
          onExecutionResult: (done) => {
            const { result } = done;
            if (result && 'errors' in result && result.errors)
              done.setResult({ ...result, errors: result.errors.map(publicError) });
          },
        },
      ],
    });
  }

  /** Parses and validates an operation for a transport that can carry more than one answer. Never rejects. */
  async prepare(
    { query, operationName, variables }: OperationRequest,
    caller: OperationCaller,
  ): Promise<PreparedOperation | FailedOperation> {
    try {
      const { parse, validate, contextFactory, schema } = this.yoga.getEnveloped(caller);
      const document = parse(query ?? '');
      const problems: readonly Error[] = validate(schema, document);
      if (problems.length > 0) return this.#failure(problems);
      return { schema, document, operationName, variableValues: variables, contextValue: await contextFactory() };
    } catch (error) {
      return this.#failure([error]);
    }
  }

  /**
   * Executes a query or mutation; of a subscription, makes a stream that is yet to be started. Never rejects.
   * @param after the cursor of the last event that the client has, where the transport tells it
   */
  async begin(operation: PreparedOperation, after?: string): Promise<ExecutionResult | SubscriptionHandle> {
    try {
      const type = getOperationAST(operation.document, operation.operationName)?.operation;
      if (type === 'subscription') {
        const errors = invalidNames(operation);
        return errors.length > 0 ? this.#failure(errors) : await this.subscriptions.subscribe(operation, after);
      }
      const result = await executePrepared(operation);
      return result.errors ? { ...result, ...this.#failure(result.errors) } : result;
    } catch (error) {
      return this.#failure([error]);
    }
  }

  #failure(errors: readonly unknown[]): FailedOperation {
    return { errors: errors.map((error) => withoutHttp(this.#publicError(error))) };
  }
}

/** Executes an operation once it is known what the viewer sees of all that it reads. */
async function executePrepared(operation: ExecutionArgs): Promise<ExecutionResult> {
  const { schema, document, contextValue } = operation;
  if (!isContext(contextValue)) throw new TypeError('An operation came without a context of ours.');
  const errors = invalidNames(operation);
  if (errors.length > 0) return { errors };
  await contextValue.client.reader.prefetch(dependenciesOf(schema, document).resources, 'read');
  return execute(operation);
}

/** Whether an operation goes on giving answers. */
export function isStream(answer: ExecutionResult | SubscriptionHandle): answer is SubscriptionHandle {
  return 'start' in answer;
}

/** yoga notes the HTTP status of an answer on its errors; these transports have none per operation. */
function withoutHttp(error: GraphQLError): GraphQLError {
  const { http: _, ...extensions } = error.extensions;
  const { message, nodes, source, positions, path } = error;
  return new GraphQLError(message, { nodes, source, positions, path, extensions });
}

function refuseStream(): ExecutionResult {
  const message =
    'Subscriptions are served over WebSocket (subprotocol graphql-transport-ws) at this address, and over Server-Sent Events to requests with Accept: text/event-stream.';
  return { errors: [failure('NOT_ACCEPTABLE', message, { http: { status: 406 } })] };
}
