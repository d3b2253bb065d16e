import { defineKind } from '../../../dev/demo/crds/definition.ts';
import {
  boolean,
  coreObject,
  listOf,
  mapOf,
  object,
  string,
  withDefault,
  type Schema,
} from '../../../dev/demo/crds/schema.ts';

/** `devpodworkspaceinstances.management.loft.sh` as a custom resource, for clusters that serve `watch`. */
export const devPodWorkspaceInstanceCrd = defineKind({
  group: 'management.loft.sh',
  version: 'v1',
  kind: 'DevPodWorkspaceInstance',
  plural: 'devpodworkspaceinstances',
  shortNames: [],
  scope: 'Namespaced',
  columns: [{ name: 'Phase', type: 'string', jsonPath: '.status.phase', description: 'Phase of the workspace' }],
  fields: { spec: spec(), status: status() },
  hasStatus: false,
});

function spec(): Schema {
  return object({
    displayName: string(),
    description: string(),
    owner: object({ user: string(), team: string() }),
    templateRef: reference(),
    template: template(),
    runnerRef: object({ runner: string() }),
    parameters: string(),
    presetRef: object({ name: string(), version: string() }),
    environmentRef: reference(),
    preventWakeUpOnConnection: boolean(),
    access: listOf(access()),
  });
}

function status(): Schema {
  return object({
    lastWorkspaceStatus: string(),
    phase: string(),
    reason: string(),
    message: string(),
    conditions: listOf(coreObject()),
    instance: template(),
    ignoreReconciliation: boolean(),
  });
}

function template(): Schema {
  return object({
    provider: object({ name: string(), options: mapOf(option()), env: mapOf(option()) }),
    spaceTemplate: reference(),
    virtualClusterTemplate: reference(),
    workspaceEnv: mapOf(option()),
  });
}

function option(): Schema {
  const secret = object({ name: string(), key: string(), optional: boolean() });
  return object({ value: string(), valueFrom: object({ projectSecretRef: secret, sharedSecretRef: secret }) });
}

function reference(): Schema {
  return object({ name: string(), version: string(), syncOnce: withDefault(false, boolean()) });
}

function access(): Schema {
  const names = listOf(string());
  return object({ name: string(), verbs: names, subresources: names, users: names, teams: names });
}
