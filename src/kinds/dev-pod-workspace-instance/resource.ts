import {
  anyObject,
  boolean,
  listOf,
  record,
  memoizedDecode,
  object,
  string,
  custom,
  type Decoded,
} from '../../kubernetes/decoder.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { defineResource } from '../../kubernetes/resource.ts';
import { masked } from './masking.ts';

const secretReference = object({ name: string, key: string, optional: boolean });
const option = object({
  value: string,
  valueFrom: object({ projectSecretRef: secretReference, sharedSecretRef: secretReference }),
});
/** Options by name. In old versions an option is a string, its value. */
const options = record(
  custom((value): value is string | Decoded<typeof option> => typeof value === 'string' || anyObject.is(value)),
);
const templateReference = object({ name: string, version: string, syncOnce: boolean });
const template = object({
  provider: object({ name: string, options, env: options }),
  spaceTemplate: templateReference,
  virtualClusterTemplate: templateReference,
  workspaceEnv: options,
});
const access = object({
  name: string,
  verbs: listOf(string),
  subresources: listOf(string),
  users: listOf(string),
  teams: listOf(string),
});
const spec = object({
  displayName: string,
  description: string,
  owner: object({ user: string, team: string }),
  templateRef: templateReference,
  template,
  runnerRef: object({ runner: string }),
  parameters: string,
  access: listOf(access),
  presetRef: object({ name: string, version: string }),
  environmentRef: object({ name: string, version: string }),
  preventWakeUpOnConnection: boolean,
});
const status = object({
  lastWorkspaceStatus: string,
  phase: string,
  reason: string,
  message: string,
  instance: template,
  ignoreReconciliation: boolean,
});

export type SecretReference = Decoded<typeof secretReference>;
export type TemplateReference = Decoded<typeof templateReference>;
export type Template = Decoded<typeof template>;
export type Options = Decoded<typeof options>;
export type AccessRule = Decoded<typeof access>;

/** DevPodWorkspaceInstance of any version. Read it with {@link instanceSpecOf} and {@link instanceStatusOf}. */
export interface DevPodWorkspaceInstanceObject extends KubernetesObject {
  readonly spec?: unknown;
  readonly status?: unknown;
}

const readSpec = memoizedDecode(spec, {});
const readStatus = memoizedDecode(status, {});
const readOption = memoizedDecode(option, {});

/** Returns the phase: Terminating while the instance is being deleted, else as the controller reported it. */
export function phaseOf(instance: DevPodWorkspaceInstanceObject): string | undefined {
  return instance.metadata.deletionTimestamp === undefined ? instanceStatusOf(instance).phase : 'Terminating';
}

/** Returns the masked spec. */
export function instanceSpecOf(instance: DevPodWorkspaceInstanceObject): Decoded<typeof spec> {
  return readSpec(manifestOf(instance).spec);
}

/** Returns the masked status. */
export function instanceStatusOf(instance: DevPodWorkspaceInstanceObject): Decoded<typeof status> {
  return readStatus(manifestOf(instance).status);
}

/** Returns an option in its current form. */
export function optionOf(value: Options[string]): Decoded<typeof option> {
  return typeof value === 'string' ? { value } : readOption(value);
}

/** Returns the masked object. */
export function manifestOf(instance: DevPodWorkspaceInstanceObject): DevPodWorkspaceInstanceObject {
  return masked(instance);
}

/** The cache stores only masked objects. */
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
