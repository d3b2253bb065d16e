import { isJsonObject, type JsonObject } from './json.ts';
import { withDefaults } from './schema-defaults.ts';
import { prune } from './schema-pruning.ts';
import { validateTransition } from './schema-transition.ts';
import { validate } from './schema-validation.ts';
import { validateMetadata } from './metadata-validation.ts';
import type { ServedResource } from './served-resource.ts';
import { badRequest, invalid } from './status.ts';
import type { WriteOptions } from './write-options.ts';

/** An object in the shape of its resource: unknown fields gone, defaults filled in. */
export interface Shaped {
  readonly object: JsonObject;
  readonly warnings: readonly string[];
}

/** @throws {StatusError} 400 when unknown fields are not tolerated */
export function shape(
  manifest: JsonObject,
  resource: ServedResource,
  fieldValidation: WriteOptions['fieldValidation'],
): Shaped {
  const complete = resource.complete ?? ((object: JsonObject) => object);
  const { schema } = resource;
  if (!schema) return { object: complete(manifest), warnings: [] };
  const { object, unknownFields } = prune(manifest, schema);
  const unknown = unknownFields.map((field) => `unknown field ${JSON.stringify(field)}`);
  if (fieldValidation === 'Strict' && unknown.length > 0)
    throw badRequest(`strict decoding error: ${unknown.join(', ')}`);
  return { object: complete(withDefaults(object, schema)), warnings: fieldValidation === 'Warn' ? unknown : [] };
}

/** @throws {StatusError} 422 with everything that is wrong with the object, or with what it changes */
export function assertValid(object: JsonObject, resource: ServedResource, old?: JsonObject): void {
  const { schema } = resource;
  const causes = [
    ...validateMetadata(object, resource),
    ...(resource.check?.(object, old) ?? []),
    ...(schema ? validate(object, schema) : []),
    ...(schema && old ? validateTransition({ value: object, old, path: '' }, schema) : []),
  ];
  if (causes.length === 0) return;
  const name = isJsonObject(object['metadata']) ? object['metadata']['name'] : '';
  throw invalid({ group: resource.group, kind: resource.kind, name: typeof name === 'string' ? name : '' }, causes);
}
