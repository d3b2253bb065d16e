import { readFileSync } from 'node:fs';
import { parse, YAMLError } from 'yaml';
import { redactedReason } from '../kubernetes/redacted.ts';
import { parseUrl, withoutUserInfo } from '../kubernetes/url.ts';
import { mostSimilar } from './similar-name.ts';

/**
 * Invalid configuration. The message names each setting, the expected value, and the actual one if it is not a secret; then come the
 * warnings, each on a line.
 */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(mistakes: readonly string[], warnings: readonly string[] = []) {
    const [first = ''] = mistakes;
    const text =
      mistakes.length === 1 ? first : `${mistakes.length} settings are not valid:\n- ${mistakes.join('\n- ')}`;
    super([text, ...warnings].join('\n'));
  }
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Value of a setting and its origin. */
export interface EffectiveSetting {
  readonly name: string;
  /** Empty if it is not set. */
  readonly value: string;
  readonly source: 'default' | 'environment' | 'file';
}

/** Names that describe the process or the machine. They are not read from the file. */
const ENVIRONMENT_ONLY: ReadonlySet<string> = new Set(['CONFIG_FILE', 'HOME', 'KUBERNETES_SERVICE_HOST']);

/** Share of the characters that may differ between a name in the file and the one that was probably meant. */
const MAX_DIFFERENCE = 0.4;
/** Length from which a name of the environment may have two differences, such as exchanged letters; else one. */
const LONG_NAME = 12;
/** Length from which a setting may be what a name of the environment means: short names such as PORT resemble many others. */
const MIN_LENGTH = 8;

/**
 * Settings from environment variables and, for those that are not set there, from the file that `CONFIG_FILE` names: YAML or JSON,
 * an object of the same names. Collects all mistakes, so that they are reported at once: a reader that finds one calls
 * {@link reject} and continues with any valid value.
 */
export class Settings {
  readonly #env: Environment;
  readonly #file: ReadonlyMap<string, string>;
  readonly #fileName: string;
  readonly #mistakes = new Map<string, string>();
  readonly #effective = new Map<string, EffectiveSetting>();

  constructor(env: Environment) {
    this.#env = env;
    this.#fileName = this.text('CONFIG_FILE') ?? '';
    this.#file = this.#fileName === '' ? new Map() : this.#readFile();
  }

  /** Returns the value of a setting; undefined if it is not set or empty. */
  text(name: string): string | undefined {
    return this.#read(name, this.#env[name] || undefined) || undefined;
  }

  /** Returns the value of a setting, which may be empty; undefined if it is not set. */
  textOrEmpty(name: string): string | undefined {
    return this.#read(name, this.#env[name]);
  }

  /** Returns the value of the environment or, if there is none, that of the file. */
  #read(name: string, inEnvironment: string | undefined): string | undefined {
    const value = inEnvironment ?? (ENVIRONMENT_ONLY.has(name) ? undefined : this.#file.get(name));
    const isDefault = value === undefined;
    const source = isDefault ? 'default' : inEnvironment === undefined ? 'file' : 'environment';
    this.#effective.set(name, { name, value: value ?? '', source });
    return value;
  }

  /** Returns the value of a setting whose name may be in lower case in the environment; an empty string if it is not set. */
  textOfEitherCase(name: string): string {
    return this.#read(name, this.#env[name] || this.#env[name.toLowerCase()] || undefined) ?? '';
  }

  /** Records the value that is used for a setting which is not set, and returns it. */
  default<V extends string | number | boolean>(name: string, value: V): V {
    this.#effective.set(name, { name, value: String(value), source: 'default' });
    return value;
  }

