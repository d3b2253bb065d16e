import type { ErrorCode } from '../../test/__generated__/graphql.ts';

/** An error of the gateway, as it is in `errors` of a response. */
export interface GatewayError {
  readonly message: string;
  readonly extensions?: {
    readonly code?: ErrorCode;
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

/** Messages that need words of the page. The others are those of the gateway. */
const MESSAGES: Readonly<Partial<Record<ErrorCode, string>>> = {
  FORBIDDEN: 'You do not have the permission. Ask the owner of the namespace.',
  CONFLICT: 'The workspace was changed by someone else. Load it again.',
  TIMEOUT: 'The cluster did not answer in time. Check whether the change was made before you repeat it.',
};

function messageOf({ message, extensions: { code, retryAfterSeconds = 1 } = {} }: GatewayError): string {
  if (code === 'RATE_LIMITED') return `Too many requests. Try again in ${retryAfterSeconds} s.`;
  return (code && MESSAGES[code]) ?? message;
}
