/**
 * Names of the limits that refuse requests and operations: settings, and constants of the gateway. The metric of exceeded limits has a
 * sample for each from the start, so that alerts notice the first refusals.
 */
export const limitNames = [
  'MAX_ACCESS_REVIEWS_PER_REQUEST',
  'MAX_BODY_BYTES',
  'MAX_BODY_VALUES',
  'MAX_BULK_ACTIONS',
  'MAX_BULK_ACTIONS_PER_VIEWER',
  'MAX_BYTES_IN_FLIGHT',
  'MAX_DISTINCT_SUBSCRIPTIONS_PER_VIEWER',
  'MAX_DOCUMENT_BYTES',
  'MAX_DOCUMENT_TOKENS',
  'MAX_FAILED_AUTHENTICATIONS_PER_MINUTE',
  'MAX_FIELD_COMPARISONS',
  'MAX_LOG_STREAMS_PER_VIEWER',
  'MAX_OPERATIONS_PER_CONNECTION',
  'MAX_OPERATION_ALIASES',
  'MAX_OPERATION_COST',
  'MAX_OPERATION_DEPTH',
  'MAX_OPERATION_DIRECTIVES',
  'MAX_OPERATION_FIELDS',
  'MAX_PAGE',
  'MAX_REQUESTS',
  'MAX_REQUESTS_PER_VIEWER',
  'MAX_ROOT_FIELDS',
  'MAX_SUBSCRIPTIONS_PER_CONNECTION',
  'MAX_SUBSCRIPTIONS_PER_VIEWER',
  'MAX_SUBSCRIPTION_BYTES_PER_VIEWER',
  'MAX_UNAUTHENTICATED_WEBSOCKETS_PER_ADDRESS',
  'MAX_WEBSOCKETS',
  'MAX_WEBSOCKETS_PER_VIEWER',
  'MOST_WORKSPACES',
] as const;

export type LimitName = (typeof limitNames)[number];

/** `extensions.limit` of an error. */
export interface ExceededLimit {
  readonly name: LimitName;
  readonly max: number;
  /** Undefined if it was not counted to the end. */
  readonly actual?: number;
}
