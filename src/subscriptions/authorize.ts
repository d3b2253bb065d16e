import {
  createSourceEventStream,
  validateSubscriptionArgs,
  type ExecutionArgs,
  type ValidatedSubscriptionArgs,
  type GraphQLError,
} from 'graphql';
import type { KubernetesObject } from '../kubernetes/object.ts';
import type { Context } from '../graphql/context.ts';
import { dependenciesOf } from '../graphql/field-dependencies.ts';
import { shortHash, type StreamPosition } from './cursor.ts';
import { SubscriptionSource } from './source.ts';
import { UnsharedSubscription } from './unshared-subscription.ts';
import { failure } from '../graphql/errors.ts';
import type { SharedSubscription } from './shared-subscription.ts';
import type { SerializedEvent } from './result-template.ts';
import type { ResultRow } from './result-set.ts';
import type { Subscriber, EventSink, RunningSubscription } from './subscriber.ts';

export type SubscribeArgs = ExecutionArgs & { readonly contextValue: Context };

/** A subscription that the cluster allows, as things are now. */
export interface AuthorizedSubscription {
  readonly source: SubscriptionSource<KubernetesObject>;
  readonly validated: ValidatedSubscriptionArgs;
  readonly context: Context;
  /** When the cluster's authorizer was asked what the viewer sees, or later. */
  readonly notBefore: number;
  /** Names what the viewer sees of all that the operation reads. */
  readonly visibilityHash: string;
  /** Whether its answers depend on who asks. */
  readonly viewerDependent: boolean;
}

/** A subscription of one client alone. */
export interface AuthorizedUnsharedSubscription extends Pick<AuthorizedSubscription, 'validated' | 'context'> {
  readonly unshared: UnsharedSubscription<unknown>;
}

/** The same as {@link authorizeSubscription}, for a subscription that is shared. */
export async function authorizeShared(args: SubscribeArgs, since: number): Promise<AuthorizedSubscription> {
  const authorized = await authorizeSubscription(args, since);
  if ('unshared' in authorized)
    throw new TypeError(
      'Expected a shared subscription, got an UnsharedSubscription: a field must always return the same kind of source.',
    );
  return authorized;
}

/**
 * Finds out what there is to follow.
 * @param since only what the cluster's authorizer is asked from this moment on counts
 * @throws {GraphQLError} where the operation is not fit to be executed
 * @throws {StatusError} where the viewer may not, or it cannot be found out
 */
export async function authorizeSubscription(
  args: SubscribeArgs,
  since: number,
): Promise<AuthorizedSubscription | AuthorizedUnsharedSubscription> {
  const context = args.contextValue.withFreshAuthorization(since);
  const { resources, viewerDependent } = dependenciesOf(args.schema, args.document);
  const validated = validateSubscriptionArgs({ ...args, contextValue: context });
  if (!('schema' in validated)) throw firstOf(validated);
  await context.client.reader.prefetch(resources, 'watch');
  const source = await createSourceEventStream(validated);
  if (source instanceof SubscriptionSource) {
    const visibilityHash = shortHash(context.client.reader.visibility.signature);
    return { source, validated, context, notBefore: since, visibilityHash, viewerDependent };
  }
  if (source instanceof UnsharedSubscription) return { unshared: source, validated, context };
  throw 'errors' in source && source.errors
    ? firstOf(source.errors)
    : new TypeError('Expected a subscription field to return a SubscriptionSource or an UnsharedSubscription.');
}

function firstOf([first]: readonly Error[]): Error {
  return first ?? new TypeError('An operation failed without saying why.');
}

export interface ViewerSubscriptionsOptions {
  /** Finds out anew what there is to follow, and what the viewer sees of it. */
  readonly authorize: (since: number) => Promise<AuthorizedSubscription>;
  /** The shared of those who see the same. */
  readonly sharedFor: (authorized: AuthorizedSubscription) => SharedSubscription;
  readonly publicError: (error: unknown) => GraphQLError;
  /** Told once, when nobody listens any more. */
  readonly onEmpty: () => void;
}

/** All who follow one operation as one viewer. What they may see is found out again while they listen. */
export class ViewerSubscriptions {
  readonly #options: ViewerSubscriptionsOptions;
  readonly #active = new Set<ActiveSubscription>();
  #authorized: AuthorizedSubscription;
  #shared: SharedSubscription;
  #isRechecking = false;
  #applying: Promise<void> = Promise.resolve();

  constructor(authorized: AuthorizedSubscription, options: ViewerSubscriptionsOptions) {
    this.#options = options;
    this.#authorized = authorized;
    this.#shared = options.sharedFor(authorized);
  }

