/** Functions of Go's text/template, and the one that WorkspaceKinds have in addition. */
const FUNCTIONS: ReadonlySet<string> = new Set(
  'and call eq ge gt html index js le len lt ne not or print printf println slice urlquery httpPathPrefix'.split(' '),
);
const CONSTANTS: ReadonlySet<string> = new Set(['true', 'false', 'nil']);
const OPENING: ReadonlySet<string> = new Set(['if', 'range', 'with', 'block', 'define']);
const KEYWORDS: ReadonlySet<string> = new Set([...OPENING, 'else', 'end', 'template', 'break', 'continue']);

const ACTION = /\{\{-?(?<body>(?:"(?:[^"\\\n]|\\.)*"|`[^`]*`|\/\*[\s\S]*?\*\/|(?!\}\})[^"`])*?)-?\}\}/gu;
const STRINGS = /"(?:[^"\\\n]|\\.)*"|`[^`]*`|\/\*[\s\S]*?\*\//gu;

/**
 * Returns why Go's text/template would not parse a template. Undefined if it would. Checks actions, the nesting of control
 * structures and the names of functions, not the arguments of functions.
 */
export function goTemplateProblem(template: string): string | undefined {
  if (template.replaceAll(ACTION, '').includes('{{')) return 'unclosed action';
  let depth = 0;
  for (const { groups } of template.matchAll(ACTION)) {
    const body = (groups?.['body'] ?? '').trim();
    const [keyword = ''] = /^\w+/u.exec(body) ?? [];
    if (body === '') return 'missing value for command';
    if (OPENING.has(keyword)) depth += 1;
    if ((keyword === 'else' || keyword === 'end') && depth === 0) return `unexpected {{${keyword}}}`;
    if (keyword === 'end') depth -= 1;
    const unknown = namesIn(body).find((name) => !FUNCTIONS.has(name) && !CONSTANTS.has(name) && !KEYWORDS.has(name));
    if (unknown !== undefined) return `function "${unknown}" not defined`;
  }
  return depth > 0 ? 'unexpected EOF' : undefined;
}

/** Returns the identifiers of an action that are neither fields nor variables. */
function namesIn(body: string): readonly string[] {
  return [...body.replaceAll(STRINGS, ' ').matchAll(/(?<![.$\w])[A-Za-z_]\w*/gu)].map(([name]) => name);
}
