import type { Cluster } from './cluster.ts';
import { apiGroup, apiGroupList, apiResourceList, coreVersions, versionInfo } from './discovery.ts';
import type { JsonObject } from './json.ts';
import { openApiDocument, openApiIndex, OPENAPI_V2_DOCUMENT } from './openapi.ts';
import { answerObject, answerText, type Answer } from './response.ts';
import type { IncomingRequest } from './request.ts';
import { methodNotAllowed, notAcceptable, resourceNotFound } from './status.ts';

/** Answers every path that is no resource: versions, discovery, OpenAPI, health. */
export function answerMeta(cluster: Cluster, request: IncomingRequest): Answer {
  const { path, method, headers } = request;
  if (method !== 'GET' && method !== 'HEAD') throw methodNotAllowed();
  if (/^\/(?:healthz|livez|readyz)(?:\/.*)?$/u.test(path)) return answerText(200, 'ok');
  if (path === '/openapi/v2') return answerOpenApiV2(headers.accept ?? '');
  const [, ...segments] = path.replace(/\/$/u, '').split('/');
  const found = document(cluster, segments, headers.host ?? '');
  if (found) return answerObject(200, found);
  if (segments[0] === 'api') throw resourceNotFound();
  return answerText(404, '404 page not found\n');
}

function document(cluster: Cluster, segments: readonly string[], host: string): JsonObject | undefined {
  const [area = '', ...rest] = segments;
  const resources = cluster.catalog.all();
  const groupVersion = rest.join('/');
  switch (area) {
    case 'version':
      return rest.length === 0 ? versionInfo(cluster.server.gitVersion) : undefined;
    case '':
      if (rest.length > 0) return undefined;
      return {
        paths: ['/api', '/api/v1', '/apis', '/healthz', '/livez', '/openapi/v2', '/openapi/v3', '/readyz', '/version'],
      };
    case 'api':
      return rest.length === 0 ? coreVersions(host) : apiResourceList(groupVersion, resources);
    case 'apis':
      if (rest.length === 0) return apiGroupList(resources);
      return rest.length === 1 ? apiGroup(groupVersion, resources) : apiResourceList(groupVersion, resources);
    case 'openapi':
      if (rest[0] !== 'v3') return undefined;
      return rest.length === 1 ? openApiIndex(resources) : openApiDocument(rest.slice(1).join('/'), resources);
    default:
      return undefined;
  }
}

/** kubectl asks for protobuf only; an empty document tells it to leave validation to the server. */
function answerOpenApiV2(accept: string): Answer {
  if (accept.includes('protobuf')) {
    const contentType = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';
    return { type: 'answer', code: 200, contentType, body: OPENAPI_V2_DOCUMENT, headers: {} };
  }
  if (accept !== '' && !accept.includes('json') && !accept.includes('*/*')) throw notAcceptable();
  return answerObject(200, {
    swagger: '2.0',
    info: { title: 'Kubernetes', version: 'v1' },
    paths: {},
    definitions: {},
  });
}
