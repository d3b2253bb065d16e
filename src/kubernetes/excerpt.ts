const MAX_QUOTED_LENGTH = 100;

/** Returns the beginning of a text, and an ellipsis if the text is longer. */
export function excerptOf(text: string, maxLength: number): string {
  return text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
}

/** Returns at most the first 100 characters of a text in quotation marks, escaped as in JSON. */
export function quoted(text: string): string {
  return JSON.stringify(excerptOf(text, MAX_QUOTED_LENGTH));
}

/** Returns at most the first 100 characters of a value as JSON, `nothing` if it is undefined. */
export function quotedValue(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, MAX_QUOTED_LENGTH);
}
