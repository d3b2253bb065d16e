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

it('returns the object without managedFields when strings contain brackets, quotation marks and backslashes', () => {
  const object = { metadata: { name: 'a', managedFields, uid: '1' }, spec: { text: '[{"\\' } };
  const reduced = withoutManagedFields(JSON.stringify(object));
  expect(JSON.parse(reduced?.json ?? '')).toEqual({ ...object, metadata: { ...object.metadata, managedFields: null } });
  expect(JSON.parse(reduced?.managedFields ?? '')).toEqual(managedFields);
});

it('returns the time of the last write when entries have several times', () => {
  expect(writeTimeIn(JSON.stringify(managedFields))).toBe(Date.parse('2026-01-02T03:04:06Z'));
});

it.each([
  ['an annotation contains it', JSON.stringify({ annotations: { last: '{"managedFields":[{}]}' } })],
  ['it is no list', '{"managedFields":{"a":[]}}'],
  ['it does not end', '{"managedFields":[{"time":"2026-01-02T03:04:05Z"},"]'],
  ['there is none', '{"metadata":{}}'],
])('returns undefined when %s', (_, json) => {
  expect(withoutManagedFields(json)).toBeUndefined();
});

it.each(['[]', '[{}]', '[{"time":null}]', '[{"time":""}]'])('returns no time when managedFields are %s', (list) => {
  expect(writeTimeIn(list)).toBeUndefined();
});
