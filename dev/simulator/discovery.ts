import { apiVersionOf } from '../../src/kubernetes/resource.ts';
import type { JsonObject } from './json.ts';
import type { ServedResource } from './served-resource.ts';
import type { SimulatedCluster } from './cluster.ts';
import { OPENAPI_V2_DOCUMENT, openApiDocument, openApiIndex } from './openapi.ts';
import { type BodyResponse, objectResponse, textResponse } from './response.ts';
import type { IncomingRequest } from './request.ts';
import { methodNotAllowedError, notAcceptableError, resourceNotFoundError } from './status.ts';

/** `/version` */
function versionInfo(gitVersion: string): JsonObject {
  const [, major = '', minor = ''] = /^v(\d+)\.(\d+)/u.exec(gitVersion) ?? [];
  return {
    major,
    minor,
    gitVersion,
    gitCommit: '',
    gitTreeState: 'clean',
    buildDate: '1970-01-01T00:00:00Z',
    goVersion: 'go1.23.3',
    compiler: 'gc',
    platform: 'linux/amd64',
  };
}

/** `/api` */
function coreVersions(address: string): JsonObject {
  const serverAddressByClientCIDRs = [{ clientCIDR: '0.0.0.0/0', serverAddress: address }];
  return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs };
}

/** `/apis` */
function apiGroupList(resources: readonly ServedResource[]): JsonObject {
  const names = new Set(resources.map(({ group }) => group).filter((group) => group !== ''));
  const groups = [...names, ...REVIEW_GROUPS].map((group) => groupEntry(group, resources));
  return { kind: 'APIGroupList', apiVersion: 'v1', groups };
}

/** `/apis/<group>`; undefined for a group that is not served */
function apiGroup(group: string, resources: readonly ServedResource[]): JsonObject | undefined {
  const entry = groupEntry(group, resources);
  return entry.versions.length === 0 ? undefined : { kind: 'APIGroup', apiVersion: 'v1', ...entry };
}

/** `/api/v1` and `/apis/<group>/<version>`; undefined for a version that is not served */
function apiResourceList(groupVersion: string, resources: readonly ServedResource[]): JsonObject | undefined {
  const served = resources.filter((resource) => apiVersionOf(resource) === groupVersion);
  const listed = [...served.flatMap(entriesOf), ...(REVIEW_RESOURCES[groupVersion] ?? []).map(reviewEntry)];
  if (listed.length === 0) return undefined;
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources: listed };
}

/** Review resources, which store nothing, by apiVersion. */
const REVIEW_RESOURCES: Readonly<Record<string, readonly string[]>> = {
  'authentication.k8s.io/v1': ['SelfSubjectReview', 'TokenReview'],
  'authorization.k8s.io/v1': [
    'LocalSubjectAccessReview',
    'SelfSubjectAccessReview',
    'SelfSubjectRulesReview',
    'SubjectAccessReview',
  ],
};
const REVIEW_GROUPS = Object.keys(REVIEW_RESOURCES).map((groupVersion) => groupVersion.split('/')[0] ?? '');

function groupEntry(group: string, resources: readonly ServedResource[]) {
  const served = resources.filter((resource) => resource.group === group).map(apiVersionOf);
  const reviews = Object.keys(REVIEW_RESOURCES).filter((groupVersion) => groupVersion.startsWith(`${group}/`));
  const versions = [...new Set([...served, ...reviews])].toSorted(byPriority).map((groupVersion) => ({
    groupVersion,
    version: groupVersion.split('/').at(-1) ?? '',
  }));
  return { name: group, versions, preferredVersion: versions[0] };
}

/** Stable before beta before alpha, newer before older, as Kubernetes prefers versions. */
function byPriority(left: string, right: string): number {
  const [leftRank, rightRank] = [rankOf(left), rankOf(right)];
  const first = leftRank.findIndex((rank, index) => rank !== rightRank[index]);
  return first === -1 ? 0 : (rightRank[first] ?? 0) - (leftRank[first] ?? 0);
}

function rankOf(groupVersion: string): readonly number[] {
  const [, major = '0', stage, minor = '0'] = /\/v(\d+)(?:(alpha|beta)(\d+))?$/u.exec(groupVersion) ?? [];
  const maturity = stage === undefined ? 3 : stage === 'beta' ? 2 : 1;
  return [maturity, Number(major), Number(minor)];
}

function entriesOf(resource: ServedResource): readonly JsonObject[] {
  const { plural: name, singular, namespaced, kind, shortNames, categories, verbs } = resource;
  const optional = { ...(shortNames.length > 0 && { shortNames }), ...(categories.length > 0 && { categories }) };
  const main = { name, singularName: singular, namespaced, kind, verbs, ...optional };
  const part = (subresource: string, allowed: readonly string[]): JsonObject => ({
    name: `${name}/${subresource}`,
    singularName: '',
    namespaced,
    kind,
    verbs: allowed,
  });
  return [
    main,
    ...(resource.hasLog ? [part('log', ['get'])] : []),
    ...(resource.hasStatus ? [part('status', ['get', 'patch', 'update'])] : []),
  ];
}

function reviewEntry(kind: string): JsonObject {
  const name = `${kind.toLowerCase()}s`;
  return { name, singularName: kind.toLowerCase(), namespaced: kind.startsWith('Local'), kind, verbs: ['create'] };
}

/**
 * Handles the paths that are not resources: versions, discovery, OpenAPI and health.
 * @throws {ApiStatusError} 404, 405 or 406
 */
export function handleNonResourcePath(cluster: SimulatedCluster, request: IncomingRequest): BodyResponse {
  const { path, method, headers } = request;
  if (method !== 'GET' && method !== 'HEAD') throw methodNotAllowedError();
  if (/^\/(?:healthz|livez|readyz)(?:\/.*)?$/u.test(path)) return textResponse(200, 'ok');
  if (path === '/openapi/v2') return handleOpenApiV2(headers.accept ?? '');
  const [, ...segments] = path.replace(/\/$/u, '').split('/');
  const found = document(cluster, segments, headers.host ?? '');
  if (found) return objectResponse(200, found);
  if (segments[0] === 'api') throw resourceNotFoundError();
  return textResponse(404, '404 page not found\n');
}

function document(cluster: SimulatedCluster, segments: readonly string[], host: string): JsonObject | undefined {
  const [area = '', ...rest] = segments;
  const resources = cluster.registry.all();
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

/** kubectl accepts only protobuf here. With an empty document it leaves validation to the server. */
function handleOpenApiV2(accept: string): BodyResponse {
  if (accept.includes('protobuf')) {
    const contentType = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';
    return { type: 'body', code: 200, contentType, body: OPENAPI_V2_DOCUMENT, headers: {} };
  }
  if (accept !== '' && !accept.includes('json') && !accept.includes('*/*')) throw notAcceptableError();
  return objectResponse(200, {
    swagger: '2.0',
    info: { title: 'Kubernetes', version: 'v1' },
    paths: {},
    definitions: {},
  });
}
