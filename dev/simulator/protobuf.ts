import type { JsonObject } from './json.ts';
import { unsupportedMediaTypeError } from './status.ts';

const MAGIC = Buffer.from('k8s\0');

/**
 * Decodes the protobuf envelope in which Go clients such as kubectl send built-in objects.
 * @throws {ApiStatusError} 415 for a kind that is not in MESSAGES
 */
export function decodeProtobuf(body: Buffer): JsonObject {
  if (!body.subarray(0, MAGIC.length).equals(MAGIC)) throw unsupported();
  const envelope = decode(body.subarray(MAGIC.length), MESSAGES['Unknown']);
  const { typeMeta, raw } = envelope;
  const { apiVersion, kind } = isTypeMeta(typeMeta) ? typeMeta : { apiVersion: '', kind: '' };
  const message = MESSAGES[kind];
  if (!message || typeof raw !== 'string') throw unsupported();
  return { apiVersion, kind, ...decode(Buffer.from(raw, 'base64'), message) };
}

function decode(bytes: Buffer, message: Message = {}): JsonObject {
  const decoded: Record<string, unknown> = {};
  let offset = 0;
  while (offset < bytes.length) {
    const tag = varint(bytes, offset);
    const content = fieldContent(bytes, tag.end, tag.value & 7);
    offset = content.end;
    const field = message[tag.value >>> 3];
    if (field) assign(decoded, field, content.value);
  }
  return decoded;
}

function assign(
  decoded: Record<string, unknown>,
  { name, type, repeated, message }: Field,
  value: Buffer | number,
): void {
  if (type === 'textMap' || type === 'bytesMap') {
    const { key, value: member } = decode(
      bytesOf(value),
      type === 'textMap' ? MESSAGES['TextEntry'] : MESSAGES['BytesEntry'],
    );
    const before = decoded[name];
    decoded[name] = { ...(typeof before === 'object' && before), [typeof key === 'string' ? key : '']: member ?? '' };
    return;
  }
  const read = readValue(type, value, message);
  // An empty string means "absent" in protobuf, but in a repeated field it is an item.
  if (read === undefined || (read === '' && !repeated)) return;
  const before = decoded[name];
  decoded[name] = repeated ? [...(Array.isArray(before) ? before : []), read] : read;
}

function readValue(type: Field['type'], value: Buffer | number, message: string | undefined): unknown {
  switch (type) {
    case 'text':
      return bytesOf(value).toString();
    case 'bytes':
      return bytesOf(value).toString('base64');
    case 'number':
      return value;
    case 'boolean':
      return value === 1;
    case 'message':
      return decode(bytesOf(value), MESSAGES[message ?? '']);
    case 'textMap':
    case 'bytesMap':
      throw new TypeError('Maps are read entry by entry');
    default:
      throw new TypeError(`Unknown field type ${JSON.stringify(type satisfies never)}`);
  }
}

interface Read<T> {
  readonly value: T;
  readonly end: number;
}

function fieldContent(bytes: Buffer, offset: number, wireType: number): Read<Buffer | number> {
  switch (wireType) {
    case 0:
      return varint(bytes, offset);
    case 1:
      return { value: bytes.subarray(offset, offset + 8), end: offset + 8 };
    case 2: {
      const { value: length, end } = varint(bytes, offset);
      return { value: bytes.subarray(end, end + length), end: end + length };
    }
    case 5:
      return { value: bytes.subarray(offset, offset + 4), end: offset + 4 };
    default:
      throw unsupported();
  }
}

function varint(bytes: Buffer, offset: number): Read<number> {
  let value = 0;
  let factor = 1;
  let end = offset;
  for (; end < bytes.length; end += 1) {
    const byte = bytes[end] ?? 0;
    value += (byte & 0x7f) * factor;
    factor *= 0x80;
    if (byte < 0x80) break;
  }
  return { value, end: end + 1 };
}

function bytesOf(value: Buffer | number): Buffer {
  return typeof value === 'number' ? Buffer.alloc(0) : value;
}

function isTypeMeta(value: unknown): value is { readonly apiVersion: string; readonly kind: string } {
  return typeof value === 'object' && value !== null && 'apiVersion' in value && 'kind' in value;
}

function unsupported() {
  return unsupportedMediaTypeError(['application/json', 'application/yaml']);
}

/** Field of a protobuf message and its JSON form. */
interface Field {
  readonly name: string;
  readonly type: 'text' | 'bytes' | 'number' | 'boolean' | 'message' | 'textMap' | 'bytesMap';
  readonly repeated?: boolean;
  readonly message?: string;
}

/** Fields by field number. */
type Message = Readonly<Record<number, Field>>;

