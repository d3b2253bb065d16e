import { waitFor } from './wait-for.ts';
import { startWidgetCluster, Widget, type WidgetCluster, type WidgetObject } from './widget.ts';
import { widget } from '../../dev/simulator/test-simulator.ts';
import type { RequestPredicate } from '../../dev/simulator/faults.ts';
import type { Snapshot } from '../../dev/simulator/storage.ts';
import type { RequestVerb } from '../../dev/simulator/request.ts';
import type { Simulator, SimulatorOptions } from '../../dev/simulator/simulator.ts';
import { ManualClock } from './manual-clock.ts';
import { WakeSignal } from '../../src/cache/wake-signal.ts';
import { reflect } from '../../src/cache/reflector.ts';
import type { Resource } from '../../src/kubernetes/resource.ts';
import { Discovery } from '../../src/kubernetes/discovery.ts';
import { Store } from '../../src/cache/store.ts';

/** A running reflector and its reports. */
export interface Reflection extends AsyncDisposable, Pick<WidgetCluster, 'client' | 'simulator' | 'hasOpenWatches'> {
  readonly store: Store<WidgetObject>;
  readonly clock: ManualClock;
  /** Cause of each list. */
  readonly listed: readonly string[];
  /** Cause of each failure. */
  readonly failures: readonly string[];
  readonly malformed: readonly Error[];
  /** Returns how many silent watches without bookmarks were renewed. */
  renewals(): number;
  /** Returns the names of the stored objects in alphabetical order. */
  names(): readonly string[];
}

/** Time for a streaming list to be complete. */
export const PATIENCE_MS = 10_000;
const DISCOVERY_INTERVAL_MS = 5_000;
export const IDLE_TIMEOUT_MS = 60_000;

/** Starts a reflector of the widgets of a simulated cluster. On its clock, only these two waits last until it is moved. */
export async function startReflection(
  options: SimulatorOptions & {
    /** Widgets by default. */
    readonly resource?: Resource<WidgetObject>;
    /** Called before the reflector starts. */
    readonly before?: (simulator: Simulator) => void;
    /** Whether each wait before the next watch lasts until the clock is moved, too, if it is the shortest. */
    readonly holdsShortestWait?: boolean;
  } = {},
): Promise<Reflection> {
  const cluster = await startWidgetCluster({ bookmarkIntervalMs: 60_000, ...options });
  const { client, simulator } = cluster;
  options.before?.(simulator);
  const clock = new ManualClock(PATIENCE_MS, DISCOVERY_INTERVAL_MS, ...(options.holdsShortestWait ? [0] : []));
  const store = new Store(options.resource ?? Widget);
  const stopping = new AbortController();
  const { report, ...recorded } = recordReports();
  const { signal } = stopping;
  const running = reflect({
    client,
    store,
    report,
    clock,
    discovery: new Discovery(client, { intervalMs: DISCOVERY_INTERVAL_MS, now: () => clock.now(), signal }),
    discoverFirst: false,
    wakeSignal: new WakeSignal(),
    watchIdleTimeoutMs: IDLE_TIMEOUT_MS,
    discoveryIntervalMs: DISCOVERY_INTERVAL_MS,
    signal,
  });
  return {
    ...cluster,
    store,
    clock,
    ...recorded,
    names: () => [...store.list()].map(({ metadata }) => metadata.name).sort(),
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await running;
      await cluster[Symbol.asyncDispose]();
    },
  };
}

function recordReports() {
  const [listed, failures, malformed]: [string[], string[], Error[]] = [[], [], []];
  let renewals = 0;
  const report = {
    received: () => {},
    listed: (cause: string) => void listed.push(cause),
    polling: () => {},
    failed: (_: unknown, { cause }: { readonly cause: string }) => void failures.push(cause),
    opened: () => undefined,
    renewed: () => void (renewals += 1),
    malformed: (error: Error) => void malformed.push(error),
  };
  return { report, listed, failures, malformed, renewals: () => renewals };
}

export const DEFINITION = ['apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'widgets.example.org'] as const;

export function requestsOf({ simulator }: Reflection, verb: RequestVerb) {
  return simulator.requests.filter((request) => request.verb === verb && request.resource === 'widgets');
}

/** Returns how many watches of any resource the server has answered. */
export function watchesOf({ simulator }: Reflection): number {
  return simulator.requests.filter(({ verb }) => verb === 'watch').length;
}

/** Makes the first list expire before its second page is requested. */
export function forgetBetweenPages(simulator: Simulator): void {
  simulator.faults.rejectStreamingLists(true);
  const forget: RequestPredicate = ({ url }) => {
    if (!url.includes('continue=') || simulator.get('example.org/v1', 'Widget', 'late', 'default')) return false;
    simulator.apply(widget('late'));
    simulator.faults.compact();
    return false;
  };
  simulator.faults.refuse({ status: 500, when: forget });
}

/** Waits until the list is complete and the reflector has received the head of the watch. */
export async function watching({ hasOpenWatches, listed }: Reflection): Promise<void> {
  await waitFor(() => hasOpenWatches(1) && listed.length > 0, 'the watch is open');
}

/** Takes a backup, makes a change that is not part of it, and waits until the store has it. Returns the backup. */
export async function backupBeforeChange({ simulator, store }: Reflection): Promise<Snapshot> {
  const backup = simulator.faults.snapshot();
  simulator.apply(widget('lost'));
  await waitFor(() => store.size === 2, 'the change has arrived');
  return backup;
}

/** Waits until the given number of watches has been requested, and the reflector has received the head of the last one. */
export async function watchingAgain(reflection: Reflection, times: number): Promise<void> {
  await waitFor(() => watchesOf(reflection) === times && reflection.hasOpenWatches(1), `watch number ${times} is open`);
}

export async function waitingForList({ hasOpenWatches }: Reflection): Promise<void> {
  await waitFor(() => hasOpenWatches(1), 'the stream is open');
}

/** Ends the watch, and waits for the next one. */
export async function endWatch(reflection: Reflection): Promise<void> {
  await watching(reflection);
  reflection.simulator.faults.endWatches();
  await watching(reflection);
}

/** Breaks the watch, and waits for the next one. */
export async function breakWatch(reflection: Reflection): Promise<void> {
  await watching(reflection);
  reflection.simulator.faults.dropWatches();
  await watching(reflection);
}

/** Ends the watch, has the next ones refused, and waits for the one that is not. */
export async function refuseWatch(
  reflection: Reflection,
  refusal: Parameters<Reflection['simulator']['faults']['refuse']>[0],
): Promise<void> {
  await watching(reflection);
  reflection.simulator.faults.refuse({ ...refusal, when: ({ verb }) => verb === 'watch' });
  await endWatch(reflection);
}

/** Moves the clock until the reflector has asked discovery for the kind the given number of times in all. */
export async function discover({ simulator, clock }: Reflection, times: number): Promise<void> {
  const answers = () => simulator.requests.filter(({ url }) => url === '/apis/example.org/v1').length;
  await waitFor(() => {
    if (answers() < times) clock.pass(DISCOVERY_INTERVAL_MS);
    return answers() >= times;
  }, 'it has asked discovery');
}
