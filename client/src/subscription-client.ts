/**
 * The part of a client of graphql-ws or graphql-sse that is used. Both packages' clients have this type; neither is
 * imported.
 */
export interface SubscriptionClient {
  subscribe(request: SubscriptionRequest, sink: SubscriptionSink, listeners?: ConnectionListeners): () => void;
  /** graphql-ws reports a lost socket here, and a new one in the same way as the first. */
  on?(event: 'closed', listener: (event: unknown) => void): () => void;
}

/** Operation of a subscription, in the form that both protocols send. */
export interface SubscriptionRequest {
  readonly query: string;
  readonly operationName?: string | undefined;
  readonly variables?: Record<string, unknown> | undefined;
  readonly extensions?: Record<string, unknown> | undefined;
}

export interface SubscriptionSink {
  next(result: SubscriptionResult): void;
  /** GraphQL errors, a close event of the WebSocket, or an error of the HTTP request. */
  error(reason: unknown): void;
  complete(): void;
}

export interface SubscriptionResult {
  readonly data?: unknown;
  readonly errors?: readonly GraphQLErrorLike[] | undefined;
}

export interface GraphQLErrorLike {
  readonly message: string;
  readonly path?: readonly (string | number)[] | undefined;
  readonly extensions?: Readonly<Record<string, unknown>> | undefined;
}

/** graphql-sse reports here that it connects, and whether it does so again. */
interface ConnectionListeners {
  connecting?(again: boolean): void;
}
