import { executeSubscriptionEvent } from 'graphql';
import type { AuthorizedUnsharedSubscription, SubscribeArgs } from './authorize.ts';
import { operationKey } from './operation-key.ts';
import { SerializedEvent } from './result-template.ts';
import { SharedResults } from './shared-results.ts';
import type { UnsharedExecution } from './unshared-subscription.ts';

/** Results of operations, by {@link operationKey}. */
const sharedResults = new SharedResults();

/**
 * Returns the source of a subscription with the execution of its operation. Sources that yield the same object, as those of totals
 * do, share its execution.
 */
export function unsharedExecutionOf(
  authorized: AuthorizedUnsharedSubscription,
  args: SubscribeArgs,
): UnsharedExecution {
  const { unshared: source, viewerDependent } = authorized;
  const addAccessChangeHandler = (handler: () => void) => followAccess(authorized, handler);
  if (source.options.isIncremental || viewerDependent) {
    const executeOwn = (event: unknown, signal: AbortSignal) => execute(authorized, { event, signal, shared: false });
    return { source, addAccessChangeHandler, execute: executeOwn };
  }
  const operation = operationKey(args, '');
  return {
    source,
    addAccessChangeHandler,
    execute: (event) => {
      // No subscriber may cancel it for the others.
      const run = () => execute(authorized, { event, signal: new AbortController().signal, shared: true });
      return typeof event === 'object' && event !== null ? sharedResults.get(event, operation, run) : run();
    },
  };
}

function followAccess(
  { context: { client }, authorizedAt }: AuthorizedUnsharedSubscription,
  handler: () => void,
): () => void {
  if (client.isChangedSince(authorizedAt)) handler();
  return client.addAccessChangeHandler((change) => {
    if (client.isAffectedBy(change)) handler();
  });
}

/** Rejects with the first error of the result. */
async function execute(
  { validated, context }: AuthorizedUnsharedSubscription,
  { event, signal, shared }: { readonly event: unknown; readonly signal: AbortSignal; readonly shared: boolean },
): Promise<SerializedEvent> {
  const { visibility } = context.client.reader;
  const contextValue = context.forEvent({ signal, onRead: () => undefined, visibility, shared });
  const result = await executeSubscriptionEvent({ ...validated, rootValue: event, contextValue });
  const [error] = result.errors ?? [];
  if (error && !signal.aborted) throw error;
  return new SerializedEvent(JSON.stringify(result));
}
