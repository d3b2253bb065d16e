import { effect } from '@preact/signals';
import {
  FollowBulkActionDocument,
  PauseManyDocument,
  StartManyDocument,
  type FollowBulkActionSubscription,
} from '../__generated__/graphql.ts';
import { errorOf, LiveObject } from './live-object.ts';
import { RequestError } from './request-error.ts';
import type { Session } from './session.ts';

/** Limit of the names of one mutation. */
export const MAX_NAMES = 1_000;

export type BulkResult = FollowBulkActionSubscription['bulkAction']['results'][number];

interface BulkAction {
  readonly action: 'pause' | 'start';
  readonly namespace: string;
  /** Names of workspaces, up to {@link MAX_NAMES}. */
  readonly names: readonly string[];
  /** Called for each workspace, again after an interruption. */
  readonly onResult: (result: BulkResult) => void;
}

/**
 * Pauses or starts workspaces of a namespace. Resolves at the end of the action, which may have been ended before each workspace had a
 * result. The mutation is sent on the WebSocket of the subscription, so that both reach the same replica of the gateway.
 * Continues when another person acts, as the action does.
 * @throws {Error} The mutation or the credentials were refused, or the replica that ran the action has gone.
 */
export async function runBulkAction(
  session: Session,
  { action, namespace, names, onResult }: BulkAction,
): Promise<void> {
  const actionId = crypto.getRandomValues(new Uint32Array(4)).join('-');
  const query = String(action === 'pause' ? PauseManyDocument : StartManyDocument);
  try {
    for await (const { errors } of session.live.iterate({
      query,
      variables: { input: { actionId, namespace, names } },
    }))
      if (errors) throw new RequestError(errors);
  } catch (reason) {
    throw errorOf(reason);
  }
  await new Promise<void>((resolve, reject) => {
    const followed = new LiveObject(session, {
      document: FollowBulkActionDocument,
      variables: () => ({ actionId }),
      isOver: () => true,
      onResult: ({ bulkAction }) => bulkAction.results.forEach(onResult),
    });
    effect(() => {
      const { status, error } = followed.state.value;
      if (status === 'completed') resolve();
      if (status !== 'failed' && !session.isRefused.value) return;
      followed.stop();
      reject(error ?? new Error('The session has ended.'));
    });
  });
}
