/**
 * Recognizes secrets in texts of any origin: descriptions, annotations, arguments, messages. Each pattern takes time that is
 * linear in the length of the text, because authors of objects choose the texts.
 */

/** Placeholder of a masked value. */
export const PLACEHOLDER = '***';

/** Receives each string that is masked. */
export type OnSecret = (secret: string) => void;

const SECRET_WORD =
  /pass(?:word|wd|phrase|code)?(?![a-z])|passw|pwd|secret|token|(?:api|access|account|private|shared|signing|encryption|ssh|auth)[-_. ]?key|credential|cookie|authorization|auth(?![a-z])|connection[-_. ]?str|conn[-_. ]?str|(?<![a-z])(?:keys?|dsn|sig|signature|bearer|jwt)(?![a-z])/iu;
/** Suffixes of fields that refer to a secret: `secretName`, `tokenSecretRef`. */
const REFERENCE = /(?:name|names|namespace|ref|refs|file|path)$/iu;

/** Returns whether the value of a field, option or argument of this name may be a secret. */
export function isSecretName(name: string): boolean {
  const words = name.replaceAll(/(?<=[a-z\d])(?=[A-Z])/gu, '-');
  return SECRET_WORD.test(words) && !REFERENCE.test(name);
}

const TOKENS = [
  // PEM, to its end or that of the text
  /-----BEGIN [A-Z0-9 ]{1,40}-----[\s\S]*?(?:-----END [A-Z0-9 ]{1,40}-----|$(?![\s\S]))/gu,
  // JSON Web Token
  /(?<![\w-])eyJ[\w-]{5,}\.[\w-]+(?:\.[\w-]*)?/gu,
  // AWS
  /(?<![A-Z0-9])(?:AKIA|ASIA|ABIA|ACCA|AGPA|AIDA|AROA|ANPA)[A-Z0-9]{12,}/gu,
  // GitHub, GitLab
  /(?<![\w-])(?:gh[oprsu]_|github_pat_|gl(?:pat|rt|dt|ptt)-)[\w-]{10,}/gu,
  // Slack
  /(?<![\w-])xox[a-z][-_.][\w-]{5,}|(?<![\w-])xapp-[\w-]{5,}|(?<=hooks\.slack\.com\/)[\w/-]+/gu,
  // Google, Stripe, OpenAI, Hugging Face, npm, PyPI, Docker, DigitalOcean
  /(?<![\w-])(?:AIza|ya29\.|GOCSPX-|[rs]k_(?:live|test)_|sk-|hf_|npm_|pypi-|dckr_pat_|dop_v1_)[\w-]{15,}/gu,
] as const;

/** User and password of a URL; a user alone if the scheme is HTTP, as in `https://token@host`. */
const URL_USER = /(?<=\bhttps?:\/\/)[^/\s@]+(?=@)|(?<=:\/\/)[^/\s@:]*:[^/\s@]+(?=@)/giu;
const SCHEME = /\b(?:Bearer|Basic) +(?<value>[\w.~+/=-]{6,})/giu;
/** Start of `name=value`, `name: value`, `"name": "value"` and `--name value`. A name starts where no earlier one could. */
const NAME = /(?<![\w.-])(?<name>-{0,2}[A-Za-z][\w.-]*)(?<separator>\\*["']?\s*[:=]\s*|\s+)/gu;
/** In quotation marks, in escaped ones as in JSON in a string, or a word. Without an end, the rest of the text. */
const VALUE = /"(?:[^"\\]|\\[\s\S])*"?|'[^']*'?|\\+["'][^"'\\]*|(?:(?:Bearer|Basic) +)?[^\s,;&"'{}[\]()]+/iuy;

/** Replaces secrets in a text: credentials in URLs, known forms of tokens and keys, and values after secret names. */
export function maskText(text: string, onSecret: OnSecret): string {
  const hide = (secret: string): string => {
    if (secret !== PLACEHOLDER) onSecret(secret);
    return PLACEHOLDER;
  };
  const known = [URL_USER, ...TOKENS].reduce((shown, pattern) => shown.replaceAll(pattern, hide), text);
  const shown = known.replaceAll(SCHEME, (match, value: string) => match.slice(0, -value.length) + hide(value));
  return maskPairs(shown, hide);
}

/** Masks the value after each secret name. Values after other names are not read: they may contain names. */
function maskPairs(text: string, hide: (secret: string) => string): string {
  const [names, values] = [new RegExp(NAME), new RegExp(VALUE)];
  let shown = '';
  let end = 0;
  for (let match = names.exec(text); match; match = names.exec(text)) {
    const { name = '', separator = '' } = match.groups ?? {};
    const isPair = separator.trim() !== '' || name.startsWith('--');
    if (!isPair || !isSecretName(name)) continue;
    values.lastIndex = names.lastIndex;
    const [value] = values.exec(text) ?? [];
    if (value === undefined) continue;
    shown += text.slice(end, names.lastIndex) + unquoted(value, hide);
    end = names.lastIndex + value.length;
    names.lastIndex = end;
  }
  return shown + text.slice(end);
}

function unquoted(value: string, hide: (secret: string) => string): string {
  const { open, inner = '', close } = /^(?<open>\\*["']?)(?<inner>[\s\S]*?)(?<close>["']?)$/u.exec(value)?.groups ?? {};
  return inner === '' ? value : `${open}${hide(inner)}${close}`;
}
