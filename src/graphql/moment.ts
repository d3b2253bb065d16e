/** A time as a cluster wrote it, as a DateTime: in UTC, as exact as it was. Null for what is absent or no time. */
export function momentOf(text: string | undefined): string | null {
  const milliseconds = Date.parse(text ?? '');
  if (text === undefined || Number.isNaN(milliseconds)) return null;
  return text.endsWith('Z') ? text : new Date(milliseconds).toISOString();
}
