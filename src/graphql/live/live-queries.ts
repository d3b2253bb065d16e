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
import { LiveGroup } from './live-group.ts';
import { LiveSource } from './live-source.ts';
import type { Reader, Sink } from './reader.ts';

/** A subscription that has been accepted, before its first frame. */
export interface LiveStream {
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

/** All running subscriptions, gathered in groups of the same operation and view. */
export class LiveQueries {
  readonly #groups = new Map<string, LiveGroup>();
  readonly #streams = new Set<{ readonly sink: Sink; readonly running: RunningStream }>();
  readonly #publicError: (error: unknown) => GraphQLError;

  constructor(publicError: (error: unknown) => GraphQLError) {
    this.#publicError = publicError;
  }

  /** How many operations are being executed for how many readers. */
  get size(): { readonly groups: number; readonly readers: number } {
    return { groups: this.#groups.size, readers: this.#streams.size };
  }

  /** @returns the stream, or why there is none */
  async subscribe(args: SubscribeArgs): Promise<LiveStream | { readonly errors: readonly GraphQLError[] }> {
    const validated = validateSubscriptionArgs(args);
    if (!('schema' in validated)) return { errors: validated.map(this.#publicError) };
    const source = await createSourceEventStream(validated);
    if (!(source instanceof LiveSource)) return { errors: this.#errorsOf(source) };
    return { start: (sink) => this.#start(sink, source, validated, args) };
  }

  /** Ends every stream, as complete. */
  end(): void {
    for (const { sink, running } of this.#streams) {
      running.stop();
      sink.end();
    }
  }

  #start(
    sink: Sink,
    source: LiveSource<KubernetesObject>,
    validated: ValidatedSubscriptionArgs,
    args: SubscribeArgs,
  ): RunningStream {
    const key = groupKeyOf(args, source.selection);
    let group = this.#groups.get(key);
    if (!group) {
      group = this.#createGroup(key, source, validated, args.contextValue);
      this.#groups.set(key, group);
    }
    return this.#run(sink, group, source.after !== null);
  }

  #run(sink: Sink, group: LiveGroup, resumes: boolean): RunningStream {
    let reader: Reader | undefined;
    const running = {
      resume: () => {
        if (reader) group.resume(reader);
      },
      stop: () => {
        this.#streams.delete(stream);
        if (reader) group.leave(reader);
        reader = undefined;
      },
    };
    const stream = { sink, running };
    this.#streams.add(stream);
    reader = group.join(
      {
        get ready() {
          return sink.ready;
        },
        send: (frame, cursor) => sink.send(frame, cursor),
        end: (error) => {
          this.#streams.delete(stream);
          reader = undefined;
          sink.end(error);
        },
      },
      resumes,
    );
    return running;
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
      onEmpty: () => void this.#groups.delete(key),
      execute: async (event, signal, onRead) => {
        const result = await executeSubscriptionEvent({
          ...validated,
          rootValue: event,
          contextValue: context.forEvent(signal, onRead),
        });
        return result.errors ? { ...result, errors: result.errors.map(this.#publicError) } : result;
      },
    });
  }

  #errorsOf(result: AsyncIterable<unknown> | ExecutionResult): readonly GraphQLError[] {
    if ('errors' in result && result.errors) return result.errors.map(this.#publicError);
    return [this.#publicError(new TypeError('A subscription field returned no LiveSource.'))];
  }
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
