import { expect, it } from 'vitest';
import { withoutManagedFields, writeTimeIn } from './managed-fields.ts';

const fieldsV1 = {
  'f:spec': { 'f:ports': { '.': {}, 'k:{"port":80,"protocol":"TCP"}': { 'f:port': {} }, 'v:["a","]"]': {} } },
  'f:time': {},
  'f:"time":"2099-01-01T00:00:00Z"': {},
};
const managedFields = [
  { manager: 'kubectl]"\\', operation: 'Apply', time: '2026-01-02T03:04:05Z', fieldsType: 'FieldsV1', fieldsV1 },
  { manager: '"time":"2099-01-01T00:00:00Z"', operation: 'Update', time: '2026-01-02T03:04:06Z', fieldsV1 },
  { manager: '🦊', operation: 'Update', time: 'yesterday' },
];

const text = '[{"\\';

it.each([
  ['fields precede and follow', { name: text, managedFields, uid: '1' }],
  ['they are the first field', { managedFields, name: text }],
  ['they are the last field', { name: text, labels: { [text]: text }, managedFields }],
  ['there is no other field', { managedFields }],
])('returns the event without managedFields when %s', (_, metadata) => {
  const event = { type: 'MODIFIED', object: { apiVersion: 'v1', metadata, spec: { metadata, text } } };
  const reduced = withoutManagedFields(JSON.stringify(event));
  const { managedFields: __, ...kept } = metadata;
  expect(JSON.parse(reduced?.json ?? '')).toEqual({ ...event, object: { ...event.object, metadata: kept } });
  expect(JSON.parse(reduced?.managedFields ?? '')).toEqual(managedFields);
});

it('returns the time of the last write when entries have several times', () => {
  expect(writeTimeIn(JSON.stringify(managedFields))).toBe(Date.parse('2026-01-02T03:04:06Z'));
});

it.each([
  ['an annotation contains it', JSON.stringify({ object: { metadata: { last: '{"managedFields":[{}]}' } } })],
  ['it is no list', '{"object":{"metadata":{"managedFields":{"a":[]}}}}'],
  ['it does not end', '{"object":{"metadata":{"managedFields":[{"time":"2026-01-02T03:04:05Z"},"]'],
  ['there is none', '{"object":{"metadata":{}}}'],
  ['it is a field of the object', JSON.stringify({ object: { metadata: {}, managedFields } })],
  ['it is a field of a field of the metadata', JSON.stringify({ object: { metadata: { labels: { managedFields } } } })],
  ['it is in the metadata of a template', JSON.stringify({ object: { spec: { metadata: { managedFields } } } })],
  ['it is in another object', JSON.stringify({ other: { metadata: { managedFields } } })],
  ['the names only end like those of the fields', JSON.stringify({ object: { '"metadata': { managedFields } } })],
  ['it is in a list', JSON.stringify({ object: [{ managedFields }] })],
])('returns undefined when %s', (_, json) => {
  expect(withoutManagedFields(json)).toBeUndefined();
});

it.each(['[]', '[{}]', '[{"time":null}]', '[{"time":""}]'])('returns no time when managedFields are %s', (list) => {
  expect(writeTimeIn(list)).toBeUndefined();
});
