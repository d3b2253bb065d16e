/** An entry of `details.causes` of a Status. */
export interface FieldError {
  readonly reason: 'FieldValueInvalid' | 'FieldValueRequired' | 'FieldValueForbidden' | 'FieldValueTooLong';
  readonly field: string;
  readonly message: string;
}

export function invalid(field: string, value: unknown, why: string): FieldError {
  return { reason: 'FieldValueInvalid', field, message: `Invalid value: ${JSON.stringify(value)}: ${why}` };
}

/** An error about an object as a whole. Like an error of a CEL rule, it omits the value. */
export function invalidObject(field: string, why: string): FieldError {
  return invalid(field, 'object', why);
}

export function required(field: string, why: string): FieldError {
  return { reason: 'FieldValueRequired', field, message: `Required value: ${why}` };
}

export function forbidden(field: string, why: string): FieldError {
  return { reason: 'FieldValueForbidden', field, message: `Forbidden: ${why}` };
}

export function tooLong(field: string, message: string): FieldError {
  return { reason: 'FieldValueTooLong', field, message };
}
