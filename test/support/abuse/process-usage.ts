import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

const CLOCK_TICK_MS = 10;

/** Returns the user and system CPU time of a process since its start, in milliseconds. Linux only. */
export async function cpuMsOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // Fields 14 and 15 of proc_pid_stat(5). The command in field 2 may contain spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * CLOCK_TICK_MS;
}

/**
 * Returns the CPU time of the main thread of a process since its start, in milliseconds. Linux only. Synchronous, so that the time
 * of the caller's other work does not count.
 */
export function mainThreadCpuMsOf(pid: number): number {
  // The first field of /proc/[pid]/schedstat is the time spent on the CPU, in nanoseconds.
  return Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
}

/** Returns the resident memory of a process in megabytes. Linux only. */
export async function residentMegabytesOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/mu.exec(status)?.[1] ?? Number.NaN) / 1_000;
}
