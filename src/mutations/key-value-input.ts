import type { StatusCause } from '../kubernetes/status-error.ts';
import { builder } from '../graphql/builder.ts';
import type { KeyValue } from '../graphql/object-meta.ts';
import { duplicateValue } from './invalid-input.ts';

export const KeyValueInput = builder.inputType('KeyValueInput', {
  description: 'One entry of a map, such as a label.',
  fields: (t) => ({
    key: t.string({ required: true, description: 'The key, unique in its map.' }),
    value: t.string({ required: true, description: 'The value, possibly empty.' }),
  }),
});

type Entries = readonly KeyValue[] | null | undefined;

/** The entries as the map that they stand for. */
export function mapOf(entries: Entries): Readonly<Record<string, string>> {
  return Object.fromEntries((entries ?? []).map(({ key, value }) => [key, value]));
}

/** A key that stands twice would lose its first value. */
export function duplicateKeys(field: string, entries: Entries): StatusCause[] {
  const known = new Set<string>();
  return (entries ?? []).flatMap(({ key }, index) => {
    const again = known.has(key);
    known.add(key);
    return again ? [duplicateValue(`${field}[${index}].key`, `the key ${JSON.stringify(key)} stands twice`)] : [];
  });
}
