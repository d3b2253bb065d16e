import { parse, stringify } from 'yaml';
import { anyObject } from '../../kubernetes/decoder.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { StatusError } from '../../kubernetes/status-error.ts';
import type { WriteResult } from '../../kubernetes/verbs.ts';

/** Stands where a secret is. */
export const PLACEHOLDER = '***';

/** Parameters that a template is likely to have declared as passwords: only the template knows. */
const SECRET_NAME = /pass|pwd|secret|token|key|credential|auth|cert|private/iu;
const LONGEST_READ = 65_536;

const masks = new WeakMap<KubernetesObject, KubernetesObject>();

/** Names of maps, and of lists, whose entries are options. Newer versions have more of them, e.g. `initEnv`. */
const OPTIONS = /^(?:options|env|[a-z]\w*Env)$/u;
/** Whole documents inside a text: manifests, and values of Helm charts. */
const DOCUMENTS: ReadonlySet<string> = new Set(['objects', 'values']);
/** What a reference may say; anything else beside it is hidden. */
const REFERENCE_FIELDS: ReadonlySet<string> = new Set(['name', 'key', 'optional', 'apiVersion', 'fieldPath']);
/** Shorter values are found in texts that have nothing to do with them. */
const SHORTEST_FOUND_IN_TEXTS = 6;

/**
 * The instance as it may leave the gateway: every option's value is hidden, whatever the age and form of the definition,
 * and what the controller says of them too. Names of options, and references to secrets, stay.
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

/** What of a manifest, or a part of one, is hidden. */
function secretsIn(manifest: unknown): readonly string[] {
  const secrets: string[] = [];
  maskFields(manifest, (secret) => secrets.push(secret));
  return secrets;
}

/** The text without these secrets. */
function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets
    .filter(({ length }) => length >= SHORTEST_FOUND_IN_TEXTS)
    .toSorted((a, b) => b.length - a.length)
    .reduce((shown, secret) => shown.replaceAll(secret, PLACEHOLDER), text);
}

/**
 * The outcome of a write, or what the API server says against it, without the secrets that were sent, and without the
 * values that it quotes: those may be of the object as it was.
 * @param sent the manifest, or what a patch adds to one
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

/** As `Invalid value: "a": must be b`. What is quoted in another form may end anywhere, so nothing is left behind it. */
function withoutQuotedValues(text: string): string {
  return text.replaceAll(
    /(?<verdict>\b(?:Invalid|Unsupported|Duplicate) value: )(?:"(?:[^"\\]|\\.)*"|-?[\d.]+(?=:)|[\s\S]*)/gu,
    `$<verdict>${PLACEHOLDER}`,
  );
}

/** Told of each text that is hidden. */
type OnSecret = (secret: string) => void;

/** Nothing where there is nothing; else the placeholder, whatever it is. */
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

/** Old versions have a bare text where new ones have an object. */
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

/** A provider's name can be a URL, and a URL can name its user. */
function maskUrls(text: string, onSecret: OnSecret): string {
  return text.replaceAll(/(?<=\bhttps?:\/\/)[^/\s@]+(?=@)/giu, (user) => String(mask(user, onSecret)));
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
 * The YAML text of parameters, with the values hidden whose names sound like secrets, and then without comments. A text
 * that is no map of parameters is hidden as a whole.
 */
function maskParameters(text: string, onSecret: OnSecret): unknown {
  const parameters = parametersIn(text);
  if (parameters === null) return text;
  if (!anyObject.is(parameters)) return mask(text, onSecret);
  const shown = maskValues(parameters, onSecret);
  return JSON.stringify(shown) === JSON.stringify(parameters) && !text.includes('#') ? text : stringify(shown);
}

/** Undefined for what cannot be read. */
function parametersIn(text: string): unknown {
  if (text.length > LONGEST_READ) return undefined;
  try {
    return parse(text);
  } catch {
    return undefined; // the caller hides it
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
