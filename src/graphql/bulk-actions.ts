import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import { excerptOf } from '../kubernetes/excerpt.ts';
import type { NamespacedName } from '../kubernetes/object.ts';
import type { StatusCause } from '../kubernetes/status-error.ts';
import { ConcurrencyLimit } from './concurrency-limit.ts';
import { failure, type ErrorCode } from './errors.ts';

/** Maximum number of concurrent writes of one mutation or action. */
export const CONCURRENT_WRITES = 8;
/** Shortest time between two events of an action, except for the last one. */
const MIN_INTERVAL_MS = 250;
/** Time for which an ended action is kept, so that its viewer can subscribe to it again. */
const KEPT_MS = 600_000;
const MAX_ENDED_PER_VIEWER = 10;
/** Maximum number of objects of all ended actions. Those that ended first are removed. */
const MAX_ENDED_OBJECTS = 20_000;
/** Time at shutdown for the writes in progress, and for subscribers to receive the last event. */
const STOP_MS = 2_000;
/** Limits on the texts of one outcome, which takes 8 KB at most, and some hundred bytes normally. */
const MAX_TEXT_LENGTH = 300;
const MAX_TEXTS = 3;
const ID = /^[\w.:-]{1,128}$/u;

/** Outcome of the write of one of several objects. */
export interface ObjectOutcome extends NamespacedName {
  /** Undefined if the write succeeded. */
  readonly code: ErrorCode | undefined;
  readonly message: string | undefined;
  readonly causes: readonly StatusCause[];
  readonly warnings: readonly string[];
}

/** `CANCELLED` by its viewer, or `INTERRUPTED` by the end of the gateway: the remaining objects have not been written. */
export type BulkActionState = 'RUNNING' | 'COMPLETED' | 'CANCELLED' | 'INTERRUPTED';

/** State of an action at one moment. */
export interface BulkActionStatus {
  readonly actionId: string;
  /** Name of the mutation. */
  readonly mutation: string;
  readonly dryRun: boolean;
  /** Number of objects. */
  readonly total: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly state: BulkActionState;
  readonly startedAt: Date;
  /** Undefined while it runs. */
  readonly endedAt: Date | undefined;
}

export interface BulkActionEvent {
  /** Name of the viewer who has started the action. */
  readonly owner: string;
  readonly status: BulkActionStatus;
  /** Outcomes since the previous event that the same reader got. */
  readonly outcomes: readonly ObjectOutcome[];
}

type ActionStart = Pick<BulkActionStatus, 'actionId' | 'mutation' | 'dryRun' | 'total'> & { readonly owner: string };

/** A write of several objects that goes on without its request. Its readers can come and go. */
export class BulkAction {
  readonly #start: ActionStart;
  readonly #startedAt = new Date();
  readonly #outcomes: ObjectOutcome[] = [];
  #failed = 0;
  #readers = 0;
  /** State in which it ends. Another one than COMPLETED if it was stopped. */
  #endState: Exclude<BulkActionState, 'RUNNING'> = 'COMPLETED';
  #endedAt: Date | undefined;
  /** Resolves with the next outcome, or at the end. */
  #change = Promise.withResolvers<void>();
  readonly #ending = new AbortController();
  readonly #delivered = Promise.withResolvers<void>();

  constructor(start: ActionStart) {
    this.#start = start;
  }

