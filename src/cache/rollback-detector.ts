import type { Client } from '../kubernetes/client.ts';
import { compareVersions, type KubernetesObject } from '../kubernetes/object.ts';
import type { Clock } from './clock.ts';
import type { ReflectorReport } from './reflector-report.ts';
import { Backoff } from './retry-policy.ts';
import type { Store } from './store.ts';

/**
 * Interruption after which the resource is listed. An older backup may have been restored meanwhile, and its versions may have grown past
 * the store's since: a watch from there would miss what was lost, and what was written at lower versions.
 */
const LONG_INTERRUPTION_MS = 10_000;

interface RollbackDetectorOptions<T extends KubernetesObject> {
  readonly client: Client;
  readonly store: Store<T>;
  readonly report: Pick<ReflectorReport, 'malformed'>;
  readonly clock: Clock;
}

/**
 * Detects that the API server was restored from an older backup. It then gives out the same versions again: a watch from the store's
 * version would be silent until the server has caught up, and miss the changes up to there. Belongs to one reflector, which reports
 * interruptions of its connection, and asks before it watches from the store's version. A list needs no check, as the store compares
 * its versions.
 */
export class RollbackDetector<T extends KubernetesObject> {
  readonly #options: RollbackDetectorOptions<T>;
  #isSuspected = false;
  /** Time from which nothing is known of the server. */
  #interruptedAt: number | undefined;

  constructor(options: RollbackDetectorOptions<T>) {
    this.#options = options;
  }

  /** Requests a check before the next watch: another or an older server may respond than before. */
  suspect(): void {
    this.#isSuspected = true;
  }

  /** Returns whether a check was requested since the last call. */
  takeSuspicion(): boolean {
    const isSuspected = this.#isSuspected;
    this.#isSuspected = false;
    return isSuspected;
  }

  /** Records that nothing is known of the server since this time, in milliseconds of the clock. During an interruption, has no effect. */
  startInterruption(at: number): void {
    this.#interruptedAt ??= at;
  }

  endInterruption(): void {
    this.#interruptedAt = undefined;
  }

  /**
   * Resolves with the cause of the list that has to precede the next watch, or with undefined if the server's history is that of the
   * store. Ends the epoch of the store if the server was rolled back. Rejects if the server's version cannot be read.
   */
  async findListCause(signal: AbortSignal): Promise<'interruption' | 'server-rollback' | undefined> {
    const { clock } = this.#options;
    if (this.#interruptedAt !== undefined && clock.now() - this.#interruptedAt >= LONG_INTERRUPTION_MS)
      return 'interruption';
    return (await this.#detect(signal)) ? 'server-rollback' : undefined;
  }

  /**
   * Compares the versions once more when a watch is open: another server may have accepted it than the one that was asked before.
   * Resolves with whether the server was rolled back; with false when the signal aborts. Retries failed requests. Never rejects.
   * @param signal aborts when the watch has ended
   */
  async detectDuringWatch(signal: AbortSignal): Promise<boolean> {
    const { clock } = this.#options;
    const backoff = new Backoff(() => clock.random());
    while (!signal.aborted) {
      try {
        return await this.#detect(signal);
      } catch {
        // The watch may be kept: it ends by itself if the server cannot be reached.
        await clock.sleep(backoff.next(), signal);
      }
    }
    return false;
  }

  async #detect(signal: AbortSignal): Promise<boolean> {
    const { client, store, report } = this.#options;
    const { knownVersion } = store;
    const options = { limit: 1, namespace: store.namespace, signal };
    const { resourceVersion } = await client.list(store.resource, options, report.malformed);
    const isOlder = compareVersions(resourceVersion, knownVersion) < 0;
    if (isOlder) store.endEpoch();
    return isOlder;
  }
}
