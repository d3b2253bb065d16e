import { useEffect, useState } from 'preact/hooks';
import type { TypedDocumentString } from '../__generated__/graphql.ts';
import { startPolling } from './polling.ts';
import { messageOf } from './request-error.ts';
import { useStore } from './store.ts';

const POLL_MS = 5_000;

/** The last result of a polled query. */
export interface Polled<Result> {
  readonly data: Result | undefined;
  /** Reason for which the last attempt failed. The data is that of an earlier one. */
  readonly error: string | undefined;
}

/** Sends a query every few seconds while the component is shown and the page is visible. For data without a subscription. */
export function usePolled<Result, Variables>(
  document: TypedDocumentString<Result, Variables>,
  variables: Variables,
): Polled<Result> {
  const { session } = useStore();
  const key = JSON.stringify(variables);
  const [polled, setPolled] = useState<Polled<Result> & { readonly key: string }>();
  useEffect(() => {
    const poll = async (signal: AbortSignal) => {
      try {
        const data = await session.request(document, variables, signal);
        setPolled({ key, data, error: undefined });
      } catch (error) {
        if (signal.aborted) return;
        setPolled((last) => ({ key, data: last?.key === key ? last.data : undefined, error: messageOf(error) }));
      }
    };
    return startPolling(poll, POLL_MS);
  }, [session, document, key]);
  return polled?.key === key ? polled : { data: undefined, error: undefined };
}
