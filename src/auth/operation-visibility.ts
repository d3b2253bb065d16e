import type { KubernetesObject } from '../kubernetes/object.ts';
import { groupResourceOf, type Resource } from '../kubernetes/resource.ts';
import { scopeSignature, type VisibilityScope } from './visibility-scope.ts';

/** What one viewer sees of the resources that one operation reads. */
export class OperationVisibility {
  readonly #views = new Map<Resource, VisibilityScope>();
  readonly #followed = new Map<Resource, VisibilityScope>();

  /** For the fields that read it beside what they are about. */
  setPrefetched<T extends KubernetesObject>(resource: Resource<T>, view: VisibilityScope): void {
    this.#views.set(resource, view);
  }

  /** Of what the operation is about. */
  setWatched<T extends KubernetesObject>(resource: Resource<T>, view: VisibilityScope): void {
    this.#followed.set(resource, view);
  }

  scopeOf<T extends KubernetesObject>(resource: Resource<T>): VisibilityScope | undefined {
    return this.#views.get(resource);
  }

  /** Equal for sights that show the same: whoever has them may share answers. */
  get signature(): string {
    return JSON.stringify([signaturesOf(this.#followed), signaturesOf(this.#views)]);
  }
}

function signaturesOf(views: ReadonlyMap<Resource, VisibilityScope>): readonly unknown[] {
  const signatures = [...views].map(([resource, view]) => [groupResourceOf(resource), scopeSignature(view)] as const);
  return signatures.sort(([a], [b]) => (a < b ? -1 : 1));
}
