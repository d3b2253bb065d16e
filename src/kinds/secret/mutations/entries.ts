import { builder } from '../../../graphql/builder.ts';
import { duplicateValue, invalidValue } from '../../../mutations/invalid-input.ts';
import type { StatusCause } from '../../../kubernetes/status-error.ts';

export const SecretEntryInput = builder.inputType('SecretEntryInput', {
  description: 'One entry of a secret: a key, and a value as `text` or as `base64`.',
  fields: (t) => ({
    key: t.string({ required: true, description: 'Its key: letters, digits, "-", "_" and ".". The name of a file.' }),
    text: t.string({ description: 'The value, where it is text.' }),
    base64: t.string({ description: 'The value in base64, where it is anything else.' }),
  }),
});

export type SecretEntry = typeof SecretEntryInput.$inferInput;

/** As a manifest has them. */
export function encoded(entries: readonly SecretEntry[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    entries.map(({ key, text, base64 }) => [key, base64 ?? Buffer.from(text ?? '').toString('base64')]),
  );
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/u;

/** What is wrong with entries. Values are not quoted: they are secret. */
export function entryCauses(field: string, entries: readonly SecretEntry[]): StatusCause[] {
  const known = new Set<string>();
  return entries.flatMap(({ key, text, base64 }, index) => {
    const place = `${field}[${index}]`;
    const isAgain = known.has(key);
    known.add(key);
    const given = [text, base64].filter((value) => typeof value === 'string').length;
    return [
      ...(isAgain ? [duplicateValue(`${place}.key`, `the key ${JSON.stringify(key)} stands twice`)] : []),
      ...(given === 1 ? [] : [invalidValue(place, 'expected either text or base64')]),
      ...(typeof base64 === 'string' && !BASE64.test(base64)
        ? [invalidValue(`${place}.base64`, 'expected base64, with padding and without line breaks')]
        : []),
    ];
  });
}
