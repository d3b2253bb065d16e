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

export interface LogOptions {
  /** Printed by the run before the present one. */
  readonly previous?: boolean | undefined;
  /** When it was printed; by default now. A text is RFC 3339 with up to nine digits after the point. */
  readonly at?: Date | string | undefined;
}

/** The last two runs of a container, where they have printed anything. */
export interface ContainerRuns {
  readonly latest?: ContainerLog | undefined;
  readonly before?: ContainerLog | undefined;
}

const PODS = 'pods.';

export type SimulatedLogs = ReturnType<typeof createPodLogs>;

/** What the containers of all pods have printed. It goes with its pod, and ends when the pod says that the container has. */
export function createPodLogs(storage: Pick<Storage, 'onChange'>) {
  const pods = new Map<string, Map<string, ContainerRuns>>();
  const clock = createClock();

  function runsOf({ namespace, pod, container }: ContainerName): ContainerRuns {
    return pods.get(keyOf({ namespace, name: pod }))?.get(container) ?? {};
  }

  function keep({ namespace, pod, container }: ContainerName, runs: ContainerRuns): void {
    const key = keyOf({ namespace, name: pod });
    const containers = pods.get(key) ?? new Map<string, ContainerRuns>();
    pods.set(key, containers.set(container, runs));
  }

  function begun(at: ContainerName): ContainerLog {
    const { latest, before } = runsOf(at);
    if (latest && !latest.ended) return latest;
    const log = new ContainerLog();
    keep(at, { latest: log, before: latest ?? before });
    return log;
  }

  function earlier(at: ContainerName): ContainerLog {
    const { latest, before } = runsOf(at);
    if (before) return before;
    const log = new ContainerLog();
    log.finish();
    keep(at, { latest, before: log });
    return log;
  }

  function forget(key: string): void {
    for (const { latest } of pods.get(key)?.values() ?? []) latest?.finish();
    pods.delete(key);
  }

  storage.onChange((storageKey, { type, object }) => {
    if (storageKey !== PODS) return;
    const key = keyOf(object.metadata);
    if (type === 'DELETED') forget(key);
    else for (const name of notRunning(object)) pods.get(key)?.get(name)?.latest?.finish();
  });

  return {
    runsOf,
    /** Every line of the text, printed now or when told. After its end a log begins anew, and the old one is the previous. */
    append(at: ContainerName, text: string, { previous = false, at: when }: LogOptions = {}): void {
      const lines = text.replace(/\n$/u, '').split('\n');
      const told = lines.map((line): PrintedLine => ({ time: clock(when), text: line }));
      (previous ? earlier(at) : begun(at)).append(told);
    },
    end: (at: ContainerName): void => runsOf(at).latest?.finish(),
    /** Ends and forgets every log, as when the world is lost. */
    clear: (): void => Array.from(pods.keys()).forEach(forget),
  };
}

function notRunning(pod: ApiObject): readonly string[] {
  return containerStatuses(pod)
    .filter(({ state }) => state !== 'running')
    .map(({ name }) => name);
}

/** Times with nanoseconds, which go up even within a millisecond. */
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

/** What a pod's status says of one of its containers. */
export interface ContainerStatus {
  readonly name: string;
  readonly state: 'waiting' | 'running' | 'terminated';
  /** Why it waits. */
  readonly reason: string;
  /** Whether it has run, and ended, before. */
  readonly ranBefore: boolean;
}

const STATUSES = ['containerStatuses', 'initContainerStatuses', 'ephemeralContainerStatuses'];
const CONTAINERS = ['initContainers', 'containers', 'ephemeralContainers'];

export function containerStatuses(pod: JsonObject): readonly ContainerStatus[] {
  return STATUSES.flatMap((list) => listAt(pod['status'], list).filter(isJsonObject).map(stateOf));
}

/** The names of a pod's containers, those that come first first. */
export function containerNames(pod: JsonObject): readonly string[] {
  return CONTAINERS.flatMap((list) => listAt(pod['spec'], list).map((container) => stringAt(container, 'name') ?? ''));
}

function stateOf(status: JsonObject): ContainerStatus {
  const { running, terminated, waiting } = objectAt(status, 'state');
  return {
    name: stringAt(status, 'name') ?? '',
    state: isJsonObject(running) ? 'running' : isJsonObject(terminated) ? 'terminated' : 'waiting',
    reason: stringAt(waiting, 'reason') ?? '',
    ranBefore: isJsonObject(objectAt(status, 'lastState')['terminated']),
  };
}
