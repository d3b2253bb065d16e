import type { GraphQLError } from 'graphql';
import { failure } from './errors.ts';
import type { ExceededLimit, LimitName } from './exceeded-limit.ts';

interface ConcurrencyLimitOptions {
  /** Limit for one viewer, or for one of what `owner` says, with the name of its setting. */
  readonly perViewer: Limit;
  /** Limit for all viewers together. None by default. */
  readonly total?: Limit;
  /** Plural noun for the error, such as `subscriptions`. */
  readonly noun: string;
  /** Singular noun for the error: what the key of {@link ConcurrencyLimit.enter} names. A viewer by default. */
  readonly owner?: string;
}

interface Limit {
  readonly setting: LimitName;
  readonly max: number;
}

/** Counts what is in progress for each viewer, and in total. Holds one number per viewer who has something in progress. */
export class ConcurrencyLimit {
  readonly #options: ConcurrencyLimitOptions;
  readonly #byViewer = new Map<string, number>();
  #total = 0;

  constructor(options: ConcurrencyLimitOptions) {
    this.#options = options;
  }

  /**
   * Counts one more until the result is disposed of. Callers enter before they wait for anything, so that concurrent callers
   * cannot exceed the limit.
   * @throws {GraphQLError} RATE_LIMITED if the viewer, or all viewers together, have reached the limit
   */
  enter(viewer: string): Disposable {
    const { perViewer, total, noun, owner = 'one viewer over all connections' } = this.#options;
    const before = this.#byViewer.get(viewer) ?? 0;
    if (before >= perViewer.max) throw tooMany(perViewer, `concurrent ${noun} of ${owner}`);
    if (total && this.#total >= total.max) throw tooMany(total, `concurrent ${noun} of all viewers`);
    this.#byViewer.set(viewer, before + 1);
    this.#total += 1;
    return new Entry(this, viewer);
  }

  /** Called when an entry is disposed of. */
  leave(viewer: string): void {
    this.#total -= 1;
    const left = (this.#byViewer.get(viewer) ?? 0) - 1;
    if (left > 0) this.#byViewer.set(viewer, left);
    else this.#byViewer.delete(viewer);
  }
}

/** One of what a {@link ConcurrencyLimit} counts. Not a closure: there is one for each request. */
class Entry implements Disposable {
  #limit: ConcurrencyLimit | undefined;
  readonly #viewer: string;

  constructor(limit: ConcurrencyLimit, viewer: string) {
    this.#limit = limit;
    this.#viewer = viewer;
  }

  [Symbol.dispose](): void {
    this.#limit?.leave(this.#viewer);
    this.#limit = undefined;
  }
}

/** Time to wait before the next attempt. Requests in progress normally end sooner. */
const RETRY_AFTER_SECONDS = 1;

/** Returns the RATE_LIMITED error for one more than a limit. Over HTTP it has status 429. */
export function tooMany({ setting, max }: Limit, what: string): GraphQLError {
  const message = `Expected at most ${max} ${what} (${setting}), got one more. Wait until one has ended.`;
  return rateLimited(message, { name: setting, max, actual: max + 1 });
}

/** Returns the RATE_LIMITED error for requests that would exceed MAX_BYTES_IN_FLIGHT. */
export function tooManyBytes(max: number): GraphQLError {
  const message = `Expected at most ${max} bytes in requests and answers of all clients (MAX_BYTES_IN_FLIGHT), got more. Wait until some have ended.`;
  return rateLimited(message, { name: 'MAX_BYTES_IN_FLIGHT', max });
}

/** Returns the RATE_LIMITED error for subscriptions of one viewer whose objects, or unread events, would exceed MAX_SUBSCRIPTION_BYTES_PER_VIEWER. */
export function tooManySubscriptionBytes(max: number): GraphQLError {
  const message = `Expected the objects, and the unread events, of all subscriptions of one viewer to take at most ${max} bytes (MAX_SUBSCRIPTION_BYTES_PER_VIEWER), got more. Read all events, end other subscriptions, subscribe to a namespace or with a filter, or select fewer long fields, such as \`manifest\`.`;
  return rateLimited(message, { name: 'MAX_SUBSCRIPTION_BYTES_PER_VIEWER', max });
}

function rateLimited(message: string, limit: ExceededLimit): GraphQLError {
  return failure('RATE_LIMITED', message, {
    limit,
    retryAfterSeconds: RETRY_AFTER_SECONDS,
    http: { status: 429, headers: { 'retry-after': String(RETRY_AFTER_SECONDS) } },
  });
}
