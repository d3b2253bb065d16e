/**
 * Returns a JSON value as YAML in block style. Written here, because a YAML library is as large as the rest of the page, and
 * only the output of JSON is needed. Strings that YAML could read as something else are quoted as in JSON.
 */
export function toYaml(value: unknown): string {
  return `${linesOf(value).join('\n')}\n`;
}

function linesOf(value: unknown): string[] {
  if (Array.isArray(value))
    return value.length === 0 ? ['[]'] : value.flatMap((item: unknown) => entry('-', linesOf(item)));
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value);
    return members.length === 0 ? ['{}'] : members.flatMap(([key, member]) => memberLines(scalar(key), member));
  }
  return typeof value === 'string' ? textLines(value) : [String(value)];
}

/** A collection begins in the next line: lists at the indent of their key, as kubectl prints them. */
function memberLines(key: string, value: unknown): string[] {
  const lines = linesOf(value);
  const isCollection = typeof value === 'object' && value !== null && Object.keys(value).length > 0;
  if (!isCollection)
    return lines.length === 1 ? [`${key}: ${lines[0]}`] : [`${key}: ${lines[0]}`, ...indented(lines.slice(1))];
  return [`${key}:`, ...(Array.isArray(value) ? lines : indented(lines))];
}

function entry(mark: string, [first = '', ...rest]: readonly string[]): string[] {
  return [`${mark} ${first}`, ...indented(rest)];
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => (line === '' ? '' : `  ${line}`));
}

/** A text of several lines is a literal block, if its lines survive that unchanged. */
function textLines(text: string): string[] {
  const isBlock = /\n/u.test(text) && !/[^\n\P{Cc}]|^\s|[ \t]\n|\n\n$/u.test(text) && text.trim() !== '';
  if (!isBlock) return [scalar(text)];
  const hasEnd = text.endsWith('\n');
  return [hasEnd ? '|' : '|-', ...(hasEnd ? text.slice(0, -1) : text).split('\n')];
}

/** Letters, digits and marks without a meaning in YAML, not a number, date, boolean or null. */
const PLAIN = /^(?![-+.@\d])[\p{L}\p{N}_./@+-]+(?:[ :][\p{L}\p{N}_./@+()-]+)*$/u;
const RESERVED = /^(?:true|false|yes|no|on|off|null|y|n|~)$/iu;

function scalar(text: string): string {
  return PLAIN.test(text) && !RESERVED.test(text) ? text : JSON.stringify(text);
}