  add(subscription: ActiveSubscription, authorized: AuthorizedSubscription): void {
    this.#active.add(subscription);
    if (
      authorized.notBefore <= this.#authorized.notBefore ||
      authorized.visibilityHash === this.#authorized.visibilityHash
    )
      return subscription.join(this.#shared);
    this.#applyInTurn(authorized).then(
      () => subscription.join(this.#shared),
      (error: unknown) => this.#end(this.#options.publicError(error)),
    );
  }

  remove(subscription: ActiveSubscription): void {
    this.#active.delete(subscription);
    if (this.#active.size === 0) this.#options.onEmpty();
  }

  /** @param since only what the cluster's authorizer is asked from this moment on counts */
  async recheck(since: number): Promise<void> {
    if (this.#isRechecking) return;
    this.#isRechecking = true;
    try {
      await this.#applyInTurn(await this.#options.authorize(since));
    } catch (error) {
      this.#end(this.#options.publicError(error));
    } finally {
      this.#isRechecking = false;
    }
  }

  /** One after the other, as streams are between two groups meanwhile. */
  #applyInTurn(authorized: AuthorizedSubscription): Promise<void> {
    const before = this.#applying;
    this.#applying = (async () => {
      await Promise.allSettled([before]); // who waits for that is told what went wrong
      await this.#apply(authorized);
    })();
    return this.#applying;
  }

  /** Goes on with what is seen now. */
  async #apply(authorized: AuthorizedSubscription): Promise<void> {
    const before = this.#authorized;
    if (authorized.notBefore < before.notBefore) return;
    this.#authorized = authorized;
    if (authorized.visibilityHash === before.visibilityHash) {
      if (authorized.viewerDependent) this.#shared.refresh();
      return;
    }
    if (authorized.source.objects.seesNothing && !before.source.objects.seesNothing) return this.#end(accessRevoked());
    const [left, next] = [this.#shared, this.#options.sharedFor(authorized)];
    this.#shared = next;
    const moving = [...this.#active].flatMap((subscription) =>
      subscription.subscriber ? [{ subscription, subscriber: subscription.subscriber }] : [],
    );
    const rowsOf = await left.detach(moving.map(({ subscriber }) => subscriber));
    for (const { subscription, subscriber } of moving) {
      const rows = rowsOf(subscriber);
      if (rows) subscription.transferTo(next, subscriber, rows);
      else subscription.join(next);
    }
  }

  #end(error: GraphQLError): void {
    for (const subscription of this.#active) subscription.end(error);
  }
}

function accessRevoked(): GraphQLError {
  return failure('FORBIDDEN', 'You may not list and watch any of these objects any more.', {
    status: 403,
    reason: 'Forbidden',
  });
}

interface ActiveSubscriptionOptions {
  /** Where the client goes on from; undefined: from the beginning. */
  readonly resumeFrom: StreamPosition | undefined;
  /** Told once, however it ends. */
  readonly onClose: (subscription: ActiveSubscription) => void;
}

/** A subscription between its first and its last event. */
export class ActiveSubscription implements EventSink, RunningSubscription {
  readonly #sink: EventSink;
  readonly #options: ActiveSubscriptionOptions;
  #membership: { readonly shared: SharedSubscription; readonly subscriber: Subscriber } | undefined;
  #isOpen = true;

  constructor(sink: EventSink, options: ActiveSubscriptionOptions) {
    this.#sink = sink;
    this.#options = options;
  }

  get ready(): boolean {
    return this.#sink.ready;
  }

  /** Undefined before it has entered a shared. */
  get subscriber(): Subscriber | undefined {
    return this.#membership?.subscriber;
  }

  /** Reads in this shared from now on. */
  join(shared: SharedSubscription): void {
    if (this.#isOpen) this.#membership = { shared, subscriber: shared.join(this, this.#options.resumeFrom) };
  }

  /** Goes on in another shared with what it holds. */
  transferTo(shared: SharedSubscription, subscriber: Subscriber, rows: ReadonlyMap<string, ResultRow>): void {
    if (!this.#isOpen) return;
    this.#membership = { shared, subscriber };
    shared.attach(subscriber, rows);
  }

  send(event: SerializedEvent): void {
    this.#sink.send(event);
  }

  /** There is nothing more to tell. */
  end(error?: GraphQLError): void {
    if (!this.#isOpen) return;
    this.#close();
    this.#sink.end(error);
  }

  resume(): void {
    if (this.#isOpen) this.#membership?.shared.resume(this.#membership.subscriber);
  }

  /** The client wants no more. */
  stop(): void {
    if (this.#isOpen) this.#close();
  }

  #close(): void {
    this.#isOpen = false;
    this.#membership?.shared.leave(this.#membership.subscriber);
    this.#options.onClose(this);
  }
}
