import {
  Composer,
  isAlias,
  isCollection,
  isMap,
  isScalar,
  Lexer,
  Parser,
  type CST,
  type Document,
  type ScalarTag,
  type Tags,
} from 'yaml';
import { hasMoreValues } from '../graphql/json-values.ts';

/** Limits of a manifest or patch. The API server has the same limit of its size. */
const MAX_TEXT_BYTES = 1024 * 1024;
/** Characters of keys and strings, and one for each value. Aliases make an object larger than its text. */
const MAX_OBJECT_CHARACTERS = MAX_TEXT_BYTES;
/** Lexical tokens of YAML, a few microseconds each: about 1,400 lines. JSON, which is parsed faster, may have more values. */
const MAX_YAML_TOKENS = 10_000;
/** Values in JSON. A text of 1 MiB could have 500,000, which take some 150 ms in one turn of the event loop. */
const MAX_JSON_VALUES = 50_000;
const MAX_DEPTH = 100;
const MAX_ANCHORS_AND_ALIASES = 100;
/** Lexical tokens, characters of JSON and values of an object after which the work may be interrupted: about a millisecond each. */
const [TOKENS_PER_SLICE, CHARACTERS_PER_SLICE, VALUES_PER_SLICE] = [250, 50_000, 1_000];
/** Length of a path in an error. */
const MAX_FIELD = 1_000;

/** Reason why a text or value is outside the limits or is not valid YAML. */
export class YamlLimitError extends Error {
  override readonly name = 'YamlLimitError';
  readonly code: 'BAD_REQUEST' | 'TOO_LARGE' | 'INVALID';
  /** Path of the invalid value, if the code is INVALID. */
  readonly field: string;

  constructor(message: string, code: YamlLimitError['code'] = 'BAD_REQUEST', field = '') {
    super(message);
    this.code = code;
    this.field = field;
  }
}

/** Octal integer of YAML 1.1, which kubectl reads: `defaultMode: 0400` is 256. YAML 1.2 would make it 400, other permissions. */
const octal: ScalarTag = {
  tag: 'tag:yaml.org,2002:int',
  default: true,
  test: /^[-+]?0[0-7]+$/u,
  resolve: (text) => Number.parseInt(text, 8),
};

/**
 * kubectl reads merge keys, too. Tags of values that JSON does not have, such as `!!binary`, are unknown, so that they cause a warning: as values
 * of JavaScript, they would be sent as other JSON. The schema is that of YAML 1.2 also after `%YAML 1.1`, whose own has such values.
 */
const OPTIONS = {
  schema: 'core',
  uniqueKeys: false,
  merge: true,
  resolveKnownTags: false,
  customTags: (tags: Tags) => [octal, ...tags],
} as const;

/** Work that may be interrupted at each `yield`, because it would take tens of milliseconds at once. */
export type Slices<Result> = Generator<undefined, Result>;

/**
 * Parses one document of YAML 1.2, with the octal integers and merge keys (`<<`) of YAML 1.1, in time linear in its length. `parse` of the yaml package is not linear: its check of unique
 * keys, its error messages, and keys that are maps or lists cost quadratic or exponential time. JSON is parsed by
 * `JSON.parse`, about a hundred times faster.
 * @throws {YamlLimitError} if the text is not valid YAML, has a duplicate key, or exceeds a limit
 */
export function* boundedYaml(text: string): Slices<unknown> {
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_TEXT_BYTES)
    throw new YamlLimitError(`expected at most ${MAX_TEXT_BYTES} bytes, got ${bytes}`, 'TOO_LARGE');
  const json = yield* parseJson(text);
  if (json) return json.value;
  const tokens = yield* syntaxTreesOf(text);
  for (const token of tokens) assertBoundedToken(token);
  yield;
  const [document, second] = new Composer(OPTIONS).compose(tokens, true, text.length);
  if (!document) return null;
  if (second) throw new YamlLimitError('expected one document, got several');
  const [error] = [...document.errors, ...document.warnings];
  if (error) throw invalidYaml(`${error.message} at character ${error.pos[0]}`);
  yield;
  assertUniqueKeys(document);
  return valueOf(document);
}

