import { useMemo, useSyncExternalStore, type DependencyList } from 'react';
import type { ListState, LiveList } from './live-list.ts';

/**
 * Returns the state of a live list, which runs while the component is mounted.
 *
 * @example
 *   const { rows, status } = useLiveList(() => followList(client, FollowWorkspaces, { namespace }), [client, namespace]);
 *
 * @param follow creates the list, again after a change of `dependencies`
 */
export function useLiveList<Row>(follow: () => LiveList<Row>, dependencies: DependencyList): ListState<Row> {
  const list = useMemo(follow, dependencies);
  const read = () => list.state;
  return useSyncExternalStore(list.subscribe, read, read);
}
