import { CombinedError, type Exchange, type Operation, type OperationResult } from '@urql/core';
import { filter, make, merge, mergeMap, pipe, share, takeUntil, type Source } from 'wonka';
import { idOf, requestFor, type RowOf } from './list-document.ts';
import { LiveList, type ListState, type LiveListOptions } from './live-list.ts';
import type { SubscriptionClient } from './subscription-client.ts';

type SharedOptions = Omit<LiveListOptions<unknown>, 'key' | 'initial' | 'compare'>;

const EXTENSION = 'liveList';

/**
 * Executes the subscriptions that select `cursor`, which are those of lists. Each result has the state of the list: read
 * it with `listOf`. `data` is empty. Other operations are forwarded. Rows are identified by their `id`.
 */
export function liveListExchange(client: SubscriptionClient, options: SharedOptions = {}): Exchange {
  return ({ forward }) =>
    (operations) => {
      const shared = pipe(operations, share);
      const results = pipe(
        shared,
        filter(isList),
        mergeMap((operation) => {
          const teardown = filter(({ kind, key }: Operation) => kind === 'teardown' && key === operation.key)(shared);
          return pipe(resultsOf(client, operation, options), takeUntil(teardown));
        }),
      );
      const others = pipe(
        shared,
        filter((operation) => !isList(operation)),
        forward,
      );
      return merge([results, others]);
    };
}

/** Returns the state of the list in a result of `useSubscription` or `client.subscription`. Undefined before the first. */
export function listOf<Result>(result: {
  readonly data?: Result | null | undefined;
  readonly extensions?: Readonly<Record<string, unknown>> | undefined;
}): ListState<RowOf<Result>> | undefined {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the exchange stores the state of this list there
  return result.extensions?.[EXTENSION] as ListState<RowOf<Result>> | undefined;
}

function isList({ kind, query }: Operation): boolean {
  return kind === 'subscription' && JSON.stringify(query.definitions).includes('"value":"cursor"');
}

function resultsOf(client: SubscriptionClient, operation: Operation, options: SharedOptions): Source<OperationResult> {
  return make((observer) => {
    const request = requestFor(operation.query, { ...operation.variables });
    const list = new LiveList<unknown>(client, request, { ...options, key: idOf });
    return list.subscribe(() => observer.next(resultFor(operation, list.state)));
  });
}

function resultFor(operation: Operation, state: ListState<unknown>): OperationResult {
  const { status, error } = state;
  return {
    operation,
    data: undefined,
    ...(status === 'failed' && error && { error: new CombinedError({ networkError: error }) }),
    extensions: { [EXTENSION]: state },
    stale: status === 'stale',
    hasNext: status !== 'failed',
  };
}
