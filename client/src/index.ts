import { idOf, requestFor, type ListDocument, type ListResult, type RowOf } from './list-document.ts';
import { LiveList, type ListState, type LiveListOptions } from './live-list.ts';
import type { SubscriptionClient } from './subscription-client.ts';

export type { RowOf, ListDocument, ListResult } from './list-document.ts';
export { ListError } from './list-error.ts';
export type { LiveList, ListState } from './live-list.ts';
export type { SubscriptionClient } from './subscription-client.ts';

/** Options of a live list. A row without an `id` needs `key`. */
export type ListOptions<Row> = LiveListOptions<Row> & ([Row] extends [{ readonly id: string }] ? unknown : Keyed<Row>);

interface Keyed<Row> {
  readonly key: (row: Row) => string;
}

export type FollowOptions<Row> = ListOptions<Row> & Callbacks<Row>;

interface Callbacks<Row> {
  /** Called after each change. A snapshot is one change. If given, the subscription starts at once. */
  readonly onChange?: ((state: ListState<Row>, list: LiveList<Row>) => void) | undefined;
  /** Ends the subscription and all iterations when it is aborted. */
  readonly signal?: AbortSignal | undefined;
}

/** The options, which may be left out if the rows have an `id`. */
export type Optional<Row, Options> = [Row] extends [{ readonly id: string }] ? [options?: Options] : [options: Options];

/**
 * Follows a list subscription of the gateway. With `onChange` it starts at once and ends with `signal` or `stop()`.
 * Otherwise it starts with the first `subscribe()` or iteration and ends with the last.
 *
 * @example
 *   const list = followList(client, FollowWorkspaces, { namespace: 'team-a' }, { onChange: ({ rows }) => show(rows) });
 *
 * @example
 *   for await (const { status, rows } of followList(client, FollowWorkspaces, {})) show(rows, status);
 */
export function followList<Result extends ListResult<Result>, Variables extends object>(
  client: SubscriptionClient,
  document: ListDocument<Result, Variables>,
  variables: Variables,
  ...[options]: Optional<RowOf<Result>, FollowOptions<RowOf<Result>>>
): LiveList<RowOf<Result>> {
  const {
    onChange,
    signal,
    key = idOf,
    ...rest
  }: LiveListOptions<RowOf<Result>> & Callbacks<RowOf<Result>> = options ?? {};
  const list = new LiveList<RowOf<Result>>(client, requestFor(document, variables), { ...rest, key });
  if (signal?.aborted) list.stop();
  else signal?.addEventListener('abort', () => list.stop(), { once: true });
  if (onChange) list.subscribe(() => onChange(list.state, list));
  return list;
}
