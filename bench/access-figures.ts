/** Measured value, with the goal of the project that it is compared with. */
export interface Figure {
  /** Text before the value; none by default. */
  readonly label?: string;
  readonly value: number;
  readonly unit: string;
  /** Digits after the point; none by default. */
  readonly digits?: number;
  /** Largest value that meets the goal. Without it, there is none. */
  readonly max?: number;
}

const TITLE_WIDTH = 60;
const goals = { met: 0, missed: [] as string[] };

/** Prints one line: a title and what was measured. Figures with a goal have it beside them. */
export function report(title: string, ...results: readonly (string | Figure)[]): void {
  const texts = results.map((result) => (typeof result === 'string' ? result : textOf(title, result)));
  console.log(`${title.padEnd(TITLE_WIDTH)} ${texts.join(', ')}`);
}

/** Prints how many of the goals were met, and which were not. */
export function reportGoals(): void {
  const all = goals.met + goals.missed.length;
  console.log(`\n${goals.met} of ${all} goals met${goals.missed.length > 0 ? '; missed:' : ''}`);
  for (const missed of goals.missed) console.log(`- ${missed}`);
}

/** Returns the median and the largest of some times. Only the median has the goal. */
export function timesOf(milliseconds: readonly number[], max?: number): readonly (string | Figure)[] {
  const sorted = milliseconds.toSorted((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  return [
    { label: 'median', value: median, unit: 'ms', digits: 1, ...(max !== undefined && { max }) },
    `worst ${(sorted.at(-1) ?? Number.NaN).toFixed(1)} ms`,
  ];
}

function textOf(title: string, { label = '', value, unit, digits = 0, max }: Figure): string {
  const text = [label, value.toFixed(digits), unit].filter(Boolean).join(' ');
  if (max === undefined) return text;
  const isMet = value <= max;
  if (isMet) goals.met += 1;
  else goals.missed.push(`${title}: ${text}, the goal is ${max} ${unit}`);
  return `${text} (goal ${max}: ${isMet ? 'met' : 'MISSED'})`;
}
