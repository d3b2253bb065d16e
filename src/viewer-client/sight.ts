import type { KubernetesObject } from '../kubernetes/object.ts';
import type { Resource } from '../kubernetes/resource.ts';
import { dependencyKeys } from './dependency-keys.ts';
import { signatureOf, type View } from './view.ts';

/** What one viewer sees of the resources that one operation reads. */
export class Sight {
  readonly #views = new Map<Resource, View>();
  readonly #followed = new Map<Resource, View>();

  /** For the fields that read it beside what they are about. */
  add<T extends KubernetesObject>(resource: Resource<T>, view: View): void {
    this.#views.set(resource, view);
  }

  /** Of what the operation is about. */
  follow<T extends KubernetesObject>(resource: Resource<T>, view: View): void {
    this.#followed.set(resource, view);
  }

  of<T extends KubernetesObject>(resource: Resource<T>): View | undefined {
    return this.#views.get(resource);
  }

  /** Equal for sights that show the same: whoever has them may share answers. */
  get signature(): string {
    return JSON.stringify([signaturesOf(this.#followed), signaturesOf(this.#views)]);
  }
}

function signaturesOf(views: ReadonlyMap<Resource, View>): readonly unknown[] {
  const signatures = [...views].map(([resource, view]) => [dependencyKeys.all(resource), signatureOf(view)] as const);
  return signatures.sort(([a], [b]) => (a < b ? -1 : 1));
}
