import { StatusError } from '../../kubernetes/status-error.ts';
import type { Written } from '../../kubernetes/verbs.ts';
import { secretsIn, withoutSecrets } from './masking.ts';
import { PLACEHOLDER } from './placeholder.ts';

/**
 * The outcome of a write, or what the API server says against it, without the secrets that were sent, and without the
 * values that it quotes: those may be of the object as it was.
 * @param sent the manifest, or what a patch adds to one
 */
export async function redacted<T>(sent: unknown, outcome: Promise<Written<T>>): Promise<Written<T>> {
  const secrets = secretsIn(sent);
  const redact = (text: string) => withoutSecrets(withoutQuotedValues(text), secrets);
  try {
    const { object, warnings } = await outcome;
    return { object, warnings: warnings.map(redact) };
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    const { message, causes = [] } = error.details;
    throw new StatusError({
      ...error.details,
      message: redact(message),
      causes: causes.map((cause) => ({ ...cause, message: redact(cause.message) })),
    });
  }
}

/** As `Invalid value: "a": must be b`. What is quoted in another form may end anywhere, so nothing is left behind it. */
function withoutQuotedValues(text: string): string {
  return text.replaceAll(
    /(?<verdict>\b(?:Invalid|Unsupported|Duplicate) value: )(?:"(?:[^"\\]|\\.)*"|-?[\d.]+(?=:)|[\s\S]*)/gu,
    `$<verdict>${PLACEHOLDER}`,
  );
}
