import { activityProbe, activityRules, filterRules } from './workspace-kind-rules.ts';
import { define } from './definition.ts';
import { commonPodFields, imageConfig, podConfig, spawner, workspaceKindStatus } from './workspace-kind-fields.ts';
import { boolean, integer, listMap, listOf, mapOf, object, oneOf, string, withDefault, type Schema } from './schema.ts';
import { dnsLabel, objectName, portId } from './field-types.ts';

export const workspaceKindColumns = [
  { name: 'Workspaces', type: 'integer', jsonPath: '.status.workspaces', description: 'Number of workspaces' },
  {
    name: 'Deprecated',
    type: 'boolean',
    jsonPath: '.spec.spawner.deprecated',
    description: 'Whether the kind is deprecated',
  },
  {
    name: 'Hidden',
    type: 'boolean',
    jsonPath: '.spec.spawner.hidden',
    description: 'Whether the kind is hidden in spawners',
  },
] as const;

/** `workspacekinds.kubeflow.org` of Kubeflow Notebooks v2.0.0-beta.0. */
export const workspaceKindCrd = define({
  kind: 'WorkspaceKind',
  plural: 'workspacekinds',
  shortName: 'wsk',
  scope: 'Cluster',
  columns: workspaceKindColumns,
  spec: spec(),
  status: workspaceKindStatus(),
});

function spec(): Schema {
  const fields = {
    spawner: spawner(iconSource()),
    podTemplate: podTemplate(),
    activityRules: activityRules(),
    filterRules: filterRules(),
  };
  return object(fields, ['spawner', 'podTemplate']);
}

function podTemplate(): Schema {
  const fields = {
    ...commonPodFields(),
    serviceAccount: object({ clusterRoles: listMap('name', object({ name: clusterRoleName() }, ['name'])) }),
    activityProbe: activityProbe(),
    ports: listMap('id', port(), { min: 1 }),
    options: object(
      { imageConfig: imageConfig({ id: portId(), ...imagePort() }, ['id', 'port']), podConfig: podConfig() },
      ['imageConfig', 'podConfig'],
    ),
  };
  return object(fields, ['options', 'ports', 'volumeMounts']);
}

function imagePort() {
  return { port: integer({ min: 1, max: 65_535 }), displayName: string({ min: 2, max: 64 }) };
}

function port(): Schema {
  const fields = {
    id: portId(),
    protocol: oneOf('HTTP'),
    defaultDisplayName: string({ min: 2, max: 64 }),
    httpProxy: httpProxy(),
  };
  return object(fields, ['id', 'protocol', 'defaultDisplayName']);
}

export function httpProxy(): Schema {
  const requestHeaders = object({ set: mapOf(string()), add: mapOf(string()), remove: listOf(string()) });
  return object({ removePathPrefix: withDefault(false, boolean()), requestHeaders });
}

/** Name of a ClusterRole: a path segment name. */
function clusterRoleName(): Schema {
  return string({ min: 1, max: 253, pattern: String.raw`^([^./%][^/%]*|\.[^./%][^/%]*|\.[^/%][^/%]+)$` });
}

function iconSource(): Schema {
  const key = string({ min: 1, max: 253, pattern: '^[-._a-zA-Z0-9]+$' });
  const fields = { name: objectName(), namespace: dnsLabel(), key, mediaType: oneOf('image/svg+xml') };
  return object(fields, ['name', 'namespace', 'key', 'mediaType']);
}
