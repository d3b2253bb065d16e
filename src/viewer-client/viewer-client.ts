import type { AccessTarget, ReviewedResource } from '../auth/resource-attributes.ts';
import { VisibilityResolver } from '../auth/visibility-resolver.ts';
import { OperationCost } from './operation-cost.ts';
import { Reader, type ReaderOptions } from './reader.ts';
import { Writer } from './writer.ts';

export interface ViewerClientOptions extends Omit<ReaderOptions, 'resolver' | 'cost'> {
  /** Decisions whose review started before this time (of `performance.now`) are not accepted. */
  readonly notBefore?: number | undefined;
}

/**
 * Reads and writes of one viewer for one request. Resolvers have no other access to the cluster, so viewers get nothing
 * without permission. Uncached lists are memoized without expiry: create a client for each request, and for each event of a
 * subscription.
 */
export class ViewerClient {
  readonly reader: Reader;
  readonly writer: Writer;
  readonly cost: OperationCost;
  /** Limit on the items of one page of a list. */
  readonly maxPage: number;
  readonly #resolver: VisibilityResolver;

  constructor(options: ViewerClientOptions) {
    const { cluster, viewer, notBefore, signal } = options;
    const { authorizer, grants, namespaces, limits } = cluster;
    this.cost = new OperationCost(limits.maxOperationCost);
    this.maxPage = limits.maxPage;
    this.#resolver = new VisibilityResolver({ viewer, authorizer, grants, namespaces, notBefore, signal });
    this.reader = new Reader({ ...options, resolver: this.#resolver, cost: this.cost });
    this.writer = new Writer({ ...options, resolver: this.#resolver });
  }

  /** Returns whether the viewer has a permission; see {@link VisibilityResolver.can}. */
  can(verb: string, resource: ReviewedResource, target?: AccessTarget): Promise<boolean> {
    return this.#resolver.can(verb, resource, target);
  }

  /** Throws FORBIDDEN if the viewer lacks a permission; see {@link VisibilityResolver.assertCan}. */
  assertCan(verb: string, resource: ReviewedResource, target: AccessTarget): Promise<void> {
    return this.#resolver.assertCan(verb, resource, target);
  }
}
