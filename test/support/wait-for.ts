import { setTimeout as delay } from 'node:timers/promises';

const TIMEOUT_MS = 30_000;
const POLL_MS = 5;

/** Polls until a condition holds, for conditions without an event. @throws {Error} with the condition after a timeout */
export async function waitFor(
  holds: () => Promise<boolean> | boolean,
  condition: string,
  timeoutMs = TIMEOUT_MS,
): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`Timed out after ${timeoutMs} ms. Expected that ${condition}.`);
    await delay(POLL_MS);
  }
}
