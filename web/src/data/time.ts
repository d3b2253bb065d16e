import { signal } from '@preact/signals';

const TICK_MS = 5_000;

/** The time as of the last tick. Relative times are shown again with each tick. */
export const now = signal(Date.now());

function tick(): void {
  if (!document.hidden) now.value = Date.now();
}

/** Starts the ticks. They pause while the page is hidden. */
export function startClock(): void {
  setInterval(tick, TICK_MS);
  document.addEventListener('visibilitychange', tick);
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Returns a duration in its largest unit, such as `12 min` or `3 d`. */
export function durationText(ms: number): string {
  const size = Math.max(0, ms);
  if (size < MINUTE) return `${Math.floor(size / SECOND)} s`;
  if (size < HOUR) return `${Math.floor(size / MINUTE)} min`;
  if (size < 2 * DAY) return `${Math.floor(size / HOUR)} h`;
  return `${Math.floor(size / DAY)} d`;
}

/** Returns the age of a time, such as `12 min ago`. Times of the last seconds, and future ones, are `now`. */
export function agoText(time: string, at: number): string {
  const age = at - Date.parse(time);
  return age < 10 * SECOND ? 'now' : `${durationText(age)} ago`;
}

const exact = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'long' });

/** Returns a time with its date and time zone. */
export function exactTime(time: string): string {
  return exact.format(new Date(time));
}
