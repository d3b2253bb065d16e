import {
  executeSubscriptionEvent,
  getOperationAST,
  Kind,
  print,
  visit,
  type DocumentNode,
  type GraphQLError,
} from 'graphql';
import { failure } from '../graphql/errors.ts';
import {
  ViewerSubscriptions,
  authorizeShared,
  authorizeSubscription,
  type AuthorizedSubscription,
  type AuthorizedUnsharedSubscription,
  type SubscribeArgs,
  ActiveSubscription,
} from './authorize.ts';
import { decodeStreamCursor, type StreamPosition } from './cursor.ts';
import { SharedSubscription } from './shared-subscription.ts';
import type { EventSink, SubscriptionHandle } from './subscriber.ts';
import { ActiveUnsharedSubscription } from './unshared-subscription.ts';
import { SubscriptionCounters, type SubscriptionStatistics } from '../graphql/subscription-statistics.ts';

export interface SubscriptionRegistryOptions {
  readonly publicError: (error: unknown) => GraphQLError;
  /** How many subscriptions one viewer may have at once, over all connections. */
  readonly maxSubscriptionsPerViewer: number;
  /** How often it is asked again what those who listen may see. */
  readonly recheckMs: number;
}

/** How old an answer of the cluster's authorizer may be when something begins to be followed. */
const MAX_DECISION_AGE_MS = 1_000;

/** All running subscriptions, gathered in groups of the same operation and view. */
export class SubscriptionRegistry {
  readonly #shared = new Map<string, SharedSubscription>();
  readonly #viewerSubscriptions = new Map<string, ViewerSubscriptions>();
  readonly #options: SubscriptionRegistryOptions;
  readonly #countByViewer = new Map<string, number>();
  readonly counters = new SubscriptionCounters();
  #rechecks: NodeJS.Timeout | undefined;

  constructor(options: SubscriptionRegistryOptions) {
    this.#options = options;
  }

