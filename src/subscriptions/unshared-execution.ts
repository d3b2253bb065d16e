import { executeSubscriptionEvent } from 'graphql';
import type { AuthorizedUnsharedSubscription, SubscribeArgs } from './authorize.ts';
import { operationKey } from './operation-key.ts';
import { SerializedEvent } from './result-template.ts';
import type { UnsharedExecution } from './unshared-subscription.ts';

/** Results of operations for one event, by {@link operationKey}. They end with the event. */
const sharedResults = new WeakMap<object, Map<string, Promise<SerializedEvent>>>();

/**
 * Returns the source of a subscription with the execution of its operation. Sources that yield the same object, as those of totals
 * do, share its execution.
 */
export function unsharedExecutionOf(
  authorized: AuthorizedUnsharedSubscription,
  args: SubscribeArgs,
): UnsharedExecution {
  const { unshared: source, viewerDependent } = authorized;
  if (source.options.isIncremental || viewerDependent)
    return { source, execute: (event, signal) => execute(authorized, { event, signal, shared: false }) };
  const operation = operationKey(args, '');
  return {
    source,
    execute: (event) => {
      const results = resultsOf(event);
      let result = results.get(operation);
      if (!result) {
        // No subscriber may cancel it for the others.
        result = execute(authorized, { event, signal: new AbortController().signal, shared: true });
        results.set(operation, result);
      }
      return result;
    },
  };
}

function resultsOf(event: unknown): Map<string, Promise<SerializedEvent>> {
  if (typeof event !== 'object' || event === null) return new Map();
  let results = sharedResults.get(event);
  if (!results) sharedResults.set(event, (results = new Map()));
  return results;
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
