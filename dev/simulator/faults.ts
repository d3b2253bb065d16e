import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Behaviour } from './cluster.ts';
import { statusResponse, type BodyResponse } from './response.ts';
import type { IncomingRequest, SimulatedRequest } from './request.ts';
import { ApiStatusError } from './status.ts';
import type { Snapshot, Storage } from './storage.ts';
import type { WatchBroadcaster } from './watch-broadcaster.ts';

/** Ends a fault. May be called, or left to `using`, any number of times. */
export type Undo = (() => void) & Disposable;

export type RequestPredicate = (request: SimulatedRequest) => boolean;

export interface InjectedError {
  readonly status: number;
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
  readonly retryAfterSeconds?: number | undefined;
  /** By default every request. */
  readonly when?: RequestPredicate | undefined;
  /** By default until undone. */
  readonly times?: number | undefined;
}

interface CompactOptions {
  readonly answer?: 'event' | 'status' | undefined;
}

interface RestartOptions {
  /** `keep` keeps objects and history, `lose` leaves only the namespaces given at start, a snapshot is an older world. */
  readonly data?: 'keep' | 'lose' | Snapshot | undefined;
  readonly downMs?: number | undefined;
}

/** What can go wrong between a client and an API server, on demand. Everything takes effect at once. */
export interface Faults {
  /** Ends every open watch stream as a timeout does. */
  endWatches(): void;
  /** Destroys the connections of every open watch stream. */
  dropWatches(): void;
  /**
   * Forgets the history: watches from before now, and continue tokens, are too old. A watch is told so by an ERROR event
   * in its stream, as the real server does, or with `answer: 'status'` by HTTP 410.
   */
  compact(options?: CompactOptions): void;
  /** Sends every open watch an ERROR event with a 410 Status, then ends it. */
  expireWatches(): void;
  refuse(refusal: InjectedError): Undo;
  delay(ms: number, when?: RequestPredicate): Undo;
  /** Refuses everything in a group with 503 and without a Status, as when the server of an aggregated API is away. */
  unavailable(group: string): Undo;
  /** While stalled, watches say nothing, not even bookmarks; afterwards they say all they have missed. */
  stall(): Undo;
  /** Writes a raw line into every open watch stream. */
  injectLine(text: string): void;
  /** Sends every event twice. */
  duplicateEvents(on: boolean): void;
  snapshot(): Snapshot;
  /** Stops, and listens again on the same port. */
  restart(options?: RestartOptions): Promise<void>;
  /** Cuts all connections and refuses new ones. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** The token so far gets 401; the kubeconfig has the new one. */
  rotateToken(): void;
  /** Refuses `sendInitialEvents` with 422, as a server that has the feature turned off. */
  rejectStreamingLists(on: boolean): void;
  /** Ignores `sendInitialEvents`, as aggregated API servers do that are built on old libraries. */
  ignoreStreamingLists(on: boolean): void;
}

interface FaultsOptions {
  readonly storage: Storage;
  readonly watches: WatchBroadcaster;
  readonly behaviour: { -readonly [Field in keyof Behaviour]: Behaviour[Field] };
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
  /** Replaces the world while nobody is listening. */
  readonly restore: (data: 'lose' | Snapshot) => void;
}

/** The faults, and the one place where a request meets them before it is answered. */
export function createFaults(options: FaultsOptions) {
  const { refuse, delay, intercept } = createInterceptor();
  const faults: Faults = { ...streamFaults(options), ...serverFaults(options), refuse, delay };
  return { faults, intercept };
}

/** How a server behaves that has nothing wrong with it. */
export function normalBehaviour(): Behaviour {
  return { token: newToken(), streamingLists: 'supported', expiredWatch: 'event', unavailableGroups: new Set() };
}

