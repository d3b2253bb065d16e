import { isDeepStrictEqual } from 'node:util';
import type { Fields, Subscribed } from './selections.ts';

/** One event of a list subscription, as received. */
export interface ReceivedEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'SYNCED' | 'RESET';
  readonly cursor: string;
  readonly object: Fields | null;
}

/** An event that the contract (docs/live-updates.md) does not allow at this point of the stream. */
export class ContractViolation extends Error {
  override readonly name = 'ContractViolation';
}

/**
 * A result set that is built from received events only. Each event is checked against the contract: ADDED for a new
 * object, DELETED and MODIFIED for a known one, MODIFIED with a difference, SYNCED once per snapshot or catch-up, RESET
 * before every snapshot.
 */
export class ClientResultSet {
  readonly #selection: Subscribed;
  readonly #objects = new Map<string, Fields>();
  #phase: 'start' | 'snapshot' | 'catch-up' | 'live' = 'start';
  #cursor: string | undefined;
  /** Whether the cursor is that of a list, or of an event in the catch-up from it. */
  #isFromList = false;

  constructor(selection: Subscribed) {
    this.#selection = selection;
  }

  /** Returns the result set of a client that has loaded a list. */
  static ofList(selection: Subscribed, objects: readonly Fields[], liveCursor: string): ClientResultSet {
    const resultSet = new ClientResultSet(selection);
    for (const object of objects) resultSet.#objects.set(keyOf(object), object);
    resultSet.#cursor = liveCursor;
    resultSet.#isFromList = true;
    return resultSet;
  }

  /** Cursor of the last event. Undefined before the first. */
  get cursor(): string | undefined {
    return this.#cursor;
  }

  /** The objects by {@link keyOf}. */
  get objects(): ReadonlyMap<string, Fields> {
    return this.#objects;
  }

  get synced(): boolean {
    return this.#phase === 'live';
  }

  /** Returns a copy, as of a client that leaves here and resumes later. */
  fork(): ClientResultSet {
    const fork = new ClientResultSet(this.#selection);
    for (const [key, object] of this.#objects) fork.#objects.set(key, object);
    fork.#cursor = this.#cursor;
    fork.#isFromList = this.#isFromList;
    return fork;
  }

  /** Expects a snapshot next. */
  startSnapshot(): void {
    this.#objects.clear();
    this.#phase = 'start';
    this.#cursor = undefined;
    this.#isFromList = false;
  }

  /** Expects a catch-up next. */
  startCatchUp(): void {
    this.#phase = 'catch-up';
  }

  /** @throws {ContractViolation} */
  apply(event: ReceivedEvent): void {
    this.#check(event.cursor !== '' && typeof event.cursor === 'string', event, 'has no cursor');
    this.#check(event.type === 'RESET' || this.#phase !== 'start', event, 'precedes RESET');
    switch (event.type) {
      case 'RESET':
        this.startSnapshot();
        this.#phase = 'snapshot';
        break;
      case 'SYNCED':
        this.#check(this.#phase !== 'live', event, 'is sent a second time');
        this.#phase = 'live';
        this.#isFromList = false;
        break;
      case 'ADDED':
      case 'MODIFIED':
      case 'DELETED':
        this.#applyObject(event);
        break;
      default:
        throw new ContractViolation(`Expected an event type, got ${JSON.stringify(event.type satisfies never)}`);
    }
    this.#cursor = event.cursor;
  }

  #applyObject(event: ReceivedEvent): void {
    const { type, object } = event;
    if (!object) throw new ContractViolation(`${type} without an object`);
    const key = keyOf(object);
    const known = this.#objects.get(key);
    this.#check(this.#phase !== 'snapshot' || type === 'ADDED', event, 'is part of a snapshot');
    // A later page of the list may have had other objects, and other states of them.
    if (type === 'ADDED') this.#check(!known || this.#isFromList, event, 'is already known');
    else this.#check(known !== undefined || this.#isFromList, event, 'is unknown');
    if (type === 'DELETED') return void this.#objects.delete(key);
    this.#check(this.#selection.matchesResult(object), event, 'does not match');
    // A catch-up may repeat a state that was delivered past the checkpoint of the cursor.
    const isChange = type === 'ADDED' || this.#phase === 'catch-up' || !isDeepStrictEqual(known, object);
    this.#check(isChange, event, 'changes nothing');
    return void this.#objects.set(key, object);
  }

  #check(isAllowed: boolean, { type, object }: ReceivedEvent, problem: string): void {
    if (!isAllowed) throw new ContractViolation(`${type} ${JSON.stringify(object)} ${problem}`);
  }
}

/** Returns what identifies an object: its `id` or, if that is not selected, its uid. */
export function keyOf(object: Fields): string {
  const { id, metadata } = object as { readonly id?: string; readonly metadata?: { readonly uid?: string } };
  const key = id ?? metadata?.uid;
  if (!key) throw new ContractViolation(`${JSON.stringify(object)} has neither id nor uid`);
  return key;
}
