import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Behaviour } from './cluster.ts';
import { statusResponse, type BodyResponse } from './response.ts';
import type { IncomingRequest, SimulatedRequest } from './request.ts';
import { ApiStatusError } from './status.ts';
import type { Snapshot, Storage } from './storage.ts';
import type { WatchBroadcaster } from './watch-broadcaster.ts';

/** Ends a fault when called or disposed of. Further calls do nothing. */
export type Undo = (() => void) & Disposable;

export type RequestPredicate = (request: SimulatedRequest) => boolean;

/** Error response that replaces the handling of matching requests. */
export interface InjectedError {
  readonly status: number;
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
  readonly retryAfterSeconds?: number | undefined;
  /** Selects the requests that fail; by default all. */
  readonly when?: RequestPredicate | undefined;
  /** Number of requests that fail; by default all until the fault is undone. */
  readonly times?: number | undefined;
}

interface CompactOptions {
  readonly answer?: 'event' | 'status' | undefined;
}

interface RestartOptions {
  /** `keep` keeps objects and history, `lose` only the namespaces given at start; a snapshot restores older objects. */
  readonly data?: 'keep' | 'lose' | Snapshot | undefined;
}

/** Injects faults between clients and the server. Every method takes effect at once. */
export interface Faults {
  /** Ends every open watch stream as a timeout does. */
  endWatches(): void;
  /** Destroys the connections of every open watch stream. */
  dropWatches(): void;
  /**
   * Drops the history: earlier resourceVersions and continue tokens are too old. A watch from one of them gets an ERROR
   * event, like from kube-apiserver, or with `answer: 'status'` HTTP 410.
   */
  compact(options?: CompactOptions): void;
  /** Sends every open watch an ERROR event with a 410 Status, then ends it. */
  expireWatches(): void;
  refuse(refusal: InjectedError): Undo;
  delay(ms: number, when?: RequestPredicate): Undo;
  /** Returns 503 without a Status for all requests of an API group, as if its aggregated server were unavailable. */
  unavailable(group: string): Undo;
  /**
   * Holds back the events of some watches, bookmarks included. When undone, the held events are sent; bookmarks are not.
   * @param when called once for each watch, also for those that start later. Default: all watches
   */
  stall(when?: RequestPredicate): Undo;
  /** Writes a line, which need not be JSON, into every open watch stream. */
  injectLine(text: string): void;
  /** Sends every event twice. */
  duplicateEvents(on: boolean): void;
  snapshot(): Snapshot;
  /** Restores older objects and no connection notices, as behind a load balancer that holds requests meanwhile. No watch may be open. */
  restore(data: Snapshot): void;
  /** Stops, and listens on the same port again. */
  restart(options?: RestartOptions): Promise<void>;
  /** Destroys all connections and refuses new ones until `start`. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Replaces the administrator token. The old one gets 401; `kubeconfig` has the new one. */
  rotateToken(): void;
  /** Refuses `sendInitialEvents` with 422, like a server without the WatchList feature. */
  rejectStreamingLists(on: boolean): void;
  /** Ignores `sendInitialEvents`, like aggregated API servers built on old libraries. */
  ignoreStreamingLists(on: boolean): void;
}

interface FaultsOptions {
  readonly storage: Storage;
  readonly watches: WatchBroadcaster;
  readonly behaviour: { -readonly [Field in keyof Behaviour]: Behaviour[Field] };
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
  /** Replaces all objects while no watch is open. */
  readonly restore: (data: 'lose' | Snapshot) => void;
}

/** Creates the faults, and the function that applies them to a request before it is handled. */
export function createFaults(options: FaultsOptions) {
  const { refuse, delay, intercept } = createInterceptor();
  const faults: Faults = { ...streamFaults(options), ...serverFaults(options), refuse, delay };
  return { faults, intercept };
}

/** Returns the behaviour of a server without faults. */
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
    stall: (when: RequestPredicate = () => true) => undoOnce(watches.stall(({ request }) => when(request))),
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
    restore,
    async restart({ data = 'keep' }: RestartOptions = {}): Promise<void> {
      await stop();
      if (data !== 'keep') restore(data);
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

/** Resolves after the delay, or at once when the fault is undone. */
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

/** Returns a function that calls `end` once, however often it is called or disposed of. */
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
    message: message ?? `the simulator fails this request with status ${status}`,
    details: retryAfterSeconds === undefined ? undefined : { retryAfterSeconds },
  });
}
