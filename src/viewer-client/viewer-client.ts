import type { AccessChange } from '../auth/rbac/access-change.ts';
import type { AccessTarget, ReviewedResource } from '../auth/resource-attributes.ts';
import { VisibilityResolver } from '../auth/visibility-resolver.ts';
import type { RequestBytes } from '../scheduling/bytes-in-flight.ts';
import { OperationCost } from './operation-cost.ts';
import { Reader, type ReaderOptions } from './reader.ts';
import { Writer } from './writer.ts';

export interface ViewerClientOptions extends Omit<ReaderOptions, 'resolver' | 'cost'> {
  /** Memory of the request. */
  readonly bytes?: RequestBytes | undefined;
  /** Decisions whose review started before this time (of `performance.now`) are not accepted. */
  readonly notBefore?: number | undefined;
  /** Whether a running subscription is authorized again. */
  readonly isRecheck?: boolean | undefined;
  /** Decides {@link ViewerClient.can} instead of the authorizer, for results that several viewers share. */
  readonly decide?: ((verb: string, resource: ReviewedResource, target?: AccessTarget) => boolean) | undefined;
}

/**
 * Reads and writes of one viewer for one request. Resolvers have no other access to the cluster, so viewers get nothing
 * without permission. Uncached lists are memoized without expiry: create a client for each request, and for each event of a
 * subscription.
 */
export class ViewerClient {
  readonly reader: Reader;
  readonly cost: OperationCost;
  /** Limit on the items of one page of a list. */
  readonly maxPage: number;
  // Created by the first use: most operations are queries.
  #writer: Writer | undefined;
  readonly #resolver: VisibilityResolver;
  readonly #options: ViewerClientOptions;

  constructor(options: ViewerClientOptions) {
    const { cluster, viewer, bytes, notBefore, isRecheck, cancellation, onRead, visibility } = options;
    const { authorizer, namespaces, limits } = cluster;
    this.#options = options;
    this.cost = new OperationCost(limits.maxOperationCost, viewer.name, bytes);
    this.maxPage = limits.maxPage;
    this.#resolver = new VisibilityResolver({ viewer, authorizer, namespaces, notBefore, isRecheck, cancellation });
    const resolver = this.#resolver;
    this.reader = new Reader({ cluster, viewer, cancellation, onRead, visibility, resolver, cost: this.cost });
  }

  get writer(): Writer {
    const { cluster, viewer, cancellation } = this.#options;
    this.#writer ??= new Writer({ cluster, viewer, cancellation, resolver: this.#resolver });
    return this.#writer;
  }

  /** Interval at which the viewer's subscriptions are to be authorized again. */
  get recheckMs(): number {
    const { cluster, viewer } = this.#options;
    return cluster.authorizer.recheckMs(viewer);
  }

  /** Returns whether a change of RBAC can change what the client has returned. */
  isAffectedBy(change: AccessChange): boolean {
    return this.#resolver.isAffectedBy(change);
  }

  /** Returns whether such a change has occurred since a time of `performance.now`. */
  isChangedSince(time: number): boolean {
    const { cluster, viewer } = this.#options;
    const changes = cluster.authorizer.accessOf(viewer)?.changesSince(time);
    return changes?.some((change) => this.isAffectedBy(change)) ?? false;
  }

  /**
   * Calls a handler, synchronously, after each change of RBAC that concerns the viewer. Returns a function that removes the
   * handler.
   */
  addAccessChangeHandler(handler: (change: AccessChange) => void): () => void {
    const { cluster, viewer } = this.#options;
    return cluster.authorizer.addAccessChangeHandler(viewer, handler);
  }

  /** Returns whether the viewer has a permission; see {@link VisibilityResolver.can}. */
  can(verb: string, resource: ReviewedResource, target?: AccessTarget): boolean | Promise<boolean> {
    const { decide } = this.#options;
    return decide ? decide(verb, resource, target) : this.#resolver.can(verb, resource, target);
  }

  /** Returns whether the viewer has a permission, whichever authorizer grants it; see {@link VisibilityResolver.authorize}. */
  authorize(verb: string, resource: ReviewedResource, target: AccessTarget): boolean | Promise<boolean> {
    return this.#resolver.authorize(verb, resource, target);
  }

  /** Returns the decision about every object of a namespace; see {@link VisibilityResolver.decisionIn}. */
  decisionIn(namespace: string, verb: string, resource: ReviewedResource): boolean | undefined {
    return this.#resolver.decisionIn(namespace, verb, resource);
  }

  /** Throws FORBIDDEN if the viewer lacks a permission; see {@link VisibilityResolver.assertCan}. */
  assertCan(verb: string, resource: ReviewedResource, target: AccessTarget): Promise<void> {
    return this.#resolver.assertCan(verb, resource, target);
  }
}
