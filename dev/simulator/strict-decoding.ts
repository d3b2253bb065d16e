import { isMap, isScalar, isSeq, parseDocument, type Node } from 'yaml';
import { isJsonObject } from './json.ts';

/** A text as an object, and what a strict decoder reports about it beside unknown fields. */
export interface Decoded {
  readonly value: unknown;
  readonly problems: readonly string[];
}

/** @throws {SyntaxError} if the text is no JSON */
export function decodeJson(text: string): Decoded {
  const value: unknown = JSON.parse(text);
  return { value, problems: duplicatePaths(text, value).map((path) => `duplicate field ${JSON.stringify(path)}`) };
}

/** @throws {Error} if the text is no YAML */
export function decodeYaml(text: string): Decoded {
  const document = parseDocument(text);
  const problems = document.errors.map((error) => {
    if (error.code !== 'DUPLICATE_KEY') throw error;
    const key = /^["']?([^"':\s]*)/u.exec(text.slice(error.pos[0]))?.[1] ?? '';
    return `line ${error.linePos?.[0].line ?? 0}: key ${JSON.stringify(key)} already set in map`;
  });
  return { value: document.toJS(), problems };
}

const KNOWN_OPERATION_FIELDS: ReadonlySet<string> = new Set(['op', 'path', 'from', 'value']);

/** Decodes a JSON Patch. @throws {SyntaxError} if the text is no JSON */
export function decodeJsonPatch(text: string): Decoded {
  const value: unknown = JSON.parse(text);
  const unknown = (Array.isArray(value) ? value : []).flatMap((operation, index) =>
    isJsonObject(operation)
      ? Object.keys(operation)
          .filter((field) => !KNOWN_OPERATION_FIELDS.has(field))
          .map((field) => `json patch unknown field ${JSON.stringify(`[${index}].${field}`)}`)
      : [],
  );
  const duplicate = duplicatePaths(text, value).map((path) => `json patch duplicate field ${JSON.stringify(path)}`);
  return { value, problems: [...duplicate, ...unknown] };
}

/** Paths of the fields that a JSON text has more than once. Costs a second parse only if there are such fields. */
function duplicatePaths(text: string, value: unknown): readonly string[] {
  const keysInText = text.match(/"(?:[^"\\]|\\.)*"(?=\s*:)/gu)?.length ?? 0;
  if (keysInText === countKeys(value)) return [];
  const paths: string[] = [];
  collectDuplicates(parseDocument(text, { uniqueKeys: false }).contents, '', paths);
  return paths;
}

function countKeys(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((total, item) => total + countKeys(item), 0);
  if (!isJsonObject(value)) return 0;
  return Object.values(value).reduce<number>((total, member) => total + 1 + countKeys(member), 0);
}

function collectDuplicates(node: Node | null, path: string, paths: string[]): void {
  if (isSeq<Node>(node)) {
    for (const [index, item] of node.items.entries()) collectDuplicates(item, `${path}[${index}]`, paths);
    return;
  }
  if (!isMap<Node, Node | null>(node)) return;
  const seen = new Set<string>();
  for (const { key, value } of node.items) {
    const field = String(isScalar(key) ? key.value : key);
    const place = path === '' ? field : `${path}.${field}`;
    if (seen.has(field)) paths.push(place);
    seen.add(field);
    collectDuplicates(value, place, paths);
  }
}
