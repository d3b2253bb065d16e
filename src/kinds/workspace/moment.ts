/** From here on a number is milliseconds: as seconds it would be the year 5138, and as milliseconds below it 1973. */
const FIRST_MILLISECONDS = 1e11;
const LATEST_DATE = 8.64e15;

/**
 * A time of a status, in milliseconds since the epoch. Old controllers write seconds and new ones milliseconds, and an
 * upgraded cluster keeps old values, so each value is judged by itself. Undefined where Kubernetes says 0 or nothing.
 */
export function millisecondsOf(time: number | undefined): number | undefined {
  if (time === undefined || !(time > 0)) return undefined;
  const milliseconds = time < FIRST_MILLISECONDS ? time * 1_000 : time;
  return milliseconds > LATEST_DATE ? undefined : milliseconds;
}

/** The same as a DateTime. */
export function momentOf(time: number | undefined): string | null {
  const milliseconds = millisecondsOf(time);
  return milliseconds === undefined ? null : new Date(milliseconds).toISOString();
}
