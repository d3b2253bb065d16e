import { stringify } from 'yaml';
import { anyObject } from '../../kubernetes/decoder.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { StatusError } from '../../kubernetes/status-error.ts';
import type { WriteResult } from '../../kubernetes/verbs.ts';
import { parseBoundedYaml } from '../../mutations/bounded-yaml.ts';
import { isSecretName, maskText, PLACEHOLDER, type OnSecret } from './secret-patterns.ts';

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

/** Bound of the work to find secrets in a message: their number times its length. */
const MAX_REPLACED = 10_000_000;

/**
 * Returns the instance with masked secrets: the value of each option in any known version of the definition, the value of
 * each parameter unless the template declares that it is no password, fields and annotations with a secret name, secrets
 * that {@link maskText} recognizes in any text, and the occurrences of these values in messages of the status. Names of
 * options and references to secrets are kept. Memoized per object. Masking a masked instance returns it unchanged.
 */
export function masked(instance: KubernetesObject): KubernetesObject {
  const known = masks.get(instance);
  if (known) return known;
  const { apiVersion, kind, metadata, ...parts } = instance;
  const secrets: string[] = [];
  const onSecret = (secret: string) => secrets.push(secret);
  const shown = new Masking(onSecret, shownParametersOf(instance)).fields(parts);
  const shownMetadata = maskAnnotations(metadata, onSecret);
  const result = { ...anyObject.decode(withoutTexts(shown, secrets)), apiVersion, kind, metadata: shownMetadata };
  masks.set(instance, result);
  masks.set(result, result);
  return result;
}

/** Returns the values that {@link masked} would mask in a manifest or in a part of one. */
function secretsIn(manifest: unknown): readonly string[] {
  const secrets: string[] = [];
  new Masking((secret) => secrets.push(secret), new Set()).fields(manifest);
  return secrets;
}

/** Replaces all occurrences of the secrets in a text, the longest secret first. */
function withoutSecrets(text: string, secrets: readonly string[]): string {
  const distinct = [...new Set(secrets)].filter(({ length }) => length >= MIN_REPLACED_LENGTH);
  if (distinct.length * text.length > MAX_REPLACED) return PLACEHOLDER;
  return distinct
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

/** Masks the parts of one instance. */
class Masking {
  readonly #onSecret: OnSecret;
  readonly #shownParameters: ReadonlySet<string>;

  /** @param shownParameters names of the parameters whose values are shown */
  constructor(onSecret: OnSecret, shownParameters: ReadonlySet<string>) {
    this.#onSecret = onSecret;
    this.#shownParameters = shownParameters;
  }

  fields(value: unknown): unknown {
    if (typeof value === 'string') return maskText(value, this.#onSecret);
    if (isList(value)) return this.#list(value);
    const isReference = anyObject.is(value) && SELECTOR_FIELDS.some((name) => Object.hasOwn(value, name));
    return mapFields(value, (field, name) => (name === 'key' && isReference ? field : this.#field(name, field)));
  }

  /** In a list of arguments, the value of `--token` may be the next item. */
  #list(items: readonly unknown[]): unknown {
    return items.map((item, index) => {
      const before = items[index - 1];
      const isArgument = typeof before === 'string' && /^--?[A-Za-z][\w.-]*$/u.test(before) && isSecretName(before);
      return isArgument && typeof item === 'string' ? mask(item, this.#onSecret) : this.fields(item);
    });
  }

  #field(name: string, value: unknown): unknown {
    const onSecret = this.#onSecret;
    if (name === 'value') return mask(value, onSecret);
    if (name === 'parameters') return this.#parameters(value);
    if (DOCUMENTS.has(name) && typeof value === 'string') return mask(value, onSecret);
    if (isScalar(value) && isSecretName(name)) return mask(value, onSecret);
    if (!OPTIONS.test(name)) return this.fields(value);
    if (isList(value)) return value.map((option) => maskOption(option, onSecret));
    return anyObject.is(value) ? mapFields(value, (option) => maskOption(option, onSecret)) : mask(value, onSecret);
  }

  /** Masks the YAML text of parameters, or the definitions of a template, whose defaults are values. */
  #parameters(value: unknown): unknown {
    if (typeof value === 'string')
      return maskParameters(value, { shown: this.#shownParameters, onSecret: this.#onSecret });
    if (!isList(value)) return this.fields(value);
    return value.map((definition) => {
      const isShown = this.#shownParameters.has(variableOf(definition));
      return mapFields(definition, (field, name) =>
        !isShown && PARAMETER_VALUES.has(name) ? mask(field, this.#onSecret) : this.fields(field),
      );
    });
  }
}

/** Fields of the definition of a parameter with values of it. */
const PARAMETER_VALUES: ReadonlySet<string> = new Set(['defaultValue', 'options', 'validation', 'value']);
/** Fields beside a `key` that is the key of a label, of a taint, or of an entry in a secret. */
const SELECTOR_FIELDS = ['operator', 'effect', 'name', 'path', 'topologyKey'] as const;

function variableOf(definition: unknown): string {
  const { variable } = anyObject.decode(definition) ?? {};
  return typeof variable === 'string' ? variable : '';
}

/**
 * Returns the variables that the instance's own template declares with a type that is not `password`. The parameters of a
 * template that is only referenced are not known, so all of them are masked.
 */
function shownParametersOf({
  spec,
  status,
}: KubernetesObject & { readonly spec?: unknown; readonly status?: unknown }) {
  const templates = [anyObject.decode(spec)?.['template'], anyObject.decode(status)?.['instance']];
  const definitions = templates.flatMap((template) => {
    const { parameters } = anyObject.decode(template) ?? {};
    return isList(parameters) ? parameters : [];
  });
  const types = Map.groupBy(definitions.filter(anyObject.is), variableOf);
  const shown = [...types].filter(
    ([variable, declared]) =>
      !isSecretName(variable) && declared.every(({ type }) => typeof type === 'string' && type !== 'password'),
  );
  return new Set(shown.map(([variable]) => variable));
}

function maskAnnotations(metadata: KubernetesObject['metadata'], onSecret: OnSecret): KubernetesObject['metadata'] {
  const { annotations } = metadata;
  if (!annotations) return metadata;
  const entries = Object.entries(annotations).map(([name, value]) => {
    const shown = isSecretName(name) ? mask(value, onSecret) : maskText(value, onSecret);
    return [name, String(shown)] as const;
  });
  return { ...metadata, annotations: Object.fromEntries(entries) };
}

function isScalar(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
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

interface ParameterOptions {
  /** Paths of the parameters whose values are shown, with dots between names. */
  readonly shown: ReadonlySet<string>;
  readonly onSecret: OnSecret;
}

/**
 * Masks the values in the YAML text of parameters, except those that are shown. Comments are removed, because they may
 * contain values. A text that is not a map is masked completely.
 */
function maskParameters(text: string, options: ParameterOptions): unknown {
  const parameters = parametersIn(text);
  if (parameters === null) return text;
  if (!anyObject.is(parameters)) return mask(text, options.onSecret);
  const shown = maskValues(parameters, '', options);
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

function maskValues(value: unknown, path: string, options: ParameterOptions): unknown {
  if (isList(value)) return value.map((item) => maskValues(item, path, options));
  if (anyObject.is(value))
    return mapFields(value, (entry, name) => maskValues(entry, path === '' ? name : `${path}.${name}`, options));
  if (!options.shown.has(path)) return mask(value, options.onSecret);
  return typeof value === 'string' ? maskText(value, options.onSecret) : value;
}
