import type { KubernetesObject } from '../kubernetes/object.ts';
import type { Resource } from '../kubernetes/resource.ts';
import { readKeys } from './read-keys.ts';
import { isEmpty, signatureOf, type View } from './view.ts';

/** What one viewer sees of the resources that one operation reads. */
export class Sight {
  readonly #views = new Map<Resource, View>();

  add<T extends KubernetesObject>(resource: Resource<T>, view: View): void {
    this.#views.set(resource, view);
  }

  of<T extends KubernetesObject>(resource: Resource<T>): View | undefined {
    return this.#views.get(resource);
  }

  /** Equal for sights that show the same: whoever has them may share answers. */
  get signature(): string {
    const views = [...this.#views].map(([resource, view]) => [readKeys.all(resource), signatureOf(view)] as const);
    return JSON.stringify(views.sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  seesNothingOf<T extends KubernetesObject>(resource: Resource<T>): boolean {
    const view = this.#views.get(resource);
    return view === undefined || isEmpty(view);
  }
}
