import { decodeFields, encodeFields, fieldsOf } from './field-sets.ts';
import { isEqualJson, isJsonObject, listAt, objectAt, textAt, type JsonObject } from './json.ts';

/** Who writes, and how: of one name there may be several. */
export interface Manager {
  readonly manager: string;
  readonly apiVersion: string;
  readonly operation?: 'Update' | 'Apply';
  readonly subresource?: string | undefined;
}

/** What one manager owns of an object. */
export interface Ownership extends Manager {
  readonly operation: 'Update' | 'Apply';
  readonly time: string;
  readonly fields: ReadonlySet<string>;
}

/** Who owns what after an update: who writes owns what differs from before, and nobody else does. */
export function managedFieldsOf(object: JsonObject, manager: Manager, before?: JsonObject): readonly JsonObject[] {
  const [now, then] = [fieldsOf(object), before ? fieldsOf(before) : new Map<string, unknown>()];
  const changed = [...now].filter(([key, value]) => !then.has(key) || !isEqualJson(then.get(key), value));
  const mine = new Set(changed.map(([key]) => key));
  const others = before
    ? ownershipsOf(before).map((entry) => only(entry, (key) => now.has(key) && !mine.has(key)))
    : [];
  return encode([...others, { operation: 'Update', ...manager, time: timestamp(), fields: mine }]);
}

/** Who owns what after an apply: who applies owns all that they apply; with force, alone. */
export function afterApply(
  object: JsonObject,
  before: JsonObject | undefined,
  {
    manager,
    applied,
    taken,
  }: { readonly manager: Manager; readonly applied: ReadonlySet<string>; readonly taken: ReadonlySet<string> },
): readonly JsonObject[] {
  const now = fieldsOf(object);
  const others = (before ? ownershipsOf(before) : [])
    .filter((entry) => !isSame(entry, { operation: 'Apply', ...manager }))
    .map((entry) => only(entry, (key) => now.has(key) && !taken.has(key)));
  return encode([...others, { ...manager, operation: 'Apply', time: timestamp(), fields: applied }]);
}

/** Who owns what. */
export function ownershipsOf(object: JsonObject): readonly Ownership[] {
  return listAt(objectAt(object, 'metadata'), 'managedFields').flatMap((entry) => {
    if (!isJsonObject(entry)) return [];
    return [
      {
        manager: textAt(entry, 'manager') ?? '',
        apiVersion: textAt(entry, 'apiVersion') ?? '',
        operation: textAt(entry, 'operation') === 'Apply' ? 'Apply' : 'Update',
        subresource: textAt(entry, 'subresource'),
        time: textAt(entry, 'time') ?? '',
        fields: new Set(decodeFields(entry['fieldsV1'])),
      },
    ];
  });
}

export function isSame(one: Manager, other: Manager): boolean {
  const names = ['manager', 'apiVersion', 'operation', 'subresource'] as const;
  return names.every((name) => one[name] === other[name]);
}

function only(entry: Ownership, keeps: (key: string) => boolean): Ownership {
  return { ...entry, fields: new Set([...entry.fields].filter(keeps)) };
}

/** One entry for each manager; who owns nothing any more has none. */
function encode(entries: readonly Ownership[]): readonly JsonObject[] {
  const joined: Ownership[] = [];
  for (const entry of entries) {
    const known = joined.findIndex((other) => isSame(other, entry));
    const fields = new Set([...(joined[known]?.fields ?? []), ...entry.fields]);
    if (known === -1) joined.push(entry);
    else joined[known] = { ...entry, fields };
  }
  return joined
    .filter(({ fields }) => fields.size > 0)
    .map(({ manager, operation, apiVersion, time, subresource, fields }) => ({
      manager,
      operation,
      apiVersion,
      time,
      fieldsType: 'FieldsV1',
      fieldsV1: encodeFields(fields),
      ...(subresource === undefined ? {} : { subresource }),
    }));
}

/** Now, in whole seconds, as Kubernetes writes times. */
export function timestamp(): string {
  return `${new Date().toISOString().slice(0, 19)}Z`;
}
