import { RBAC_GROUP } from './access/rbac-objects.ts';
import { invalidValue, requiredValue, tooLongValue } from './causes.ts';
import { type JsonObject, objectAt, stringAt, stringsAt } from './json.ts';
import type { ServedResource } from './served-resource.ts';
import type { ServerVersion } from './server-version.ts';
import type { Cause } from './status.ts';

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/u;
const DNS_LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/u;
const QUALIFIED_NAME = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/u;

const SUBDOMAIN_RULE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end " +
  "with an alphanumeric character (e.g. 'example.com', regex used for validation is " +
  String.raw`'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`;
const LABEL_RULE =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an " +
  "alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const QUALIFIED_NAME_RULE =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric " +
  "character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is " +
  "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const VALUE_RULE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end " +
  "with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is " +
  "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

/** Validates name, generateName, labels, annotations and finalizers of an object. */
export function validateMetadata(
  object: JsonObject,
  resource: ServedResource,
  server: ServerVersion,
): readonly Cause[] {
  const { metadata } = object;
  return [
    ...validateGenerateName(stringAt(metadata, 'generateName') ?? '', resource),
    ...validateName(stringAt(metadata, 'name') ?? '', resource),
    ...Object.entries(objectAt(metadata, 'labels')).flatMap(([key, value]) =>
      validateLabel(key, String(value), server),
    ),
    ...Object.keys(objectAt(metadata, 'annotations')).flatMap((key) =>
      validateKey('metadata.annotations', key, server),
    ),
    ...annotationSizeCauses('metadata.annotations', objectAt(metadata, 'annotations')),
    ...validateFinalizers(stringsAt(metadata, 'finalizers'), resource, server),
  ];
}

/** Limit of all keys and values of the annotations of an object, in bytes. */
const MAX_ANNOTATION_BYTES = 256 * 1024;

/** Returns a cause if the annotations at a path are too large together. */
export function annotationSizeCauses(field: string, annotations: object): readonly Cause[] {
  const bytes = Object.entries(annotations).reduce(
    (sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(String(value)),
    0,
  );
  return bytes <= MAX_ANNOTATION_BYTES ? [] : [tooLongValue(field, MAX_ANNOTATION_BYTES)];
}

/** A trailing dash is valid: a suffix is appended. */
function validateGenerateName(prefix: string, resource: ServedResource): readonly Cause[] {
  if (prefix === '') return [];
  const masked = prefix.length > 1 && prefix.endsWith('-') ? `${prefix.slice(0, -2)}a` : prefix;
  return nameRules(masked, resource).map((rule) => invalidValue('metadata.generateName', prefix, rule));
}

function validateName(name: string, resource: ServedResource): readonly Cause[] {
  const field = 'metadata.name';
  if (name === '') return [requiredValue(field, 'name or generateName is required')];
  return nameRules(name, resource).map((rule) => invalidValue(field, name, rule));
}

/** Returns the messages of the rules that a name breaks. */
function nameRules(name: string, { kind, group }: ServedResource): readonly string[] {
  if (group === RBAC_GROUP) return pathSegmentProblems(name); // Names of RBAC objects need not be DNS names.
  const isLabel = kind === 'Namespace' || kind === 'Service';
  const most = isLabel ? 63 : 253;
  const rule = isLabel ? LABEL_RULE : SUBDOMAIN_RULE;
  return [
    ...(name.length > most ? [`must be no more than ${most} characters`] : []),
    ...((isLabel ? DNS_LABEL : SUBDOMAIN).test(name) ? [] : [rule]),
  ];
}

const STANDARD_FINALIZERS = new Set(['kubernetes', 'orphan', 'foregroundDeletion']);

/** Built-in kinds also refuse finalizers without a domain, except the standard ones. */
function validateFinalizers(
  finalizers: readonly string[],
  { custom }: ServedResource,
  server: ServerVersion,
): readonly Cause[] {
  const rule = 'name is neither a standard finalizer name nor is it fully qualified';
  return [
    ...finalizers.flatMap((finalizer) => validateKey('metadata.finalizers', finalizer, server)),
    ...finalizers.flatMap((finalizer, index) => {
      if (custom || finalizer.includes('/') || STANDARD_FINALIZERS.has(finalizer)) return [];
      return [invalidValue(`metadata.finalizers[${index}]`, finalizer, rule)];
    }),
  ];
}

function validateLabel(key: string, value: string, server: ServerVersion): readonly Cause[] {
  const field = 'metadata.labels';
  const causes = [...validateKey(field, key, server)];
  if (Buffer.byteLength(value) > 63) causes.push(invalidValue(field, value, tooLong(63, server)));
  if (value !== '' && !QUALIFIED_NAME.test(value)) causes.push(invalidValue(field, value, VALUE_RULE));
  return causes;
}

/** Keys of labels and annotations: a name, or a DNS subdomain, a slash and a name. */
function validateKey(field: string, key: string, server: ServerVersion): readonly Cause[] {
  const parts = key.split('/');
  if (parts.length > 2) {
    const term = server.declarativeValidation ? 'a valid label key' : 'a qualified name';
    const rule = `${term} ${QUALIFIED_NAME_RULE} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`;
    return [invalidValue(field, key, rule)];
  }
  const name = parts.at(-1) ?? '';
  const broken = [
    ...(parts.length === 2 ? prefixRules(parts[0] ?? '', server) : []),
    ...(name === '' ? ['name part must be non-empty'] : []),
    ...(Buffer.byteLength(name) > 63 ? [`name part ${tooLong(63, server)}`] : []),
    ...(QUALIFIED_NAME.test(name) ? [] : [`name part ${QUALIFIED_NAME_RULE}`]),
  ];
  return broken.map((rule) => invalidValue(field, key, rule));
}

/** Returns the messages of the rules that the prefix of a key breaks. */
function prefixRules(prefix: string, server: ServerVersion): readonly string[] {
  if (prefix === '') return ['prefix part must be non-empty'];
  return [
    ...(Buffer.byteLength(prefix) > 253 ? [`prefix part ${tooLong(253, server)}`] : []),
    ...(SUBDOMAIN.test(prefix) ? [] : [`prefix part ${SUBDOMAIN_RULE}`]),
  ];
}

function tooLong(most: number, { declarativeValidation }: ServerVersion): string {
  return `must be no more than ${most} ${declarativeValidation ? 'bytes' : 'characters'}`;
}

/** Returns what `IsValidPathSegmentName` of k8s.io/apimachinery finds wrong with a name. */
export function pathSegmentProblems(name: string): readonly string[] {
  if (name === '.' || name === '..') return [`may not be '${name}'`];
  return ['/', '%']
    .filter((character) => name.includes(character))
    .map((character) => `may not contain '${character}'`);
}
