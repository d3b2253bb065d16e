import type { ReadonlySignal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import type { ListDocument, ListResult, ListState, RowOf } from '../../../client/src/index.ts';
import type { TypedDocumentString } from '../__generated__/graphql.ts';
import { followRows } from './live-list.ts';
import { LiveObject, type LiveState } from './live-object.ts';
import type { Session } from './session.ts';
import { useStore } from './store.ts';

/** Follows a subscription of one object while the component is shown. Other variables start another one. */
export function useLiveObject<Result, Variables extends Record<string, unknown>>(
  document: TypedDocumentString<Result, Variables>,
  variables: Variables,
): LiveState<Result> {
  const state = useFollowed<LiveState<Result>>({
    document,
    variables,
    follow: (session) => new LiveObject(session, { document, variables: () => variables }),
  });
  return state ?? { status: 'connecting', data: undefined, error: undefined };
}

/** Follows a list while the component is shown. Other variables start another one. */
export function useLiveRows<Result extends ListResult<Result>, Variables extends object>(
  document: ListDocument<Result, Variables>,
  variables: Variables,
): ListState<RowOf<Result>> {
  const state = useFollowed<ListState<RowOf<Result>>>({
    document,
    variables,
    follow: (session) => followRows(session, document, variables),
  });
  return state ?? { status: 'connecting', rows: [], error: undefined };
}

interface Followed<State> {
  readonly state: ReadonlySignal<State>;
  stop(): void;
}

interface FollowOptions<State> {
  readonly document: object;
  readonly variables: object;
  readonly follow: (session: Session) => Followed<State>;
}

/** Returns the state for the current variables. Undefined until the effect has run, so nothing of the last ones is shown. */
function useFollowed<State>({ document, variables, follow }: FollowOptions<State>): State | undefined {
  const { session } = useStore();
  const key = JSON.stringify(variables);
  const [current, setCurrent] = useState<{ readonly key: string; readonly followed: Followed<State> }>();
  useEffect(() => {
    const followed = follow(session);
    setCurrent({ key, followed });
    return () => followed.stop();
  }, [session, document, key]);
  return current?.key === key ? current.followed.state.value : undefined;
}
