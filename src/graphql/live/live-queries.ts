import {
  createSourceEventStream,
  executeSubscriptionEvent,
  GraphQLError,
  print,
  validateSubscriptionArgs,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  type ValidatedSubscriptionArgs,
} from 'graphql';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import type { Context } from '../context.ts';
import { failure } from '../errors.ts';
import { decodePlace, type Place } from './cursor.ts';
import { LiveGroup } from './live-group.ts';
import { LiveSource } from './live-source.ts';
import { OpenStream } from './open-stream.ts';
import { OpenPrivateStream, PrivateStream } from './private-stream.ts';
import type { Sink } from './reader.ts';
import { LiveCounters, type LiveStatistics } from './statistics.ts';

/** A subscription that has been accepted, before its first frame. */
export interface LiveStream {
  /** Whether its events carry cursors that a client can go on from. */
  readonly resumable: boolean;
  /** Begins. Frames may come before this returns. */
  start(sink: Sink): RunningStream;
}

export interface RunningStream {
  /** To be called when the sink is ready again. */
  resume(): void;
  /** Ends the stream at once and releases everything; the sink hears no more. */
  stop(): void;
}

export type SubscribeArgs = ExecutionArgs & { readonly contextValue: Context };

export interface LiveQueriesOptions {
  readonly publicError: (error: unknown) => GraphQLError;
  /** How many subscriptions one viewer may have at once, over all connections. */
  readonly maxSubscriptionsPerViewer: number;
}

/** All running subscriptions, gathered in groups of the same operation and view. */
export class LiveQueries {
  readonly #groups = new Map<string, LiveGroup>();
  readonly #publicError: (error: unknown) => GraphQLError;
  readonly #maxSubscriptionsPerViewer: number;
  readonly #streamsByViewer = new Map<string, number>();
  readonly counters = new LiveCounters();

  constructor(options: LiveQueriesOptions) {
    this.#publicError = options.publicError;
    this.#maxSubscriptionsPerViewer = options.maxSubscriptionsPerViewer;
  }

  get statistics(): LiveStatistics {
    let readers = 0;
    for (const streams of this.#streamsByViewer.values()) readers += streams;
    return { groups: this.#groups.size, readers, ...this.counters };
  }

  /**
   * @param after the cursor of the last event that the client has, where the transport tells it
   * @returns the stream, or why there is none
   */
  async subscribe(
    args: SubscribeArgs,
    after?: string,
  ): Promise<LiveStream | { readonly errors: readonly GraphQLError[] }> {
    const { name } = args.contextValue.viewer;
    const most = this.#maxSubscriptionsPerViewer;
    if ((this.#streamsByViewer.get(name) ?? 0) >= most) return { errors: [tooMany(most)] };
    const validated = validateSubscriptionArgs(args);
    if (!('schema' in validated)) return { errors: validated.map(this.#publicError) };
    const source = await createSourceEventStream(validated);
    if (source instanceof PrivateStream) return this.#private(source, validated, args.contextValue);
    if (!(source instanceof LiveSource)) return { errors: this.#errorsOf(source) };
    const resumable = source.shape === 'events';
    const from = after !== undefined && resumable ? decodePlace(source.selection, after) : source.from;
    return {
      resumable,
      start: (sink) => {
        this.#count(name, 1);
        const group = this.#groupOf(source, validated, args);
        return this.#open(sink, group, { from, viewer: name });
      },
    };
  }

  /** A stream for one client, which shares nothing. */
  #private(source: PrivateStream<unknown>, validated: ValidatedSubscriptionArgs, context: Context): LiveStream {
    const { name } = context.viewer;
    return {
      resumable: false,
      start: (sink) => {
        this.#count(name, 1);
        return new OpenPrivateStream({
          sink,
          source,
          publicError: this.#publicError,
          onFrame: () => (this.counters.frames += 1),
          onClose: () => this.#count(name, -1),
          execute: async (rootValue, signal) =>
            executeSubscriptionEvent({
              ...validated,
              rootValue,
              contextValue: context.forEvent(signal, () => undefined), // what is told once does not change any more
            }),
        });
      },
    };
  }

  #groupOf(source: LiveSource<KubernetesObject>, validated: ValidatedSubscriptionArgs, args: SubscribeArgs): LiveGroup {
    const key = groupKeyOf(args, source.selection);
    let group = this.#groups.get(key);
    if (!group) {
      group = this.#createGroup(key, source, validated, args.contextValue);
      this.#groups.set(key, group);
    }
    return group;
  }

  /** A scope of its own: what is kept as long as the stream must not keep what it was made from. */
  #open(
    sink: Sink,
    group: LiveGroup,
    { from, viewer }: { readonly from: Place | undefined; readonly viewer: string },
  ): OpenStream {
    return new OpenStream(sink, group, { from, onClose: () => this.#count(viewer, -1) });
  }

  #count(viewer: string, change: 1 | -1): void {
    const streams = (this.#streamsByViewer.get(viewer) ?? 0) + change;
    if (streams > 0) this.#streamsByViewer.set(viewer, streams);
    else this.#streamsByViewer.delete(viewer);
  }

  #createGroup(
    key: string,
    source: LiveSource<KubernetesObject>,
    validated: ValidatedSubscriptionArgs,
    context: Context,
  ): LiveGroup {
    return new LiveGroup({
      source,
      publicError: this.#publicError,
      counters: this.counters,
      onEmpty: () => void this.#groups.delete(key),
      execute: async (event, signal, onRead) => {
        const result = await executeSubscriptionEvent({
          ...validated,
          rootValue: event,
          contextValue: context.forEvent(signal, onRead),
        });
        if (!result.errors || signal.aborted) return result; // what fails because nobody listens any more is no error
        return { ...result, errors: result.errors.map(this.#publicError) };
      },
    });
  }

  #errorsOf(result: AsyncIterable<unknown> | ExecutionResult): readonly GraphQLError[] {
    if ('errors' in result && result.errors) return result.errors.map(this.#publicError);
    return [this.#publicError(new TypeError('A subscription field returned no LiveSource.'))];
  }
}

function tooMany(most: number): GraphQLError {
  return failure(
    'RATE_LIMITED',
    `You may have ${most} subscriptions at once, over all your connections. End one first.`,
  );
}

const printed = new WeakMap<DocumentNode, string>();

/** Readers of the same operation share its frames; the cursor that each hands in is its own affair. */
function groupKeyOf(
  { document, operationName, variableValues, contextValue }: SubscribeArgs,
  selection: string,
): string {
  let text = printed.get(document);
  if (text === undefined) {
    text = print(document);
    printed.set(document, text);
  }
  const resumed = /\bafter:\s*\$(\w+)/u.exec(text)?.[1];
  const variables = Object.entries(variableValues ?? {}).filter(([name]) => name !== resumed);
  variables.sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([contextValue.viewer, selection, operationName ?? null, variables, text]);
}
