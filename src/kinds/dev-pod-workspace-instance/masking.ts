import { anyObject } from '../../kubernetes/form.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { hidden, PLACEHOLDER, type OnSecret } from './placeholder.ts';
import { maskParameters } from './parameters.ts';

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
  const mask = { ...anyObject.read(withoutTexts(shown, secrets)), apiVersion, kind, metadata };
  masks.set(instance, mask);
  masks.set(mask, mask);
  return mask;
}

/** What of a manifest, or a part of one, is hidden. */
export function secretsIn(manifest: unknown): readonly string[] {
  const secrets: string[] = [];
  maskFields(manifest, (secret) => secrets.push(secret));
  return secrets;
}

/** The text without these secrets. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets
    .filter(({ length }) => length >= SHORTEST_FOUND_IN_TEXTS)
    .toSorted((a, b) => b.length - a.length)
    .reduce((shown, secret) => shown.replaceAll(secret, PLACEHOLDER), text);
}

function maskFields(value: unknown, onSecret: OnSecret): unknown {
  if (typeof value === 'string') return maskUrls(value, onSecret);
  if (isList(value)) return value.map((item) => maskFields(item, onSecret));
  return mapFields(value, (field, name) => maskField(name, field, onSecret));
}

function maskField(name: string, value: unknown, onSecret: OnSecret): unknown {
  if (name === 'value') return hidden(value, onSecret);
  if (name === 'parameters' && typeof value === 'string') return maskParameters(value, onSecret);
  if (DOCUMENTS.has(name) && typeof value === 'string') return hidden(value, onSecret);
  if (!OPTIONS.test(name)) return maskFields(value, onSecret);
  if (isList(value)) return value.map((option) => maskOption(option, onSecret));
  return anyObject.is(value) ? mapFields(value, (option) => maskOption(option, onSecret)) : hidden(value, onSecret);
}

/** Old versions have a bare text where new ones have an object. */
function maskOption(option: unknown, onSecret: OnSecret): unknown {
  if (!anyObject.is(option)) return hidden(option, onSecret);
  return mapFields(option, (field, name) => {
    if (name === 'name') return field;
    return name === 'valueFrom' && anyObject.is(field) ? maskReferences(field, onSecret) : hidden(field, onSecret);
  });
}

function maskReferences(references: object, onSecret: OnSecret): unknown {
  return mapFields(references, (reference) =>
    anyObject.is(reference)
      ? mapFields(reference, (field, name) => (REFERENCE_FIELDS.has(name) ? field : hidden(field, onSecret)))
      : hidden(reference, onSecret),
  );
}

/** A provider's name can be a URL, and a URL can name its user. */
function maskUrls(text: string, onSecret: OnSecret): string {
  return text.replaceAll(/(?<=\bhttps?:\/\/)[^/\s@]+(?=@)/giu, (user) => String(hidden(user, onSecret)));
}

function withoutTexts(value: unknown, secrets: readonly string[]): unknown {
  const { status } = anyObject.read(value) ?? {};
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
