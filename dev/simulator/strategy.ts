import { invalidValue } from './causes.ts';
import { isJsonObject, type JsonObject, objectAt } from './json.ts';
import { prune, applyDefaults } from './schema-fields.ts';
import { type BrokenRules, evaluateRules } from './schema-rules.ts';
import { validateValue, validateEmbedded, validateLists } from './schema-validation.ts';
import type { StructuralSchema } from './schema.ts';
import { validateMetadata } from './metadata-validation.ts';
import type { ServedResource } from './served-resource.ts';
import type { ServerVersion } from './server-version.ts';
import { badRequestError, type Cause, invalidError, ApiStatusError } from './status.ts';
import type { ParsedWriteOptions } from './request-options.ts';

/** Object that is pruned and defaulted, with the warnings of field validation. */
interface PreparedObject {
  readonly object: JsonObject;
  readonly warnings: readonly string[];
}

interface FieldValidation {
  readonly mode: ParsedWriteOptions['fieldValidation'];
  /** Duplicate fields in the request body. */
  readonly problems: readonly string[];
  readonly isPatch: boolean;
}

const LENIENT: FieldValidation = { mode: 'Ignore', problems: [], isPatch: false };

/**
 * Prunes and defaults the object of a write.
 * @throws {ApiStatusError} 400, or 422 for a patch, if validation is strict and finds unknown or duplicate fields
 */
export function prepareObject(
  manifest: JsonObject,
  resource: ServedResource,
  { mode, problems, isPatch }: FieldValidation = LENIENT,
): PreparedObject {
  const complete = resource.prepare ?? ((object: JsonObject) => object);
  const { schema } = resource;
  const { object, unknownFields } = schema ? prune(manifest, schema) : { object: manifest, unknownFields: [] };
  const unknown = unknownFields.toSorted().map((field) => `unknown field ${JSON.stringify(field)}`);
  const found = [...problems, ...unknown];
  if (mode === 'Strict' && found.length > 0)
    throw strictDecodingError(found, isPatch ? { patched: manifest } : resource);
  return { object: complete(schema ? applyDefaults(object, schema) : object), warnings: mode === 'Warn' ? found : [] };
}

/** For a patch, kube-apiserver reports the whole patched object as the invalid value of a field `patch`. */
function strictDecodingError(
  problems: readonly string[],
  about: ServedResource | { readonly patched: JsonObject },
): ApiStatusError {
  const isYaml = problems[0]?.startsWith('line ');
  const message = `strict decoding error: ${isYaml ? 'yaml: unmarshal errors:\n  ' : ''}${problems.join(', ')}`;
  if ('patched' in about)
    return invalidError({ group: '', kind: '', name: '' }, [
      invalidValue('patch', JSON.stringify(about.patched), message),
    ]);
  return badRequestError(
    `${about.kind} in version "${about.version}" cannot be handled as a ${about.kind}: ${message}`,
  );
}

/**
 * Refuses unknown fields in a server-side apply, whatever the field validation.
 * @throws {ApiStatusError} 500 that lists the fields
 */
export function assertDeclaredInSchema(object: JsonObject, { kind, schema }: ServedResource): void {
  const unknown = schema ? prune(object, schema).unknownFields.toSorted() : [];
  if (unknown.length === 0) return;
  const { namespace, name } = objectAt(object, 'metadata');
  const about = `${textOf(namespace)}/${textOf(name)}; ${textOf(object['apiVersion'])}, Kind=${kind}`;
  const errors = unknown.map((field) => `.${field}: field not declared in schema`);
  const listed = errors.length === 1 ? errors.join('') : `errors:\n  ${errors.join('\n  ')}`;
  const message = `failed to create typed patch object (${about}): ${listed}`;
  throw new ApiStatusError({ code: 500, reason: '', message });
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Write to validate: the new object and, for an update, the current one. */
interface WriteCheck {
  readonly object: JsonObject;
  readonly old?: JsonObject | undefined;
  readonly subresource?: string | undefined;
  /** Previous warnings of the write. */
  readonly warnings: readonly string[];
  readonly server: ServerVersion;
}

/**
 * Validates a write. Returns the previous warnings and those for rules that only unchanged values break.
 * @throws {ApiStatusError} 422 with all causes
 */
export function assertValid(check: WriteCheck, resource: ServedResource): readonly string[] {
  const { schema } = resource;
  const { object, old, server } = check;
  const causes = [...validateMetadata(object, resource, server), ...(resource.validate?.(object, old, server) ?? [])];
  const checked = schema ? checkSchema(check, schema, causes) : { causes, warnings: [] };
  const warnings = [...check.warnings, ...checked.warnings];
  if (checked.causes.length === 0) return warnings;
  const name = isJsonObject(object['metadata']) ? object['metadata']['name'] : '';
  const subject = { group: resource.group, kind: resource.kind, name: typeof name === 'string' ? name : '' };
  throw invalidError(subject, checked.causes, warnings);
}

/** Reasons of causes with which kube-apiserver does not evaluate rules. */
const BLOCKING: ReadonlySet<string> = new Set([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
]);

/** Field of causes for the whole object: kube-apiserver prints an absent path like this. */
const NO_FIELD = '<nil>';

const RULES_SKIPPED: Cause = {
  reason: 'FieldValueInvalid',
  field: NO_FIELD,
  message:
    'Invalid value: null: some validation rules were not checked because the object was invalid; ' +
    'correct the existing errors to complete validation',
};

function checkSchema(check: WriteCheck, schema: StructuralSchema, before: readonly Cause[]): BrokenRules {
  const { object, old, subresource, server } = check;
  const lists = validateLists(object, schema);
  const causes = [
    ...before,
    ...checkContent(check, schema),
    ...(subresource === 'status' ? [] : validateEmbedded(object, { ...schema, embedded: false })),
    ...(lists.length > 0 && old && validateLists(old, schema).length > 0 ? [] : lists),
  ];
  if (!schema.hasRules) return { causes, warnings: [] };
  if (causes.some(({ reason }) => BLOCKING.has(reason))) return { causes: [...causes, RULES_SKIPPED], warnings: [] };
  const broken = evaluateRules(object, schema, { old, showsValues: server.showsRuleValues });
  return { causes: [...causes, ...broken.causes], warnings: broken.warnings };
}

/** The status subresource is validated as if status were the root: messages omit `status` in the path. */
function checkContent({ object, old, subresource, server }: WriteCheck, schema: StructuralSchema): readonly Cause[] {
  const { checksIntegerRange } = server;
  if (subresource !== 'status')
    return validateValue(object, schema, { path: '', old, checksIntegerRange }).map((cause) => ({
      ...cause,
      field: cause.field || NO_FIELD,
    }));
  const statusSchema = schema.properties.get('status');
  if (!statusSchema || object['status'] === undefined) return [];
  const causes = validateValue(object['status'], statusSchema, { path: '', old: old?.['status'], checksIntegerRange });
  return causes.map((cause) => ({ ...cause, field: cause.field ? `status.${cause.field}` : 'status' }));
}