  get statistics(): SubscriptionStatistics {
    let readers = 0;
    for (const count of this.#countByViewer.values()) readers += count;
    return { groups: this.#shared.size, readers, ...this.counters };
  }

  /**
   * @param after the cursor of the last event that the client has, where the transport tells it
   * @throws {GraphQLError | StatusError} why there is no stream
   */
  async subscribe(args: SubscribeArgs, after?: string): Promise<SubscriptionHandle> {
    const { name: viewer } = args.contextValue.viewer;
    const max = this.#options.maxSubscriptionsPerViewer;
    if ((this.#countByViewer.get(viewer) ?? 0) >= max) throw tooManySubscriptions(max);
    // What is older than that would be too old before it is asked eventContext again.
    const authorized = await authorizeSubscription(args, Date.now() - MAX_DECISION_AGE_MS);
    if ('unshared' in authorized) return this.#openUnshared(authorized, args);
    const { source } = authorized;
    const resumable = source.shape === 'events';
    const resumeFrom =
      after !== undefined && resumable ? decodeStreamCursor(source.selection, after) : source.resumeFrom;
    return {
      resumable,
      start: (sink) => {
        this.#count(viewer, 1);
        const subscriptions = this.#viewerSubscriptionsFor(args, authorized);
        return this.#open(sink, { subscriptions, authorized, resumeFrom, viewer });
      },
    };
  }

  /** A stream for one client, which shares nothing. */
  #openUnshared(
    { unshared: source, validated, context }: AuthorizedUnsharedSubscription,
    args: SubscribeArgs,
  ): SubscriptionHandle {
    const { publicError, recheckMs } = this.#options;
    const { viewer, client } = context;
    return {
      resumable: false,
      start: (sink) => {
        this.#count(viewer.name, 1);
        return new ActiveUnsharedSubscription({
          sink,
          source,
          publicError,
          recheckMs,
          onEvent: () => (this.counters.frames += 1),
          onClose: () => this.#count(viewer.name, -1),
          recheck: async () => {
            await viewer.reauthenticate();
            await authorizeSubscription(args, Date.now());
          },
          execute: async (rootValue, signal) => {
            const eventContext = {
              signal,
              onRead: () => undefined,
              visibility: client.reader.visibility,
              shared: false,
            };
            return executeSubscriptionEvent({ ...validated, rootValue, contextValue: context.forEvent(eventContext) });
          },
        });
      },
    };
  }

  /** A scope of its own: what is kept as long as the stream must not keep what it was made from. */
  #open(
    sink: EventSink,
    {
      subscriptions,
      authorized,
      resumeFrom,
      viewer,
    }: {
      subscriptions: ViewerSubscriptions;
      authorized: AuthorizedSubscription;
      resumeFrom: StreamPosition | undefined;
      viewer: string;
    },
  ): ActiveSubscription {
    const stream = new ActiveSubscription(sink, {
      resumeFrom,
      onClose: (closed) => {
        subscriptions.remove(closed);
        this.#count(viewer, -1);
      },
    });
    subscriptions.add(stream, authorized);
    return stream;
  }

  #count(viewer: string, change: 1 | -1): void {
    const count = (this.#countByViewer.get(viewer) ?? 0) + change;
    if (count > 0) this.#countByViewer.set(viewer, count);
    else this.#countByViewer.delete(viewer);
  }

  #viewerSubscriptionsFor(args: SubscribeArgs, authorized: AuthorizedSubscription): ViewerSubscriptions {
    const operation = operationKey(args, authorized.source.selection);
    const key = JSON.stringify([args.contextValue.viewer.key, operation]);
    let subscriptions = this.#viewerSubscriptions.get(key);
    if (!subscriptions) {
      subscriptions = new ViewerSubscriptions(authorized, {
        authorize: async (since) => {
          await args.contextValue.viewer.reauthenticate();
          return authorizeShared(args, since);
        },
        sharedFor: (now) => this.#sharedFor(operation, now),
        publicError: this.#options.publicError,
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
    const since = Date.now();
    for (const subscriptions of this.#viewerSubscriptions.values()) void subscriptions.recheck(since);
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
    { source, visibilityHash, validated, context, viewerDependent }: AuthorizedSubscription,
  ): SharedSubscription {
    const { publicError } = this.#options;
    return new SharedSubscription({
      source,
      visibilityHash,
      publicError,
      counters: this.counters,
      onEmpty: () => void this.#shared.delete(key),
      execute: async (event, signal, onRead) => {
        const eventContext = { signal, onRead, visibility: context.client.reader.visibility, shared: !viewerDependent };
        const result = await executeSubscriptionEvent({
          ...validated,
          rootValue: event,
          contextValue: context.forEvent(eventContext),
        });
        if (!result.errors || signal.aborted) return result; // what fails because nobody listens any more is no error
        return { ...result, errors: result.errors.map(publicError) };
      },
    });
  }
}

function tooManySubscriptions(max: number): GraphQLError {
  return failure(
    'RATE_LIMITED',
    `You may have ${max} subscriptions at once, over all your connections. End one first.`,
  );
}

const printed = new WeakMap<DocumentNode, string>();

/** Readers of the same operation share its frames; the cursor that each hands in is its own affair. */
function operationKey({ document, operationName, variableValues }: SubscribeArgs, selection: string): string {
  let text = printed.get(document);
  if (text === undefined) {
    text = print(document);
    printed.set(document, text);
  }
  const resumed = cursorVariable(document, operationName);
  const variables = Object.entries(variableValues ?? {}).filter(([name]) => name !== resumed);
  variables.sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([selection, operationName ?? null, variables, text]);
}

/** The variable in which the root field is handed its cursor, where it serves for nothing else. */
function cursorVariable(document: DocumentNode, operationName: string | null | undefined): string | undefined {
  const root = getOperationAST(document, operationName)?.selectionSet.selections[0];
  const after = root?.kind === Kind.FIELD ? root.arguments?.find(({ name }) => name.value === 'after') : undefined;
  const name = after?.value.kind === Kind.VARIABLE ? after.value.name.value : undefined;
  return name !== undefined && countUses(name, document) === 1 ? name : undefined;
}

function countUses(variable: string, document: DocumentNode): number {
  let uses = 0;
  visit(document, {
    VariableDefinition: () => false,
    Variable: ({ name }) => void (uses += name.value === variable ? 1 : 0),
  });
  return uses;
}
