import { stringify } from 'yaml';
import { anyObject } from '../../kubernetes/decoder.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { StatusError } from '../../kubernetes/status-error.ts';
import type { WriteResult } from '../../kubernetes/verbs.ts';
import { parseBoundedYaml } from '../../mutations/bounded-yaml.ts';

/** Placeholder of a masked value. */
export const PLACEHOLDER = '***';

/** Names of parameters that are masked. Only the template, which the gateway does not read, declares the real passwords. */
const SECRET_NAME = /pass|pwd|secret|token|key|credential|auth|cert|private/iu;
const MAX_PARSED_LENGTH = 65_536;

const masks = new WeakMap<KubernetesObject, KubernetesObject>();

/** Names of maps and lists of options. The suffix covers fields of later versions, e.g. `initEnv`. */
const OPTIONS = /^(?:options|env|[a-z]\w*Env)$/u;
/** Fields with a whole document in a string: manifests, and values of Helm charts. */
const DOCUMENTS: ReadonlySet<string> = new Set(['objects', 'values']);
/** Fields of a reference that are not masked. */
const REFERENCE_FIELDS: ReadonlySet<string> = new Set(['name', 'key', 'optional', 'apiVersion', 'fieldPath']);
/** Minimum length of a secret that is replaced in messages. Shorter ones occur in unrelated words. */
const MIN_REPLACED_LENGTH = 6;

/**
 * Returns the instance with masked secrets: the value of each option in any known version of the definition, and the
 * occurrences of these values in messages of the status. Names of options and references to secrets are kept. Memoized per
 * object. Masking a masked instance returns it unchanged.
 */
export function masked(instance: KubernetesObject): KubernetesObject {
  const known = masks.get(instance);
  if (known) return known;
  const { apiVersion, kind, metadata, ...parts } = instance;
  const secrets: string[] = [];
  const shown = maskFields(parts, (secret) => secrets.push(secret));
  const result = { ...anyObject.decode(withoutTexts(shown, secrets)), apiVersion, kind, metadata };
  masks.set(instance, result);
  masks.set(result, result);
  return result;
}

/** Returns the values that {@link masked} would mask in a manifest or in a part of one. */
function secretsIn(manifest: unknown): readonly string[] {
  const secrets: string[] = [];
  maskFields(manifest, (secret) => secrets.push(secret));
  return secrets;
}

/** Replaces all occurrences of the secrets in a text, the longest secret first. */
function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets
    .filter(({ length }) => length >= MIN_REPLACED_LENGTH)
    .toSorted((a, b) => b.length - a.length)
    .reduce((shown, secret) => shown.replaceAll(secret, PLACEHOLDER), text);
}

/**
 * Masks the warnings or the error of a write: the secrets of the request, and all values that the API server quotes, which
 * may come from the stored object.
 * @param sent the manifest, or the manifests that a patch adds (see `manifestsIn`)
 */
export async function maskOutcome<T>(sent: unknown, outcome: Promise<WriteResult<T>>): Promise<WriteResult<T>> {
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

/** Masks the value in `Invalid value: "a": must be b`, or the rest of the text if the end of the value is not known. */
function withoutQuotedValues(text: string): string {
  return text.replaceAll(
    /(?<verdict>\b(?:Invalid|Unsupported|Duplicate) value: )(?:"(?:[^"\\]|\\.)*"|-?[\d.]+(?=:)|[\s\S]*)/gu,
    `$<verdict>${PLACEHOLDER}`,
  );
}

/** Receives each string that is masked. */
type OnSecret = (secret: string) => void;

/** Returns the placeholder, or the value itself if it is empty. */
function mask(value: unknown, onSecret: OnSecret): unknown {
  if (value === null || value === undefined || value === '' || value === PLACEHOLDER) return value;
  for (const text of textsIn(value)) onSecret(text);
  return PLACEHOLDER;
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'number') return [String(value)];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

