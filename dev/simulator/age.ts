const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

interface Unit {
  readonly name: string;
  readonly seconds: number;
}

const SECONDS: Unit = { name: 's', seconds: 1 };
const MINUTES: Unit = { name: 'm', seconds: MINUTE };
const HOURS: Unit = { name: 'h', seconds: HOUR };
const DAYS: Unit = { name: 'd', seconds: DAY };
const YEARS: Unit = { name: 'y', seconds: 365 * DAY };

/** How long ago a time was, as the real server writes it into Tables: `42s`, `5m12s`, `3h`, `2d4h`. */
export function ageOf(time: unknown, nowMs: number): string {
  if (typeof time !== 'string' || Number.isNaN(Date.parse(time))) return '<unknown>';
  const seconds = Math.max(0, Math.floor((nowMs - Date.parse(time)) / 1000));
  if (seconds < 2 * MINUTE) return `${seconds}s`;
  if (seconds < 10 * MINUTE) return inUnits(seconds, MINUTES, SECONDS);
  if (seconds < 3 * HOUR) return `${Math.floor(seconds / MINUTE)}m`;
  if (seconds < 8 * HOUR) return inUnits(seconds, HOURS, MINUTES);
  if (seconds < 2 * DAY) return `${Math.floor(seconds / HOUR)}h`;
  if (seconds < 8 * DAY) return inUnits(seconds, DAYS, HOURS);
  if (seconds < 2 * 365 * DAY) return `${Math.floor(seconds / DAY)}d`;
  return inUnits(seconds, YEARS, DAYS);
}

function inUnits(seconds: number, large: Unit, small: Unit): string {
  const rest = Math.floor((seconds % large.seconds) / small.seconds);
  return `${Math.floor(seconds / large.seconds)}${large.name}${rest > 0 ? `${rest}${small.name}` : ''}`;
}
