import { isJsonObject, type JsonObject } from './json.ts';

/** Fields of an object, by their paths, with their values. A list is one field: what is in it has no owners of its own. */
export type Fields = ReadonlyMap<string, unknown>;

const OWNABLE: ReadonlySet<string> = new Set(['labels', 'annotations', 'finalizers', 'ownerReferences']);

/** All fields of an object that somebody can own. */
export function fieldsOf({ apiVersion: _apiVersion, kind: _kind, metadata, ...content }: JsonObject): Fields {
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

/** `.spec.paused`, as the real server names it in a conflict. */
export function describeField(key: string): string {
  return pathOf(key)
    .map((name) => `.${name}`)
    .join('');
}

/** The object without a field, and without what that leaves empty. */
export function withoutField(object: JsonObject, key: string): JsonObject {
  return removed(object, pathOf(key));
}

function removed(object: JsonObject, [name = '', ...below]: readonly string[]): JsonObject {
  const { [name]: member, ...rest } = object;
  if (below.length === 0 || !isJsonObject(member)) return rest;
  const left = removed(member, below);
  return Object.keys(left).length === 0 ? rest : { ...rest, [name]: left };
}

/** `{ "f:spec": { "f:paused": {} } }`, as managedFields have it. */
export function encodeFields(keys: Iterable<string>): JsonObject {
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

/** @returns the paths of the fields that managedFields name */
export function decodeFields(value: unknown, path: readonly string[] = []): readonly string[] {
  const members = isJsonObject(value) ? Object.entries(value) : [];
  if (members.length === 0) return path.length === 0 ? [] : [keyOf(path)];
  return members.flatMap(([name, member]) => decodeFields(member, [...path, name.slice('f:'.length)]));
}
