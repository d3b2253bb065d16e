/** A word that stands in one place of the cluster only, so that nobody can have it from anywhere else. */
const CANARY = /zq\d{5}q/gu;
const UID = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gu;
/** What may be a cursor or an id. */
const ENCODED = /[\w-]{16,}={0,2}/gu;

/** Gives one new canary each time. */
export function createCanaryFactory(): () => string {
  let hatched = 0;
  return () => {
    hatched += 1;
    return `zq${String(hatched).padStart(5, '0')}q`;
  };
}

/** The canaries and uids in a text, and in what of it is base64. */
export function canariesIn(text: string): ReadonlySet<string> {
  const decoded = [...text.matchAll(ENCODED)].map(([word]) => Buffer.from(word, 'base64url').toString('latin1'));
  const all = [text, ...decoded].join(' ');
  return new Set([...(all.match(CANARY) ?? []), ...(all.match(UID) ?? [])]);
}

/** The same text with other canaries, for comparing what is said of one thing with what is said of another. */
export function withoutCanaries(text: string): string {
  return text.replaceAll(CANARY, 'zq_____q');
}
