import { startWidgetCluster, Widget, type WidgetCluster, type WidgetObject } from '../kubernetes/widget.ts';
import type { Simulator, SimulatorOptions } from '../simulator/simulator.ts';
import { OwnedClock } from './owned-clock.ts';
import { reflect } from './reflector.ts';
import { Store } from './store.ts';

/** A reflector at work, and what it has told of that. */
export interface Reflection extends AsyncDisposable, Pick<WidgetCluster, 'client' | 'simulator'> {
  readonly store: Store<WidgetObject>;
  readonly clock: OwnedClock;
  /** Why each list was made. */
  readonly listed: readonly string[];
  /** What each failure was. */
  readonly failures: readonly string[];
  readonly malformed: readonly Error[];
  /** The names in the store, in order. */
  names(): readonly string[];
}

/** How long a streaming list may take to be complete, and how long to wait between two looks for a kind. */
export const PATIENCE_MS = 10_000;
export const DISCOVERY_INTERVAL_MS = 5_000;

/** Follows the widgets of a simulated cluster, on a clock where only these two waits last until they are passed. */
export async function startReflection(
  options: SimulatorOptions & {
    readonly watchIdleTimeoutMs?: number;
    /** Prepares the cluster before the reflector meets it. */
    readonly before?: (simulator: Simulator) => void;
  } = {},
): Promise<Reflection> {
  const cluster = await startWidgetCluster({ bookmarkIntervalMs: 60_000, ...options });
  const { client, simulator } = cluster;
  options.before?.(simulator);
  const clock = new OwnedClock(PATIENCE_MS, DISCOVERY_INTERVAL_MS);
  const store = new Store(Widget);
  const stopping = new AbortController();
  const [listed, failures, malformed]: [string[], string[], Error[]] = [[], [], []];
  const report = {
    received: () => {},
    listed: (cause: string) => void listed.push(cause),
    failed: (_: unknown, { cause }: { readonly cause: string }) => void failures.push(cause),
    malformed: (error: Error) => void malformed.push(error),
  };
  const running = reflect({
    client,
    store,
    report,
    clock,
    watchIdleTimeoutMs: options.watchIdleTimeoutMs ?? 60_000,
    discoveryIntervalMs: DISCOVERY_INTERVAL_MS,
    signal: stopping.signal,
  });
  return {
    client,
    simulator,
    store,
    clock,
    listed,
    failures,
    malformed,
    names: () => [...store.list()].map(({ metadata }) => metadata.name).sort(),
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await running;
      await cluster[Symbol.asyncDispose]();
    },
  };
}
