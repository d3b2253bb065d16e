import {
  reviewLocalSubjectAccess,
  reviewSelfSubjectAccess,
  reviewSelfSubjectRules,
  reviewSubjectAccess,
} from './access-reviews.ts';
import { type User, userInfoOf } from './user.ts';
import { decodeRequestBody } from '../request-body.ts';
import type { SimulatedCluster } from '../cluster.ts';
import { isJsonObject, type JsonObject, stringAt } from '../json.ts';
import { type BodyResponse, objectResponse } from '../response.ts';
import type { IncomingRequest } from '../request.ts';
import { badRequestError, methodNotAllowedError, resourceNotFoundError } from '../status.ts';
import { reviewToken } from './authentication.ts';

interface ReviewKind {
  readonly kind: string;
  readonly namespaced: boolean;
  readonly evaluate: (review: JsonObject) => JsonObject;
}

/** Handles the review resources, which are created but not stored. Returns undefined for any other resource. */
export function handleReview(
  cluster: SimulatedCluster,
  request: IncomingRequest,
  user: User,
): BodyResponse | undefined {
  const asked = reviewKind(cluster, request, user);
  if (!asked) return undefined;
  const { kind, namespaced, evaluate } = asked;
  const misplaced = namespaced !== (request.namespace !== undefined);
  if (misplaced || request.name !== undefined) throw resourceNotFoundError();
  if (request.verb !== 'create') throw methodNotAllowedError();
  const review = readReview(request, kind);
  const status = evaluate(review);
  // Only this kind does not repeat its spec in the response.
  const spec = kind === 'SelfSubjectRulesReview' ? {} : review['spec'];
  const apiVersion = `${request.group}/${request.version}`;
  return objectResponse(201, { kind, apiVersion, metadata: {}, ...(spec !== undefined && { spec }), status });
}

function reviewKind(cluster: SimulatedCluster, request: IncomingRequest, user: User): ReviewKind | undefined {
  const { authorizer, tokens } = cluster;
  const { group, version, resource, namespace } = request;
  switch (`${group}/${version}/${resource}`) {
    case 'authorization.k8s.io/v1/subjectaccessreviews':
      return reviewOf('SubjectAccessReview', (asked) => reviewSubjectAccess(cluster, asked));
    case 'authorization.k8s.io/v1/localsubjectaccessreviews': {
      const evaluate = (asked: JsonObject) => reviewLocalSubjectAccess(cluster, asked, namespace);
      return { ...reviewOf('LocalSubjectAccessReview', evaluate), namespaced: true };
    }
    case 'authorization.k8s.io/v1/selfsubjectaccessreviews':
      return reviewOf('SelfSubjectAccessReview', (asked) => reviewSelfSubjectAccess(cluster, asked, user));
    case 'authorization.k8s.io/v1/selfsubjectrulesreviews':
      return reviewOf('SelfSubjectRulesReview', (asked) => reviewSelfSubjectRules(authorizer, asked, user));
    case 'authentication.k8s.io/v1/selfsubjectreviews':
      return reviewOf('SelfSubjectReview', () => ({ userInfo: userInfoOf(user) }));
    case 'authentication.k8s.io/v1/tokenreviews':
      return reviewOf('TokenReview', (asked) => reviewToken(tokens, asked));
    default:
      return undefined;
  }
}

function reviewOf(kind: string, evaluate: ReviewKind['evaluate']): ReviewKind {
  return { kind, namespaced: false, evaluate };
}

/** The body may omit apiVersion and kind. */
function readReview(request: IncomingRequest, kind: string): JsonObject {
  const { value: body } = decodeRequestBody(request);
  if (!isJsonObject(body)) throw badRequestError('the object provided is unrecognized');
  const given = stringAt(body, 'kind') ?? kind;
  if (given === kind) return body;
  throw badRequestError(`${given} in version "${request.version}" cannot be handled as a ${kind}`);
}
