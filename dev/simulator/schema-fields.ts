import { isJsonObject, type JsonObject } from './json.ts';
import type { StructuralSchema } from './schema.ts';

/** Pruned object and the paths of the removed fields. */
interface Pruned {
  readonly object: JsonObject;
  readonly unknownFields: readonly string[];
}

/** Removes the fields that the schema does not declare. Keeps apiVersion, kind and the known metadata. */
export function prune(object: JsonObject, schema: StructuralSchema): Pruned {
  const unknownFields: string[] = [];
  const pruned = pruneObject(object, { ...schema, embedded: true }, { path: '', unknownFields });
  return { object: pruned, unknownFields };
}

interface Place {
  readonly path: string;
  readonly unknownFields: string[];
}

const RESOURCE_FIELDS = new Set(['apiVersion', 'kind', 'metadata']);
const METADATA_FIELDS = new Set([
  'annotations',
  'creationTimestamp',
  'deletionGracePeriodSeconds',
  'deletionTimestamp',
  'finalizers',
  'generateName',
  'generation',
  'labels',
  'managedFields',
  'name',
  'namespace',
  'ownerReferences',
  'resourceVersion',
  'selfLink',
  'uid',
]);

function pruneValue(value: unknown, schema: StructuralSchema, place: Place): unknown {
  if (Array.isArray(value)) {
    const { items } = schema;
    if (!items) return value;
    return value.map((item, index) => pruneValue(item, items, { ...place, path: `${place.path}[${index}]` }));
  }
  return isJsonObject(value) ? pruneObject(value, schema, place) : value;
}

function pruneObject(object: JsonObject, schema: StructuralSchema, place: Place): JsonObject {
  const kept: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(object)) {
    const path = place.path === '' ? field : `${place.path}.${field}`;
    const member = schema.properties.get(field) ?? schema.additional;
    if (schema.embedded && field === 'metadata' && isJsonObject(value)) kept[field] = pruneMetadata(value, place);
    else if (schema.embedded && RESOURCE_FIELDS.has(field)) kept[field] = value;
    else if (member) kept[field] = pruneValue(value, member, { ...place, path });
    else if (schema.preservesUnknown) kept[field] = value;
    else place.unknownFields.push(path);
  }
  return kept;
}

function pruneMetadata(metadata: JsonObject, { path, unknownFields }: Place): JsonObject {
  const unknown = Object.keys(metadata).filter((field) => !METADATA_FIELDS.has(field));
  unknownFields.push(...unknown.map((field) => `${path === '' ? '' : `${path}.`}metadata.${field}`));
  return Object.fromEntries(Object.entries(metadata).filter(([field]) => METADATA_FIELDS.has(field)));
}

/** Returns the object with the defaults of its schema at every level, and without nulls that are not nullable. */
export function applyDefaults(object: JsonObject, schema: StructuralSchema): JsonObject {
  const filled: Record<string, unknown> = { ...object };
  for (const [field, member] of schema.properties) {
    const value = present(filled[field], member);
    if (value !== undefined) filled[field] = defaultValue(value, member);
    else if (member.default !== undefined) filled[field] = defaultValue(structuredClone(member.default), member);
    else delete filled[field];
  }
  const { additional } = schema;
  if (!additional) return filled;
  for (const [field, value] of Object.entries(filled)) {
    if (schema.properties.has(field)) continue;
    if (present(value, additional) === undefined) delete filled[field];
    else filled[field] = defaultValue(value, additional);
  }
  return filled;
}

/** Treats a null that is not nullable as absent. */
function present(value: unknown, schema: StructuralSchema): unknown {
  return value === null && !schema.nullable ? undefined : value;
}

function defaultValue(value: unknown, schema: StructuralSchema): unknown {
  if (Array.isArray(value)) {
    const { items } = schema;
    return items ? value.map((item) => defaultValue(item, items)) : value;
  }
  return isJsonObject(value) ? applyDefaults(value, schema) : value;
}
