import { useEffect, useState } from 'preact/hooks';
import type { ListDocument, ListResult, ListState, RowOf } from '../../../client/src/index.ts';
import { followRows, type LiveRows } from './live-list.ts';
import { useStore } from './store.ts';

/** Follows a list while the component is shown. Other variables start another one. */
export function useLiveRows<Result extends ListResult<Result>, Variables extends object>(
  document: ListDocument<Result, Variables>,
  variables: Variables,
): ListState<RowOf<Result>> {
  const { session } = useStore();
  const key = JSON.stringify(variables);
  const [list, setList] = useState<{ readonly key: string; readonly live: LiveRows<RowOf<Result>> }>();
  useEffect(() => {
    const live = followRows(session, document, variables);
    setList({ key, live });
    return () => live.stop();
  }, [session, document, key]);
  // Until the effect has run, no row of the last list is shown.
  return list?.key === key ? list.live.state.value : { status: 'connecting', rows: [], error: undefined };
}
