import { isDeepStrictEqual } from 'node:util';
import type { Fields, Selection } from './selections.ts';

/** One event of a subscription, as it comes. */
export interface ReceivedEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'SYNCED' | 'RESET';
  readonly cursor: string;
  readonly object: Fields | null;
}

/** An event that the contract does not allow here. */
export class ContractViolation extends Error {
  override readonly name = 'Contradiction';
}

/**
 * What a client makes of nothing but the events that it is told. Each is held against the contract:
 * ADDED only for what is not held, DELETED and MODIFIED only for what is, MODIFIED only with something new, SYNCED once
 * per snapshot or resumption, RESET before any other snapshot than the first.
 */
export class ClientView {
  readonly #selection: Selection;
  readonly #held = new Map<string, Fields>();
  #phase: 'snapshot' | 'missed' | 'live' = 'snapshot';
  #cursor: string | undefined;

  constructor(selection: Selection) {
    this.#selection = selection;
  }

  /** The last event’s; undefined where there is nothing to go on from. */
  get cursor(): string | undefined {
    return this.#cursor;
  }

  /** By uid. */
  get held(): ReadonlyMap<string, Fields> {
    return this.#held;
  }

  get synced(): boolean {
    return this.#phase === 'live';
  }

  /** The client begins from a snapshot. */
  begin(): void {
    this.#held.clear();
    this.#phase = 'snapshot';
    this.#cursor = undefined;
  }

  /** The client goes on behind its cursor. */
  goOn(): void {
    this.#phase = 'missed';
  }

  /** @throws {ContractViolation} */
  take(event: ReceivedEvent): void {
    this.#check(event.cursor !== '' && typeof event.cursor === 'string', event, 'has no cursor');
    switch (event.type) {
      case 'RESET':
        this.begin();
        break;
      case 'SYNCED':
        this.#check(this.#phase !== 'live', event, 'has been told already');
        this.#phase = 'live';
        break;
      case 'ADDED':
      case 'MODIFIED':
      case 'DELETED':
        this.#takeObject(event);
        break;
      default:
        throw new ContractViolation(`Unknown event ${JSON.stringify(event.type satisfies never)}`);
    }
    this.#cursor = event.cursor;
  }

  #takeObject(event: ReceivedEvent): void {
    const { type, object } = event;
    if (!object) throw new ContractViolation(`${type} without an object`);
    const uid = uidOf(object);
    const held = this.#held.get(uid);
    this.#check(this.#phase !== 'snapshot' || type === 'ADDED', event, 'stands in a snapshot');
    if (type === 'ADDED') this.#check(!held, event, 'is held already');
    else this.#check(held !== undefined, event, 'is not held');
    if (type === 'DELETED') return void this.#held.delete(uid);
    this.#check(this.#selection.admits(object), event, 'does not match');
    // What was told behind the last complete place may be told once more: nobody remembers what it was like.
    const isNews = type === 'ADDED' || this.#phase === 'missed' || !isDeepStrictEqual(held, object);
    this.#check(isNews, event, 'is held just so');
    return void this.#held.set(uid, object);
  }

  #check(isSo: boolean, { type, object }: ReceivedEvent, otherwise: string): void {
    if (!isSo) throw new ContractViolation(`${type} ${JSON.stringify(object)} ${otherwise}`);
  }
}

export function uidOf(object: Fields): string {
  const { metadata } = object as { readonly metadata?: { readonly uid?: string } };
  if (!metadata?.uid) throw new ContractViolation(`${JSON.stringify(object)} has no uid`);
  return metadata.uid;
}
