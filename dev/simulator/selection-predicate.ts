import { parseLabelSelector } from '../../src/kubernetes/label-selector.ts';
import type { ApiObject } from './api-object.ts';
import type { ServedResource } from './served-resource.ts';
import { badRequestError } from './status.ts';

/** Returns whether a list or watch includes the object. */
export type SelectionPredicate = (object: ApiObject) => boolean;

interface SelectionOptions {
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly query: URLSearchParams;
}

/**
 * Parses namespace, name, label selector and field selector of a list, watch or deletecollection.
 * @throws {ApiStatusError} 400 for a malformed selector or an unsupported field
 */
export function parseSelectionPredicate(resource: ServedResource, options: SelectionOptions): SelectionPredicate {
  const labels = options.query.get('labelSelector') ?? '';
  const fields = options.query.get('fieldSelector') ?? '';
  const conditions: SelectionPredicate[] = [];
  const { namespace, name } = options;
  if (namespace !== undefined) conditions.push((object) => object.metadata.namespace === namespace);
  if (name !== undefined) conditions.push((object) => object.metadata.name === name);
  if (labels !== '') conditions.push(readLabels(labels));
  if (fields !== '') conditions.push(...fields.split(',').map((field) => readField(field.trim(), resource)));
  return (object) => conditions.every((condition) => condition(object));
}

function readLabels(text: string): SelectionPredicate {
  try {
    const matches = parseLabelSelector(text);
    return (object) => matches(object.metadata.labels);
  } catch (error) {
    if (error instanceof SyntaxError) throw badRequestError(`unable to parse requirement: ${error.message}`);
    throw error;
  }
}

function readField(text: string, resource: ServedResource): SelectionPredicate {
  const [, field = '', operator, value = ''] = /^([^=!]+)(==|=|!=)(.*)$/u.exec(text) ?? [];
  if (operator === undefined) throw badRequestError(`invalid selector: '${text}'; can't understand '${text}'`);
  const read = fieldReader(field, resource);
  return operator === '!=' ? (object) => read(object) !== value : (object) => read(object) === value;
}

function fieldReader(field: string, resource: ServedResource): (object: ApiObject) => string {
  if (field === 'metadata.name') return ({ metadata }) => metadata.name;
  if (field === 'metadata.namespace') return ({ metadata }) => metadata.namespace ?? '';
  const own = resource.selectableFields[field];
  if (own) return own;
  const hasFieldsOfItsOwn = Object.keys(resource.selectableFields).length > 0;
  if (resource.custom || hasFieldsOfItsOwn) throw badRequestError(`field label not supported: ${field}`);
  throw badRequestError(`"${field}" is not a known field selector: only "metadata.name", "metadata.namespace"`);
}
