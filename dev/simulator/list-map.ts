import { isEqualJson, isJsonObject } from './json.ts';
import type { Schema } from './schema.ts';

/** Returns the keys of an item of a list of type `map`; an item of a set is its own key. */
export function itemKey(item: unknown, schema: Schema): unknown {
  if (schema.listType !== 'map' || !isJsonObject(item)) return item;
  return Object.fromEntries(schema.listMapKeys.map((key) => [key, item[key]]));
}

/** Returns the item of the old list with the same keys. Lists of other types have no items that correspond. */
export function correlatedItem(item: unknown, old: unknown, schema: Schema): unknown {
  if (schema.listType !== 'map' || !Array.isArray(old)) return undefined;
  const key = itemKey(item, schema);
  return old.find((candidate) => isEqualJson(itemKey(candidate, schema), key));
}
