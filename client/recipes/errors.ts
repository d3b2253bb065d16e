/** An error of the gateway, as it is in `errors` of a response. */
export interface GatewayError {
  readonly message: string;
  readonly extensions?: {
    /** One of the values of the enum `ErrorCode` of the schema. */
    readonly code?: string;
    readonly causes?: readonly { readonly field?: string; readonly message: string }[];
    readonly retryAfterSeconds?: number;
  };
}

/** Messages for a form: one for the whole, and one for each field with an error, such as `volumes.data[0].claimName`. */
export interface FormErrors {
  readonly form: string;
  readonly fields: Readonly<Record<string, string>>;
}

export function formErrorsOf(errors: readonly GatewayError[]): FormErrors {
  const causes = errors.flatMap(({ extensions }) => extensions?.causes ?? []);
  const fields = causes.map(({ field = '', message }) => [field.replace(/^input\./u, ''), message] as const);
  return { form: errors.map(messageOf).join('\n'), fields: Object.fromEntries(fields) };
}

/**
 * Returns the message of the gateway, unless the page has better words. The code alone is no reason: FORBIDDEN may be a missing
 * permission or an exceeded quota, CONFLICT a change of another user or a state that does not allow the operation.
 */
function messageOf({ message, extensions: { code, retryAfterSeconds = 1 } = {} }: GatewayError): string {
  if (code === 'RATE_LIMITED') return `Too many requests. Try again in ${retryAfterSeconds} s.`;
  if (code === 'TIMEOUT')
    return 'The cluster did not answer in time. Check whether the change was made before you repeat it.';
  return message;
}
