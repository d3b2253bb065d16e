import { isEqualJson, objectAt, textAt, type JsonObject } from './json.ts';
import { badRequest, type Cause } from './status.ts';

const KEY = /^[-._a-zA-Z0-9]+$/u;
const KEY_RULE =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
const IMMUTABLE = 'Forbidden: field is immutable when `immutable` is set';

/** The keys that a type of secret must have. */
const REQUIRED_KEYS: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
};

/** `stringData` is a way to write `data`, and never read back. @throws {StatusError} 400 for values that are not base64 */
export function completeSecret({ stringData, ...object }: JsonObject): JsonObject {
  const type = textAt(object, 'type') || 'Opaque';
  const encoded = Object.entries(objectAt({ stringData }, 'stringData')).map(([key, value]) => [
    key,
    Buffer.from(String(value)).toString('base64'),
  ]);
  for (const value of Object.values(objectAt(object, 'data'))) if (!isBase64(value)) throw notBase64();
  if (encoded.length === 0) return { ...object, type };
  return { ...object, type, data: { ...objectAt(object, 'data'), ...Object.fromEntries(encoded) } };
}

export function checkSecret(secret: JsonObject, old?: JsonObject): readonly Cause[] {
  const data = objectAt(secret, 'data');
  const missing = (REQUIRED_KEYS[textAt(secret, 'type') ?? ''] ?? []).filter((key) => !(key in data));
  return [
    ...badKeys(secret, 'data'),
    ...missing.map((key) => ({ reason: 'FieldValueRequired', field: `data[${key}]`, message: 'Required value' })),
    ...(old ? changedType(secret, old) : []),
    ...(old ? changedContent(secret, old) : []),
  ];
}

export function checkConfigMap(map: JsonObject, old?: JsonObject): readonly Cause[] {
  return [...badKeys(map, 'data'), ...badKeys(map, 'binaryData'), ...(old ? changedContent(map, old) : [])];
}

function badKeys(object: JsonObject, field: string): readonly Cause[] {
  const bad = Object.keys(objectAt(object, field)).filter((key) => !KEY.test(key));
  return bad.map((key) => ({
    reason: 'FieldValueInvalid',
    field: `${field}[${key}]`,
    message: `Invalid value: ${JSON.stringify(key)}: ${KEY_RULE}`,
  }));
}

function changedType({ type }: JsonObject, old: JsonObject): readonly Cause[] {
  if (type === old['type']) return [];
  const message = `Invalid value: ${JSON.stringify(type)}: field is immutable`;
  return [{ reason: 'FieldValueInvalid', field: 'type', message }];
}

function changedContent(object: JsonObject, old: JsonObject): readonly Cause[] {
  if (old['immutable'] !== true) return [];
  const fields = ['immutable', 'data', 'binaryData'].filter((field) => !isEqualJson(object[field], old[field]));
  return fields.map((field) => ({ reason: 'FieldValueForbidden', field, message: IMMUTABLE }));
}

function isBase64(value: unknown): boolean {
  return typeof value === 'string' && /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/u.test(value);
}

function notBase64() {
  return badRequest('Secret in version "v1" cannot be handled as a Secret: illegal base64 data at input byte 0');
}
