import type { GraphQLError } from 'graphql';
import type { AccessChange } from '../auth/rbac/access-change.ts';
import { accessRevoked } from './access-revoked.ts';
import type { AuthorizedSubscription } from './authorize.ts';
import type { StreamPosition } from './cursor.ts';
import type { ResultRow } from './result-set.ts';
import type { SerializedEvent } from './result-template.ts';
import type { SharedSubscription } from './shared-subscription.ts';
import type { Subscriber } from './subscriber.ts';
import type { AddBytes } from './subscription-bytes.ts';
import type { EventSink, RunningSubscription } from './subscription-handle.ts';

/** Less than one interval, as timers are not exact. */
const DUE_PART = 0.9;

interface ViewerSubscriptionsOptions {
  /** Authenticates the viewer again. Rejects if the credentials are no longer valid. */
  readonly reauthenticate: () => Promise<void>;
  /** Authorizes the operation again, with decisions that were not due for a recheck at `notBefore`. */
  readonly authorize: (notBefore: number) => Promise<AuthorizedSubscription>;
  /** Returns the running shared subscription of the viewers who see the same, or a new one, which must be joined at once. */
  readonly sharedFor: (authorized: AuthorizedSubscription) => SharedSubscription;
  readonly publicError: (error: unknown) => GraphQLError;
  /** Counts bytes of queues for the viewer. */
  readonly addBytes: AddBytes;
  /** Called once, when the last subscription has ended. */
  readonly onEmpty: () => void;
}

/**
 * All subscriptions of one viewer to one operation, authorized together.
 *
 * When a recheck finds other visibility than before, the subscriptions move to the shared subscription of the new
 * visibility and receive the difference: objects that became invisible as DELETED, visible ones as ADDED. They end with
 * FORBIDDEN if nothing is visible any more, and with the error if the recheck fails.
 *
 * Owned by the {@link SubscriptionRegistry}.
 */
export class ViewerSubscriptions {
  readonly #options: ViewerSubscriptionsOptions;
  readonly #active = new Set<ActiveSubscription>();
  #authorized: AuthorizedSubscription;
  #recheckedAt: number;
  /** Part of the recheck interval after which the first recheck is due: the rechecks of many viewers must not coincide. */
  #duePart = (1 - Math.random() / 2) * DUE_PART;
  #isRechecking = false;
  /** Whether a change has occurred during a recheck, which may not have noticed it. */
  #isChanged = false;
  /** Key of the viewer whose changes the handler receives. */
  #viewerKey: string;
  #removeChangeHandler: () => void;
  #applying: Promise<void> = Promise.resolve();

  constructor(authorized: AuthorizedSubscription, options: ViewerSubscriptionsOptions) {
    this.#options = options;
    this.#authorized = authorized;
    this.#recheckedAt = authorized.authorizedAt;
    const { client, viewer } = authorized.context;
    this.#viewerKey = viewer.key;
    this.#removeChangeHandler = client.addAccessChangeHandler((change) => this.#permissionsChanged(change));
    if (client.isChangedSince(authorized.authorizedAt)) void this.#reauthorize(performance.now());
  }

