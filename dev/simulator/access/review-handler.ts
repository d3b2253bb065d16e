import { localSubjectAccess, selfSubjectAccess, selfSubjectRules, subjectAccess } from './access-reviews.ts';
import { reviewToken } from './token-review.ts';
import { userInfoOf, type User } from './user.ts';
import { readBody } from '../request-body.ts';
import type { Cluster } from '../cluster.ts';
import { isJsonObject, textAt, type JsonObject } from '../json.ts';
import { answerObject, type Answer } from '../response.ts';
import type { IncomingRequest } from '../request.ts';
import { badRequest, methodNotAllowed, resourceNotFound } from '../status.ts';

interface ReviewKind {
  readonly kind: string;
  readonly namespaced: boolean;
  readonly statusOf: (review: JsonObject) => JsonObject;
}

/** Answers the reviews: questions that are posted and not kept. undefined for any other resource. */
export function answerReview(cluster: Cluster, request: IncomingRequest, user: User): Answer | undefined {
  const asked = reviewKind(cluster, request, user);
  if (!asked) return undefined;
  const { kind, namespaced, statusOf } = asked;
  const misplaced = namespaced !== (request.namespace !== undefined);
  if (misplaced || request.name !== undefined) throw resourceNotFound();
  if (request.verb !== 'create') throw methodNotAllowed();
  const review = readReview(request, kind);
  const status = statusOf(review);
  // Of what was asked, this kind alone forgets everything.
  const spec = kind === 'SelfSubjectRulesReview' ? {} : review['spec'];
  const apiVersion = `${request.group}/${request.version}`;
  return answerObject(201, { kind, apiVersion, metadata: {}, ...(spec !== undefined && { spec }), status });
}

function reviewKind(cluster: Cluster, request: IncomingRequest, user: User): ReviewKind | undefined {
  const { authorizer, tokens } = cluster;
  const { group, version, resource, namespace } = request;
  switch (`${group}/${version}/${resource}`) {
    case 'authorization.k8s.io/v1/subjectaccessreviews':
      return reviewOf('SubjectAccessReview', (asked) => subjectAccess(cluster, asked));
    case 'authorization.k8s.io/v1/localsubjectaccessreviews': {
      const statusOf = (asked: JsonObject) => localSubjectAccess(cluster, asked, namespace);
      return { ...reviewOf('LocalSubjectAccessReview', statusOf), namespaced: true };
    }
    case 'authorization.k8s.io/v1/selfsubjectaccessreviews':
      return reviewOf('SelfSubjectAccessReview', (asked) => selfSubjectAccess(cluster, asked, user));
    case 'authorization.k8s.io/v1/selfsubjectrulesreviews':
      return reviewOf('SelfSubjectRulesReview', (asked) => selfSubjectRules(authorizer, asked, user));
    case 'authentication.k8s.io/v1/selfsubjectreviews':
      return reviewOf('SelfSubjectReview', () => ({ userInfo: userInfoOf(user) }));
    case 'authentication.k8s.io/v1/tokenreviews':
      return reviewOf('TokenReview', (asked) => reviewToken(tokens, asked));
    default:
      return undefined;
  }
}

function reviewOf(kind: string, statusOf: ReviewKind['statusOf']): ReviewKind {
  return { kind, namespaced: false, statusOf };
}

/** A body may leave out what the URL says already. */
function readReview(request: IncomingRequest, kind: string): JsonObject {
  const { value: body } = readBody(request);
  if (!isJsonObject(body)) throw badRequest('the object provided is unrecognized');
  const given = textAt(body, 'kind') ?? kind;
  if (given === kind) return body;
  throw badRequest(`${given} in version "${request.version}" cannot be handled as a ${kind}`);
}
