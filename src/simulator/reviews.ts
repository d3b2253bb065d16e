import { readBody } from './body.ts';
import type { Cluster } from './cluster.ts';
import { isJsonObject, objectAt, type JsonObject } from './json.ts';
import { answerObject, type Answer } from './reply.ts';
import type { IncomingRequest } from './request.ts';
import { badRequest, methodNotAllowed } from './status.ts';

const USER = { username: 'system:admin', groups: ['system:masters', 'system:authenticated'] };
const EVERYTHING = {
  resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
  nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
  incomplete: false,
};

/**
 * Answers the reviews; undefined for any other resource. This server as yet authorizes everything, so every access
 * review is allowed, and every rules review names everything.
 */
export function answerReview(cluster: Cluster, request: IncomingRequest): Answer | undefined {
  const status = statusOf(request, cluster);
  if (!status) return undefined;
  if (request.verb !== 'create') throw methodNotAllowed();
  const body = readBody(request);
  if (!isJsonObject(body)) throw badRequest('the object provided is unrecognized');
  return answerObject(201, { ...body, metadata: { creationTimestamp: null }, status: status(body) });
}

function statusOf({ group, version, resource }: IncomingRequest, cluster: Cluster) {
  switch (`${group}/${version}/${resource}`) {
    case 'authorization.k8s.io/v1/selfsubjectaccessreviews':
    case 'authorization.k8s.io/v1/subjectaccessreviews':
    case 'authorization.k8s.io/v1/localsubjectaccessreviews':
      return (): JsonObject => ({ allowed: true });
    case 'authorization.k8s.io/v1/selfsubjectrulesreviews':
      return (): JsonObject => EVERYTHING;
    case 'authentication.k8s.io/v1/selfsubjectreviews':
      return (): JsonObject => ({ userInfo: USER });
    case 'authentication.k8s.io/v1/tokenreviews':
      return (review: JsonObject): JsonObject => tokenStatus(review, cluster.behaviour.token);
    default:
      return undefined;
  }
}

function tokenStatus(review: JsonObject, token: string): JsonObject {
  if (objectAt(review, 'spec')['token'] === token) return { authenticated: true, user: USER };
  return { user: {}, error: 'invalid bearer token' };
}