function streamFaults({ storage, watches, behaviour }: FaultsOptions) {
  return {
    endWatches: () => watches.closeAll('end'),
    dropWatches: () => watches.closeAll('destroy'),
    compact({ answer = 'event' }: CompactOptions = {}): void {
      behaviour.expiredWatch = answer;
      storage.compact();
    },
    expireWatches: () => watches.expire(),
    stall: () => undoOnce(watches.stall()),
    injectLine: (text: string) => watches.inject(text),
    duplicateEvents: (on: boolean) => watches.setDuplicating(on),
    rejectStreamingLists(on: boolean): void {
      behaviour.streamingLists = on ? 'rejected' : 'supported';
    },
    ignoreStreamingLists(on: boolean): void {
      behaviour.streamingLists = on ? 'ignored' : 'supported';
    },
  };
}

function serverFaults({ storage, behaviour, start, stop, restore }: FaultsOptions) {
  return {
    start: () => start(),
    stop,
    snapshot: () => storage.snapshot(),
    async restart({ data = 'keep', downMs = 0 }: RestartOptions = {}): Promise<void> {
      await stop();
      if (data !== 'keep') restore(data);
      if (downMs > 0) await sleep(downMs);
      await start();
    },
    unavailable(group: string): Undo {
      behaviour.unavailableGroups = new Set([...behaviour.unavailableGroups, group]);
      return undoOnce(() => {
        behaviour.unavailableGroups = new Set([...behaviour.unavailableGroups].filter((name) => name !== group));
      });
    },
    rotateToken(): void {
      behaviour.token = newToken();
    },
  };
}

interface Delay {
  readonly ms: number;
  readonly when: RequestPredicate;
  readonly ended: AbortController;
}

function createInterceptor() {
  const refusals = new Set<{ readonly refusal: InjectedError; times: number }>();
  const delays = new Set<Delay>();

  function refusalFor(request: SimulatedRequest): BodyResponse | undefined {
    const entry = [...refusals].find(({ refusal }) => refusal.when?.(request) ?? true);
    if (!entry) return undefined;
    entry.times -= 1;
    if (entry.times <= 0) refusals.delete(entry);
    return statusResponse(statusOf(entry.refusal));
  }

  return {
    refuse: (refusal: InjectedError): Undo => during(refusals, { refusal, times: refusal.times ?? Infinity }),
    delay: (ms: number, when: RequestPredicate = () => true): Undo => {
      const ended = new AbortController();
      const undo = during(delays, { ms, when, ended });
      return undoOnce(() => {
        undo();
        ended.abort();
      });
    },
    intercept: async (request: IncomingRequest): Promise<BodyResponse | undefined> => {
      for (const { ms, when, ended } of Array.from(delays)) if (when(request)) await pause(ms, ended.signal);
      return refusalFor(request);
    },
  };
}

/** Waits, or until the fault is undone. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { ref: false, signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

function newToken(): string {
  return `simulator-${randomUUID()}`;
}

function during<T>(entries: Set<T>, entry: T): Undo {
  entries.add(entry);
  return undoOnce(() => void entries.delete(entry));
}

/** A fault's end that can be called, or disposed of, again and again. */
export function undoOnce(end: () => void): Undo {
  let ended = false;
  const undo = (): void => {
    if (ended) return;
    ended = true;
    end();
  };
  return Object.assign(undo, { [Symbol.dispose]: undo });
}

const REASONS = new Map([
  [400, 'BadRequest'],
  [401, 'Unauthorized'],
  [403, 'Forbidden'],
  [404, 'NotFound'],
  [409, 'Conflict'],
  [410, 'Expired'],
  [422, 'Invalid'],
  [429, 'TooManyRequests'],
  [500, 'InternalError'],
  [503, 'ServiceUnavailable'],
  [504, 'Timeout'],
]);

function statusOf({ status, reason, message, retryAfterSeconds }: InjectedError): ApiStatusError {
  return new ApiStatusError({
    code: status,
    reason: reason ?? REASONS.get(status) ?? '',
    message: message ?? `the simulator was told to refuse with ${status}`,
    details: retryAfterSeconds === undefined ? undefined : { retryAfterSeconds },
  });
}
