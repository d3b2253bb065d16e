import type { KubernetesObject } from '../kubernetes/object.ts';
import { groupResourceOf, type Resource } from '../kubernetes/resource.ts';
import { scopeDigest, scopeSignature, type VisibilityScope } from './visibility-scope.ts';

/** Scopes of all resources that one operation reads, for one viewer. */
export class OperationVisibility {
  readonly #prefetched = new Map<Resource, VisibilityScope>();
  readonly #watched = new Map<Resource, VisibilityScope>();

  /** Sets the scope of a resource that fields of the operation depend on. */
  setPrefetched<T extends KubernetesObject>(resource: Resource<T>, scope: VisibilityScope): void {
    this.#prefetched.set(resource, scope);
  }

  /** Sets the scope of the resource that the operation subscribes to. */
  setWatched<T extends KubernetesObject>(resource: Resource<T>, scope: VisibilityScope): void {
    this.#watched.set(resource, scope);
  }

  /** Returns the scope that {@link setPrefetched} set; undefined if there is none. */
  scopeOf<T extends KubernetesObject>(resource: Resource<T>): VisibilityScope | undefined {
    return this.#prefetched.get(resource);
  }

  /** Resources that fields of the operation depend on. */
  get prefetched(): Iterable<Resource> {
    return this.#prefetched.keys();
  }

  /** Returns a short text that is equal for equal scopes of a resource that fields of the operation depend on. */
  digestOf(resource: Resource): string {
    const scope = this.#prefetched.get(resource);
    return scope ? scopeDigest(scope) : '';
  }

  /** Equal for viewers who see the same objects, and so may share results; different otherwise. */
  get signature(): string {
    return JSON.stringify([signaturesOf(this.#watched), this.prefetchedSignatures]);
  }

  /** Resources that fields of the operation depend on, with texts that are equal for equal scopes only. Sorted. */
  get prefetchedSignatures(): readonly ResourceSignature[] {
    return signaturesOf(this.#prefetched);
  }
}

type ResourceSignature = readonly [resource: string, signature: string];

function signaturesOf(scopes: ReadonlyMap<Resource, VisibilityScope>): readonly ResourceSignature[] {
  const signatures = [...scopes].map(([resource, scope]): ResourceSignature => [
    groupResourceOf(resource),
    scopeSignature(scope),
  ]);
  return signatures.sort(([a], [b]) => (a < b ? -1 : 1));
}
