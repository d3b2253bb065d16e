import { signal, type ReadonlySignal } from '@preact/signals';
import {
  followList,
  type ListDocument,
  type ListResult,
  type ListState,
  type LiveList,
  type RowOf,
} from '../../../client/src/index.ts';
import { inFrames } from './frames.ts';
import { FAILED_RETRY_MS } from './live-object.ts';
import type { Session } from './session.ts';

/** Longest time between two attempts to connect. Short, because a person waits for it. */
const MAX_RETRY_MS = 5_000;

/** A live list as a signal, until it is stopped. */
export interface LiveRows<Row> {
  readonly state: ReadonlySignal<ListState<Row>>;
  readonly stop: () => void;
}

interface FollowRowsOptions {
  /** The list starts when it resolves, so that a first page does not wait for the snapshot of the list. */
  readonly after?: Promise<unknown>;
}

/** Follows a list of the gateway. The signal changes at most once per frame, at any rate of events. */
export function followRows<Result extends ListResult<Result>, Variables extends object>(
  session: Session,
  document: ListDocument<Result, Variables>,
  variables: Variables,
  { after = Promise.resolve() }: FollowRowsOptions = {},
): LiveRows<RowOf<Result>> {
  const state = signal<ListState<RowOf<Result>>>({ status: 'connecting', rows: [], error: undefined });
  let list: LiveList<RowOf<Result>> | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let isStopped = false;
  const start = () => {
    if (isStopped) return;
    list = followList(session.live, document, variables, { key: keyOf, maxRetryMs: MAX_RETRY_MS, ...renewal(session) });
    list.subscribe(frames.request);
  };
  const show = () => {
    if (!list) return;
    // Until a new attempt has an answer, the failure of the last one is shown.
    if (list.state.status !== 'connecting' || state.value.status !== 'failed') state.value = visibleState(list.state);
    if (list.state.status === 'failed' && !session.isRefused.value) retry = setTimeout(start, FAILED_RETRY_MS);
  };
  const frames = inFrames(show, () => state.value.rows.length);
  void after.then(start);
  return {
    state,
    stop: () => {
      isStopped = true;
      clearTimeout(retry);
      frames.cancel();
      list?.stop();
    },
  };
}

/** A session cannot renew its credentials: the person has to. */
function renewal(session: Session) {
  return {
    renewCredentials: (error: Error): Promise<never> => {
      session.refuse();
      return Promise.reject(error);
    },
  };
}

/** Returns the state without rows that the viewer may not see any more. */
function visibleState<Row>(state: ListState<Row>): ListState<Row> {
  return state.status === 'failed' && state.error?.code === 'FORBIDDEN' ? { ...state, rows: [] } : state;
}

function keyOf(row: unknown): string {
  const { id }: { readonly id?: string } = Object(row);
  return id ?? '';
}
