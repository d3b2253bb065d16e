/**
 * Serves GraphQL subscriptions from the watch cache. `docs/live-updates.md` is the contract for clients.
 *
 * A subscription is a query whose result set is kept up to date. The cost of a change does not depend on the number of subscribers:
 * subscribers of the same operation (document, variables) with the same visibility share one {@link SharedSubscription}, which filters,
 * executes and serializes once.
 *
 *     cache ─▶ DirtySet ─▶ ResultSet.evaluate ─▶ SharedBatch ──▶ EventSink ─▶ socket   (caught-up subscribers)
 *                ▲                    │        └▶ queue ─────▶ EventSink ─▶ socket   (slow subscribers)
 *                └── Dependencies ◀───┘
 *
 * 1. Change. The store calls the event handler synchronously, which marks the object in the {@link DirtySet}. A change of a related
 *    object, such as the WorkspaceKind of a Workspace, marks the rows that {@link Dependencies} recorded for it.
 * 2. Evaluation. At the end of the turn, a {@link SerialLoop} drains the set. The {@link ResultSet} applies the filter and executes the
 *    operation for each object; an event results only if the {@link ResultTemplate} has other content.
 * 3. Delivery. The events of one evaluation form a batch that ends at a numbered {@link Checkpoint}. Caught-up subscribers send the
 *    same serialized events, because they have the same cursors. A {@link Subscriber} whose sink is not ready queues at most one event
 *    per object, so it skips intermediate states and delays no other subscriber.
 *
 * A subscriber first receives its {@link InitialEvents}: the snapshot, or the events that it has missed since its cursor (see
 * {@link CatchUp}). Permissions are rechecked while subscriptions run: subscribers whose visibility has changed move to another shared
 * subscription and receive the difference between the two result sets (see {@link ViewerSubscriptions}).
 *
 * Subscriptions to one object send the object, or null, instead of events; they need neither cursors nor RESET. Each subscription to a
 * log, to totals or to a bulk action reads a source of its own (see {@link ActiveUnsharedSubscription}); those to the same log share the
 * connection to the API server, and those to the same totals the result.
 */
import { executeSubscriptionEvent, type ExecutionResult, type GraphQLError } from 'graphql';
import type { OperationExecutor } from '../execution/operation-executor.ts';
import { ConcurrencyLimit } from '../graphql/concurrency-limit.ts';
import type { EventContext } from '../graphql/context.ts';
import { failure } from '../graphql/errors.ts';
import { selectionSizeOf } from '../graphql/field-costs.ts';
import { declaredVariables } from '../graphql/variables.ts';
import { SubscriptionCounters, type SubscriptionStatistics } from '../graphql/subscription-statistics.ts';
import {
  authorizeShared,
  authorizeSubscription,
  authorizeUnshared,
  type AuthorizedSubscription,
  type AuthorizedUnsharedSubscription,
  type SubscribeArgs,
} from './authorize.ts';
import type { StreamPosition } from './cursor.ts';
import { DistinctSubscriptions } from './distinct-subscriptions.ts';
import { operationKey } from './operation-key.ts';
import { SharedSubscription } from './shared-subscription.ts';
import { SubscriptionBytes } from './subscription-bytes.ts';
import type { EventSink, SubscriptionHandle } from './subscription-handle.ts';
import { unsharedExecutionOf } from './unshared-execution.ts';
import { ActiveUnsharedSubscription } from './unshared-subscription.ts';
import { ActiveSubscription, ViewerSubscriptions } from './viewer-subscriptions.ts';

interface SubscriptionRegistryOptions {
  readonly executor: OperationExecutor;
  /** Returns the error as clients may see it. */
  readonly publicError: (error: unknown) => GraphQLError;
  /** Maximum number of concurrent subscriptions of one viewer, over all connections. */
  readonly maxSubscriptionsPerViewer: number;
  /** Counts the subscriptions to logs. */
  readonly logReads: ConcurrencyLimit;
  /** Maximum number of different operations, with their variables, that one viewer subscribes to at the same time. */
  readonly maxDistinctSubscriptionsPerViewer: number;
  /** Limit on the characters of the objects of one subscription. */
  readonly maxBytesInFlight: number;
  /** Limit on the estimated bytes of the objects of all subscriptions of one viewer, and on those of their queues. */
  readonly maxSubscriptionBytesPerViewer: number;
  /** Interval at which it is checked whether viewers of running subscriptions have to be authorized again. */
  readonly recheckMs: number;
}

/**
 * Maximum age of decisions that are not observed when a subscription starts. Cached decisions would otherwise be used for
 * almost twice their time to live, as the next recheck may be a full interval away.
 */
const MAX_DECISION_AGE_MS = 1_000;

/**
 * Returns a signal that never aborts, for rechecks, which are for all subscribers: the request that started a subscription must not
 * cancel them. Each has its own, as a signal compares a new listener with all others.
 */
function neverAborted(): AbortSignal {
  return new AbortController().signal;
}

interface SharedSubscriptionRequest {
  readonly authorized: AuthorizedSubscription;
  readonly args: SubscribeArgs;
  /** Its {@link operationKey}. */
  readonly operation: string;
  /** Cursor that the transport transmits. */
  readonly after: string | undefined;
  /** Ends the reservation of the viewer. */
  readonly release: () => void;
}

