import { signal, type ReadonlySignal } from '@preact/signals';
import {
  followList,
  type ListDocument,
  type ListResult,
  type ListState,
  type RowOf,
} from '../../../client/src/index.ts';
import { inFrames } from './frames.ts';
import type { Session } from './session.ts';

/** Longest time between two attempts to connect: a person is looking. */
const MAX_RETRY_MS = 5_000;

/** A live list as a signal, until it is stopped. */
export interface LiveRows<Row> {
  readonly state: ReadonlySignal<ListState<Row>>;
  readonly stop: () => void;
}

/** Follows a list of the gateway. The signal changes at most once per frame, whatever the rate of events. */
export function followRows<Result extends ListResult<Result>, Variables extends object>(
  session: Session,
  document: ListDocument<Result, Variables>,
  variables: Variables,
): LiveRows<RowOf<Result>> {
  const list = followList(session.live, document, variables, {
    key: keyOf,
    maxRetryMs: MAX_RETRY_MS,
    renewCredentials: (error) => {
      session.refuse();
      return Promise.reject(error);
    },
  });
  const state = signal(list.state);
  const frames = inFrames(
    () => {
      state.value = list.state;
    },
    () => list.state.rows.length,
  );
  list.subscribe(frames.request);
  return {
    state,
    stop: () => {
      frames.cancel();
      list.stop();
    },
  };
}

function keyOf(row: unknown): string {
  const { id }: { readonly id?: string } = Object(row);
  return id ?? '';
}
