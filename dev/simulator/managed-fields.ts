import { currentTimestamp } from './api-object.ts';
import { isEqualJson, isJsonObject, type JsonObject, listAt, objectAt, stringAt } from './json.ts';

/** Field manager. Managers with the same name differ by operation, apiVersion or subresource. */
export interface FieldManager {
  readonly manager: string;
  readonly apiVersion: string;
  readonly operation?: 'Update' | 'Apply';
  readonly subresource?: string | undefined;
}

/** Entry of managedFields with its decoded fields. */
interface ManagedFieldsEntry extends FieldManager {
  readonly operation: 'Update' | 'Apply';
  readonly time: string;
  readonly fields: ReadonlySet<string>;
}

/** Computes managedFields after an update: the writing manager becomes the only owner of all changed fields. */
export function managedFieldsAfterUpdate(
  object: JsonObject,
  manager: FieldManager,
  before?: JsonObject,
): readonly JsonObject[] {
  const [now, then] = [fieldsOf(object), before ? fieldsOf(before) : new Map<string, unknown>()];
  const changed = [...now].filter(([key, value]) => !then.has(key) || !isEqualJson(then.get(key), value));
  const mine = new Set(changed.map(([key]) => key));
  const others = before
    ? parseManagedFields(before).map((entry) => only(entry, (key) => now.has(key) && !mine.has(key)))
    : [];
  return encode([...others, { operation: 'Update', ...manager, time: currentTimestamp(), fields: mine }]);
}

/** Computes managedFields after an apply: the manager owns all applied fields, and with force alone. */
export function managedFieldsAfterApply(
  object: JsonObject,
  before: JsonObject | undefined,
  {
    manager,
    applied,
    taken,
  }: { readonly manager: FieldManager; readonly applied: ReadonlySet<string>; readonly taken: ReadonlySet<string> },
): readonly JsonObject[] {
  const now = fieldsOf(object);
  const others = (before ? parseManagedFields(before) : [])
    .filter((entry) => !isSameManager(entry, { operation: 'Apply', ...manager }))
    .map((entry) => only(entry, (key) => now.has(key) && !taken.has(key)));
  return encode([...others, { ...manager, operation: 'Apply', time: currentTimestamp(), fields: applied }]);
}

/** Parses the managedFields of an object. */
export function parseManagedFields(object: JsonObject): readonly ManagedFieldsEntry[] {
  return listAt(objectAt(object, 'metadata'), 'managedFields').flatMap((entry) => {
    if (!isJsonObject(entry)) return [];
    return [
      {
        manager: stringAt(entry, 'manager') ?? '',
        apiVersion: stringAt(entry, 'apiVersion') ?? '',
        operation: stringAt(entry, 'operation') === 'Apply' ? 'Apply' : 'Update',
        subresource: stringAt(entry, 'subresource'),
        time: stringAt(entry, 'time') ?? '',
        fields: new Set(decodeFields(entry['fieldsV1'])),
      },
    ];
  });
}

/** Returns whether two entries belong to the same field manager. */
export function isSameManager(one: FieldManager, other: FieldManager): boolean {
  const names = ['manager', 'apiVersion', 'operation', 'subresource'] as const;
  return names.every((name) => one[name] === other[name]);
}

function only(entry: ManagedFieldsEntry, keeps: (key: string) => boolean): ManagedFieldsEntry {
  return { ...entry, fields: new Set([...entry.fields].filter(keeps)) };
}

/** Encodes one entry per manager and omits managers without fields. */
function encode(entries: readonly ManagedFieldsEntry[]): readonly JsonObject[] {
  const joined: ManagedFieldsEntry[] = [];
  for (const entry of entries) {
    const known = joined.findIndex((other) => isSameManager(other, entry));
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

/** Values of an object's fields by their encoded path. A list is one field: its items have no owners of their own. */
export type FieldValues = ReadonlyMap<string, unknown>;

const OWNABLE: ReadonlySet<string> = new Set(['labels', 'annotations', 'finalizers', 'ownerReferences']);

/** Returns the fields of an object that field managers can own. */
export function fieldsOf({ apiVersion: _apiVersion, kind: _kind, metadata, ...content }: JsonObject): FieldValues {
  const owned = Object.entries(isJsonObject(metadata) ? metadata : {}).filter(([name]) => OWNABLE.has(name));
  const fields = new Map<string, unknown>();
  collect({ metadata: Object.fromEntries(owned), ...content }, [], fields);
  fields.delete(keyOf(['metadata']));
  return fields;
}

function collect(value: unknown, path: readonly string[], fields: Map<string, unknown>): void {
  const members = isJsonObject(value) ? Object.entries(value).filter(([, member]) => member !== undefined) : [];
  if (members.length === 0) fields.set(keyOf(path), value);
  for (const [name, member] of members) collect(member, [...path, name], fields);
}

function keyOf(path: readonly string[]): string {
  return JSON.stringify(path);
}

function pathOf(key: string): readonly string[] {
  return JSON.parse(key) as readonly string[];
}

/** Returns a path as conflicts print it, such as `.spec.paused`. */
export function describeField(key: string): string {
  return pathOf(key)
    .map((name) => `.${name}`)
    .join('');
}

/** Returns the object without a field and without parents that become empty. */
export function withoutField(object: JsonObject, key: string): JsonObject {
  return removed(object, pathOf(key));
}

function removed(object: JsonObject, [name = '', ...below]: readonly string[]): JsonObject {
  const { [name]: member, ...rest } = object;
  if (below.length === 0 || !isJsonObject(member)) return rest;
  const left = removed(member, below);
  return Object.keys(left).length === 0 ? rest : { ...rest, [name]: left };
}

/** Encodes paths as FieldsV1, such as `{ "f:spec": { "f:paused": {} } }`. */
function encodeFields(keys: Iterable<string>): JsonObject {
  const root: Record<string, unknown> = {};
  for (const key of keys) {
    let at = root;
    for (const name of pathOf(key)) {
      const below: Record<string, unknown> = isJsonObject(at[`f:${name}`]) ? Object(at[`f:${name}`]) : {};
      at[`f:${name}`] = below;
      at = below;
    }
  }
  return root;
}

/** Returns the encoded paths of the fields in a FieldsV1. */
function decodeFields(value: unknown, path: readonly string[] = []): readonly string[] {
  const members = isJsonObject(value) ? Object.entries(value) : [];
  if (members.length === 0) return path.length === 0 ? [] : [keyOf(path)];
  return members.flatMap(([name, member]) => decodeFields(member, [...path, name.slice('f:'.length)]));
}
