import type { Query, QueryCacheNotifyEvent, QueryFunctionContext, QueryKey } from '@tanstack/query-core';
import type { ListState, LiveList } from './live-list.ts';

interface ListQueryOptions<Row> {
  readonly queryKey: QueryKey;
  readonly queryFn: (context: QueryFunctionContext) => Promise<ListState<Row>>;
  readonly staleTime: number;
  readonly retry: false;
}

/** The list that updates each query. */
const followed = new WeakMap<Query, () => void>();

/**
 * Returns options of a query whose data are the state of a live list. The query is pending until the first snapshot, and
 * then updated while it has observers. It fails if the list fails before the first snapshot; later, `data.status` and
 * `data.error` say so.
 */
export function listQueryOptions<Row>(queryKey: QueryKey, follow: () => LiveList<Row>): ListQueryOptions<Row> {
  const queryFn = (context: QueryFunctionContext) => startFollowing(context, follow());
  return { queryKey, queryFn, staleTime: Number.POSITIVE_INFINITY, retry: false };
}

function startFollowing<Row>(
  { client, queryKey, signal }: QueryFunctionContext,
  list: LiveList<Row>,
): Promise<ListState<Row>> {
  const cache = client.getQueryCache();
  const query = cache.find({ queryKey });
  if (!query) throw new TypeError(`Expected a query with the key ${JSON.stringify(queryKey)}, got none.`);
  followed.get(query)?.();
  let written: ListState<Row> | undefined;
  // The result of the fetch replaces what is written before the fetch has ended.
  const write = () => {
    if (!written || written === list.state || query.state.fetchStatus === 'fetching') return;
    written = list.state;
    client.setQueryData(queryKey, written);
  };
  const unlisten = cache.subscribe((event) => {
    if (event.query !== query) return;
    if (isUnused(event)) stop();
    else write();
  });
  const stop = () => {
    unlisten();
    list.stop();
    // The next observer fetches again, which starts a new list.
    query.invalidate();
  };
  followed.set(query, stop);
  // Since the signal is read, the query cancels the fetch when its last observer leaves before the first snapshot.
  signal.addEventListener('abort', () => query.getObserversCount() === 0 && stop(), { once: true });
  return new Promise((resolve, reject) => {
    list.subscribe(() => {
      const { state } = list;
      if (written) write();
      else if (state.status === 'failed') reject(state.error);
      else if (state.status === 'live') resolve((written = state));
    });
  });
}

function isUnused({ type, query }: QueryCacheNotifyEvent): boolean {
  return type === 'removed' || (type === 'observerRemoved' && query.getObserversCount() === 0);
}
