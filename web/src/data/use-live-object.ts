import { useEffect, useState } from 'preact/hooks';
import type { TypedDocumentString } from '../__generated__/graphql.ts';
import { LiveObject, type LiveState } from './live-object.ts';
import { useStore } from './store.ts';

/** Follows a subscription while the component is shown. Other variables start another one. */
export function useLiveObject<Result, Variables extends Record<string, unknown>>(
  document: TypedDocumentString<Result, Variables>,
  variables: Variables,
): LiveState<Result> {
  const { session } = useStore();
  const key = JSON.stringify(variables);
  const [object, setObject] = useState<{ readonly key: string; readonly live: LiveObject<Result, Variables> }>();
  useEffect(() => {
    const live = new LiveObject(session, { document, variables: () => variables });
    setObject({ key, live });
    return () => live.stop();
  }, [session, document, key]);
  // Until the effect has run, nothing of the last object is shown.
  return object?.key === key ? object.live.state.value : { status: 'connecting', data: undefined, error: undefined };
}
