import { isDeepStrictEqual } from 'node:util';
import { isList, subscriptionFor, type Fields, type Selection, type Subscribed } from './selections.ts';
import { openEventStream, openWebSocket, type Result, type ClientStream } from './streams.ts';
import { ContractViolation, keyOf, ClientResultSet, type ReceivedEvent } from './client-result-set.ts';

export interface SubscriptionClientOptions<S extends Subscribed> {
  readonly selection: S;
  readonly transport: 'WebSocket' | 'Server-Sent Events';
  /** Returns the URL of a gateway. Called before each connection. */
  readonly gatewayUrl: () => string;
  /** Headers of each request, such as credentials. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Returns the number of the current step of the scenario, for the transcript. */
  readonly currentStep: () => number;
  /** The result set of an earlier client, which this one continues. Default: an empty one. */
  readonly received?: ClientResultSet;
  /** Whether the viewer may lack the permission: the client then tries again. Default: FORBIDDEN is a violation. */
  readonly mayBeRefused?: boolean;
  /** Returns why an object must not be sent now. Undefined if it may be. */
  readonly problemOf?: (object: Fields) => string | undefined;
}

const RETRY_MS = 20;
const REFUSED_RETRY_MS = 200;
const MAX_TRANSCRIPT_LINES = 60;
const MAX_PAST_RESULT_SETS = 40;
/** Errors that end a stream and after which the client reconnects. */
const RETRIABLE_CODES = new Set<string | undefined>(['UNAVAILABLE', 'KIND_UNAVAILABLE']);

/** A client that reconnects after every interruption, builds the result set, and reports the first violation of the contract. */
export class SubscriptionClient<S extends Subscribed = Selection> implements Disposable {
  readonly #options: SubscriptionClientOptions<S>;
  #resultSet: ClientResultSet;
  readonly #lines: string[] = [];
  #pastResultSets: ClientResultSet[] = [];
  #stream: ClientStream | undefined;
  #retry: NodeJS.Timeout | undefined;
  #violation: string | undefined;
  /** The last result of a single-object subscription. Undefined before the first of this connection. */
  #lastResult: Fields | null | undefined;
  #resets = 0;
  #connections = 0;
  #isRefused = false;

  constructor(options: SubscriptionClientOptions<S>) {
    this.#options = options;
    this.#resultSet = options.received ?? new ClientResultSet(options.selection);
    this.#connect();
  }

  get title(): string {
    return `${this.#options.selection.title} over ${this.#options.transport}`;
  }

  get selection(): S {
    return this.#options.selection;
  }

  get transport(): SubscriptionClientOptions<S>['transport'] {
    return this.#options.transport;
  }

  /** Whether the client has received a complete snapshot, and every change that it missed before this connection. */
  get synced(): boolean {
    return isList(this.selection) ? this.#resultSet.synced : this.#lastResult !== undefined;
  }

  /** Whether the last connection has ended with FORBIDDEN, and no other one has received a result since. */
  get isRefused(): boolean {
    return this.#isRefused;
  }

  /** Number of RESET events and restarts without a cursor. */
  get resets(): number {
    return this.#resets;
  }

  /** Number of connections so far, those that failed included. */
  get connections(): number {
    return this.#connections;
  }

  /** The violation with the transcript before it. Undefined if there is none. */
  get violation(): string | undefined {
    return this.#violation;
  }

  /** The last received events. */
  get transcript(): string {
    return this.#lines.join('\n    ');
  }

  /** Returns how the client’s result set differs from the expected one. Undefined if it does not. */
  differenceFrom(objectsExpected: readonly Fields[]): string | undefined {
    const expected = new Map(objectsExpected.map((object) => [keyOf(object), object]));
    const objects = this.#objects();
    if (!objects) return 'has not received a complete snapshot';
    const missing = [...expected].filter(([key, object]) => !isDeepStrictEqual(objects.get(key), object));
    const surplus = [...objects].filter(([key]) => !expected.has(key));
    if (missing.length + surplus.length === 0) return undefined;
    const lines = missing.map(([key, object]) => `expected ${textOf(object)}, got ${textOf(objects.get(key))}`);
    return [...lines, ...surplus.map(([, object]) => `expected no object, got ${textOf(object)}`)].join('\n    ');
  }

  /** The last states of the result set, one after each event. From each, a client can resume at any gateway. */
  get pastResultSets(): readonly ClientResultSet[] {
    return this.#pastResultSets;
  }

  /** Forgets the past states, whose cursors have become void. */
  forgetPast(): void {
    this.#pastResultSets = [];
  }

  pause(): void {
    this.#stream?.pause();
  }

  resume(): void {
    this.#stream?.resume();
  }

  /** Cuts the connection and reconnects with the last cursor, possibly to another gateway. */
  disconnect(): void {
    this.#note('(disconnects)');
    this.#stream?.disconnect();
    this.#reconnect();
  }

