import { keyOf } from '../../../src/kubernetes/object.ts';
import type { ApiObject } from '../api-object.ts';
import type { Storage } from '../storage.ts';
import { ContainerLog, type PrintedLine } from './container-log.ts';
import { isJsonObject, type JsonObject, listAt, objectAt, stringAt } from '../json.ts';

interface ContainerName {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

/** Options of lines that are appended to a log. */
export interface LogOptions {
  /** Appends to the log of the previous run. */
  readonly previous?: boolean | undefined;
  /** Time of the lines; by default now. A string is RFC 3339 with up to nine fractional digits. */
  readonly at?: Date | string | undefined;
}

/** Logs of the last two runs of a container; undefined if a run has printed nothing. */
export interface ContainerRuns {
  readonly latest?: ContainerLog | undefined;
  readonly before?: ContainerLog | undefined;
}

const PODS = 'pods.';

export type SimulatedLogs = ReturnType<typeof createPodLogs>;

/** Creates the logs of all containers. A log ends when the pod's status says so and is deleted with its pod. */
export function createPodLogs(storage: Pick<Storage, 'onChange'>) {
  const store = createRunStore();
  const clock = createClock();

  storage.onChange((storageKey, { type, object }) => {
    if (storageKey !== PODS) return;
    const { namespace = '', name: pod } = object.metadata;
    if (type === 'DELETED') store.delete(keyOf(object.metadata));
    else for (const container of notRunning(object)) store.runsOf({ namespace, pod, container }).latest?.finish();
  });

  return {
    runsOf: store.runsOf,
    /** Returns the log of the current run, to which lines are appended. */
    open: store.openLog,
    /** Appends the lines of the text. If the latest log has ended, starts a new run and makes that one the previous. */
    append(at: ContainerName, text: string, { previous = false, at: when }: LogOptions = {}): void {
      const lines = text.replace(/\n$/u, '').split('\n');
      const printed = lines.map((line): PrintedLine => ({ time: clock(when), text: line }));
      (previous ? store.previousLog(at) : store.openLog(at)).append(printed);
    },
    end: (at: ContainerName): void => store.runsOf(at).latest?.finish(),
    /** Ends and deletes every log. */
    clear: (): void => store.clear(),
  };
}

/** Keeps the last two runs of each container by pod. */
function createRunStore() {
  const pods = new Map<string, Map<string, ContainerRuns>>();

  function runsOf({ namespace, pod, container }: ContainerName): ContainerRuns {
    return pods.get(keyOf({ namespace, name: pod }))?.get(container) ?? {};
  }

  function set({ namespace, pod, container }: ContainerName, runs: ContainerRuns): void {
    const key = keyOf({ namespace, name: pod });
    const containers = pods.get(key) ?? new Map<string, ContainerRuns>();
    pods.set(key, containers.set(container, runs));
  }

  /** Ends and deletes the logs of a pod. */
  function deletePod(key: string): void {
    for (const { latest } of pods.get(key)?.values() ?? []) latest?.finish();
    pods.delete(key);
  }

  /** Returns the log of the present run; starts a run if there is none. */
  function openLog(at: ContainerName): ContainerLog {
    const { latest, before } = runsOf(at);
    if (latest && !latest.ended) return latest;
    const log = new ContainerLog();
    set(at, { latest: log, before: latest ?? before });
    return log;
  }

  return {
    runsOf,
    delete: deletePod,
    clear: (): void => Array.from(pods.keys()).forEach(deletePod),
    openLog,
    /** Returns the log of the previous run; adds an ended one if there is none. */
    previousLog(at: ContainerName): ContainerLog {
      const { latest, before } = runsOf(at);
      if (before) return before;
      const log = new ContainerLog();
      log.finish();
      set(at, { latest, before: log });
      return log;
    },
  };
}

function notRunning(pod: ApiObject): readonly string[] {
  return containerStatuses(pod)
    .filter(({ state }) => state !== 'running')
    .map(({ name }) => name);
}

/** Returns times with nanoseconds that increase even within a millisecond. */
function createClock(): (when?: Date | string) => string {
  let count = 0;
  return (when = new Date()) => {
    const [, seconds = '', fraction = ''] = /^(.{19})(?:\.(\d+))?Z$/u.exec(textOf(when)) ?? [];
    if (seconds === '') throw new TypeError(`Expected a time as 2026-11-25T10:00:00.123456789Z, got ${String(when)}`);
    count = (count + 1) % 1_000_000;
    const digits = typeof when === 'string' ? fraction : `${fraction}${String(count).padStart(6, '0')}`;
    return `${seconds}.${digits.padEnd(9, '0').slice(0, 9)}Z`;
  };
}

function textOf(when: Date | string): string {
  return typeof when === 'string' ? when : when.toISOString();
}

/** Status of a container as in the status of its pod. */
export interface ContainerRunStatus {
  readonly name: string;
  readonly state: 'waiting' | 'running' | 'terminated';
  /** Reason of the waiting state; else empty. */
  readonly reason: string;
  /** Whether the container has a terminated previous run. */
  readonly ranBefore: boolean;
}

const STATUSES = ['containerStatuses', 'initContainerStatuses', 'ephemeralContainerStatuses'];
const CONTAINERS = ['initContainers', 'containers', 'ephemeralContainers'];

/** Returns the statuses of all containers of a pod. */
export function containerStatuses(pod: JsonObject): readonly ContainerRunStatus[] {
  return STATUSES.flatMap((list) => listAt(pod['status'], list).filter(isJsonObject).map(stateOf));
}

/** Returns the names of init, regular and ephemeral containers, in this order. */
export function containerNames(pod: JsonObject): readonly string[] {
  return CONTAINERS.flatMap((list) => listAt(pod['spec'], list).map((container) => stringAt(container, 'name') ?? ''));
}

function stateOf(status: JsonObject): ContainerRunStatus {
  const { running, terminated, waiting } = objectAt(status, 'state');
  return {
    name: stringAt(status, 'name') ?? '',
    state: isJsonObject(running) ? 'running' : isJsonObject(terminated) ? 'terminated' : 'waiting',
    reason: stringAt(waiting, 'reason') ?? '',
    ranBefore: isJsonObject(objectAt(status, 'lastState')['terminated']),
  };
}
