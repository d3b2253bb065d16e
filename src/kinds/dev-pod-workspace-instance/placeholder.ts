import { failure } from '../../graphql/errors.ts';
import { anyObject } from '../../kubernetes/form.ts';

/** Stands where a secret is. */
export const PLACEHOLDER = '***';

/** Told of each text that is hidden. */
export type OnSecret = (secret: string) => void;

/** Nothing where there is nothing; else the placeholder, whatever it is. */
export function hidden(value: unknown, onSecret: OnSecret): unknown {
  if (value === null || value === undefined || value === '' || value === PLACEHOLDER) return value;
  for (const text of textsIn(value)) onSecret(text);
  return PLACEHOLDER;
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'number') return [String(value)];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/**
 * Lets no placeholder be written where there is a secret: a manifest that was read from the gateway does not hold them.
 * @throws {GraphQLError} BAD_REQUEST naming the first field
 */
export function assertNoPlaceholders(manifest: unknown): void {
  const [path] = placeholdersIn(manifest, []);
  if (!path) return;
  const field = path.join('.');
  throw failure(
    'BAD_REQUEST',
    `${field} is ${JSON.stringify(PLACEHOLDER)}, which stands for a value that the gateway does not show: writing it ` +
      'would overwrite that value. Give the value itself, or use a patch that leaves the field out.',
    { field },
  );
}

type Path = readonly string[];

function placeholdersIn(value: unknown, path: Path): readonly Path[] {
  if (typeof value === 'string') return isPlaceholder(value, path.at(-1)) ? [path] : [];
  const fields = Array.isArray(value) || anyObject.is(value) ? Object.entries(value) : [];
  return fields.flatMap(([name, field]) => placeholdersIn(field, [...path, name]));
}

function isPlaceholder(text: string, name: string | undefined): boolean {
  if (text === PLACEHOLDER || text.includes(`://${PLACEHOLDER}@`)) return true;
  return name === 'parameters' && text.includes(PLACEHOLDER);
}
