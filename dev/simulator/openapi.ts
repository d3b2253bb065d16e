import { apiVersionOf, resourcePath } from '../../src/kubernetes/resource.ts';
import { isJsonObject, type JsonObject } from './json.ts';
import type { ServedResource } from './served-resource.ts';

/** `swagger: "2.0"` and nothing else, as protobuf: field 1, length 3. */
export const OPENAPI_V2_DOCUMENT = '\u000a\u00032.0';

/** `/openapi/v3` */
export function openApiIndex(resources: readonly ServedResource[]): JsonObject {
  const paths = new Set(resources.map(documentPath));
  return {
    paths: Object.fromEntries([...paths].map((path) => [path, { serverRelativeURL: `/openapi/v3/${path}` }])),
  };
}

/** `/openapi/v3/apis/<group>/<version>`: the minimum with which clients leave validation to the server. */
export function openApiDocument(path: string, resources: readonly ServedResource[]): JsonObject | undefined {
  const served = resources.filter((resource) => documentPath(resource) === path);
  if (served.length === 0) return undefined;
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'unversioned' },
    paths: Object.fromEntries(served.map((resource) => [itemPath(resource), operations(resource)])),
    components: { schemas: Object.fromEntries(served.map((resource) => [schemaName(resource), schemaOf(resource)])) },
  };
}

function documentPath(resource: ServedResource): string {
  return `${resource.group ? 'apis' : 'api'}/${apiVersionOf(resource)}`;
}

function itemPath(resource: ServedResource): string {
  return `/${resourcePath(resource, { namespace: '{namespace}', name: '{name}' }).join('/')}`;
}

function schemaName({ group, version, kind }: ServedResource): string {
  return [...(group === '' ? ['core'] : group.split('.').toReversed()), version, kind].join('.');
}

function groupVersionKind({ group, version, kind }: ServedResource): JsonObject {
  return { group, version, kind };
}

/** Lists only the patch types of custom resources: clients that find strategic merge here need a complete schema. */
function operations(resource: ServedResource): JsonObject {
  const parameters = ['dryRun', 'fieldManager', 'fieldValidation', 'force'].map((name) => ({
    name,
    in: 'query',
    schema: { type: name === 'force' ? 'boolean' : 'string', uniqueItems: true },
  }));
  const content = Object.fromEntries(
    ['application/json-patch+json', 'application/merge-patch+json'].map((type) => [
      type,
      { schema: { type: 'object' } },
    ]),
  );
  const responses = { 200: { description: 'OK' } };
  const named = { 'x-kubernetes-group-version-kind': groupVersionKind(resource) };
  return {
    patch: {
      parameters,
      requestBody: { content, required: true },
      responses,
      'x-kubernetes-action': 'patch',
      ...named,
    },
  };
}

function schemaOf(resource: ServedResource): JsonObject {
  const { description, properties } = resource.openApiSchema ?? {};
  const own = { apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata: { type: 'object' } };
  return {
    type: 'object',
    ...(description !== undefined && { description }),
    properties: { ...(isJsonObject(properties) && properties), ...own },
    'x-kubernetes-group-version-kind': [groupVersionKind(resource)],
    'x-kubernetes-preserve-unknown-fields': true,
  };
}
