import { anyObject, flag, listOf, mapOf, reader, record, text, whole, type Formed } from '../../kubernetes/form.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { defineResource } from '../../kubernetes/resource.ts';
import { masked } from './masking.ts';

const secretReference = record({ name: text, key: text, optional: flag });
const option = record({
  value: text,
  valueFrom: record({ projectSecretRef: secretReference, sharedSecretRef: secretReference }),
});
/** An option as it is, or as old versions have it: its bare value. */
const options = mapOf(
  whole((value): value is string | Formed<typeof option> => typeof value === 'string' || anyObject.is(value)),
);
const templateReference = record({ name: text, version: text, syncOnce: flag });
const template = record({
  provider: record({ name: text, options, env: options }),
  spaceTemplate: templateReference,
  virtualClusterTemplate: templateReference,
  workspaceEnv: options,
});
const access = record({
  name: text,
  verbs: listOf(text),
  subresources: listOf(text),
  users: listOf(text),
  teams: listOf(text),
});
const spec = record({
  displayName: text,
  description: text,
  owner: record({ user: text, team: text }),
  templateRef: templateReference,
  template,
  runnerRef: record({ runner: text }),
  parameters: text,
  access: listOf(access),
  presetRef: record({ name: text, version: text }),
  environmentRef: record({ name: text, version: text }),
  preventWakeUpOnConnection: flag,
});
const status = record({
  lastWorkspaceStatus: text,
  phase: text,
  reason: text,
  message: text,
  instance: template,
  ignoreReconciliation: flag,
});

export type SecretReference = Formed<typeof secretReference>;
export type TemplateReference = Formed<typeof templateReference>;
export type Template = Formed<typeof template>;
export type Options = Formed<typeof options>;
export type AccessRule = Formed<typeof access>;

/** An instance of any version: read it through {@link instanceSpecOf} and {@link instanceStatusOf}. */
export interface DevPodWorkspaceInstanceObject extends KubernetesObject {
  readonly spec?: unknown;
  readonly status?: unknown;
}

const readSpec = reader(spec, {});
const readStatus = reader(status, {});
const readOption = reader(option, {});

/** What is asked for, without secrets. */
export function instanceSpecOf(instance: DevPodWorkspaceInstanceObject): Formed<typeof spec> {
  return readSpec(manifestOf(instance).spec);
}

/** What the controller reports, without secrets. */
export function instanceStatusOf(instance: DevPodWorkspaceInstanceObject): Formed<typeof status> {
  return readStatus(manifestOf(instance).status);
}

/** One option, without its value where that is secret. */
export function optionOf(value: Options[string]): Formed<typeof option> {
  return typeof value === 'string' ? { value } : readOption(value);
}

/** The whole object as it may be shown: without secrets. */
export function manifestOf(instance: DevPodWorkspaceInstanceObject): DevPodWorkspaceInstanceObject {
  return masked(instance);
}

/** Nothing of it is kept, or told, before its secrets are hidden. */
export const DevPodWorkspaceInstance = defineResource<DevPodWorkspaceInstanceObject>({
  kind: 'DevPodWorkspaceInstance',
  group: 'management.loft.sh',
  version: 'v1',
  plural: 'devpodworkspaceinstances',
  namespaced: true,
  cache: {
    watched: 'on-demand',
    trim: manifestOf,
  },
});