  /** Adds a subscription. If its authorization is newer and shows other visibility, it applies to all. */
  add(subscription: ActiveSubscription, authorized: AuthorizedSubscription): void {
    this.#active.add(subscription);
    const isKnown =
      authorized.authorizedAt <= this.#authorized.authorizedAt ||
      authorized.visibilityHash === this.#authorized.visibilityHash;
    if (isKnown) return this.#join(subscription);
    this.#applyInTurn(authorized).then(
      () => this.#join(subscription),
      (error: unknown) => this.#end(this.#options.publicError(error)),
    );
  }

  remove(subscription: ActiveSubscription): void {
    this.#active.delete(subscription);
    if (this.#active.size > 0) return;
    this.#removeChangeHandler();
    this.#options.onEmpty();
  }

  /**
   * Authenticates the viewer again and, if a recheck is due or the viewer has other groups, authorizes the operation again.
   * Never rejects: an error ends the subscriptions.
   * @param now decisions of the authorizer that were due at this time of `performance.now` are not accepted
   */
  async recheck(now: number): Promise<void> {
    const { recheckMs } = this.#authorized.context.client;
    const isDue = now - this.#recheckedAt >= recheckMs * this.#duePart;
    if (!isDue && !(await this.#isOtherViewer())) return undefined;
    this.#recheckedAt = now;
    this.#duePart = DUE_PART;
    return this.#reauthorize(now);
  }

  /** Does nothing if the subscription has ended. A shared subscription from before a wait is not kept: it may have ended since. */
  #join(subscription: ActiveSubscription): void {
    const { sharedFor, addBytes } = this.#options;
    if (this.#active.has(subscription)) subscription.join(sharedFor(this.#authorized), addBytes);
  }

  /** A recheck in progress is repeated: it may have read decisions from before the change. */
  #permissionsChanged(change: AccessChange): void {
    const { context, viewerDependent } = this.#authorized;
    if (viewerDependent || context.client.isAffectedBy(change)) this.#reauthorizeAgain();
  }

  #reauthorizeAgain(): void {
    this.#isChanged = true;
    void this.#reauthorize(performance.now());
  }

  /** Authenticates again. Returns whether the viewer has other groups than before. */
  async #isOtherViewer(): Promise<boolean> {
    try {
      return await this.#reauthenticate();
    } catch (error) {
      this.#end(this.#options.publicError(error));
      return false;
    }
  }

  /** Changes of RBAC concern the groups of a viewer, so the handler has to follow them. */
  async #reauthenticate(): Promise<boolean> {
    await this.#options.reauthenticate();
    const { client, viewer } = this.#authorized.context;
    if (viewer.key === this.#viewerKey || this.#active.size === 0) return false;
    this.#viewerKey = viewer.key;
    this.#removeChangeHandler();
    this.#removeChangeHandler = client.addAccessChangeHandler((change) => this.#permissionsChanged(change));
    return true;
  }

  async #reauthorize(now: number): Promise<void> {
    if (this.#isRechecking) return;
    this.#isRechecking = true;
    try {
      do {
        this.#isChanged = false;
        await this.#reauthenticate();
        await this.#applyInTurn(await this.#options.authorize(now));
      } while (this.#isChanged && this.#active.size > 0);
    } catch (error) {
      this.#end(this.#options.publicError(error));
    } finally {
      this.#isRechecking = false;
    }
  }

  /** Applies one authorization after the other: during a transfer, subscribers belong to no shared subscription. */
  #applyInTurn(authorized: AuthorizedSubscription): Promise<void> {
    const before = this.#applying;
    this.#applying = (async () => {
      await Promise.allSettled([before]); // its own caller handles its error
      await this.#apply(authorized);
    })();
    return this.#applying;
  }

  async #apply(authorized: AuthorizedSubscription): Promise<void> {
    const before = this.#authorized;
    if (authorized.authorizedAt < before.authorizedAt) return;
    this.#authorized = authorized;
    // The one before may depend on other permissions: a change during the authorization may have been none for it.
    if (authorized.context.client.isChangedSince(authorized.authorizedAt)) this.#reauthorizeAgain();
    const members = Map.groupBy(this.#active, ({ shared }) => shared);
    if (authorized.visibilityHash === before.visibilityHash) {
      if (authorized.viewerDependent) for (const shared of members.keys()) shared?.refresh();
      return;
    }
    if (authorized.source.objects.seesNothing && !before.source.objects.seesNothing) return this.#end(accessRevoked());
    for (const [previous, moving] of members) if (previous) await this.#transfer(moving, previous);
  }

  /** Moves subscriptions to the shared subscription of the current authorization. */
  async #transfer(subscriptions: readonly ActiveSubscription[], previous: SharedSubscription): Promise<void> {
    const subscribers = subscriptions.flatMap(({ subscriber }) => subscriber ?? []);
    const rowsOf = await previous.detach(subscribers);
    for (const subscription of subscriptions) {
      const rows = subscription.subscriber && rowsOf(subscription.subscriber);
      if (!rows) this.#join(subscription);
      else if (this.#active.has(subscription)) subscription.transferTo(this.#options.sharedFor(this.#authorized), rows);
    }
  }

  #end(error: GraphQLError): void {
    for (const subscription of this.#active) subscription.end(error);
  }
}

interface ActiveSubscriptionOptions {
  /** The position of the client's cursor. Undefined if the client wants a snapshot. */
  readonly resumeFrom: StreamPosition | undefined;
  /** Called once, however the subscription ends. */
  readonly onClose: (subscription: ActiveSubscription) => void;
}

/**
 * A started subscription of one client, from its first event to its end. It keeps the client's sink and forwards to it
 * from whichever shared subscription it currently belongs to, so the client does not notice a transfer.
 */
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

  /** Undefined until it has joined a shared subscription. */
  get subscriber(): Subscriber | undefined {
    return this.#membership?.subscriber;
  }

  /** Undefined until it has joined one. */
  get shared(): SharedSubscription | undefined {
    return this.#membership?.shared;
  }

  /** Joins a shared subscription as a new subscriber. Must not have ended. */
  join(shared: SharedSubscription, addBytes: AddBytes): void {
    this.#membership = { shared, subscriber: shared.join(this, this.#options.resumeFrom, addBytes) };
  }

  /** Moves to another shared subscription with the rows that the client has. Must have joined one, and not have ended. */
  transferTo(shared: SharedSubscription, rows: ReadonlyMap<string, ResultRow>): void {
    if (!this.#membership) return;
    const { subscriber } = this.#membership;
    this.#membership = { shared, subscriber };
    shared.attach(subscriber, rows);
  }

  send(event: SerializedEvent): void {
    this.#sink.send(event);
  }

  /** Ends the subscription and the client’s sink. Does nothing if it has ended. */
  end(error?: GraphQLError): void {
    if (!this.#isOpen) return;
    this.#close();
    this.#sink.end(error);
  }

  resume(): void {
    if (this.#isOpen) this.#membership?.shared.resume(this.#membership.subscriber);
  }

  stop(): void {
    if (this.#isOpen) this.#close();
  }

  #close(): void {
    this.#isOpen = false;
    this.#membership?.shared.leave(this.#membership.subscriber);
    this.#options.onClose(this);
  }
}