function maskFields(value: unknown, onSecret: OnSecret): unknown {
  if (typeof value === 'string') return maskUrls(value, onSecret);
  if (isList(value)) return value.map((item) => maskFields(item, onSecret));
  return mapFields(value, (field, name) => maskField(name, field, onSecret));
}

function maskField(name: string, value: unknown, onSecret: OnSecret): unknown {
  if (name === 'value') return mask(value, onSecret);
  if (name === 'parameters' && typeof value === 'string') return maskParameters(value, onSecret);
  if (DOCUMENTS.has(name) && typeof value === 'string') return mask(value, onSecret);
  if (!OPTIONS.test(name)) return maskFields(value, onSecret);
  if (isList(value)) return value.map((option) => maskOption(option, onSecret));
  return anyObject.is(value) ? mapFields(value, (option) => maskOption(option, onSecret)) : mask(value, onSecret);
}

/** An option is a string in old versions and an object in later ones. */
function maskOption(option: unknown, onSecret: OnSecret): unknown {
  if (!anyObject.is(option)) return mask(option, onSecret);
  return mapFields(option, (field, name) => {
    if (name === 'name') return field;
    return name === 'valueFrom' && anyObject.is(field) ? maskReferences(field, onSecret) : mask(field, onSecret);
  });
}

function maskReferences(references: object, onSecret: OnSecret): unknown {
  return mapFields(references, (reference) =>
    anyObject.is(reference)
      ? mapFields(reference, (field, name) => (REFERENCE_FIELDS.has(name) ? field : mask(field, onSecret)))
      : mask(reference, onSecret),
  );
}

/** Masks the user information of HTTP URLs, e.g. in the name of a provider, and of other URLs that contain a password. */
function maskUrls(text: string, onSecret: OnSecret): string {
  return text.replaceAll(/(?<=\bhttps?:\/\/)[^/\s@]+(?=@)|(?<=:\/\/)[^/\s@:]*:[^/\s@]+(?=@)/giu, (user) =>
    String(mask(user, onSecret)),
  );
}

function withoutTexts(value: unknown, secrets: readonly string[]): unknown {
  const { status } = anyObject.decode(value) ?? {};
  return anyObject.is(value) && status !== undefined ? { ...value, status: withoutMessages(status, secrets) } : value;
}

function withoutMessages(value: unknown, secrets: readonly string[]): unknown {
  if (isList(value)) return value.map((item) => withoutMessages(item, secrets));
  return mapFields(value, (field, name) =>
    typeof field === 'string' && /^(?:message|reason)$/u.test(name)
      ? withoutSecrets(field, secrets)
      : withoutMessages(field, secrets),
  );
}

function mapFields(value: unknown, change: (field: unknown, name: string) => unknown): unknown {
  if (!anyObject.is(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, change(field, name)]));
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

/**
 * Masks values in the YAML text of parameters whose names suggest secrets. Comments are removed, because they may contain
 * values. A text that is not a map is masked completely.
 */
function maskParameters(text: string, onSecret: OnSecret): unknown {
  const parameters = parametersIn(text);
  if (parameters === null) return text;
  if (!anyObject.is(parameters)) return mask(text, onSecret);
  const shown = maskValues(parameters, onSecret);
  return JSON.stringify(shown) === JSON.stringify(parameters) && !text.includes('#') ? text : stringify(shown);
}

/** Returns undefined if the text is not valid YAML, or exceeds a limit. */
function parametersIn(text: string): unknown {
  if (text.length > MAX_PARSED_LENGTH) return undefined;
  try {
    return parseBoundedYaml(text);
  } catch {
    return undefined; // the caller masks the whole text
  }
}

function maskValues(value: unknown, onSecret: OnSecret): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => maskValues(item, onSecret));
  if (!anyObject.is(value)) return value;
  const entries = Object.entries(value).map(([name, entry]) => [
    name,
    SECRET_NAME.test(name) || name === 'value' ? mask(entry, onSecret) : maskValues(entry, onSecret),
  ]);
  return Object.fromEntries(entries) as unknown;
}
