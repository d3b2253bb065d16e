import { invalidValue, requiredValue } from '../../mutations/invalid-input.ts';
import type { StatusCause } from '../../kubernetes/status-error.ts';

const LONGEST_NAME = 63;
const LABEL = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/u;
const PREFIX = /^[a-z0-9][-a-z0-9]*$/u;

interface Naming {
  readonly name?: string | null | undefined;
  readonly generateName?: string | null | undefined;
}

/**
 * What speaks against the name of a new workspace. Kubernetes itself would take 253 characters and dots; but the name
 * becomes the value of a label, and the name of a Service.
 */
export function nameCauses({ name, generateName }: Naming): StatusCause[] {
  if (!name && !generateName) return [requiredValue('input.name', 'name or generateName must be given')];
  if (name && generateName)
    return [invalidValue('input.generateName', 'only one of name and generateName may be given')];
  if (generateName) return problem('input.generateName', generateName, PREFIX);
  return problem('input.name', name ?? '', LABEL);
}

function problem(field: string, text: string, form: RegExp): StatusCause[] {
  if (text.length > LONGEST_NAME) {
    const why = `must be no more than ${LONGEST_NAME} characters, as it becomes the value of a label; got ${text.length}`;
    return [invalidValue(field, why)];
  }
  if (text.includes('.')) return [invalidValue(field, 'must not contain dots, as it becomes the name of a Service')];
  if (form.test(text)) return [];
  const why = 'must consist of lower case letters, digits and "-", and begin and end with a letter or digit';
  return [invalidValue(field, `${why}; got ${JSON.stringify(text)}`)];
}
