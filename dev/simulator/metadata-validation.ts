import { RBAC_GROUP } from './access/rbac-objects.ts';
import { objectAt, textAt, type JsonObject } from './json.ts';
import { pathSegmentProblems } from './path-segment.ts';
import type { ServedResource } from './served-resource.ts';
import { invalidValue } from './schema-validation.ts';
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
const KEY_RULE =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric " +
  "character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is " +
  "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const VALUE_RULE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end " +
  "with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is " +
  "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

/** What is wrong with an object's name, labels and annotations. */
export function validateMetadata(object: JsonObject, resource: ServedResource): readonly Cause[] {
  const { metadata } = object;
  return [
    ...validateName(textAt(metadata, 'name') ?? '', resource),
    ...Object.entries(objectAt(metadata, 'labels')).flatMap(([key, value]) => validateLabel(key, String(value))),
    ...Object.keys(objectAt(metadata, 'annotations')).flatMap((key) => validateKey('metadata.annotations', key)),
  ];
}

function validateName(name: string, { kind, group }: ServedResource): readonly Cause[] {
  const field = 'metadata.name';
  if (name === '')
    return [{ reason: 'FieldValueRequired', field, message: 'Required value: name or generateName is required' }];
  if (group === RBAC_GROUP) return validatePathSegment(field, name);
  const isLabel = kind === 'Namespace' || kind === 'Service';
  const most = isLabel ? 63 : 253;
  if (name.length > most) return [invalidValue(field, name, `must be no more than ${most} characters`)];
  if ((isLabel ? DNS_LABEL : SUBDOMAIN).test(name)) return [];
  return [invalidValue(field, name, isLabel ? LABEL_RULE : SUBDOMAIN_RULE)];
}

/** Roles and bindings may be called anything that can stand in a URL. */
function validatePathSegment(field: string, name: string): readonly Cause[] {
  return pathSegmentProblems(name).map((problem) => invalidValue(field, name, problem));
}

function validateLabel(key: string, value: string): readonly Cause[] {
  const field = 'metadata.labels';
  const causes = [...validateKey(field, key)];
  if (value.length > 63) causes.push(invalidValue(field, value, 'must be no more than 63 characters'));
  if (value !== '' && !QUALIFIED_NAME.test(value)) causes.push(invalidValue(field, value, VALUE_RULE));
  return causes;
}

function validateKey(field: string, key: string): readonly Cause[] {
  const [prefix, name] = key.includes('/') ? key.split(/\/(.*)/su) : [undefined, key];
  const causes: Cause[] = [];
  if (prefix !== undefined && !SUBDOMAIN.test(prefix))
    causes.push(invalidValue(field, key, `prefix part ${SUBDOMAIN_RULE}`));
  if (name === undefined || !QUALIFIED_NAME.test(name)) causes.push(invalidValue(field, key, KEY_RULE));
  else if (name.length > 63) causes.push(invalidValue(field, key, 'name part must be no more than 63 characters'));
  return causes;
}
