/** What has happened to the subscriptions since the process began. */
export interface SubscriptionStatistics {
  /** Operations that are executed now, once for all their readers. */
  readonly groups: number;
  /** Subscriptions that are open now. */
  readonly readers: number;
  /** How often an object was executed and serialised. */
  readonly renderings: number;
  /** Frames handed to sockets. */
  readonly frames: number;
  /** Changes that a slow reader has skipped, because a later one of the same object came. */
  readonly coalesced: number;
  /** Readers that were told to forget everything. */
  readonly resets: number;
  /** Readers that went on where they had been. */
  readonly resumes: number;
  /** Connections that were closed because their client did not read. */
  readonly slowCloses: number;
}

/** Counts up. */
export class SubscriptionCounters {
  renderings = 0;
  frames = 0;
  coalesced = 0;
  resets = 0;
  resumes = 0;
  slowCloses = 0;
}
