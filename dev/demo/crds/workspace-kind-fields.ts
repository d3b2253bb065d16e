import { mountPath, optionId, podMetadata } from './field-types.ts';
import {
  boolean,
  coreObject,
  exactlyOne,
  immutable,
  integer,
  listMap,
  listOf,
  mapOf,
  object,
  oneOf,
  quantity,
  type Schema,
  string,
  withDefault,
  withRules,
} from './schema.ts';

const EXACTLY_ONE = exactlyOne(['url', 'configMap'], `must specify exactly one of 'url' or 'configMap'`);

/**
 * Presentation of a WorkspaceKind. Its pictures come from a URL or a ConfigMap; `configMap` is the schema of that
 * reference.
 */
export function spawner(configMap: Schema): Schema {
  const picture = withRules(object({ url: string(), configMap }), EXACTLY_ONE);
  const fields = {
    displayName: string({ min: 2, max: 128 }),
    description: string({ min: 2, max: 4096 }),
    hidden: withDefault(false, boolean()),
    deprecated: withDefault(false, boolean()),
    deprecationMessage: string({ min: 2, max: 256 }),
    icon: picture,
    logo: picture,
  };
  return object(fields, ['displayName', 'description', 'icon', 'logo']);
}

type Fields = { readonly [name: string]: Schema };

/** Image options of a WorkspaceKind. The fields of an image's port differ between the versions of the definition. */
export function imageConfig(portFields: Fields, requiredPortFields: readonly string[]): Schema {
  const fields = {
    image: string({ min: 2 }),
    imagePullPolicy: withDefault('IfNotPresent', oneOf('Always', 'IfNotPresent', 'Never')),
    ports: listMap('id', object(portFields, requiredPortFields), { min: 1 }),
  };
  return option(object(fields, ['image', 'ports']));
}

/** Pod options of a WorkspaceKind. */
export function podConfig(): Schema {
  const resources = coreObject({ requests: mapOf(quantity()), limits: mapOf(quantity()) });
  const tolerations = listOf(coreObject());
  return option(object({ affinity: coreObject(), nodeSelector: mapOf(string()), tolerations, resources }));
}

function option(spec: Schema): Schema {
  const value = object({ id: optionId(), spawner: optionSpawner(), redirect: redirect(), spec }, [
    'id',
    'spawner',
    'spec',
  ]);
  return object({ spawner: object({ default: optionId() }, ['default']), values: listMap('id', value, { min: 1 }) }, [
    'spawner',
    'values',
  ]);
}

function optionSpawner(): Schema {
  const label = object({ key: string({ min: 2, max: 64 }), value: string({ min: 1, max: 64 }) }, ['key', 'value']);
  const fields = {
    displayName: string({ min: 2, max: 128 }),
    description: string({ min: 2, max: 1024 }),
    labels: listMap('key', label, { max: 32 }),
    hidden: withDefault(false, boolean()),
  };
  return object(fields, ['displayName']);
}

function redirect(): Schema {
  const text = string({ min: 2, max: 1024 });
  const message = object({ level: oneOf('Info', 'Warning', 'Danger'), text }, ['level', 'text']);
  return object({ to: optionId(), message }, ['to']);
}

/** Fields of the pod template that both versions of the definition have. */
export function commonPodFields() {
  return {
    podMetadata: podMetadata(),
    probes: object({ startupProbe: coreObject(), livenessProbe: coreObject(), readinessProbe: coreObject() }),
    volumeMounts: object({ home: immutable(mountPath(), `mount path of 'home' is immutable`) }, ['home']),
    extraEnv: listMap('name', object({ name: string(), value: string(), valueFrom: coreObject() }, ['name'])),
    extraVolumeMounts: listMap('mountPath', volumeMount()),
    extraVolumes: listMap('name', coreObject({ name: string() }, ['name'])),
    securityContext: coreObject(),
    containerSecurityContext: coreObject(),
  };
}

function volumeMount(): Schema {
  return coreObject({ name: string(), mountPath: string() }, ['name', 'mountPath']);
}

/** Status of a WorkspaceKind: its use, and the hashes of its pictures or the reason why they were not found. */
export function workspaceKindStatus(): Schema {
  const fields = { ...usage(), spawnerIcon: pictureStatus(), spawnerLogo: pictureStatus() };
  return object(fields, ['workspaces', 'podTemplateOptions', 'spawnerIcon', 'spawnerLogo']);
}

/** Number of workspaces of a kind and of each of its options, in all namespaces. */
export function usage() {
  const counts = listMap('id', object({ id: optionId(), workspaces: integer() }, ['id', 'workspaces']));
  return {
    workspaces: integer({ default: 0 }),
    podTemplateOptions: object({ imageConfig: counts, podConfig: counts }, ['imageConfig', 'podConfig']),
  };
}

function pictureStatus(): Schema {
  const failure = object({ errorType: oneOf('NotFound', 'KeyNotFound', 'Other'), errorMessage: string() });
  return object({ sha256: string(), configMap: failure });
}
