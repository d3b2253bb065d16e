import { isJsonObject, type JsonObject } from './json.ts';

interface Manager {
  readonly manager: string;
  readonly apiVersion: string;
  readonly subresource?: string | undefined;
}

/** One entry that says the last writer manages every field: as bulky as the real thing, without its history. */
export function managedFieldsOf(
  object: JsonObject,
  { manager, apiVersion, subresource }: Manager,
): readonly JsonObject[] {
  const { apiVersion: _apiVersion, kind: _kind, metadata, ...content } = object;
  const { labels, annotations, finalizers, ownerReferences } = isJsonObject(metadata) ? metadata : {};
  const owned = { metadata: { labels, annotations, finalizers, ownerReferences }, ...content };
  const place = subresource === undefined ? {} : { subresource };
  return [
    {
      manager,
      operation: 'Update',
      apiVersion,
      time: timestamp(),
      fieldsType: 'FieldsV1',
      fieldsV1: fieldsOf(owned),
      ...place,
    },
  ];
}

/** Now, in whole seconds, as Kubernetes writes times. */
export function timestamp(): string {
  return `${new Date().toISOString().slice(0, 19)}Z`;
}

function fieldsOf(value: JsonObject): JsonObject {
  const fields: Record<string, JsonObject> = {};
  for (const [name, member] of Object.entries(value)) {
    if (member !== undefined) fields[`f:${name}`] = isJsonObject(member) ? fieldsOf(member) : {};
  }
  return fields;
}