  /** Records that a setting is not valid. `expectation` is `Expected NAME to be …, got …`; one for each setting counts. */
  reject(name: string, expectation: string): void {
    const { source } = this.#effective.get(name) ?? {};
    const text = source === 'file' ? `${expectation} It is set in ${this.#fileName}.` : expectation;
    if (!this.#mistakes.has(name)) this.#mistakes.set(name, text);
  }

  isRejected(name: string): boolean {
    return this.#mistakes.has(name);
  }

  /** Returns all settings that were read, in order. */
  effective(): readonly EffectiveSetting[] {
    return [...this.#effective.values()];
  }

  /** Returns the mistakes, those in names of the file included. To be called when all settings have been read. */
  mistakes(): readonly string[] {
    const known = [...this.#effective.keys()].filter((name) => !ENVIRONMENT_ONLY.has(name));
    const unknown = [...this.#file.keys()].filter((name) => !known.includes(name));
    return [...this.#mistakes.values(), ...unknown.map((name) => this.#unknownMessage(name, known))];
  }

  /**
   * Returns a text for each variable of the environment that has no effect and whose name closely resembles that of a setting which is
   * not set. Other programs may have variables with such a name, so they are no mistakes. To be called when all settings have been read.
   */
  warnings(): readonly string[] {
    const unset = this.effective().filter(({ name, source }) => source === 'default' && isLikelyMeant(name));
    const names = unset.map(({ name }) => name);
    return Object.entries(this.#env).flatMap(([name, value = '']) => {
      if (value === '' || isServicePort(value) || this.#isKnown(name)) return [];
      const similar = mostSimilar(name, names, (length) => (length < LONG_NAME ? 1 : 2));
      if (similar === undefined) return [];
      return `Expected the name of a setting, got the variable ${JSON.stringify(name)}, which has no effect. Did you mean ${similar}?`;
    });
  }

  /** Returns whether a name is read, or is the lower-case form of a setting that is set, such as that of HTTP_PROXY. */
  #isKnown(name: string): boolean {
    if (this.#effective.has(name)) return true;
    const { source = 'default' } = this.#effective.get(name.toUpperCase()) ?? {};
    return source !== 'default';
  }

  #unknownMessage(name: string, known: readonly string[]): string {
    const base = `Expected the name of a setting in ${this.#fileName}, got ${JSON.stringify(name)}.`;
    if (ENVIRONMENT_ONLY.has(name)) return `${base} Set it in the environment.`;
    const similar = mostSimilar(name, known, (length) => length * MAX_DIFFERENCE);
    return similar === undefined ? `${base} See docs/configuration.md.` : `${base} Did you mean ${similar}?`;
  }

  #readFile(): ReadonlyMap<string, string> {
    const file = this.#fileName;
    try {
      const content: unknown = parse(readFileSync(file, 'utf8'), { prettyErrors: false });
      if (typeof content === 'object' && !Array.isArray(content)) return this.#textsOf(Object.entries(content ?? {}));
      this.reject('CONFIG_FILE', `Expected ${file} (CONFIG_FILE) to contain an object of settings, got another value.`);
    } catch (error) {
      const reason = error instanceof YAMLError ? `it is not YAML or JSON: ${error.message}` : redactedReason(error);
      this.reject('CONFIG_FILE', `Expected CONFIG_FILE to name a readable file of settings, got ${file}: ${reason}`);
    }
    return new Map();
  }

  /** Returns values as texts: a list is joined by commas. Null counts as not set. */
  #textsOf(entries: readonly (readonly [string, unknown])[]): ReadonlyMap<string, string> {
    const texts = new Map<string, string>();
    for (const [name, value] of entries) {
      if (value === null) continue;
      const parts: readonly unknown[] = Array.isArray(value) ? value : [value];
      const isPlain = parts.every((part) => ['string', 'number', 'boolean'].includes(typeof part));
      if (isPlain) texts.set(name, parts.join(','));
      else
        this.reject(
          name,
          `Expected ${name} in ${this.#fileName} to be a text, a number, true, false or a list of these.`,
        );
    }
    return texts;
  }
}

/** Returns whether a variable whose name resembles that of this setting is likely to mean it. */
function isLikelyMeant(setting: string): boolean {
  return setting.length >= MIN_LENGTH && !ENVIRONMENT_ONLY.has(setting);
}

interface IntegerOptions {
  readonly default: number;
  /** 0 if absent. */
  readonly min?: number;
  readonly max: number;
}

export function integer(settings: Settings, name: string, { default: fallback, min = 0, max }: IntegerOptions): number {
  const text = settings.text(name);
  if (text === undefined) return settings.default(name, fallback);
  const value = Number(text);
  if (/^\d+$/u.test(text) && value >= min && value <= max) return value;
  settings.reject(name, `Expected ${name} to be an integer from ${min} to ${max}, got ${JSON.stringify(text)}.`);
  return fallback;
}

const MAX_PORT = 65_535;

/**
 * Reads a port. Kubernetes sets variables such as `METRICS_PORT=tcp://10.0.0.1:80` in the pods of a namespace with a Service of
 * the name `metrics`; those count as not set.
 */
export function port(settings: Settings, name: string, fallback: number): number {
  if (isServicePort(settings.text(name) ?? '')) return settings.default(name, fallback);
  return integer(settings, name, { default: fallback, max: MAX_PORT });
}

/** Returns whether a value is one that Kubernetes sets for the port of a Service. */
function isServicePort(value: string): boolean {
  return value.startsWith('tcp://');
}

/** Reads a number from 0 to 1. */
export function ratio(settings: Settings, name: string, fallback: number): number {
  const text = settings.text(name);
  if (text === undefined) return settings.default(name, fallback);
  const value = Number(text);
  if (/^\d*\.?\d+$/u.test(text) && value <= 1) return value;
  settings.reject(name, `Expected ${name} to be a number from 0 to 1, got ${JSON.stringify(text)}.`);
  return fallback;
}

/** Returns the fallback, which may be undefined, if the setting is not valid. It is required if there is no fallback. */
export function oneOf<V extends string, F extends V | undefined>(
  settings: Settings,
  name: string,
  values: readonly V[],
  fallback: F,
): V | F {
  const text = settings.text(name);
  if (text === undefined && fallback !== undefined) return settings.default(name, fallback);
  const value = values.find((candidate) => candidate === text);
  if (value !== undefined) return value;
  const got = text === undefined ? 'nothing' : JSON.stringify(text);
  settings.reject(name, `Expected ${name} to be ${values.join(' or ')}, got ${got}.`);
  return fallback;
}

/**
 * Returns an http or https URL without spaces around it and without a slash at its end; an empty string if the setting is not set or not
 * valid. The message has the noun instead of the value, which may contain a password.
 */
export function httpUrl(
  settings: Settings,
  name: string,
  { noun, accepts = () => true }: { readonly noun: string; readonly accepts?: (url: URL) => boolean },
): string {
  const text = (settings.text(name) ?? '').trim();
  const url = parseUrl(text);
  if (text === '' || (url && /^https?:$/u.test(url.protocol) && accepts(url))) return text.replace(/\/+$/u, '');
  settings.reject(name, `Expected ${name} to be an http or https ${noun}, got another text.`);
  return '';
}

export function flag(settings: Settings, name: string, fallback: 'true' | 'false' = 'false'): boolean {
  return oneOf(settings, name, ['true', 'false'], fallback) === 'true';
}

/** Returns the values of a comma-separated list that satisfy a condition, and rejects the setting because of the others. */
export function listOf(
  settings: Settings,
  name: string,
  { noun, accepts }: { readonly noun: string; readonly accepts: (value: string) => boolean },
): readonly string[] {
  const given = (settings.text(name) ?? '').split(',').flatMap((value) => value.trim() || []);
  const invalid = given.find((value) => !accepts(value));
  if (invalid !== undefined)
    settings.reject(
      name,
      `Expected ${name} to be comma-separated ${noun}, got ${JSON.stringify(withoutUserInfo(invalid))}.`,
    );
  return given.filter(accepts);
}
