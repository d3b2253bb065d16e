import { signal, type ReadonlySignal } from '@preact/signals';
import type { TypedDocumentString } from '../__generated__/graphql.ts';
import { RequestError } from './request-error.ts';
import type { Session } from './session.ts';

const MIN_RETRY_MS = 500;
const MAX_RETRY_MS = 5_000;
/** Time after which a subscription that failed is tried again, because a permission may have been granted. */
export const FAILED_RETRY_MS = 10_000;
/** Codes that the same subscription usually gets again. */
const FINAL_CODES = new Set(['FORBIDDEN', 'NOT_FOUND', 'BAD_REQUEST', 'INVALID', 'UNAUTHENTICATED']);

/** The newest result of a subscription that is not a list. */
export interface LiveState<Result> {
  readonly status: 'connecting' | 'live' | 'stale' | 'failed' | 'completed';
  readonly data: Result | undefined;
  /** Reason of the interruption, or of the end. */
  readonly error: Error | undefined;
}

interface FollowOptions<Result, Variables> {
  readonly document: TypedDocumentString<Result, Variables>;
  /** Read for each attempt, so that a log can go on after its last line. */
  readonly variables: () => Variables;
  /** Called with each result, before the state changes. */
  readonly onResult?: (data: Result) => void;
  /** Returns whether the stream has ended for good, as the log of a container that has ended, so that it is not subscribed to again. */
  readonly isOver?: () => boolean;
}

/** Follows a subscription of one object or a log until it is stopped. Subscribes again after interruptions. */
export class LiveObject<Result, Variables extends Record<string, unknown>> {
  readonly #session: Session;
  readonly #options: FollowOptions<Result, Variables>;
  readonly #state = signal<LiveState<Result>>({ status: 'connecting', data: undefined, error: undefined });
  #unsubscribe: (() => void) | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #attempts = 0;
  #isStopped = false;

  constructor(session: Session, options: FollowOptions<Result, Variables>) {
    this.#session = session;
    this.#options = options;
    this.#connect();
  }

  get state(): ReadonlySignal<LiveState<Result>> {
    return this.#state;
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#retry);
    this.#unsubscribe?.();
  }

  #connect(): void {
    const { document, variables } = this.#options;
    let failure: Error | undefined;
    this.#unsubscribe = this.#session.live.subscribe<Result>(
      { query: document.toString(), variables: variables() },
      {
        next: ({ data, errors }) => {
          if (this.#isStopped) return;
          // A refused subscription has one result without data, and completes.
          failure = data ? undefined : errorOf(errors);
          if (!data) return;
          this.#attempts = 0;
          this.#options.onResult?.(data);
          this.#state.value = { status: 'live', data, error: errors?.[0] ? new Error(errors[0].message) : undefined };
        },
        error: (reason) => this.#interrupt(errorOf(reason)),
        complete: () => {
          if (!failure && this.#options.isOver?.())
            this.#state.value = { ...this.#state.value, status: 'completed', error: undefined };
          else this.#interrupt(failure ?? new Error('The stream has ended, and is opened again.'));
        },
      },
    );
  }

  #interrupt(error: Error): void {
    if (this.#isStopped) return;
    const isFinal = error instanceof RequestError && FINAL_CODES.has(error.code ?? '');
    const waiting = this.#state.value.data === undefined ? 'connecting' : 'stale';
    this.#state.value = { ...this.#state.value, status: isFinal ? 'failed' : waiting, error };
    const retryMs = isFinal ? FAILED_RETRY_MS : Math.min(MIN_RETRY_MS * 2 ** this.#attempts, MAX_RETRY_MS);
    this.#retry = setTimeout(() => this.#connect(), retryMs);
    this.#attempts += 1;
  }
}

/** Returns the error for GraphQL errors or a close event of the WebSocket. */
export function errorOf(reason: unknown): Error {
  if (Array.isArray(reason)) return new RequestError(reason);
  if (reason instanceof CloseEvent) {
    const message = reason.reason || `The connection was closed (${reason.code}).`;
    return reason.code === 4401
      ? new RequestError([{ message, extensions: { code: 'UNAUTHENTICATED' } }])
      : new Error(message);
  }
  return reason instanceof Error ? reason : new Error('The connection was lost.');
}
