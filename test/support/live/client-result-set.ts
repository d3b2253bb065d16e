import { isDeepStrictEqual } from 'node:util';
import type { Fields, Selection } from './selections.ts';

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
  readonly #selection: Selection;
  readonly #objects = new Map<string, Fields>();
  #phase: 'start' | 'snapshot' | 'catch-up' | 'live' = 'start';
  #cursor: string | undefined;

  constructor(selection: Selection) {
    this.#selection = selection;
  }

  /** Cursor of the last event. Undefined before the first. */
  get cursor(): string | undefined {
    return this.#cursor;
  }

  /** The objects by uid. */
  get objects(): ReadonlyMap<string, Fields> {
    return this.#objects;
  }

  get synced(): boolean {
    return this.#phase === 'live';
  }

  /** Returns a copy, as of a client that leaves here and resumes later. */
  fork(): ClientResultSet {
    const fork = new ClientResultSet(this.#selection);
    for (const [uid, object] of this.#objects) fork.#objects.set(uid, object);
    fork.#cursor = this.#cursor;
    return fork;
  }

  /** Expects a snapshot next. */
  startSnapshot(): void {
    this.#objects.clear();
    this.#phase = 'start';
    this.#cursor = undefined;
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
    const uid = uidOf(object);
    const known = this.#objects.get(uid);
    this.#check(this.#phase !== 'snapshot' || type === 'ADDED', event, 'is part of a snapshot');
    if (type === 'ADDED') this.#check(!known, event, 'is already known');
    else this.#check(known !== undefined, event, 'is unknown');
    if (type === 'DELETED') return void this.#objects.delete(uid);
    this.#check(this.#selection.matchesResult(object), event, 'does not match');
    // A catch-up may repeat a state that was delivered past the checkpoint of the cursor.
    const isChange = type === 'ADDED' || this.#phase === 'catch-up' || !isDeepStrictEqual(known, object);
    this.#check(isChange, event, 'changes nothing');
    return void this.#objects.set(uid, object);
  }

  #check(isAllowed: boolean, { type, object }: ReceivedEvent, problem: string): void {
    if (!isAllowed) throw new ContractViolation(`${type} ${JSON.stringify(object)} ${problem}`);
  }
}

export function uidOf(object: Fields): string {
  const { metadata } = object as { readonly metadata?: { readonly uid?: string } };
  if (!metadata?.uid) throw new ContractViolation(`${JSON.stringify(object)} has no uid`);
  return metadata.uid;
}
