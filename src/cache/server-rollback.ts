import type { Client } from '../kubernetes/client.ts';
import { compareVersions, type KubernetesObject } from '../kubernetes/object.ts';
import type { ReflectorReport } from './reflector-report.ts';
import type { Store } from './store.ts';

interface Asking<T extends KubernetesObject> {
  readonly client: Client;
  readonly store: Store<T>;
  readonly report: Pick<ReflectorReport, 'malformed'>;
  readonly signal: AbortSignal;
}

/**
 * Whether the API server has not come as far as a store has: one that was restored from a backup gives out versions anew,
 * and a watch from ours would wait in silence.
 */
export async function hasServerRolledBack<T extends KubernetesObject>(asking: Asking<T>): Promise<boolean> {
  const { client, store, signal, report } = asking;
  const { knownVersion } = store;
  const { resourceVersion } = await client.list(store.resource, { limit: 1, signal }, report.malformed);
  return compareVersions(resourceVersion, knownVersion) < 0;
}
