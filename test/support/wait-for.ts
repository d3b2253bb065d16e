import { setTimeout as delay } from 'node:timers/promises';

const PATIENCE_MS = 15_000;
const POLL_MS = 5;

/** Waits until something is so that nobody tells of. @throws {Error} saying what never was */
export async function waitFor(
  isSo: () => Promise<boolean> | boolean,
  what: string,
  patienceMs = PATIENCE_MS,
): Promise<void> {
  const end = Date.now() + patienceMs;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`It never came to be that ${what}.`);
    await delay(POLL_MS);
  }
}
