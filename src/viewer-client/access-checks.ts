import DataLoader from 'dataloader';
import { forbidden } from '../auth/authorizer.ts';
import {
  attributesFor,
  attributesKey,
  type AccessTarget,
  type ResourceAttributes,
  type ReviewedResource,
} from '../auth/resource-attributes.ts';
import type { VisibilityResolver } from '../auth/visibility-resolver.ts';

/** Permission checks of one request. Each distinct check runs once; nothing is forgotten before the request ends. */
export class AccessChecks {
  readonly #resolver: () => VisibilityResolver;
  // Created by the first check: a subscription keeps its client, and most never check again.
  #decisions: DataLoader<ResourceAttributes, boolean, string> | undefined;

  constructor(resolver: () => VisibilityResolver) {
    this.#resolver = resolver;
  }

  /**
   * Returns whether the viewer has a permission. An omitted namespace or name means all of them.
   * Throws a `StatusError` if the API server returns no decision.
   */
  async can(verb: string, resource: ReviewedResource, target?: AccessTarget): Promise<boolean> {
    return this.#check(attributesFor(verb, resource, target));
  }

  /**
   * Throws FORBIDDEN if the viewer lacks a permission; the error is the same whether the object exists or not.
   * Otherwise as {@link can}.
   */
  async assertCan(verb: string, resource: ReviewedResource, target: AccessTarget): Promise<void> {
    const attributes = attributesFor(verb, resource, target);
    if (!(await this.#check(attributes))) throw forbidden(attributes);
  }

  #check(attributes: ResourceAttributes): Promise<boolean> {
    this.#decisions ??= new DataLoader<ResourceAttributes, boolean, string>((batch) => this.#checkAll(batch), {
      cacheKeyFn: attributesKey,
    });
    return this.#decisions.load(attributes);
  }

  async #checkAll(batch: readonly ResourceAttributes[]): Promise<readonly (boolean | Error)[]> {
    const settled = await Promise.allSettled(batch.map((attributes) => this.#resolver().can(attributes)));
    return settled.map((decision) => (decision.status === 'fulfilled' ? decision.value : asError(decision.reason)));
  }
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
