import { Authorizer, type AuthorizerOptions } from '../../../src/auth/authorizer.ts';
import { ViewerAccesses } from '../../../src/auth/rbac/viewer-access.ts';
import type { ResourceAttributes } from '../../../src/auth/resource-attributes.ts';
import type { AccessReview, Viewer } from '../../../src/auth/viewer.ts';
import { VisibilityResolver } from '../../../src/auth/visibility-resolver.ts';
import type { RbacStorage } from './rbac-storage.ts';

interface ReviewOptions {
  /** Returns the decision of an authorizer other than RBAC; undefined if it has no opinion. */
  readonly foreign?: (attributes: ResourceAttributes) => AccessReview | undefined;
  /** Returns the RBAC objects that the API server's authorizer has received. By default the stored ones. */
  readonly received?: () => RbacStorage;
  /** Returns the error of the next review. Undefined if it succeeds. */
  readonly failure?: () => Error | undefined;
  /** Reviews have no response before it resolves. */
  readonly response?: Promise<void>;
}

/** A viewer whose reviews are decided by the simulator's authorizer. */
export class ReviewedUser {
  readonly viewer: Viewer;
  /** Reviewed attributes, in order. */
  readonly reviews: ResourceAttributes[] = [];

  constructor(
    storage: RbacStorage,
    user: Pick<Viewer, 'name' | 'groups' | 'hasUnknownGroups'>,
    { foreign = () => undefined, received = () => storage, failure = () => undefined, response }: ReviewOptions = {},
  ) {
    const reviewAccess = async (attributes: ResourceAttributes): Promise<AccessReview> => {
      this.reviews.push(attributes);
      await response;
      const error = failure();
      if (error) throw error;
      const { namespace, name, subresource = '', ...action } = attributes;
      const target = { namespace: namespace ?? '', name: name ?? '', subresource };
      return foreign(attributes) ?? received().authorizer.authorize(user, { ...action, ...target, type: 'resource' });
    };
    this.viewer = {
      ...user,
      key: user.name,
      get client(): never {
        throw new TypeError('Expected no request but access reviews.');
      },
      clientIdentity: 'viewer',
      reviewAccess,
      reauthenticate: () => Promise.resolve(),
    };
  }
}

/** Returns an authorizer with the index of the storage, or without one. */
export function authorizerFor(
  storage: RbacStorage | undefined,
  options: Partial<AuthorizerOptions & ConstructorParameters<typeof ViewerAccesses>[0]> = {},
): Authorizer {
  const accesses = storage && new ViewerAccesses({ ...options, index: storage.index });
  return new Authorizer({
    accesses,
    allowedTtlMs: 10_000,
    deniedTtlMs: 5_000,
    observedTtlMs: 300_000,
    graceMs: 0,
    sleep: () => Promise.resolve(),
    ...options,
  });
}

export function resolverFor(authorizer: Authorizer, viewer: Viewer, namespaces: readonly string[]): VisibilityResolver {
  return new VisibilityResolver({ viewer, authorizer, namespaces: () => namespaces });
}

/** Returns whether an authorizer allows a request. */
export async function isAllowedBy(
  authorizer: Authorizer,
  ...request: Parameters<Authorizer['decide']>
): Promise<boolean> {
  return (await authorizer.decide(...request)).allowed;
}