/** Messages that kubectl sends, with the field numbers of the published generated.proto files. */
const MESSAGES: Readonly<Record<string, Message>> = {
  Unknown: { 1: nested('typeMeta', 'TypeMeta'), 2: { name: 'raw', type: 'bytes' } },
  TypeMeta: texts('apiVersion', 'kind'),
  TextEntry: texts('key', 'value'),
  BytesEntry: { 1: text('key'), 2: { name: 'value', type: 'bytes' } },
  ObjectMeta: {
    ...texts('name', 'generateName', 'namespace'),
    5: text('uid'),
    6: text('resourceVersion'),
    11: { name: 'labels', type: 'textMap' },
    12: { name: 'annotations', type: 'textMap' },
    13: { ...nested('ownerReferences', 'OwnerReference'), repeated: true },
    14: { ...text('finalizers'), repeated: true },
  },
  OwnerReference: { 1: text('kind'), 3: text('name'), 4: text('uid'), 5: text('apiVersion'), 6: boolean('controller') },
  Namespace: { 1: nested('metadata', 'ObjectMeta') },
  ConfigMap: {
    1: nested('metadata', 'ObjectMeta'),
    2: { name: 'data', type: 'textMap' },
    3: { name: 'binaryData', type: 'bytesMap' },
    4: boolean('immutable'),
  },
  Secret: {
    1: nested('metadata', 'ObjectMeta'),
    2: { name: 'data', type: 'bytesMap' },
    3: text('type'),
    4: { name: 'stringData', type: 'textMap' },
    5: boolean('immutable'),
  },
  ServiceAccount: { 1: nested('metadata', 'ObjectMeta') },
  DeleteOptions: {
    1: { name: 'gracePeriodSeconds', type: 'number' },
    2: nested('preconditions', 'Preconditions'),
    3: boolean('orphanDependents'),
    4: text('propagationPolicy'),
    5: { ...text('dryRun'), repeated: true },
  },
  Preconditions: texts('uid', 'resourceVersion'),
  SelfSubjectReview: { 1: nested('metadata', 'ObjectMeta') },
  SelfSubjectRulesReview: { 1: nested('metadata', 'ObjectMeta'), 2: nested('spec', 'RulesSpec') },
  RulesSpec: texts('namespace'),
  SelfSubjectAccessReview: { 1: nested('metadata', 'ObjectMeta'), 2: nested('spec', 'AccessSpec') },
  AccessSpec: {
    1: nested('resourceAttributes', 'ResourceAttributes'),
    2: nested('nonResourceAttributes', 'PathAttributes'),
  },
  ResourceAttributes: texts('namespace', 'verb', 'group', 'version', 'resource', 'subresource', 'name'),
  PathAttributes: texts('path', 'verb'),
  SubjectAccessReview: { 1: nested('metadata', 'ObjectMeta'), 2: nested('spec', 'SubjectSpec') },
  LocalSubjectAccessReview: { 1: nested('metadata', 'ObjectMeta'), 2: nested('spec', 'SubjectSpec') },
  SubjectSpec: {
    1: nested('resourceAttributes', 'ResourceAttributes'),
    2: nested('nonResourceAttributes', 'PathAttributes'),
    3: text('user'),
    4: { ...text('groups'), repeated: true },
    6: text('uid'),
  },
  TokenReview: { 1: nested('metadata', 'ObjectMeta'), 2: nested('spec', 'TokenSpec') },
  TokenSpec: { 1: text('token'), 2: { ...text('audiences'), repeated: true } },
  Role: { 1: nested('metadata', 'ObjectMeta'), 2: { ...nested('rules', 'PolicyRule'), repeated: true } },
  ClusterRole: {
    1: nested('metadata', 'ObjectMeta'),
    2: { ...nested('rules', 'PolicyRule'), repeated: true },
    3: nested('aggregationRule', 'AggregationRule'),
  },
  PolicyRule: lists('verbs', 'apiGroups', 'resources', 'resourceNames', 'nonResourceURLs'),
  AggregationRule: { 1: { ...nested('clusterRoleSelectors', 'LabelSelector'), repeated: true } },
  LabelSelector: {
    1: { name: 'matchLabels', type: 'textMap' },
    2: { ...nested('matchExpressions', 'LabelRequirement'), repeated: true },
  },
  LabelRequirement: { ...texts('key', 'operator'), 3: { ...text('values'), repeated: true } },
  RoleBinding: binding(),
  ClusterRoleBinding: binding(),
  Subject: texts('kind', 'apiGroup', 'name', 'namespace'),
  RoleRef: texts('apiGroup', 'kind', 'name'),
};

function binding(): Message {
  return {
    1: nested('metadata', 'ObjectMeta'),
    2: { ...nested('subjects', 'Subject'), repeated: true },
    3: nested('roleRef', 'RoleRef'),
  };
}

function text(name: string): Field {
  return { name, type: 'text' };
}

function boolean(name: string): Field {
  return { name, type: 'boolean' };
}

function nested(name: string, message: string): Field {
  return { name, type: 'message', message };
}

/** String fields numbered from 1. */
function texts(...names: readonly string[]): Message {
  return Object.fromEntries(names.map((name, index) => [index + 1, text(name)]));
}

/** Repeated string fields numbered from 1. */
function lists(...names: readonly string[]): Message {
  return Object.fromEntries(names.map((name, index) => [index + 1, { ...text(name), repeated: true }]));
}