  /** Cuts the connection and reconnects without a cursor. */
  restart(): void {
    this.disconnect();
    this.#resultSet.startSnapshot();
    this.#resets += 1;
  }

  /** Cuts the connection and continues with another result set, such as that of a list. */
  continueFrom(resultSet: ClientResultSet): void {
    this.disconnect();
    this.#note('(has loaded a list)');
    this.#resultSet = resultSet;
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#retry);
    this.#stream?.disconnect();
  }

  #objects(): ReadonlyMap<string, Fields> | undefined {
    if (isList(this.selection)) return this.#resultSet.synced ? this.#resultSet.objects : undefined;
    if (this.#lastResult === undefined) return undefined;
    return new Map(this.#lastResult ? [[keyOf(this.#lastResult), this.#lastResult]] : []);
  }

  #connect(): void {
    const { selection, transport, gatewayUrl, headers } = this.#options;
    const { cursor } = this.#resultSet;
    this.#connections += 1;
    this.#lastResult = undefined;
    if (cursor === undefined) this.#resultSet.startSnapshot();
    else this.#resultSet.startCatchUp();
    const url = gatewayUrl();
    this.#note(`(connects to ${url} ${cursor === undefined ? 'without a cursor' : `from ${decodedCursor(cursor)}`})`);
    const open = transport === 'WebSocket' ? openWebSocket : openEventStream;
    this.#stream = open({
      url,
      query: subscriptionFor(selection, transport === 'WebSocket' ? 'argument' : 'header'),
      cursor,
      headers,
      onResult: (result) => this.#apply(result),
      onEnd: () => {
        this.#note('(the stream ends)');
        this.#reconnect();
      },
    });
  }

  #reconnect(): void {
    clearTimeout(this.#retry);
    const retryMs = this.#isRefused ? REFUSED_RETRY_MS : RETRY_MS;
    if (this.#violation === undefined) this.#retry = setTimeout(() => this.#connect(), retryMs);
  }

  #apply(result: Result): void {
    try {
      if (result.errors || !result.data) this.#applyErrors(result);
      else if (isList(this.selection)) this.#applyEvent(result.data[this.selection.field] as ReceivedEvent);
      else this.#applyObject(result.data[this.selection.field] as Fields | null);
    } catch (error) {
      if (!(error instanceof ContractViolation)) throw error;
      this.#violation ??= `${this.title}: ${error.message}\n    ${this.transcript}`;
      this.#stream?.disconnect();
    }
  }

  #applyErrors({ errors = [], data }: Result): void {
    this.#note(textOf(errors));
    this.#isRefused = this.#options.mayBeRefused === true && errors.every(isForbidden);
    if (this.#isRefused && !data) return;
    // The object may be null, and is sent again as MODIFIED when the related kind is listed.
    if (data && errors.every(isNotSynced)) return this.restart();
    if (data || !errors.every(({ extensions }) => RETRIABLE_CODES.has(extensions?.code)))
      throw new ContractViolation(textOf({ data, errors }));
  }

  #applyEvent(event: ReceivedEvent): void {
    this.#note(`${event.type} ${textOf(event.object)} ${decodedCursor(event.cursor)}`);
    if (event.type === 'RESET') this.#resets += 1;
    this.#assertMayBeSent(event.object);
    this.#resultSet.apply(event);
    this.#pastResultSets.push(this.#resultSet.fork());
    if (this.#pastResultSets.length > MAX_PAST_RESULT_SETS) this.#pastResultSets.shift();
  }

  #applyObject(object: Fields | null): void {
    this.#note(textOf(object));
    if (isDeepStrictEqual(object, this.#lastResult))
      throw new ContractViolation('the same result was sent twice in a row');
    this.#assertMayBeSent(object);
    this.#lastResult = object;
  }

  #assertMayBeSent(object: Fields | null): void {
    this.#isRefused = false;
    const problem = object && this.#options.problemOf?.(object);
    if (problem) throw new ContractViolation(`${textOf(object)} ${problem}`);
  }

  #note(line: string): void {
    this.#lines.push(`${this.#options.currentStep()}: ${line}`);
    if (this.#lines.length > MAX_TRANSCRIPT_LINES) this.#lines.shift();
  }
}

function isNotSynced({ extensions }: NonNullable<Result['errors']>[number]): boolean {
  return extensions?.code === 'UNAVAILABLE' && extensions.reason === 'NotSynced';
}

function isForbidden({ extensions }: NonNullable<Result['errors']>[number]): boolean {
  return extensions?.code === 'FORBIDDEN';
}

function textOf(value: unknown): string {
  return (JSON.stringify(value) ?? 'undefined').slice(0, 300);
}

/** Cursors are opaque to clients, but not to the reader of a transcript. */
function decodedCursor(cursor: string): string {
  return Buffer.from(cursor, 'base64url').toString().slice(20, 220);
}
