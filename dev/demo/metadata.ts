import { createHash } from 'node:crypto';

/** Returns a UID derived from the text, so that the same fixture has the same UID in every run. */
export function uidFor(text: string): string {
  const hex = sha256(text);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Formats a point in time as metav1.Time does: RFC 3339 in UTC, without fractions of a second. */
export function timestamp(at: Date | number): string {
  return new Date(at).toISOString().replace(/\.\d+Z$/u, 'Z');
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
