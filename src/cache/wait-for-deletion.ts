import type { KubernetesObject } from '../kubernetes/object.ts';
import type { Clock } from './clock.ts';
import type { ReadonlyStore } from './readonly-store.ts';

const PATIENCE_MS = 2_000;

/** Resolves when a store no longer holds the object, or after a while. */
export async function waitForDeletion(
  store: ReadonlyStore<KubernetesObject>,
  uid: string,
  clock: Clock,
): Promise<void> {
  const isGone = () => store.withUid(uid) === undefined;
  if (isGone()) return;
  const done = new AbortController();
  const look = () => void (isGone() && done.abort());
  const stop = store.addEventHandler({ changed: look, reset: look, failed: look });
  await clock.sleep(PATIENCE_MS, done.signal);
  stop();
}
