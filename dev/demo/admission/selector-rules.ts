import type { LabelRequirement, LabelSelector } from '../workspace-kind.ts';
import { forbidden, invalid, required, type FieldError } from './field-error.ts';
import { keyProblem, valueProblem } from './pod-metadata-rules.ts';

/** What Kubernetes has against the label selector at `path`. */
export function validateLabelSelector(
  path: string,
  { matchLabels = {}, matchExpressions = [] }: LabelSelector,
): FieldError[] {
  const labels = Object.entries(matchLabels).flatMap(([key, value]) => [
    ...problem(`${path}.matchLabels`, key, keyProblem(key)),
    ...problem(`${path}.matchLabels`, value, valueProblem(value)),
  ]);
  return [
    ...labels,
    ...matchExpressions.flatMap((rule, i) => validateRequirement(`${path}.matchExpressions[${i}]`, rule)),
  ];
}

function validateRequirement(path: string, { key, operator, values = [] }: LabelRequirement): FieldError[] {
  return [...validateOperator(path, operator, values), ...problem(`${path}.key`, key, keyProblem(key))];
}

function validateOperator(path: string, operator: string, values: readonly string[]): FieldError[] {
  switch (operator) {
    case 'In':
    case 'NotIn':
      if (values.length > 0)
        return values.flatMap((value, i) => problem(`${path}.values[${i}]`, value, valueProblem(value)));
      return [required(`${path}.values`, `must be specified when 'operator' is 'In' or 'NotIn'`)];
    case 'Exists':
    case 'DoesNotExist':
      if (values.length === 0) return [];
      return [forbidden(`${path}.values`, `may not be specified when 'operator' is 'Exists' or 'DoesNotExist'`)];
    default:
      return [invalid(`${path}.operator`, operator, 'not a valid selector operator')];
  }
}

function problem(field: string, value: string, why: string | undefined): FieldError[] {
  return why === undefined ? [] : [invalid(field, value, why)];
}
