import { failure } from '../../graphql/errors.ts';
import { anyObject } from '../../kubernetes/decoder.ts';
import type { Patch } from '../../kubernetes/verbs.ts';
import { PLACEHOLDER } from './masking.ts';

/** Where an instance holds nothing that is hidden. Anything else may hold something, in this version or the next. */
const OPEN_PLACES = [
  /^\/(?:apiVersion|kind)$/u,
  /^\/metadata\/(?:name|namespace|uid|resourceVersion|generation|labels|finalizers|ownerReferences)(?:\/|$)/u,
  /^\/metadata\/annotations\/(?!.*last-applied-configuration)./u,
  /^\/spec\/(?:displayName|description|owner|templateRef|runnerRef|access|presetRef|environmentRef)(?:\/|$)/u,
  /^\/status\/(?:phase|lastWorkspaceStatus|ignoreReconciliation)$/u,
];

/**
 * Lets no patch carry a secret to where it would be shown, nor find one out by guessing.
 * @throws {GraphQLError} BAD_REQUEST naming the operation
 */
export function assertReadsNothingMasked({ type, body }: Patch): void {
  if (type !== 'JSON') return;
  for (const [index, operation] of operationsIn(body).entries()) {
    const place = placeReadBy(operation);
    if (place === undefined || OPEN_PLACES.some((open) => open.test(place))) continue;
    throw failure(
      'BAD_REQUEST',
      `input.patch[${index}] would ${String(operation['op'])} what is at ${JSON.stringify(place)}, which can hold values that ` +
        'the gateway does not show. Give the value itself, with `add` or `replace`.',
      { field: `input.patch[${index}]` },
    );
  }
}

/** What a patch would add to an instance, each part as a manifest. */
export function manifestsIn({ type, body }: Patch): readonly unknown[] {
  if (type !== 'JSON') return [body];
  return operationsIn(body).map(({ path, value }) => manifestWith(typeof path === 'string' ? path : '', value));
}

type Operation = Readonly<Record<string, unknown>>;

function operationsIn(body: unknown): readonly Operation[] {
  return Array.isArray(body) ? body.filter(anyObject.is) : [];
}

function placeReadBy({ op, from, path }: Operation): string | undefined {
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
