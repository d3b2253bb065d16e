import type { GraphQLError } from 'graphql';
import type { SerializedEvent } from './result-template.ts';

/** Destination of the events of one subscription: one operation on one connection. Owned by the transport. */
export interface EventSink {
  /** False while the client is slow. The transport then calls {@link RunningSubscription.resume} when it is true again. */
  readonly ready: boolean;
  /** Sends one ExecutionResult. Must not throw and must not wait. */
  send(event: SerializedEvent): void;
  /** Ends the subscription: with an error, or as complete. Called at most once, and nothing is sent after it. */
  end(error?: GraphQLError): void;
}

/** An authorized and validated subscription that has not started. Its owner must call one of `start` and `discard`. */
export interface SubscriptionHandle {
  /** Whether its events carry cursors to resume from. */
  readonly resumable: boolean;
  /** Starts the subscription. Events may be sent before this returns. Call at most once. */
  start(sink: EventSink): RunningSubscription;
  /** Releases the viewer's reservation of a subscription that is not to be started. */
  discard(): void;
}

/** A started subscription, as the transport sees it. The transport owns it and must stop it when the client is gone. */
export interface RunningSubscription {
  /** Sends pending events. To be called when {@link EventSink.ready} becomes true. */
  resume(): void;
  /** Ends the subscription at once and releases all its resources. The sink is not called any more. */
  stop(): void;
}
