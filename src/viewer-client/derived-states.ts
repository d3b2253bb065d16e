import { EMPTY_SCOPE, type VisibilityScope } from '../auth/visibility-scope.ts';
import type { ClusterCache } from '../cache/cluster-cache.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import type { Resource } from '../kubernetes/resource.ts';
import type { PrefetchedReader } from './prefetched-reader.ts';
import { ScopedLister } from './scoped-lister.ts';

/** State that is derived from the objects of the whole cluster, and follows their changes. Disposed when it is no longer used. */
export interface DerivedState extends Disposable {
  /** Whether it must not be disposed. */
  readonly isInUse: boolean;
}

/** Definition of a {@link DerivedState}. */
export interface Derivation<S extends DerivedState> {
  /** Identifies the state, with all that it depends on. */
  readonly key: string;
  readonly resources: readonly Resource[];
  /** Creates the state. The reader is unrestricted: the readers of the state select the parts that their viewers may see. */
  readonly create: (reader: UnrestrictedReader) => S;
}

/** Reads of all objects in the cache, without a permission check and without a cost. */
export interface UnrestrictedReader extends PrefetchedReader {
  /** Returns a reader that sees nothing of some resources. */
  without(...resources: readonly Resource[]): PrefetchedReader;
}

interface KeptState {
  readonly state: DerivedState;
  lastUsedAt: number;
}

/** Time after which an unused state is disposed, so that the informers that it follows can stop. */
const IDLE_MS = 600_000;

/** The derived states of one gateway, shared by all viewers: one for each key. No key may contain an input of a client. */
export class DerivedStates implements Disposable {
  readonly #states = new Map<string, KeptState>();
  #sweep: NodeJS.Timeout | undefined;

  /** Returns the state of a derivation, which is created from the cache at its first use. */
  get<S extends DerivedState>({ key, create }: Derivation<S>, cache: ClusterCache): S {
    const known = this.#states.get(key);
    if (known) {
      known.lastUsedAt = performance.now();
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a key belongs to one derivation
      return known.state as S;
    }
    const state = create(unrestrictedReader(cache));
    this.#states.set(key, { state, lastUsedAt: performance.now() });
    this.#sweep ??= setInterval(() => this.#disposeUnused(), IDLE_MS / 2).unref();
    return state;
  }

  [Symbol.dispose](): void {
    for (const key of this.#states.keys()) this.#remove(key);
  }

  #disposeUnused(): void {
    const before = performance.now() - IDLE_MS;
    for (const [key, { state, lastUsedAt }] of this.#states)
      if (lastUsedAt < before && !state.isInUse) this.#remove(key);
  }

  #remove(key: string): void {
    this.#states.get(key)?.state[Symbol.dispose]();
    this.#states.delete(key);
    if (this.#states.size > 0) return;
    clearInterval(this.#sweep);
    this.#sweep = undefined;
  }
}

/** Belongs to no request: states outlive the one that creates them. */
function unrestrictedReader(cache: ClusterCache): UnrestrictedReader {
  const listers = (fullOf: (resource: object) => VisibilityScope['full']): PrefetchedReader => {
    const known = new Map<object, object>();
    return {
      prefetched: <T extends KubernetesObject>(resource: Resource<T>) => {
        let lister = known.get(resource);
        if (!lister) {
          lister = new ScopedLister({
            scope: { full: fullOf(resource), redacted: EMPTY_SCOPE },
            cached: cache.cached(resource),
          });
          known.set(resource, lister);
        }
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the lister of this resource
        return lister as ScopedLister<T>;
      },
    };
  };
  return {
    ...listers(() => 'all'),
    without: (...hidden) => listers((resource) => (hidden.some((each) => each === resource) ? EMPTY_SCOPE : 'all')),
  };
}
