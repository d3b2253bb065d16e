import { failure } from '../../graphql/errors.ts';
import { anyObject } from '../../kubernetes/decoder.ts';
import type { Patch } from '../../kubernetes/verbs.ts';
import { PLACEHOLDER } from './secret-patterns.ts';

/** JSON pointers to fields that are never masked. Any other field may be masked in this version or a later one. */
const UNMASKED_POINTERS = [
  /^\/(?:apiVersion|kind)$/u,
  /^\/metadata\/(?:name|namespace|uid|resourceVersion|generation|labels|finalizers|ownerReferences)(?:\/|$)/u,
  /^\/spec\/(?:displayName|owner|templateRef|runnerRef|access|presetRef|environmentRef)(?:\/|$)/u,
  /^\/status\/(?:phase|lastWorkspaceStatus|ignoreReconciliation)$/u,
];

/**
 * Asserts that a JSON patch neither copies or moves a masked value to an unmasked field nor tests one, which would allow
 * guessing it.
 * @throws {GraphQLError} BAD_REQUEST with the index of the operation
 */
export function assertReadsNothingMasked({ type, body }: Patch): void {
  if (type !== 'JSON') return;
  for (const [index, operation] of operationsIn(body).entries()) {
    const pointer = pointerReadBy(operation);
    if (pointer === undefined || UNMASKED_POINTERS.some((pattern) => pattern.test(pointer))) continue;
    throw failure(
      'BAD_REQUEST',
      `input.patch[${index}] must not ${String(operation['op'])} ${JSON.stringify(pointer)}, which may contain masked values. ` +
        'Use `add` or `replace` with the value itself.',
      { field: `input.patch[${index}]` },
    );
  }
}

/** Returns the parts that a patch adds to an instance, each as a manifest. */
export function manifestsIn({ type, body }: Patch): readonly unknown[] {
  if (type !== 'JSON') return [body];
  return operationsIn(body).map(({ path, value }) => manifestWith(typeof path === 'string' ? path : '', value));
}

type Operation = Readonly<Record<string, unknown>>;

function operationsIn(body: unknown): readonly Operation[] {
  return Array.isArray(body) ? body.filter(anyObject.is) : [];
}

function pointerReadBy({ op, from, path }: Operation): string | undefined {
  switch (op) {
    case 'copy':
    case 'move':
      return String(from);
    case 'test':
      return String(path);
    default:
      return undefined;
  }
}

function manifestWith(pointer: string, value: unknown): unknown {
  const [, ...names] = pointer.split('/').map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
  return names.reduceRight((part, name) => ({ [name]: part }), value);
}

/**
 * Asserts that a manifest contains no placeholder of a masked value, which would overwrite the stored value.
 * @throws {GraphQLError} BAD_REQUEST with the path of the first placeholder
 */
export function assertNoPlaceholders(manifest: unknown): void {
  const [path] = placeholdersIn(manifest, []);
  if (!path) return;
  const field = path.join('.');
  throw failure(
    'BAD_REQUEST',
    `${field} is ${JSON.stringify(PLACEHOLDER)}, the placeholder of a masked value, and would overwrite it. ` +
      'Specify the value itself, or use a patch without this field.',
    { field },
  );
}

type Path = readonly string[];

function placeholdersIn(value: unknown, path: Path): readonly Path[] {
  if (typeof value === 'string') return isPlaceholder(value, path.at(-1)) ? [path] : [];
  const fields = Array.isArray(value) || anyObject.is(value) ? Object.entries(value) : [];
  return fields.flatMap(([name, field]) => placeholdersIn(field, [...path, name]));
}

/** A placeholder as a whole text, or after a separator as {@link maskText} writes it. */
const MASKED = /(?<![^\s"'=:/>])\*\*\*(?![\w*])/u;

function isPlaceholder(text: string, name: string | undefined): boolean {
  // Emphasized Markdown in a description, such as ***now***, is not a masked value.
  return name === 'parameters' ? text.includes(PLACEHOLDER) : MASKED.test(text);
}
