import type { AccessTarget, ReviewedResource } from '../auth/resource-attributes.ts';
import { VisibilityResolver } from '../auth/visibility-resolver.ts';
import { AccessChecks } from './access-checks.ts';
import { Reader, type ReaderOptions } from './reader.ts';
import { Writer } from './writer.ts';

export interface ViewerClientOptions extends Omit<ReaderOptions, 'access' | 'resolver'> {
  /** Decisions requested before this time (milliseconds since the epoch) are not accepted. */
  readonly notBefore?: number | undefined;
}

/**
 * Reads and writes of one viewer for one request. Resolvers have no other access to the cluster, so a viewer gets nothing
 * without permission. Permission checks and uncached reads are memoized without expiry: create a client for each request,
 * and for each event of a subscription.
 */
export class ViewerClient {
  readonly reader: Reader;
  readonly writer: Writer;
  readonly #access: AccessChecks;

  constructor(options: ViewerClientOptions) {
    let created: VisibilityResolver | undefined;
    const resolver = () => (created ??= new VisibilityResolver({ ...options, ...options.cluster }));
    this.#access = new AccessChecks(resolver);
    this.reader = new Reader({ ...options, access: this.#access, resolver });
    this.writer = new Writer({ ...options, access: this.#access });
  }

  /** Returns whether the viewer has a permission; see {@link AccessChecks.can}. */
  can(verb: string, resource: ReviewedResource, target?: AccessTarget): Promise<boolean> {
    return this.#access.can(verb, resource, target);
  }

  /** Throws FORBIDDEN if the viewer lacks a permission; see {@link AccessChecks.assertCan}. */
  assertCan(verb: string, resource: ReviewedResource, target: AccessTarget): Promise<void> {
    return this.#access.assertCan(verb, resource, target);
  }
}
