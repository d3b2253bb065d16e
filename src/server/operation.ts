import {
  getOperationAST,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLError,
} from 'graphql';
import type { SerializedResult } from '../execution/serialized-result.ts';
import type { Caller, Context } from '../graphql/context.ts';
import type { OperationRecord } from '../graphql/operation-record.ts';
import type { SubscriptionHandle } from '../subscriptions/subscription-handle.ts';

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
  readonly type: 'query' | 'mutation';
}

/** A result without data. Its errors are coded and may be shown to the client. */
export interface FailedOperation {
  readonly errors: GraphQLError[];
}

/** The client that sends an operation. */
export interface OperationCaller extends Caller {
  /** Counts an HTTP request as in progress. Must be disposed of when a subscription starts, which has limits of its own. */
  readonly inProgress?: Disposable;
  /** Whether the body of an HTTP request has been read and parsed: it is its `body`. */
  readonly isBodyParsed?: boolean;
}

/** Records the operation that is about to be validated or executed. */
export function describeOperation(record: OperationRecord | undefined, operation: ExecutionArgs): void {
  if (!record) return;
  const { document, operationName, variableValues } = operation;
  record.describe(document, operationName);
  if (record.type === 'mutation') record.mutation = { operationName, variableValues: variableValues ?? {} };
}

export function isMutation({ document, operationName }: ExecutionArgs): boolean {
  return getOperationAST(document, operationName)?.operation === 'mutation';
}

export function isSubscriptionOperation({ document, operationName }: ExecutionArgs): boolean {
  return getOperationAST(document, operationName)?.operation === 'subscription';
}

/** Whether a result is an authorized subscription, which the caller must start. */
export function isSubscription(
  result: ExecutionResult | SerializedResult | SubscriptionHandle,
): result is SubscriptionHandle {
  return 'start' in result;
}
