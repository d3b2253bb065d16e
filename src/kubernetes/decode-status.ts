import { int, listOf, object, string, type Decoded } from './decoder.ts';
import { redactedSummary } from './redacted.ts';
import { StatusError, type StatusCause } from './status-error.ts';

/** Fields of a Status. Those with other types count as absent: webhooks and aggregated API servers write them, too. */
const status = object({
  reason: string,
  message: string,
  code: int,
  details: object({
    name: string,
    kind: string,
    retryAfterSeconds: int,
    causes: listOf(object({ reason: string, field: string, message: string })),
  }),
});
type RawStatus = Decoded<typeof status>;

/**
 * Returns the error of a failed request from its Status, or from the HTTP status code if the body is no Status, as of a
 * proxy.
 */
export function decodeStatus(code: number, body: unknown, retryAfterHeader?: string): StatusError {
  const { details, ...decoded } = withoutPatchedObject((isStatus(body) && status.decode(body)) || {});
  const retryAfterSeconds = details?.retryAfterSeconds ?? secondsOf(retryAfterHeader);
  const instead = body === undefined || body === '' ? '' : `, with ${redactedSummary(body)} instead of a Status`;
  return new StatusError({
    code: isErrorStatus(decoded.code) ? decoded.code : code,
    reason: decoded.reason ?? '',
    message: decoded.message ?? `The API server responded with HTTP ${code}${instead}`,
    kind: details?.kind,
    name: details?.name,
    causes: (details?.causes ?? []).map(decodeCause),
    retryAfterSeconds,
  });
}

/** A Status may lack its code, or have one of another kind. */
function isErrorStatus(code: number | undefined): code is number {
  return code !== undefined && code >= 400 && code < 600;
}

/** Returns whether a value is a Status. */
export function isStatus(value: unknown): boolean {
  return (value as { readonly kind?: unknown } | null)?.kind === 'Status';
}

/** Returns whether a value is the Status of a failure. */
export function isFailure(value: unknown): boolean {
  return isStatus(value) && (value as { readonly status?: unknown }).status === 'Failure';
}

/** A cause about the object as a whole has no field: API servers since 1.25 print its path as `<nil>`. */
function decodeCause({ reason = '', field = '', message = '' }: Partial<StatusCause>): StatusCause {
  return { reason, field: field === '<nil>' ? '' : field, message };
}

const PATCHED_OBJECT = 'Invalid value: "{';
/** End of the quoted object and start of the error. In the object every quotation mark has a backslash before it. */
const STRICT_DECODING_ERROR = '}": strict decoding error: ';
const DECODING_PROBLEM = /(?<ofPatch>json patch )?(?:unknown|duplicate) field "(?<field>(?:[^"\\]|\\.)*)"/gu;

/**
 * Splits the cause of a patch that `fieldValidation: Strict` refused. API servers return one cause for a field `patch`, whose
 * value is the whole patched object; this returns one cause for each field, without the object.
 */
function withoutPatchedObject(refused: RawStatus): RawStatus {
  const [cause] = refused.details?.causes ?? [];
  const error = cause?.field === 'patch' ? strictDecodingErrorIn(cause.message ?? '') : undefined;
  if (error === undefined) return refused;
  const causes = [...error.matchAll(DECODING_PROBLEM)].map(({ 0: message, groups = {} }) => {
    const { ofPatch, field = '' } = groups;
    return { reason: 'FieldValueInvalid', field: ofPatch === undefined ? field : `patch${field}`, message };
  });
  return { ...refused, message: error, details: { ...refused.details, causes } };
}

function strictDecodingErrorIn(message: string): string | undefined {
  const end = message.startsWith(PATCHED_OBJECT) ? message.indexOf(STRICT_DECODING_ERROR) : -1;
  return end === -1 ? undefined : message.slice(end + '}": '.length);
}

function secondsOf(header: string | undefined): number | undefined {
  return header !== undefined && /^\d+$/u.test(header) ? Number(header) : undefined;
}
