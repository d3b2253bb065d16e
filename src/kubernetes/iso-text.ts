const DAY_MS = 86_400_000;
/** Days from 0000-03-01 to 1970-01-01. */
const EPOCH_DAYS = 719_468;
const ERA_DAYS = 146_097;
/** First millisecond of the year 1000, and of the year 10000. */
const [MIN_MS, MAX_MS] = [Date.UTC(1000, 0), Date.UTC(10_000, 0)];
const twoDigits = Array.from({ length: 100 }, (_, number) => String(number).padStart(2, '0'));

/**
 * The texts that were returned last: two for each hash of their times, the later one first. The times of objects are read again and
 * again. With one for each hash, a quarter of the times of 1,000 objects would replace each other in each list.
 */
const KEPT = 8_192;
const keptTimes = new Float64Array(KEPT).fill(Number.NaN);
const keptTexts: string[] = Array.from({ length: KEPT }, () => '');

/** Equal to `toISOString` of the Date, in a fraction of its time. @throws {RangeError} if there is no such Date */
export function isoText(milliseconds: number): string {
  if (!Number.isInteger(milliseconds) || milliseconds < MIN_MS || milliseconds >= MAX_MS)
    return new Date(milliseconds).toISOString();
  const slot = 2 * (Math.imul(Math.floor(milliseconds / 1_000), 0x9e_37_79_b1) >>> 20);
  if (keptTimes[slot] === milliseconds) return keptTexts[slot] ?? '';
  if (keptTimes[slot + 1] === milliseconds) return keptTexts[slot + 1] ?? '';
  const text = textOf(milliseconds);
  keptTimes[slot + 1] = keptTimes[slot] ?? Number.NaN;
  keptTexts[slot + 1] = keptTexts[slot] ?? '';
  keptTimes[slot] = milliseconds;
  keptTexts[slot] = text;
  return text;
}

/** Returns a time of RFC 3339 in UTC, with the precision that it has. @throws {RangeError} if there is no such Date */
export function utcText(text: string): string {
  if (text.endsWith('Z')) return text;
  const [fraction = ''] = /\.\d+/u.exec(text) ?? [];
  return new Date(text).toISOString().replace(/\.\d+Z$/u, `${fraction}Z`);
}

function textOf(milliseconds: number): string {
  const days = Math.floor(milliseconds / DAY_MS);
  const time = milliseconds - days * DAY_MS;
  const seconds = Math.floor(time / 1_000);
  const minutes = Math.floor(seconds / 60);
  const fraction = time % 1_000;
  const [hour, minute, second] = [two(minutes / 60), two(minutes % 60), two(seconds % 60)];
  return `${dateText(days)}T${hour}:${minute}:${second}.${two(fraction / 10)}${fraction % 10}Z`;
}

/**
 * Returns the date of a day since 1970-01-01. Counts years from March 1, so that the leap day is the last of a year, in eras of 400
 * years; see `civil_from_days` of Howard Hinnant, http://howardhinnant.github.io/date_algorithms.html.
 */
function dateText(days: number): string {
  const shifted = days + EPOCH_DAYS;
  const era = Math.floor(shifted / ERA_DAYS);
  const dayOfEra = shifted - era * ERA_DAYS;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1_460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return `${year}-${two(month)}-${two(day)}`;
}

function two(number: number): string {
  return twoDigits[Math.floor(number)] ?? '';
}
