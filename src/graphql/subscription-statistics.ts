/** Statistics of the subscriptions of one process. Counters start at zero with the process and only increase. */
export interface SubscriptionStatistics {
  /** Number of shared subscriptions now: operations that are executed once per change for all their subscribers. */
  readonly sharedSubscriptions: number;
  /** Number of subscriptions now. */
  readonly subscribers: number;
  /** Number of evaluations: executions of an operation for one object. */
  readonly renderings: number;
  /** Number of events sent. */
  readonly events: number;
  /** Number of queued events of slow subscribers that were replaced by a later event of the same object. */
  readonly coalesced: number;
  /** Number of subscribers with a cursor that received RESET, because a catch-up was not possible. */
  readonly resets: number;
  /** Number of subscribers with a cursor that received the missed events. */
  readonly resumes: number;
  /** Number of connections closed because their client did not read. */
  readonly slowCloses: number;
}

/** The counters of {@link SubscriptionStatistics}. */
export class SubscriptionCounters {
  renderings = 0;
  events = 0;
  coalesced = 0;
  resets = 0;
  resumes = 0;
  slowCloses = 0;
}
