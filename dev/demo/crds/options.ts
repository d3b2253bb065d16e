import {
  boolean,
  coreObject,
  listMap,
  listOf,
  mapOf,
  object,
  oneOf,
  quantity,
  string,
  withDefault,
  type Schema,
} from './schema.ts';
import { optionId } from './text.ts';

type Fields = { readonly [name: string]: Schema };

/** The images that a kind offers; what is said about an image's port differs with the age. */
export function imageConfig(portFields: Fields, requiredPortFields: readonly string[]): Schema {
  const fields = {
    image: string({ min: 2 }),
    imagePullPolicy: withDefault('IfNotPresent', oneOf('Always', 'IfNotPresent', 'Never')),
    ports: listMap('id', object(portFields, requiredPortFields), { min: 1 }),
  };
  return option(object(fields, ['image', 'ports']));
}

/** The pod sizes that a kind offers. */
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