/** Like {@link boundedYaml}, without interruption. */
export function parseBoundedYaml(text: string): unknown {
  const slices = boundedYaml(text);
  for (;;) {
    const slice = slices.next();
    if (slice.done) return slice.value;
  }
}

/**
 * Returns undefined if the text is not a JSON object or list; it may be YAML. Its values are counted before they are parsed.
 */
function* parseJson(text: string): Slices<{ readonly value: unknown } | undefined> {
  if (!/^[ \t\r\n]*[{[]/u.test(text)) return undefined;
  if (hasMoreValues(text, MAX_JSON_VALUES))
    throw new YamlLimitError(`expected at most ${MAX_JSON_VALUES} values in JSON, got more`, 'TOO_LARGE');
  yield;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined; // YAML in flow style, or neither: the YAML parser returns the position of the error
  }
  yield* assertUniqueJsonKeys(text);
  return { value };
}

/** @param text valid JSON. A string of it is a key if a colon follows */
function* assertUniqueJsonKeys(text: string): Slices<void> {
  /** Keys of the objects around the current position; undefined for lists. */
  const open: (Set<string> | undefined)[] = [];
  let sliceEnd = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (at >= sliceEnd) {
      sliceEnd = at + CHARACTERS_PER_SLICE;
      yield;
    }
    const character = text[at];
    if (character === '{') open.push(new Set());
    else if (character === '[') open.push(undefined);
    else if (character === '}' || character === ']') open.pop();
    else if (character === '"') {
      const end = endOfString(text, at);
      const keys = open.at(-1);
      if (keys && isColonNext(text, end)) addKey(keys, String(JSON.parse(text.slice(at, end))));
      at = end - 1;
    }
    if (open.length > MAX_DEPTH) throw tooDeep();
  }
}

/** @param start position of the opening quotation mark */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

function isColonNext(text: string, start: number): boolean {
  let at = start;
  while (' \t\r\n'.includes(text[at] ?? '.')) at += 1;
  return text[at] === ':';
}

function addKey(keys: Set<string>, key: string): void {
  if (keys.has(key)) throw new YamlLimitError(`expected unique keys, got ${JSON.stringify(key.slice(0, 100))} twice`);
  keys.add(key);
}

/** Counts the tokens while they are read, so that the cost of an excessive text is that of the limit. */
function* syntaxTreesOf(text: string): Slices<readonly CST.Token[]> {
  const parser = new Parser();
  const trees: CST.Token[] = [];
  let tokens = 0;
  for (const lexeme of new Lexer().lex(text)) {
    tokens += 1;
    if (tokens > MAX_YAML_TOKENS)
      throw new YamlLimitError(
        `expected at most ${MAX_YAML_TOKENS} YAML tokens, got more; send it as JSON, which may have ${MAX_JSON_VALUES} values`,
        'TOO_LARGE',
      );
    if (tokens % TOKENS_PER_SLICE === 0) yield;
    trees.push(...parser.next(lexeme));
  }
  return [...trees, ...parser.end()];
}

function valueOf(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: MAX_ANCHORS_AND_ALIASES });
  } catch (error) {
    // Of an alias without its anchor, or of a merge key whose value is no map.
    throw invalidYaml(error instanceof Error ? error.message : String(error));
  }
}

/** Checks the limits before the composer, which is recursive, reads the token. */
function assertBoundedToken(root: CST.Token): void {
  const pending: { readonly token: CST.Token; readonly depth: number }[] = [{ token: root, depth: 0 }];
  let references = 0;
  for (let next = pending.pop(); next; next = pending.pop()) {
    const { token, depth } = next;
    if (depth > MAX_DEPTH) throw tooDeep();
    if (token.type === 'error') throw invalidYaml(token.message);
    if (token.type === 'anchor' || token.type === 'alias') references += 1;
    if (references > MAX_ANCHORS_AND_ALIASES)
      throw new YamlLimitError(`expected at most ${MAX_ANCHORS_AND_ALIASES} anchors and aliases, got more`);
    for (const child of childrenOf(token)) pending.push({ token: child, depth: depth + 1 });
  }
}

