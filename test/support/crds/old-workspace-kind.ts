import { define } from '../../../dev/demo/crds/definition.ts';
import {
  commonPodFields,
  imageConfig,
  podConfig,
  spawner,
  usage,
} from '../../../dev/demo/crds/workspace-kind-fields.ts';
import {
  boolean,
  exactlyOne,
  immutable,
  integer,
  listOf,
  object,
  oneOf,
  string,
  withDefault,
  withRules,
  type Schema,
} from '../../../dev/demo/crds/schema.ts';
import { dnsLabel, portId } from '../../../dev/demo/crds/field-types.ts';
import { httpProxy, workspaceKindColumns } from '../../../dev/demo/crds/workspace-kind.ts';

/**
 * `workspacekinds.kubeflow.org` as vendors shipped it in 2025: images describe their ports, idle workspaces are culled.
 */
export const oldWorkspaceKindCrd = define({
  kind: 'WorkspaceKind',
  plural: 'workspacekinds',
  shortName: 'wsk',
  scope: 'Cluster',
  columns: workspaceKindColumns,
  spec: object({ spawner: spawner(iconSource()), podTemplate: podTemplate() }, ['spawner', 'podTemplate']),
  status: object(usage(), ['workspaces', 'podTemplateOptions']),
});

function podTemplate(): Schema {
  const fields = {
    ...commonPodFields(),
    serviceAccount: object({ name: immutable(dnsLabel(2), 'ServiceAccount name is immutable') }, ['name']),
    culling: culling(),
    httpProxy: httpProxy(),
    options: options(),
  };
  return object(fields, ['serviceAccount', 'volumeMounts', 'options']);
}

function options(): Schema {
  const port = {
    id: portId(),
    port: integer({ min: 1, max: 65_535 }),
    displayName: string({ min: 2, max: 64 }),
    protocol: oneOf('HTTP'),
  };
  const images = imageConfig(port, ['id', 'port', 'displayName', 'protocol']);
  return object({ imageConfig: images, podConfig: podConfig() }, ['imageConfig', 'podConfig']);
}

function culling(): Schema {
  const probe = object({
    exec: object({ command: listOf(string()) }, ['command']),
    jupyter: object({ lastActivity: boolean() }, ['lastActivity']),
  });
  const fields = {
    enabled: withDefault(true, boolean()),
    maxInactiveSeconds: integer({ min: 60, default: 86_400 }),
    activityProbe: withRules(probe, exactlyOne(['exec', 'jupyter'], `must specify exactly one of 'exec' or 'jupyter'`)),
  };
  return object(fields, ['activityProbe']);
}

function iconSource(): Schema {
  return object({ name: string({ min: 1, max: 253 }), key: string({ min: 1, max: 253 }) }, ['name', 'key']);
}