interface OpenedSubscription extends Pick<SharedSubscriptionRequest, 'authorized' | 'release'> {
  readonly subscriptions: ViewerSubscriptions;
  /** Undefined if the client wants a snapshot. */
  readonly resumeFrom: StreamPosition | undefined;
}

/**
 * All running subscriptions of the process: the entry point for the transports.
 *
 * Memory: one {@link SharedSubscription} per operation and visibility, and a few kilobytes per subscription. The number of
 * subscriptions is bounded per viewer. Nothing is kept of a subscription that has ended, and the recheck timer runs only
 * while there are subscriptions, so the registry needs no disposal.
 */
export class SubscriptionRegistry {
  readonly #shared = new Map<string, SharedSubscription>();
  readonly #viewerSubscriptions = new Map<string, ViewerSubscriptions>();
  readonly #options: SubscriptionRegistryOptions;
  /** Subscriptions from the start of their authorization to their end. */
  readonly #limit: ConcurrencyLimit;
  /** Distinct shared subscriptions by viewer. */
  readonly #distinct: DistinctSubscriptions;
  readonly #bytes: SubscriptionBytes;
  /** Of the queues of slow subscribers. Apart from those of the result sets, which other subscribers share: only slow ones end. */
  readonly #queueBytes: SubscriptionBytes;
  #running = 0;
  readonly counters = new SubscriptionCounters();
  #rechecks: NodeJS.Timeout | undefined;

  constructor(options: SubscriptionRegistryOptions) {
    this.#options = options;
    const perViewer = { setting: 'MAX_SUBSCRIPTIONS_PER_VIEWER', max: options.maxSubscriptionsPerViewer } as const;
    this.#limit = new ConcurrencyLimit({ perViewer, noun: 'subscriptions' });
    this.#distinct = new DistinctSubscriptions(options.maxDistinctSubscriptionsPerViewer);
    this.#bytes = new SubscriptionBytes(options.maxSubscriptionBytesPerViewer);
    this.#queueBytes = new SubscriptionBytes(options.maxSubscriptionBytesPerViewer);
  }

  get statistics(): SubscriptionStatistics {
    return { sharedSubscriptions: this.#shared.size, subscribers: this.#running, ...this.counters };
  }

  /**
   * Authorizes and validates a subscription. Nothing runs until the handle is started. The subscription counts towards the
   * limit of its viewer from this call on, so that concurrent calls cannot exceed it.
   * @param after cursor of the last event that the client has received, if the transport transmits it; it takes
   * precedence over the `after` argument of the field
   * @throws {GraphQLError} BAD_REQUEST for an operation or a cursor that is not valid, or a snapshot that costs too much; RATE_LIMITED for
   * too many subscriptions of the viewer
   * @throws {StatusError} if the viewer may not list and watch the objects, or the cache cannot serve them
   */
  async subscribe(given: SubscribeArgs, after?: string): Promise<SubscriptionHandle> {
    const args = { ...given, variableValues: declaredVariables(given) }; // kept while the subscription runs
    const reservation = new DisposableStack();
    const release = () => reservation.dispose();
    reservation.use(this.#limit.enter(args.contextValue.viewer.name));
    try {
      const notBefore = performance.now() - MAX_DECISION_AGE_MS;
      const authorized = await authorizeSubscription(args, { notBefore, signal: args.contextValue.signal });
      if ('unshared' in authorized) {
        const { name } = args.contextValue.viewer;
        const { isLog } = authorized.unshared.options;
        reservation.use(
          isLog ? this.#options.logReads.enter(name) : this.#distinct.enter(name, operationKey(args, '')),
        );
        return this.#openUnshared(authorized, args, release);
      }
      const operation = operationKey(args, authorized.source.selection);
      reservation.use(this.#distinct.enter(args.contextValue.viewer.name, operation));
      return this.#openShared({ authorized, args, operation, after, release });
    } catch (error) {
      release();
      throw error;
    }
  }

  #openShared(request: SharedSubscriptionRequest): SubscriptionHandle {
    const { authorized, after, release } = request;
    const { source } = authorized;
    assertAffordable(authorized);
    const resumable = source.shape === 'events';
    const resumeFrom = after !== undefined && resumable ? source.positionOf(after) : source.resumeFrom;
    return {
      resumable,
      discard: release,
      start: (sink) => {
        this.#running += 1;
        const subscriptions = this.#viewerSubscriptionsFor(request);
        return this.#open(sink, { subscriptions, authorized, resumeFrom, release });
      },
    };
  }

  #openUnshared(
    authorized: AuthorizedUnsharedSubscription,
    args: SubscribeArgs,
    release: () => void,
  ): SubscriptionHandle {
    const { publicError, recheckMs } = this.#options;
    const { viewer } = authorized.context;
    return {
      resumable: false,
      discard: release,
      start: (sink) => {
        this.#running += 1;
        return new ActiveUnsharedSubscription({
          sink,
          first: unsharedExecutionOf(authorized, args),
          publicError,
          recheckMs,
          onEvent: () => (this.counters.events += 1),
          onClose: () => this.#ended(release),
          recheck: async () => {
            await viewer.reauthenticate();
            const again = await authorizeUnshared(args, { notBefore: performance.now(), signal: neverAborted() });
            return unsharedExecutionOf(again, args);
          },
        });
      },
    };
  }

  /** A scope of its own: the closures of a running subscription must not retain the request that it came from. */
  #open(sink: EventSink, { subscriptions, authorized, resumeFrom, release }: OpenedSubscription): ActiveSubscription {
    const subscription = new ActiveSubscription(sink, {
      resumeFrom,
      onClose: (closed) => {
        subscriptions.remove(closed);
        this.#ended(release);
      },
    });
    subscriptions.add(subscription, authorized);
    return subscription;
  }

