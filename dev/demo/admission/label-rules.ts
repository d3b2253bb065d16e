import type { LabelRequirement, LabelSelector } from '../workspace-kind.ts';
import type { PodMetadata } from '../workspace.ts';
import { annotationSizeCauses } from '../../simulator/metadata-validation.ts';
import { forbiddenValue, invalidValue, requiredValue } from '../../simulator/causes.ts';
import type { Cause } from '../../simulator/status.ts';

const NAME = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/u;
const PREFIX = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/u;
const SHAPE = `alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character`;

/** Returns the errors of the labels and annotations at `path`. */
export function validatePodMetadata(path: string, { labels = {}, annotations = {} }: PodMetadata = {}): Cause[] {
  return [
    ...Object.entries(labels).flatMap(([key, value]) => validateLabel(`${path}.labels`, key, value)),
    ...Object.keys(annotations).flatMap((key) => invalidIf(`${path}.annotations`, key, keyProblem(key.toLowerCase()))),
    ...annotationSizeCauses(`${path}.annotations`, annotations),
  ];
}

/** Returns why a label key is invalid, or undefined if it is valid. */
function keyProblem(key: string): string | undefined {
  const parts = key.split('/');
  const name = parts.at(-1) ?? '';
  if (parts.length > 2)
    return `a qualified name must consist of ${SHAPE}, with an optional DNS subdomain prefix and '/'`;
  if (parts.length === 2 && !PREFIX.test(parts[0] ?? '')) return 'prefix part must be a lowercase RFC 1123 subdomain';
  if (name === '') return 'name part must be non-empty';
  if (name.length > 63) return 'name part must be no more than 63 characters';
  return NAME.test(name) ? undefined : `name part must consist of ${SHAPE}`;
}

/** Returns why a label value is invalid, or undefined if it is valid. */
function valueProblem(value: string): string | undefined {
  if (value.length > 63) return 'must be no more than 63 characters';
  return value === '' || NAME.test(value) ? undefined : `a valid label must be an empty string or consist of ${SHAPE}`;
}

function validateLabel(field: string, key: string, value: string): Cause[] {
  return [...invalidIf(field, key, keyProblem(key)), ...invalidIf(field, value, valueProblem(value))];
}

/** Returns the errors of the label selector at `path`. */
export function validateLabelSelector(
  path: string,
  { matchLabels = {}, matchExpressions = [] }: LabelSelector,
): Cause[] {
  const labels = Object.entries(matchLabels).flatMap(([key, value]) => [
    ...invalidIf(`${path}.matchLabels`, key, keyProblem(key)),
    ...invalidIf(`${path}.matchLabels`, value, valueProblem(value)),
  ]);
  return [
    ...labels,
    ...matchExpressions.flatMap((rule, i) => validateRequirement(`${path}.matchExpressions[${i}]`, rule)),
  ];
}

function validateRequirement(path: string, { key, operator, values = [] }: LabelRequirement): Cause[] {
  return [...validateOperator(path, operator, values), ...invalidIf(`${path}.key`, key, keyProblem(key))];
}

function validateOperator(path: string, operator: string, values: readonly string[]): Cause[] {
  switch (operator) {
    case 'In':
    case 'NotIn':
      if (values.length > 0)
        return values.flatMap((value, i) => invalidIf(`${path}.values[${i}]`, value, valueProblem(value)));
      return [requiredValue(`${path}.values`, `must be specified when 'operator' is 'In' or 'NotIn'`)];
    case 'Exists':
    case 'DoesNotExist':
      if (values.length === 0) return [];
      return [forbiddenValue(`${path}.values`, `may not be specified when 'operator' is 'Exists' or 'DoesNotExist'`)];
    default:
      return [invalidValue(`${path}.operator`, operator, 'not a valid selector operator')];
  }
}

function invalidIf(field: string, value: string, why: string | undefined): Cause[] {
  return why === undefined ? [] : [invalidValue(field, value, why)];
}
