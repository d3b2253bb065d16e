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
import { Audience } from './audience.ts';
import { decodePlace, type Place } from './cursor.ts';
import { LiveGroup } from './live-group.ts';
import type { LiveStream } from './live-stream.ts';
import { open, openEither, type Opened, type OpenedPrivately, type SubscribeArgs } from './opened.ts';
import { OpenStream } from './open-stream.ts';
import { OpenPrivateStream } from './private-stream.ts';
import type { Sink } from './reader.ts';
import { LiveCounters, type LiveStatistics } from '../graphql/subscription-statistics.ts';

export interface LiveQueriesOptions {
  readonly publicError: (error: unknown) => GraphQLError;
  /** How many subscriptions one viewer may have at once, over all connections. */
  readonly maxSubscriptionsPerViewer: number;
  /** How often it is asked again what those who listen may see. */
  readonly recheckMs: number;
}

/** How old an answer of the cluster's authorizer may be when something begins to be followed. */
const FRESH_MS = 1_000;

/** All running subscriptions, gathered in groups of the same operation and view. */
export class LiveQueries {
  readonly #groups = new Map<string, LiveGroup>();
  readonly #audiences = new Map<string, Audience>();
  readonly #options: LiveQueriesOptions;
  readonly #streamsByViewer = new Map<string, number>();
  readonly counters = new LiveCounters();
  #rechecks: NodeJS.Timeout | undefined;

  constructor(options: LiveQueriesOptions) {
    this.#options = options;
  }

  get statistics(): LiveStatistics {
    let readers = 0;
    for (const streams of this.#streamsByViewer.values()) readers += streams;
    return { groups: this.#groups.size, readers, ...this.counters };
  }

  /**
   * @param after the cursor of the last event that the client has, where the transport tells it
   * @throws {GraphQLError | StatusError} why there is no stream
   */
  async subscribe(args: SubscribeArgs, after?: string): Promise<LiveStream> {
    const { name: viewer } = args.contextValue.viewer;
    const most = this.#options.maxSubscriptionsPerViewer;
    if ((this.#streamsByViewer.get(viewer) ?? 0) >= most) throw tooMany(most);
    // What is older than that would be too old before it is asked about again.
    const opened = await openEither(args, Date.now() - FRESH_MS);
    if ('privately' in opened) return this.#private(opened, args);
    const { source } = opened;
    const resumable = source.shape === 'events';
    const from = after !== undefined && resumable ? decodePlace(source.selection, after) : source.from;
    return {
      resumable,
      start: (sink) => {
        this.#count(viewer, 1);
        const audience = this.#audienceOf(args, opened);
        return this.#open(sink, { audience, opened, from, viewer });
      },
    };
  }

  /** A stream for one client, which shares nothing. */
  #private({ privately: source, validated, context }: OpenedPrivately, args: SubscribeArgs): LiveStream {
    const { publicError, recheckMs } = this.#options;
    const { viewer, loaders } = context;
    return {
      resumable: false,
      start: (sink) => {
        this.#count(viewer.name, 1);
        return new OpenPrivateStream({
          sink,
          source,
          publicError,
          recheckMs,
          onFrame: () => (this.counters.frames += 1),
          onClose: () => this.#count(viewer.name, -1),
          recheck: async () => {
            await viewer.renew();
            await openEither(args, Date.now());
          },
          execute: async (rootValue, signal) => {
            const about = { signal, onRead: () => undefined, sight: loaders.sight, shared: false };
            return executeSubscriptionEvent({ ...validated, rootValue, contextValue: context.forEvent(about) });
          },
        });
      },
    };
  }

  /** A scope of its own: what is kept as long as the stream must not keep what it was made from. */
  #open(
    sink: Sink,
    { audience, opened, from, viewer }: { audience: Audience; opened: Opened; from: Place | undefined; viewer: string },
  ): OpenStream {
    const stream = new OpenStream(sink, {
      from,
      onClose: (closed) => {
        audience.leave(closed);
        this.#count(viewer, -1);
      },
    });
    audience.admit(stream, opened);
    return stream;
  }

  #count(viewer: string, change: 1 | -1): void {
    const streams = (this.#streamsByViewer.get(viewer) ?? 0) + change;
    if (streams > 0) this.#streamsByViewer.set(viewer, streams);
    else this.#streamsByViewer.delete(viewer);
  }

  #audienceOf(args: SubscribeArgs, opened: Opened): Audience {
    const operation = operationKeyOf(args, opened.source.selection);
    const key = JSON.stringify([args.contextValue.viewer.key, operation]);
    let audience = this.#audiences.get(key);
    if (!audience) {
      audience = new Audience(opened, {
        open: async (since) => {
          await args.contextValue.viewer.renew();
          return open(args, since);
        },
        groupOf: (now) => this.#groupOf(operation, now),
        publicError: this.#options.publicError,
        onEmpty: () => this.#audienceGone(key),
      });
      this.#audiences.set(key, audience);
      this.#rechecks ??= setInterval(() => this.#recheck(), this.#options.recheckMs);
    }
    return audience;
  }

  #audienceGone(key: string): void {
    this.#audiences.delete(key);
    if (this.#audiences.size > 0) return;
    clearInterval(this.#rechecks);
    this.#rechecks = undefined;
  }

  #recheck(): void {
    const since = Date.now();
    for (const audience of this.#audiences.values()) void audience.recheck(since);
  }

  #groupOf(operation: string, opened: Opened): LiveGroup {
    const { forViewer, sight, context } = opened;
    const key = JSON.stringify([operation, sight, forViewer ? context.viewer.key : null]);
    let group = this.#groups.get(key);
    if (!group) {
      group = this.#createGroup(key, opened);
      this.#groups.set(key, group);
    }
    return group;
  }

  #createGroup(key: string, { source, sight, validated, context, forViewer }: Opened): LiveGroup {
    const { publicError } = this.#options;
    return new LiveGroup({
      source,
      sight,
      publicError,
      counters: this.counters,
      onEmpty: () => void this.#groups.delete(key),
      execute: async (event, signal, onRead) => {
        const about = { signal, onRead, sight: context.loaders.sight, shared: !forViewer };
        const result = await executeSubscriptionEvent({
          ...validated,
          rootValue: event,
          contextValue: context.forEvent(about),
        });
        if (!result.errors || signal.aborted) return result; // what fails because nobody listens any more is no error
        return { ...result, errors: result.errors.map(publicError) };
      },
    });
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
function operationKeyOf({ document, operationName, variableValues }: SubscribeArgs, selection: string): string {
  let text = printed.get(document);
  if (text === undefined) {
    text = print(document);
    printed.set(document, text);
  }
  const resumed = cursorVariableOf(document, operationName);
  const variables = Object.entries(variableValues ?? {}).filter(([name]) => name !== resumed);
  variables.sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([selection, operationName ?? null, variables, text]);
}

/** The variable in which the root field is handed its cursor, where it serves for nothing else. */
function cursorVariableOf(document: DocumentNode, operationName: string | null | undefined): string | undefined {
  const root = getOperationAST(document, operationName)?.selectionSet.selections[0];
  const after = root?.kind === Kind.FIELD ? root.arguments?.find(({ name }) => name.value === 'after') : undefined;
  const name = after?.value.kind === Kind.VARIABLE ? after.value.name.value : undefined;
  return name !== undefined && usesOf(name, document) === 1 ? name : undefined;
}

function usesOf(variable: string, document: DocumentNode): number {
  let uses = 0;
  visit(document, {
    VariableDefinition: () => false,
    Variable: ({ name }) => void (uses += name.value === variable ? 1 : 0),
  });
  return uses;
}