  get status(): BulkActionStatus {
    const { owner: _private, ...start } = this.#start;
    const [failed, endedAt] = [this.#failed, this.#endedAt];
    const state = endedAt ? this.#endState : 'RUNNING';
    return { ...start, succeeded: this.#outcomes.length - failed, failed, state, startedAt: this.#startedAt, endedAt };
  }

  /** Resolves when it has ended and no reader waits for an event any more. */
  get delivered(): Promise<void> {
    return this.#delivered.promise;
  }

  /** Writes the objects, 8 at a time, until all are written or it is stopped. `write` must not reject. */
  async run<P>(objects: readonly P[], write: (object: P) => Promise<ObjectOutcome>): Promise<void> {
    const queue = objects.values();
    const work = async () => {
      for (const object of queue) {
        await nextTurn(); // an object whose write fails at once must not delay other requests
        if (this.#endState !== 'COMPLETED') return;
        this.#record(await write(object));
      }
    };
    await Promise.all(Array.from({ length: CONCURRENT_WRITES }, work));
    if (this.#outcomes.length === objects.length) this.#endState = 'COMPLETED';
    this.#endedAt = new Date();
    this.#ending.abort();
    this.#wake();
    this.#settle();
  }

  /** Ends it after the writes in progress. Has no effect if it has ended. */
  stop(state: 'CANCELLED' | 'INTERRUPTED'): void {
    if (!this.#endedAt) this.#endState = state;
  }

  /** Yields the outcomes so far, then new ones, at most every 250 ms, until the end. A slow reader gets fewer events. */
  async *events(signal: AbortSignal): AsyncGenerator<BulkActionEvent, undefined> {
    this.#readers += 1;
    let read = 0;
    try {
      while (!signal.aborted) {
        const [{ status }, { promise: change }] = [this, this.#change];
        const outcomes = this.#outcomes.slice(read);
        read += outcomes.length;
        yield { owner: this.#start.owner, status, outcomes };
        if (status.state !== 'RUNNING') return undefined;
        await this.#pause(change, signal);
      }
    } finally {
      this.#readers -= 1;
      this.#settle();
    }
    return undefined;
  }

  /** Resolves after a change, {@link MIN_INTERVAL_MS} from now at the earliest; at once at the end, or if the signal aborts. */
  async #pause(change: Promise<void>, signal: AbortSignal): Promise<void> {
    const ended = AbortSignal.any([signal, this.#ending.signal]);
    await delay(MIN_INTERVAL_MS, undefined, { signal: ended }).catch(() => undefined);
    const left = Promise.withResolvers<void>();
    const leave = () => left.resolve();
    signal.addEventListener('abort', leave, { once: true });
    if (!signal.aborted) await Promise.race([change, left.promise]);
    signal.removeEventListener('abort', leave);
  }

  #record({ namespace, name, code, ...texts }: ObjectOutcome): void {
    if (code !== undefined) this.#failed += 1;
    const message = texts.message === undefined ? undefined : cut(texts.message);
    const causes = texts.causes
      .slice(0, MAX_TEXTS)
      .map((cause) => ({ reason: cut(cause.reason), field: cut(cause.field), message: cut(cause.message) }));
    const warnings = texts.warnings.slice(0, MAX_TEXTS).map(cut);
    this.#outcomes.push({ namespace, name, code, message, causes, warnings });
    this.#wake();
  }

  #wake(): void {
    this.#change.resolve();
    this.#change = Promise.withResolvers();
  }

  #settle(): void {
    if (this.#endedAt && this.#readers === 0) this.#delivered.resolve();
  }
}

function cut(text: string): string {
  return excerptOf(text, MAX_TEXT_LENGTH);
}

export interface BulkActionsOptions {
  /** Limits on the running actions. */
  readonly maxPerViewer: number;
  readonly max: number;
  /** Called when an action has ended, with the name of its viewer. */
  readonly onEnd: (viewer: string, status: BulkActionStatus) => void;
}

interface Kept {
  readonly owner: string;
  readonly action: BulkAction;
}

/**
 * The actions of all viewers on this gateway: those that run, and for 10 minutes those that have ended, at most 10 of one viewer
 * and those of 20,000 objects in total. Viewers choose the ids of their actions, and reach only their own.
 */
export class BulkActions {
  readonly #options: BulkActionsOptions;
  readonly #limit: ConcurrencyLimit;
  /** By viewer and id, in the order of their starts. */
  readonly #actions = new Map<string, Kept>();
  #isStopped = false;

  constructor(options: BulkActionsOptions) {
    this.#options = options;
    const perViewer = { setting: 'MAX_BULK_ACTIONS_PER_VIEWER', max: options.maxPerViewer } as const;
    const total = { setting: 'MAX_BULK_ACTIONS', max: options.max } as const;
    this.#limit = new ConcurrencyLimit({ perViewer, total, noun: 'bulk actions' });
  }

  /**
   * Starts an action and returns it. Its writes do not end with the request.
   * @param write must not reject
   * @throws {GraphQLError} BAD_REQUEST for an invalid id, ALREADY_EXISTS if the viewer has an action with this id, RATE_LIMITED
   * if too many run, UNAVAILABLE if the gateway is shutting down
   */
  start<P>(
    { owner, ...start }: Omit<ActionStart, 'total'>,
    objects: readonly P[],
    write: (object: P) => Promise<ObjectOutcome>,
  ): BulkAction {
    const { actionId } = start;
    this.assertCanStart(owner, actionId);
    const running = this.#limit.enter(owner);
    const action = new BulkAction({ owner, ...start, total: objects.length });
    const kept = { owner, action };
    this.#actions.set(keyOf(owner, actionId), kept);
    void this.#reportEnd(kept, running, action.run(objects, write));
    return action;
  }

  /** The action may have been removed when it is reported, if others have ended at the same moment. */
  async #reportEnd({ owner, action }: Kept, running: Disposable, end: Promise<void>): Promise<void> {
    await end;
    running[Symbol.dispose]();
    this.#options.onEnd(owner, action.status);
    this.#removeOldest(owner);
    const key = keyOf(owner, action.status.actionId);
    setTimeout(() => this.#forget(key, action), KEPT_MS).unref();
  }

  /** A later action may have the same key. */
  #forget(key: string, action: BulkAction): void {
    if (this.#actions.get(key)?.action === action) this.#actions.delete(key);
  }

  /** Throws as {@link start}, without RATE_LIMITED. To be called before the objects are selected, too. */
  assertCanStart(owner: string, actionId: string): void {
    if (this.#isStopped) throw failure('UNAVAILABLE', 'The gateway is shutting down. Repeat the mutation.');
    if (!ID.test(actionId))
      throw failure(
        'BAD_REQUEST',
        'Expected input.actionId to have 1 to 128 letters, digits, underscores, dots, colons or hyphens, such as a UUID.',
      );
    if (this.#actions.has(keyOf(owner, actionId)))
      throw failure('ALREADY_EXISTS', `You have started a bulk action ${actionId} already. Subscribe to bulkAction.`);
  }

  /**
   * Returns an action of a viewer.
   * @throws {GraphQLError} NOT_FOUND, also for those of other viewers
   */
  get(owner: string, actionId: string): BulkAction {
    const kept = this.#actions.get(keyOf(owner, actionId));
    if (kept) return kept.action;
    const why = 'It ended more than 10 minutes ago, or another replica or an earlier process of the gateway has it.';
    throw failure('NOT_FOUND', `You have no bulk action with this id here. ${why} Read the objects instead.`);
  }

  /** Stops all actions, and waits up to 2 s for their writes in progress and for their readers to get the last event. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    const running = [...this.#actions.values()].filter(({ action }) => action.status.state === 'RUNNING');
    if (running.length === 0) return;
    for (const { action } of running) action.stop('INTERRUPTED');
    const timeout = new AbortController();
    await Promise.race([
      Promise.all(running.map(({ action }) => action.delivered)),
      delay(STOP_MS, undefined, { signal: timeout.signal }).catch(() => undefined),
    ]);
    timeout.abort();
  }

  /** Removes ended actions beyond the limits. */
  #removeOldest(owner: string): void {
    const own = [...this.#actions].filter((entry) => entry[1].owner === owner && hasEnded(entry));
    for (const [key] of own.slice(0, -MAX_ENDED_PER_VIEWER)) this.#actions.delete(key);
    const ended = [...this.#actions].filter(hasEnded);
    let objects = ended.reduce((sum, [, { action }]) => sum + action.status.total, 0);
    for (const [key, { action }] of ended) {
      if (objects <= MAX_ENDED_OBJECTS) return;
      objects -= action.status.total;
      this.#actions.delete(key);
    }
  }
}

function hasEnded([, { action }]: readonly [key: string, Kept]): boolean {
  return action.status.state !== 'RUNNING';
}

function keyOf(owner: string, actionId: string): string {
  return JSON.stringify([owner, actionId]);
}
