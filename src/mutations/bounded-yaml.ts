import { Composer, isAlias, isCollection, isMap, isScalar, Parser, type CST, type Document } from 'yaml';

/** Limits of a manifest or patch. The API server has the same limit of its size. */
const MAX_TEXT_BYTES = 1024 * 1024;
const MAX_DEPTH = 100;
const MAX_ANCHORS_AND_ALIASES = 100;

/** Reason why a text or value is outside the limits or is not valid YAML. */
export class YamlLimitError extends Error {
  override readonly name = 'YamlLimitError';
  readonly code: 'BAD_REQUEST' | 'TOO_LARGE' | 'INVALID';

  constructor(message: string, code: YamlLimitError['code'] = 'BAD_REQUEST') {
    super(message);
    this.code = code;
  }
}

/**
 * Parses one YAML document in time linear in its length. `parse` of the yaml package is not linear: its check of unique
 * keys, its error messages, and keys that are maps or lists cost quadratic or exponential time.
 * @throws {YamlLimitError} if the text is not valid YAML, has a duplicate key, or exceeds a limit
 */
export function parseBoundedYaml(text: string): unknown {
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_TEXT_BYTES)
    throw new YamlLimitError(`expected at most ${MAX_TEXT_BYTES} bytes, got ${bytes}`, 'TOO_LARGE');
  const tokens: CST.Token[] = [];
  for (const token of new Parser().parse(text)) {
    assertBoundedToken(token);
    tokens.push(token);
  }
  const [document, second] = new Composer({ uniqueKeys: false }).compose(tokens, true, text.length);
  if (!document) return null;
  if (second) throw new YamlLimitError('expected one document, got several');
  const [error] = document.errors;
  if (error) throw invalidYaml(`${error.message} at character ${error.pos[0]}`);
  assertUniqueKeys(document);
  return valueOf(document);
}

function valueOf(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: MAX_ANCHORS_AND_ALIASES });
  } catch (error) {
    if (error instanceof ReferenceError) throw invalidYaml(error.message);
    throw error;
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
      const name = String(isScalar(key) ? key.value : key);
      if (keys.has(name))
        throw new YamlLimitError(`expected unique keys, got ${JSON.stringify(name.slice(0, 100))} twice`);
      keys.add(name);
      pending.push(value);
    }
  }
}

/**
 * Checks that a value can be sent as JSON.
 * @throws {YamlLimitError} if it is nested too deeply, contains itself, or has a string with a lone surrogate
 */
export function assertSendable(value: unknown, ancestors: ReadonlySet<object> = new Set()): void {
  if (typeof value === 'string') assertWellFormed(value);
  if (typeof value !== 'object' || value === null) return;
  if (ancestors.has(value)) throw new YamlLimitError('expected a tree, got an alias of a node that contains it');
  if (ancestors.size >= MAX_DEPTH) throw tooDeep();
  const path = new Set(ancestors).add(value);
  for (const [key, child] of Object.entries(value)) {
    assertWellFormed(key);
    assertSendable(child, path);
  }
}

function assertWellFormed(text: string): void {
  if (!text.isWellFormed()) throw new YamlLimitError('expected Unicode text, got a lone surrogate', 'INVALID');
}

function invalidYaml(message: string): YamlLimitError {
  return new YamlLimitError(`it is not valid YAML: ${message}`);
}

function tooDeep(): YamlLimitError {
  return new YamlLimitError(`expected a depth of at most ${MAX_DEPTH}, got more`);
}
