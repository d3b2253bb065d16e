import { StatusError, type StatusCause } from '../kubernetes/status-error.ts';

interface About {
  readonly kind: string;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
}

/** Refuses an input as the API server refuses an object: INVALID, each cause with its place in the input. */
export function assertNone(causes: readonly StatusCause[], about: About): void {
  if (causes.length === 0) return;
  const listed = causes.map(({ field, message }) => `${field}: ${message}`).join('; ');
  const which = about.name ? ` ${JSON.stringify(about.name)}` : '';
  throw new StatusError({
    code: 422,
    reason: 'Invalid',
    message: `${about.kind}${which} is invalid: ${listed}`,
    causes,
    ...about,
  });
}

export function invalidValue(field: string, message: string): StatusCause {
  return { reason: 'FieldValueInvalid', field, message };
}

export function requiredValue(field: string, message: string): StatusCause {
  return { reason: 'FieldValueRequired', field, message };
}

export function forbiddenValue(field: string, message: string): StatusCause {
  return { reason: 'FieldValueForbidden', field, message };
}

export function duplicateValue(field: string, message: string): StatusCause {
  return { reason: 'FieldValueDuplicate', field, message };
}
