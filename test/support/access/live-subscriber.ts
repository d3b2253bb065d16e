import { isDeepStrictEqual } from 'node:util';
import type { Caller, Reply } from './users.ts';
import { keyOf, type Fields, type LiveSelection } from './live-selections.ts';

interface ReceivedEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'SYNCED' | 'RESET';
  readonly cursor: string;
  readonly object: Fields | null;
}

export interface LiveSubscriberOptions {
  readonly caller: Caller;
  readonly selection: LiveSelection;
  /** Called with each received message, as text. */
  readonly onMessage: (subscriber: LiveSubscriber, text: string) => void;
}

/** Subscriber to one operation. Applies the events that it receives, and reports those that contradict each other. */
export class LiveSubscriber implements AsyncDisposable {
  readonly #options: LiveSubscriberOptions;
  readonly #held = new Map<string, Fields>();
  readonly #story: string[] = [];
  #stream: AsyncIterableIterator<Reply> | undefined;
  #running: Promise<void> = Promise.resolve();
  #state: 'begins' | 'synced' | 'refused' | 'away' = 'away';
  #cursor: string | undefined;
  #failure: string | undefined;
  #resets = 0;

  constructor(options: LiveSubscriberOptions) {
    this.#options = options;
  }

  get title(): string {
    return `${this.#options.caller.title} follows ${this.#options.selection.title}`;
  }

  get caller(): Caller {
    return this.#options.caller;
  }

  get selection(): LiveSelection {
    return this.#options.selection;
  }

  /** First violation of the protocol or of permissions. */
  get failure(): string | undefined {
    return this.#failure;
  }

  get isRefused(): boolean {
    return this.#state === 'refused';
  }

  get resets(): number {
    return this.#resets;
  }

  get story(): string {
    return this.#story.slice(-30).join('\n      ');
  }

  /** Returns the difference between received and expected objects; undefined if there is none. */
  differenceFrom(expected: ReadonlyMap<string, Fields> | undefined): string | undefined {
    if (expected === undefined || this.#state === 'refused') {
      const isRight = expected === undefined && this.#state === 'refused';
      return isRight ? undefined : `is ${this.#state}, and has to be ${expected ? 'answered' : 'refused'}`;
    }
    if (this.#state !== 'synced') return `is ${this.#state}`;
    const keys = new Set([...expected.keys(), ...this.#held.keys()]);
    const different = [...keys].filter((key) => !isDeepStrictEqual(this.#held.get(key), expected.get(key)));
    const lines = different.map(
      (key) => `holds ${textOf(this.#held.get(key))}, has to hold ${textOf(expected.get(key))}`,
    );
    return lines.length > 0 ? lines.join('\n      ') : undefined;
  }

  /** Subscribes, with the last cursor if there is one and it is requested. */
  begin(how: 'anew' | 'from its cursor'): void {
    const { caller, selection } = this.#options;
    const after = how === 'anew' ? undefined : this.#cursor;
    if (after === undefined) this.#held.clear();
    this.#cursor = after;
    this.#state = 'begins';
    this.#story.push(`(begins ${after === undefined ? 'anew' : how})`);
    const stream = caller.follow(selection.query, selection.field === 'workspace' ? {} : { after });
    this.#stream = stream;
    this.#running = this.#read(stream);
  }

  /** Disconnects without unsubscribing. */
  async leave(): Promise<void> {
    const stream = this.#stream;
    this.#stream = undefined;
    await stream?.return?.();
    await this.#running;
    this.#state = 'away';
    this.#story.push('(unsubscribes)');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.leave();
  }

  async #read(stream: AsyncIterableIterator<Reply>): Promise<void> {
    try {
      for await (const { data, errors } of stream) {
        if (this.#stream !== stream) return;
        this.#options.onMessage(this, JSON.stringify({ data, errors }));
        if (errors) this.#refuse(errors);
        else this.#take(data?.[this.selection.field]);
      }
      if (this.#stream === stream && this.#state !== 'refused') this.#fail('it was complete without an error');
    } catch (error) {
      if (this.#stream !== stream) return;
      this.#options.onMessage(this, JSON.stringify(error));
      if (!Array.isArray(error)) return this.#fail(`it ended with ${String(error)}`);
      this.#refuse(error as NonNullable<Reply['errors']>);
    }
  }

  #refuse(errors: NonNullable<Reply['errors']>): void {
    this.#story.push(`(refused: ${textOf(errors)})`);
    this.#state = 'refused';
    if (errors.some(({ extensions }) => extensions?.code !== 'FORBIDDEN'))
      this.#fail(`it ended with ${textOf(errors)}`);
  }

  #take(result: unknown): void {
    this.#story.push(textOf(result));
    if (this.selection.field === 'workspace') this.#takeOne(result as Fields | null);
    else this.#takeEvent(result as ReceivedEvent);
  }

  #takeOne(object: Fields | null): void {
    this.#held.clear();
    if (object) this.#held.set(keyOf(object), object);
    this.#state = 'synced';
  }

  #takeEvent({ type, cursor, object }: ReceivedEvent): void {
    this.#cursor = cursor;
    if (type === 'RESET') {
      this.#held.clear();
      this.#resets += 1;
      this.#state = 'begins';
    }
    if (type === 'SYNCED') this.#state = 'synced';
    if (!object) return;
    const key = keyOf(object);
    if (this.#held.has(key) === (type === 'ADDED')) this.#fail(`${type} ${key} contradicts earlier events`);
    if (type === 'DELETED') this.#held.delete(key);
    else this.#held.set(key, object);
  }

  #fail(what: string): void {
    this.#failure ??= `${this.title}: ${what}\n      ${this.story}`;
  }
}

function textOf(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 400);
}
