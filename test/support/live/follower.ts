import { isDeepStrictEqual } from 'node:util';
import { subscriptionOf, type Fields, type Selection, type Truth } from './selections.ts';
import { openEventStream, openWebSocket, type Result, type Stream } from './streams.ts';
import { ContractViolation, uidOf, ClientView, type ReceivedEvent } from './view.ts';

export interface FollowerOptions {
  readonly selection: Selection;
  readonly transport: 'WebSocket' | 'Server-Sent Events';
  /** Where a gateway is; asked before each connection. */
  readonly address: () => string;
  /** The number of the step at which something is told. */
  readonly moment: () => number;
}

const RETRY_MS = 20;
const REMEMBERED_LINES = 60;
/** The ends of streams after which a client comes back. */
const passing = new Set<string | undefined>(['UNAVAILABLE', 'KIND_UNAVAILABLE']);

/** A client that reconstructs what it follows, whatever happens to it, and complains of what the contract forbids. */
export class Follower implements Disposable {
  readonly #options: FollowerOptions;
  readonly #view: ClientView;
  readonly #lines: string[] = [];
  #stream: Stream | undefined;
  #retry: NodeJS.Timeout | undefined;
  #failure: string | undefined;
  /** The last that was told of the one object that is followed; undefined: nothing yet on this connection. */
  #told: Fields | null | undefined;
  #resets = 0;

  constructor(options: FollowerOptions) {
    this.#options = options;
    this.#view = new ClientView(options.selection);
    this.#connect();
  }

  get title(): string {
    return `${this.#options.selection.title} over ${this.#options.transport}`;
  }

  get selection(): Selection {
    return this.#options.selection;
  }

  /** How often it was told to forget everything, or has done so by itself. */
  get resets(): number {
    return this.#resets;
  }

  /** What the contract did not allow, with what came before; undefined where all is well. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** What it has been told lately, for people. */
  get story(): string {
    return this.#lines.join('\n    ');
  }

  /** How what it holds differs from what it has to hold; undefined where it does not. */
  differenceFrom(truth: Truth): string | undefined {
    const expected = new Map(this.selection.expected(truth).map((object) => [uidOf(object), object]));
    const held = this.#held();
    if (!held) return 'nothing is complete yet';
    const lost = [...expected].filter(([uid, object]) => !isDeepStrictEqual(held.get(uid), object));
    const surplus = [...held].filter(([uid]) => !expected.has(uid));
    if (lost.length + surplus.length === 0) return undefined;
    const lines = lost.map(([uid, object]) => `has to hold ${textOf(object)}, holds ${textOf(held.get(uid))}`);
    return [...lines, ...surplus.map(([, object]) => `holds ${textOf(object)}, which is not there`)].join('\n    ');
  }

  pause(): void {
    this.#stream?.pause();
  }

  resume(): void {
    this.#stream?.resume();
  }

  /** Loses its connection, and comes back where it was or to another gateway. */
  vanish(): void {
    this.#note('(vanishes)');
    this.#stream?.vanish();
    this.#reconnect();
  }

  /** Vanishes, and comes back without a cursor. */
  beginAnew(): void {
    this.vanish();
    this.#view.begin();
    this.#resets += 1;
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#retry);
    this.#stream?.vanish();
  }

  #held(): ReadonlyMap<string, Fields> | undefined {
    if (this.selection.field !== 'workspace') return this.#view.synced ? this.#view.held : undefined;
    if (this.#told === undefined) return undefined;
    return new Map(this.#told ? [[uidOf(this.#told), this.#told]] : []);
  }

  #connect(): void {
    const { selection, transport, address } = this.#options;
    const { cursor } = this.#view;
    this.#told = undefined;
    if (cursor === undefined) this.#view.begin();
    else this.#view.goOn();
    const url = address();
    this.#note(`(connects to ${url} ${cursor === undefined ? 'anew' : `from ${legible(cursor)}`})`);
    const open = transport === 'WebSocket' ? openWebSocket : openEventStream;
    this.#stream = open({
      url,
      query: subscriptionOf(selection, transport === 'WebSocket' ? 'argument' : 'header'),
      cursor,
      onResult: (result) => this.#take(result),
      onEnd: () => {
        this.#note('(the stream ends)');
        this.#reconnect();
      },
    });
  }

  #reconnect(): void {
    clearTimeout(this.#retry);
    if (this.#failure === undefined) this.#retry = setTimeout(() => this.#connect(), RETRY_MS);
  }

  #take(result: Result): void {
    try {
      if (result.errors || !result.data) this.#takeErrors(result);
      else if (this.selection.field === 'workspace') this.#takeObject(result.data['workspace'] as Fields | null);
      else this.#takeEvent(result.data[this.selection.field] as ReceivedEvent);
    } catch (error) {
      if (!(error instanceof ContractViolation)) throw error;
      this.#failure ??= `${this.title}: ${error.message}\n    ${this.story}`;
      this.#stream?.vanish();
    }
  }

  #takeErrors({ errors = [], data }: Result): void {
    this.#note(textOf(errors));
    if (data || !errors.every(({ extensions }) => passing.has(extensions?.code)))
      throw new ContractViolation(textOf({ data, errors }));
  }

  #takeEvent(event: ReceivedEvent): void {
    this.#note(`${event.type} ${textOf(event.object)} ${legible(event.cursor)}`);
    if (event.type === 'RESET') this.#resets += 1;
    this.#view.take(event);
  }

  #takeObject(object: Fields | null): void {
    this.#note(textOf(object));
    if (isDeepStrictEqual(object, this.#told)) throw new ContractViolation('the same was told twice in a row');
    this.#told = object;
  }

  #note(line: string): void {
    this.#lines.push(`${this.#options.moment()}: ${line}`);
    if (this.#lines.length > REMEMBERED_LINES) this.#lines.shift();
  }
}

function textOf(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 300);
}

/** Cursors are opaque to clients; who looks for a mistake may read them. */
function legible(cursor: string): string {
  return Buffer.from(cursor, 'base64url').toString().slice(20, 220);
}
