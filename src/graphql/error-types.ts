import type { StatusCause } from '../kubernetes/status-error.ts';
import { builder } from './builder.ts';
import { errorCodes, isErrorCode } from './errors.ts';

export const ErrorCodeEnum = builder.enumType('ErrorCode', {
  description:
    'Code of an error, in `extensions.code`. Errors of the API server also have `status` (the HTTP status), `reason`, `kind`, ' +
    '`namespace`, `name`, `causes` ([{ reason, field, message }]) and `retryAfterSeconds`, as far as it returned them. The ' +
    '`field` of a cause is the path of the input field if there is one, else the path in the object. An operation that exceeds ' +
    'a limit has `limit` { name, max, actual }: the setting, its value, and the value of the operation. `actual` is absent if ' +
    'it is only known that it is greater.',
  values: Object.fromEntries(
    Object.keys(errorCodes)
      .filter(isErrorCode)
      .map((code) => [code, { value: code, description: errorCodes[code] }]),
  ),
});

/** One cause of an error, as in `extensions.causes`, for results of single objects. */
export const ErrorCause = builder.objectRef<StatusCause>('ErrorCause').implement({
  description: 'One cause of an error, as in `causes` of the extensions of an error.',
  fields: (t) => ({
    reason: t.exposeString('reason', {
      description: 'Machine-readable reason, such as FieldValueInvalid. May be empty.',
    }),
    field: t.string({
      nullable: true,
      description:
        'Path of the input field if there is one, else the path in the object. Null if it is about the whole object.',
      resolve: ({ field }) => field || null,
    }),
    message: t.exposeString('message', { description: 'Human-readable message.' }),
  }),
});
