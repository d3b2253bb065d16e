import type { Cause } from './status.ts';

// Causes with the reasons and messages of `field.Error` of k8s.io/apimachinery.

export function invalidValue(field: string, value: unknown, why: string): Cause {
  return { reason: 'FieldValueInvalid', field, message: `Invalid value: ${JSON.stringify(value)}: ${why}` };
}

/** A cause about an object as a whole. Like that of a CEL rule, it has the type in place of the value. */
export function invalidObject(field: string, why: string): Cause {
  return invalidValue(field, 'object', why);
}

export function requiredValue(field: string, why?: string): Cause {
  const message = why === undefined ? 'Required value' : `Required value: ${why}`;
  return { reason: 'FieldValueRequired', field, message };
}

export function forbiddenValue(field: string, why: string): Cause {
  return { reason: 'FieldValueForbidden', field, message: `Forbidden: ${why}` };
}

export function unsupportedValue(field: string, value: unknown, supported: readonly string[]): Cause {
  const listed = supported.map((each) => JSON.stringify(each)).join(', ');
  const message = `Unsupported value: ${JSON.stringify(value)}: supported values: ${listed}`;
  return { reason: 'FieldValueNotSupported', field, message };
}

export function tooLongValue(field: string, maxBytes: number): Cause {
  const unit = maxBytes === 1 ? 'byte' : 'bytes';
  return { reason: 'FieldValueTooLong', field, message: `Too long: may not be more than ${maxBytes} ${unit}` };
}
