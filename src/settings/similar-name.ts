/**
 * Returns the candidate with the smallest edit distance to a name, whatever its case; undefined if all are too different.
 * @param maxDistance returns the largest edit distance for a length of the name
 */
export function mostSimilar(
  name: string,
  candidates: readonly string[],
  maxDistance: (length: number) => number,
): string | undefined {
  const wanted = name.replaceAll(/(?<=[a-z])(?=[A-Z])|[-. ]/gu, '_').toUpperCase();
  const max = maxDistance(wanted.length);
  const ranked = candidates
    .filter((candidate) => Math.abs(candidate.length - wanted.length) <= max)
    .map((candidate) => ({ candidate, distance: editDistance(wanted, candidate) }))
    .toSorted((a, b) => a.distance - b.distance);
  const [best] = ranked;
  return best && best.distance <= max ? best.candidate : undefined;
}

/** Returns the Levenshtein distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (const [index, character] of [...a].entries()) {
    const next = [index + 1];
    for (const [column, other] of [...b].entries()) {
      const replaced = (row[column] ?? 0) + (character === other ? 0 : 1);
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
