import type { JsonObject } from './json.ts';
import { unsupportedMediaType } from './status.ts';
import { MESSAGES, type Field, type Message } from './protobuf-messages.ts';

const MAGIC = Buffer.from('k8s\0');

/**
 * Decodes the envelope in which typed Go clients, kubectl among them, send built-in objects.
 * @throws {StatusError} 415 for a kind whose fields we do not know
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
  // The zero time and empty texts are how the wire says "absent", but in a list an empty text is one of its items.
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
  return unsupportedMediaType(['application/json', 'application/yaml']);
}
