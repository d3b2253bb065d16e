import { currentTimestamp } from './api-object.ts';
import { invalidValue } from './causes.ts';
import { age, PRINTER_COLUMNS, parseJsonPath } from './printer-columns.ts';
import { isJsonObject, type JsonObject, listAt, memberAt, objectAt, stringAt, stringsAt } from './json.ts';
import { parseSchema } from './schema.ts';
import { type Column, type ServedResource, VERBS } from './served-resource.ts';
import type { Cause } from './status.ts';

/** Resource of the CustomResourceDefinitions. */
export const CUSTOM_RESOURCE_DEFINITION: ServedResource = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  plural: 'customresourcedefinitions',
  singular: 'customresourcedefinition',
  kind: 'CustomResourceDefinition',
  listKind: 'CustomResourceDefinitionList',
  namespaced: false,
  shortNames: ['crd', 'crds'],
  categories: ['api-extensions'],
  verbs: VERBS,
  custom: false,
  hasStatus: true,
  hasGeneration: true,
  storageApiVersion: 'apiextensions.k8s.io/v1',
  columns: PRINTER_COLUMNS['CustomResourceDefinition'] ?? [],
  selectableFields: {},
  prepare: prepareDefinition,
  validate: validateDefinition,
};

/** Returns one resource for each served version of a definition; all of them share the stored objects. */
export function servedResourcesOf(definition: JsonObject): readonly ServedResource[] {
  const spec = objectAt(definition, 'spec');
  const versions = listAt(spec, 'versions').filter(isJsonObject);
  const stored = versions.find((version) => version['storage'] === true) ?? versions[0];
  const storageApiVersion = `${stringAt(spec, 'group') ?? ''}/${stringAt(stored, 'name') ?? ''}`;
  return versions
    .filter((version) => version['served'] === true)
    .map((version) => ({ ...namesOf(spec), ...servedVersion(version), storageApiVersion }));
}

function namesOf(spec: JsonObject) {
  const names = objectAt(spec, 'names');
  const kind = stringAt(names, 'kind') ?? '';
  return {
    group: stringAt(spec, 'group') ?? '',
    plural: stringAt(names, 'plural') ?? '',
    singular: stringAt(names, 'singular') ?? kind.toLowerCase(),
    kind,
    listKind: stringAt(names, 'listKind') ?? `${kind}List`,
    namespaced: spec['scope'] === 'Namespaced',
    shortNames: stringsAt(names, 'shortNames'),
    categories: stringsAt(names, 'categories'),
    verbs: VERBS,
    custom: true,
    hasGeneration: true,
  };
}

function servedVersion(version: JsonObject) {
  const schema = objectAt(objectAt(version, 'schema'), 'openAPIV3Schema');
  const columns = listAt(version, 'additionalPrinterColumns').filter(isJsonObject);
  const paths = listAt(version, 'selectableFields').map((field) => stringAt(field, 'jsonPath') ?? '');
  return {
    version: stringAt(version, 'name') ?? '',
    hasStatus: isJsonObject(objectAt(version, 'subresources')['status']),
    schema: parseSchema(schema),
    openApiSchema: schema,
    columns: columns.length > 0 ? columns.map(readColumn) : [age()],
    selectableFields: Object.fromEntries(paths.map((path) => [path.replace(/^\./u, ''), firstText(path)])),
  };
}

function readColumn(column: JsonObject): Column {
  const jsonPath = stringAt(column, 'jsonPath') ?? '';
  const find = parseJsonPath(jsonPath);
  return {
    name: stringAt(column, 'name') ?? '',
    type: columnType(stringAt(column, 'type')),
    format: stringAt(column, 'format'),
    description:
      stringAt(column, 'description') ?? `Custom resource definition column (in JSONPath format): ${jsonPath}`,
    priority: Number(column['priority'] ?? 0),
    cell: (object) => find(object)[0],
  };
}

function columnType(type = ''): Column['type'] {
  switch (type) {
    case 'integer':
    case 'number':
    case 'boolean':
    case 'date':
      return type;
    default:
      return 'string';
  }
}

function firstText(path: string): (object: JsonObject) => string {
  const find = parseJsonPath(path);
  return (object) => {
    const [value] = find(object);
    return typeof value === 'string' ? value : JSON.stringify(value ?? '');
  };
}

/** Sets the default names, and the status that the controllers of a real cluster set a moment later. */
function prepareDefinition(definition: JsonObject): JsonObject {
  const spec = objectAt(definition, 'spec');
  const given = objectAt(spec, 'names');
  const kind = stringAt(given, 'kind') ?? '';
  const names = {
    ...given,
    singular: given['singular'] ?? kind.toLowerCase(),
    listKind: given['listKind'] ?? `${kind}List`,
  };
  const stored = listAt(spec, 'versions').find((version) => memberAt(version, 'storage') === true);
  const before = objectAt(definition, 'status');
  const conditions = listAt(before, 'conditions').length > 0 ? before['conditions'] : acceptedConditions();
  const storedVersions = [...new Set([...stringsAt(before, 'storedVersions'), stringAt(stored, 'name') ?? ''])];
  return {
    ...definition,
    spec: { conversion: { strategy: 'None' }, ...spec, names },
    status: { ...before, acceptedNames: names, conditions, storedVersions },
  };
}

function acceptedConditions(): readonly JsonObject[] {
  const lastTransitionTime = currentTimestamp();
  const names = { reason: 'NoConflicts', message: 'no conflicts found' };
  const established = { reason: 'InitialNamesAccepted', message: 'the initial names have been accepted' };
  return [
    { type: 'NamesAccepted', status: 'True', lastTransitionTime, ...names },
    { type: 'Established', status: 'True', lastTransitionTime, ...established },
  ];
}

function validateDefinition(definition: JsonObject): readonly Cause[] {
  const spec = objectAt(definition, 'spec');
  const expected = `${stringAt(objectAt(spec, 'names'), 'plural') ?? ''}.${stringAt(spec, 'group') ?? ''}`;
  const name = stringAt(definition['metadata'], 'name') ?? '';
  const causes: Cause[] = [];
  if (name !== expected) causes.push(invalidValue('metadata.name', name, 'must be spec.names.plural+"."+spec.group'));
  const storing = listAt(spec, 'versions').filter((version) => memberAt(version, 'storage') === true);
  if (storing.length !== 1) {
    const why = 'must have exactly one version marked as storage version';
    causes.push(invalidValue('spec.versions', spec['versions'] ?? null, why));
  }
  return causes;
}
