import type { PodMetadata } from '../workspace.ts';
import { invalid, type FieldError } from './field-error.ts';

const NAME = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/u;
const PREFIX = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/u;
const SHAPE = `alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character`;

/** What Kubernetes has against the labels and annotations under `path`. */
export function validatePodMetadata(path: string, { labels = {}, annotations = {} }: PodMetadata = {}): FieldError[] {
  return [
    ...Object.entries(labels).flatMap(([key, value]) => validateLabel(`${path}.labels`, key, value)),
    ...Object.keys(annotations).flatMap((key) => wrongs(`${path}.annotations`, key, keyProblem(key.toLowerCase()))),
  ];
}

/** What is wrong with a label's key; undefined if nothing. */
export function keyProblem(key: string): string | undefined {
  const parts = key.split('/');
  const name = parts.at(-1) ?? '';
  if (parts.length > 2)
    return `a qualified name must consist of ${SHAPE}, with an optional DNS subdomain prefix and '/'`;
  if (parts.length === 2 && !PREFIX.test(parts[0] ?? '')) return 'prefix part must be a lowercase RFC 1123 subdomain';
  if (name === '') return 'name part must be non-empty';
  if (name.length > 63) return 'name part must be no more than 63 characters';
  return NAME.test(name) ? undefined : `name part must consist of ${SHAPE}`;
}

/** What is wrong with a label's value; undefined if nothing. */
export function valueProblem(value: string): string | undefined {
  if (value.length > 63) return 'must be no more than 63 characters';
  return value === '' || NAME.test(value) ? undefined : `a valid label must be an empty string or consist of ${SHAPE}`;
}

function validateLabel(field: string, key: string, value: string): FieldError[] {
  return [...wrongs(field, key, keyProblem(key)), ...wrongs(field, value, valueProblem(value))];
}

function wrongs(field: string, value: string, problem: string | undefined): FieldError[] {
  return problem === undefined ? [] : [invalid(field, value, problem)];
}
