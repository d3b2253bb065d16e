import type { Simulator } from '../../simulator/simulator.ts';
import type { ContainerStatus, Pod } from '../kubernetes-resources.ts';
import { logLinesFor, type LogLines } from './log-lines.ts';

/** Maximum number of log lines from the time before the demo started, per container. */
const PAST_LINES = 120;
const LINE_EVERY_MS = 4_000;

interface LogProgress {
  /** Restart count of the container when these lines were written. */
  readonly run: number;
  readonly lines: number;
  readonly nextAt: number;
}

/** Writes the logs of pods: lines of the program's start, further lines at intervals, and the reason of a crash. */
export class LogGenerator {
  readonly #simulator: Simulator;
  /** By the UID of the pod. Entries of deleted pods are removed with every step. */
  readonly #progress = new Map<string, LogProgress>();

  constructor(simulator: Simulator) {
    this.#simulator = simulator;
  }

  /** Writes the lines that are due. `pods` are all pods that exist. */
  generate(pods: readonly Pod[], now: Date): void {
    for (const pod of pods) {
      const main = pod.status?.containerStatuses?.find(({ name }) => name === 'main');
      if (main?.lastState?.terminated && main.state.waiting) this.#crash(pod, main);
      else if (main?.state.running) this.#run(pod, main, now);
    }
    const uids = new Set(pods.map(({ metadata }) => metadata.uid));
    for (const uid of this.#progress.keys()) if (!uids.has(uid)) this.#progress.delete(uid);
  }

  #crash(pod: Pod, { image, restartCount, lastState }: ContainerStatus): void {
    const { uid } = pod.metadata;
    if (this.#progress.get(uid)?.run === restartCount) return;
    this.#progress.set(uid, { run: restartCount, lines: 0, nextAt: Infinity });
    const at = new Date(lastState?.terminated?.finishedAt ?? Date.now());
    this.#print(pod, logLinesFor(image).crash.join('\n'), at);
    const { namespace = '', name } = pod.metadata;
    this.#simulator.endLog(namespace, name, 'main');
  }

  #run(pod: Pod, { image, restartCount, state }: ContainerStatus, now: Date): void {
    const { uid } = pod.metadata;
    const logLines = logLinesFor(image);
    const known = this.#progress.get(uid);
    const startedAt = Date.parse(state.running?.startedAt ?? now.toISOString());
    const progress =
      known?.run === restartCount ? known : this.#begin(pod, logLines, { startedAt, run: restartCount, now });
    if (progress.nextAt > now.getTime()) return void this.#progress.set(uid, progress);
    this.#print(pod, lineOf(logLines, progress.lines), now);
    const pauseMs = LINE_EVERY_MS * (0.5 + ((progress.lines * 7) % 10) / 10);
    this.#progress.set(uid, { ...progress, lines: progress.lines + 1, nextAt: now.getTime() + pauseMs });
  }

  /** Writes the lines of the program's start and of the time before the demo started. */
  #begin(
    pod: Pod,
    logLines: LogLines,
    { startedAt, run, now }: { startedAt: number; run: number; now: Date },
  ): LogProgress {
    this.#print(pod, logLines.start.join('\n'), new Date(startedAt));
    const passedMs = now.getTime() - startedAt;
    const lines = Math.min(PAST_LINES, Math.floor(passedMs / 60_000));
    for (let i = 0; i < lines; i += 1)
      this.#print(pod, lineOf(logLines, i), new Date(startedAt + (passedMs * (i + 1)) / (lines + 1)));
    return { run, lines, nextAt: now.getTime() };
  }

  #print({ metadata: { namespace = '', name } }: Pod, text: string, at: Date): void {
    this.#simulator.log(namespace, name, 'main', text, { at });
  }
}

function lineOf({ run }: LogLines, number: number): string {
  return `${run[number % run.length]}`;
}
