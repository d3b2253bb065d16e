/** Redaction, as kinds may use it: they import nothing of `auth`. */
export { isRedacted, redacted, unredacted } from '../auth/redaction.ts';