function childrenOf(token: CST.Token): readonly CST.Token[] {
  if (token.type === 'document') return [...token.start, ...(token.value ? [token.value] : [])];
  return 'items' in token ? token.items.flatMap(itemTokens) : [];
}

function itemTokens({ start, key, sep, value }: CST.CollectionItem): readonly CST.Token[] {
  if (key && 'items' in key) throw new YamlLimitError('expected keys to be strings, got a map or a list');
  return [...start, ...(key ? [key] : []), ...(sep ?? []), ...(value ? [value] : [])];
}

function assertUniqueKeys({ contents }: Document): void {
  const pending: unknown[] = [contents];
  while (pending.length > 0) {
    const node = pending.pop();
    if (!isCollection(node)) continue;
    if (!isMap(node)) {
      for (const item of node.items) pending.push(item);
      continue;
    }
    const keys = new Set<string>();
    for (const { key, value } of node.items) {
      if (isAlias(key)) throw new YamlLimitError('expected keys to be strings, got an alias');
      addKey(keys, String(isScalar(key) ? key.value : key));
      pending.push(value);
    }
  }
}

/**
 * Checks that a value can be sent as JSON.
 * @param path path of the value, for the error
 * @throws {YamlLimitError} if it is too large, nested too deeply, contains itself, or has a lone surrogate or an infinite number
 */
export function* assertSendable(value: unknown, path: string): Slices<void> {
  yield* new SendableCheck().check(value, path);
}

class SendableCheck {
  readonly #ancestors = new Set<object>();
  #characters = 0;
  #values = 0;

  *check(value: unknown, path: string): Slices<void> {
    this.#checkScalar(value, path);
    if (typeof value !== 'object' || value === null) return;
    if (this.#ancestors.has(value))
      throw new YamlLimitError('expected a tree, got an alias of a node that contains it');
    if (this.#ancestors.size >= MAX_DEPTH) throw tooDeep();
    this.#ancestors.add(value);
    const isList = Array.isArray(value);
    for (const [key, child] of Object.entries(value)) {
      if (!isList) this.#checkText(key, path);
      this.#values += 1;
      if (this.#values % VALUES_PER_SLICE === 0) yield;
      const childPath = isList ? `${path}[${key}]` : `${path}.${key}`;
      if (typeof child === 'object') yield* this.check(child, childPath);
      else this.#checkScalar(child, childPath);
    }
    this.#ancestors.delete(value);
  }

  #checkScalar(value: unknown, path: string): void {
    if (typeof value === 'string') this.#checkText(value, path);
    else this.#count(1);
    if (typeof value === 'number' && !Number.isFinite(value))
      // JSON would have null, which clears a field in a patch
      throw new YamlLimitError(`expected a number of JSON, got ${value}`, 'INVALID', path.slice(0, MAX_FIELD));
  }

  #checkText(text: string, path: string): void {
    this.#count(text.length);
    if (text.isWellFormed()) return;
    throw new YamlLimitError('expected well-formed Unicode, got a lone surrogate', 'INVALID', path.slice(0, MAX_FIELD));
  }

  #count(characters: number): void {
    this.#characters += characters;
    if (this.#characters > MAX_OBJECT_CHARACTERS)
      throw new YamlLimitError(
        `expected an object of at most ${MAX_OBJECT_CHARACTERS} characters, got more`,
        'TOO_LARGE',
      );
  }
}

function invalidYaml(message: string): YamlLimitError {
  return new YamlLimitError(`it is not valid YAML: ${message}`);
}

function tooDeep(): YamlLimitError {
  return new YamlLimitError(`expected a depth of at most ${MAX_DEPTH}, got more`);
}
