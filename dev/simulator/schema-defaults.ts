import { isJsonObject, type JsonObject } from './json.ts';
import type { Schema } from './schema.ts';

/** The object with the defaults of its schema at every level that is present, and without nulls that may not be. */
export function withDefaults(object: JsonObject, schema: Schema): JsonObject {
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

/** A null where null is not allowed counts as absent. */
function present(value: unknown, schema: Schema): unknown {
  return value === null && !schema.nullable ? undefined : value;
}

function defaultValue(value: unknown, schema: Schema): unknown {
  if (Array.isArray(value)) {
    const { items } = schema;
    return items ? value.map((item) => defaultValue(item, items)) : value;
  }
  return isJsonObject(value) ? withDefaults(value, schema) : value;
}
