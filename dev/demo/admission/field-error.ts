/** Why a field was refused, as the causes of a Status tell it. */
export interface FieldError {
  readonly reason: 'FieldValueInvalid' | 'FieldValueRequired' | 'FieldValueForbidden';
  readonly field: string;
  readonly message: string;
}

export function invalid(field: string, value: unknown, why: string): FieldError {
  return { reason: 'FieldValueInvalid', field, message: `Invalid value: ${JSON.stringify(value)}: ${why}` };
}

/** A rule on an object as a whole, as CEL tells of it: without the value. */
export function invalidObject(field: string, why: string): FieldError {
  return invalid(field, 'object', why);
}

export function required(field: string, why: string): FieldError {
  return { reason: 'FieldValueRequired', field, message: `Required value: ${why}` };
}

export function forbidden(field: string, why: string): FieldError {
  return { reason: 'FieldValueForbidden', field, message: `Forbidden: ${why}` };
}
