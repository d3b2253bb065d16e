import { globSync } from 'node:fs';
import type { ScratchDirectory } from './scratch-directory.ts';

const [library] = globSync('/usr/lib/*/faketime/libfaketime.so.1');

/** Reason why wall clocks cannot be set; undefined if they can. */
export const wallClockMissing = library === undefined ? 'the Debian package faketime is not installed' : undefined;

/** Wall clock, but not monotonic clock, of a process. */
interface WallClock {
  /** Environment variables of the process. */
  readonly settings: Readonly<Record<string, string>>;
  /** Sets it to the time of this process plus some seconds. The process notices that within a second. */
  set(seconds: number): Promise<unknown>;
}

/** Returns a clock that differs from that of this process by some seconds. */
export async function createWallClock(directory: ScratchDirectory, seconds = 0): Promise<WallClock> {
  const set = (offset: number) => directory.write('clock', `${offset < 0 ? '' : '+'}${offset}`);
  const settings = {
    LD_PRELOAD: library ?? '',
    FAKETIME_TIMESTAMP_FILE: await set(seconds),
    FAKETIME_CACHE_DURATION: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  };
  return { settings, set };
}
