/** A canary: a unique string that occurs in one value of the cluster only, which identifies its source in a response. */
const CANARY = /zq\d{5}q/gu;
const UID = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gu;
/** Possible cursors and ids. */
const ENCODED = /[\w-]{16,}={0,2}/gu;

/** Returns a function that creates a new canary on each call. */
export function createCanaryFactory(): () => string {
  let created = 0;
  return () => {
    created += 1;
    return `zq${String(created).padStart(5, '0')}q`;
  };
}

/** Returns the canaries and uids in a text, base64 content included. */
export function canariesIn(text: string): ReadonlySet<string> {
  const decoded = [...text.matchAll(ENCODED)].map(([word]) => Buffer.from(word, 'base64url').toString('latin1'));
  const all = [text, ...decoded].join(' ');
  return new Set([...(all.match(CANARY) ?? []), ...(all.match(UID) ?? [])]);
}