  #ended(release: () => void): void {
    this.#running -= 1;
    release();
  }

  #viewerSubscriptionsFor({ authorized, args, operation }: SharedSubscriptionRequest): ViewerSubscriptions {
    const { key: viewerKey, name } = args.contextValue.viewer;
    const key = JSON.stringify([viewerKey, operation]);
    let subscriptions = this.#viewerSubscriptions.get(key);
    if (!subscriptions) {
      subscriptions = new ViewerSubscriptions(authorized, {
        reauthenticate: () => args.contextValue.viewer.reauthenticate(),
        authorize: (notBefore) => authorizeShared(args, { notBefore, signal: neverAborted() }),
        sharedFor: (current) => this.#sharedFor(operation, current),
        publicError: this.#options.publicError,
        addBytes: (bytes) => this.#queueBytes.add(name, bytes),
        onEmpty: () => this.#removeViewerSubscriptions(key),
      });
      this.#viewerSubscriptions.set(key, subscriptions);
      this.#rechecks ??= setInterval(() => this.#recheck(), this.#options.recheckMs);
    }
    return subscriptions;
  }

  #removeViewerSubscriptions(key: string): void {
    this.#viewerSubscriptions.delete(key);
    if (this.#viewerSubscriptions.size > 0) return;
    clearInterval(this.#rechecks);
    this.#rechecks = undefined;
  }

  #recheck(): void {
    const notBefore = performance.now();
    for (const subscriptions of this.#viewerSubscriptions.values()) void subscriptions.recheck(notBefore);
  }

  #sharedFor(operation: string, authorized: AuthorizedSubscription): SharedSubscription {
    const { viewerDependent, visibilityHash, context } = authorized;
    const key = JSON.stringify([operation, visibilityHash, viewerDependent ? context.viewer.key : null]);
    let shared = this.#shared.get(key);
    if (!shared) {
      shared = this.#createShared(key, authorized);
      this.#shared.set(key, shared);
    }
    return shared;
  }

  #createShared(
    key: string,
    { source, visibility, validated, context, viewerDependent }: AuthorizedSubscription,
  ): SharedSubscription {
    const { publicError, executor, maxBytesInFlight } = this.#options;
    const { visibility: scopes } = context.client.reader;
    const renderEvent = executor.eventRenderer(validated, context);
    const execute = async (event: unknown, eventContext: EventContext): Promise<ExecutionResult> => {
      const contextValue = context.forEvent(eventContext);
      const result = await executeSubscriptionEvent({ ...validated, rootValue: event, contextValue });
      if (!result.errors || eventContext.signal.aborted) return result; // aborted: nothing is sent, and nothing is worth a log line
      return { ...result, errors: result.errors.map(publicError) };
    };
    return new SharedSubscription({
      source,
      viewer: context.viewer.name,
      related: context.client.reader.prefetchedOnDemand(),
      visibility,
      publicError,
      counters: this.counters,
      maxCharacters: maxBytesInFlight,
      addBytes: (bytes) => this.#bytes.add(context.viewer.name, bytes),
      onEmpty: () => void this.#shared.delete(key),
      execute: (event, signal, onRead) => {
        const eventContext = { signal, onRead, visibility: scopes, shared: !viewerDependent };
        return renderEvent(event, eventContext) ?? execute(event, eventContext);
      },
    });
  }
}

/**
 * Checks the cost of a snapshot, which is executed as a list of all matching objects.
 * @throws {GraphQLError} BAD_REQUEST if it exceeds the limit of an operation
 */
function assertAffordable({ source, validated, context }: AuthorizedSubscription): void {
  const { operation, fragmentDefinitions } = validated;
  const { max } = context.client.cost;
  const objectCost = selectionSizeOf(operation.selectionSet, fragmentDefinitions);
  if (source.objects.size * objectCost <= max) return;
  const objects = [...source.candidates()].filter((object) => source.matches(object)).length;
  if (objects * objectCost <= max) return;
  const actual = objects * objectCost;
  const message = `Expected a snapshot with a cost of at most ${max} (MAX_OPERATION_COST), got ${actual}: ${objects} objects and ${objectCost} fields. Subscribe to a namespace or with a filter, or select fewer fields.`;
  throw failure('BAD_REQUEST', message, { limit: { name: 'MAX_OPERATION_COST', max, actual } });
}
